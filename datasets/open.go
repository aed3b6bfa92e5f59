package datasets

import "fmt"

// Parts are the sources of one experiment. Validation is nil when none was asked for.
type Parts struct{ Train, Validation, Test Source }

// Open opens one part with its limit and normalization.
func Open(k Kind, opts any, c Common, split Split) (Source, error) {
	if err := check(fmt.Sprintf("dataset %q", k.Name), c); err != nil {
		return nil, err
	}
	s, err := k.Open(opts, c, split)
	if err != nil {
		return nil, err
	}
	limit := c.Limit.Test
	if split == Train {
		limit = c.Limit.Train
	}
	if split != Validation {
		s = Limit(s, limit)
	}
	if c.Normalize == nil {
		return s, nil
	}
	return Normalize(s, *c.Normalize)
}

// OpenAll opens every part. The validation part is the dataset's own, or
// c.Validation of the limited training part, drawn by seed (SplitOff).
func OpenAll(k Kind, opts any, c Common, seed uint64) (p Parts, err error) {
	if p.Train, err = Open(k, opts, c, Train); err != nil {
		return Parts{}, err
	}
	if p.Test, err = Open(k, opts, c, Test); err != nil {
		return Parts{}, err
	}
	switch {
	case c.Validation == 0:
	case k.OwnValidation:
		p.Validation, err = Open(k, opts, c, Validation)
	default:
		p.Train, p.Validation = SplitOff(p.Train, c.Validation, seed)
	}
	if err != nil {
		return Parts{}, err
	}
	return p, nil
}

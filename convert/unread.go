package convert

import "slices"

// Unread lists the keys that differ from their defaults and have no effect with the method.
func (o *RateOptions) Unread() []string {
	d, read := RateDefaults(), o.read()
	var list []string
	for _, k := range []struct {
		name    string
		changed bool
	}{
		{"steps", o.Steps != d.Steps},
		{"percentile", o.Percentile != d.Percentile},
		{"share", o.Share != d.Share},
		{"tuning", o.Tuning != d.Tuning},
		{"epochs", o.Epochs != nil},
		{"flip", o.Flip != d.Flip},
		{"shift", o.Shift != d.Shift},
		{"mix", o.Mix != d.Mix},
		{"labels", o.Labels != d.Labels},
		{"rate_penalty", o.RatePenalty != d.RatePenalty},
		{"rounds", o.Rounds != d.Rounds},
		{"extra_steps", o.ExtraSteps != d.ExtraSteps},
		{"max_drop", o.MaxDrop != d.MaxDrop},
		{"max_steps", o.MaxSteps != d.MaxSteps},
	} {
		if k.changed && !slices.Contains(read, k.name) {
			list = append(list, k.name)
		}
	}
	return list
}

// read lists the keys that are read, of those that not all methods read.
func (o *RateOptions) read() []string {
	methods, list := []string{o.Method}, []string{"steps"}
	if o.Method == "auto" {
		methods, list = searched(), []string{"max_drop", "max_steps"}
	}
	for _, name := range methods {
		if m, err := Methods().Get(name); err == nil {
			list = append(list, m.keys...)
		}
	}
	if slices.Contains(o.Compare, "srp") || slices.Contains(o.Compare, "cos") {
		list = append(list, "extra_steps")
	}
	return list
}

package datasets

import (
	"fmt"
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/rng"
)

// subset shows the samples ids of a source.
type subset struct {
	Source
	ids []int
}

func (s *subset) Len() int { return len(s.ids) }

func (s *subset) At(i int, dst []float32) (int, error) {
	if err := inRange(s, i, dst); err != nil {
		return 0, err
	}
	return s.Source.At(s.ids[i], dst)
}

// Limit shows the first n samples of s; 0 shows all.
func Limit(s Source, n int) Source {
	if n <= 0 || n >= s.Len() {
		return s
	}
	return &subset{s, sequence(n)}
}

// Skip shows the samples behind the first n of s.
func Skip(s Source, n int) Source {
	if n <= 0 {
		return s
	}
	return &subset{s, sequence(s.Len())[min(n, s.Len()):]}
}

// SplitOff parts s in two: round(fraction·Len) samples for validation, drawn
// by a permutation keyed by seed, and the rest. Both keep the order of s. Of
// two samples or more and a fraction above 0, each part gets one at least.
func SplitOff(s Source, fraction float64, seed uint64) (rest, validation Source) {
	n := s.Len()
	k := int(math.Round(fraction * float64(n)))
	if fraction > 0 {
		k = max(k, 1)
	}
	k = max(0, min(k, n-1))
	order := permutation(n, seed, rng.Split)
	return sorted(s, order[k:]), sorted(s, order[:k])
}

func sorted(s Source, ids []int) Source {
	slices.Sort(ids)
	return &subset{s, slices.Clip(ids)}
}

// permutation is a shuffle of 0..n-1 (Fisher and Yates) by the stream of (key, purpose).
func permutation(n int, key uint64, p rng.Purpose) []int {
	order := sequence(n)
	rng.New(key, p).Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

func sequence(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	return ids
}

// normalized shows (x − mean)/std of a source, channel-last: value j belongs to channel j mod len(mean).
type normalized struct {
	Source
	mean, std []float32
}

func (s *normalized) At(i int, dst []float32) (int, error) {
	label, err := s.Source.At(i, dst)
	if err != nil {
		return 0, err
	}
	c := 0
	for j, x := range dst {
		dst[j] = (x - s.mean[c]) / s.std[c]
		if c++; c == len(s.mean) {
			c = 0
		}
	}
	return label, nil
}

// Normalize shows (x − mean)/std of each channel of s.
func Normalize(s Source, n Normalization) (Source, error) {
	in := s.Info()
	subject := in.Name + ": normalize"
	channels := in.Shape[0]
	var faults fault.List
	faults.AddError(check(subject, n))
	for _, part := range []struct {
		key    string
		values []float64
	}{{"mean", n.Mean}, {"std", n.Std}} {
		if k := len(part.values); k > 1 && k != channels {
			faults.Add(fault.Fault{Pkg: pkg, Subject: subject, Fact: fmt.Sprintf("%d values in %s, shape %v has %d channels", k, part.key, in.Shape, channels)})
		}
		if i := slices.IndexFunc(part.values, notFinite); i >= 0 {
			faults.Add(fault.Fault{Pkg: pkg, Subject: subject, Fact: fmt.Sprintf("%s[%d] is %v, must be finite", part.key, i, part.values[i])})
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	width := max(len(n.Mean), len(n.Std))
	return &normalized{s, spread(n.Mean, width), spread(n.Std, width)}, nil
}

func notFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// spread repeats a single value to the given width.
func spread(v []float64, width int) []float32 {
	out := make([]float32, width)
	for i := range out {
		out[i] = float32(v[i%len(v)])
	}
	return out
}

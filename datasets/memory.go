package datasets

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
)

// memory is a Source whose values lie in memory in any form; fill converts sample i.
type memory struct {
	info   Info
	labels []int32
	fill   func(i int, dst []float32)
}

func (m *memory) Info() Info { return m.info }
func (m *memory) Len() int   { return len(m.labels) }

func (m *memory) At(i int, dst []float32) (int, error) {
	if err := inRange(m, i, dst); err != nil {
		return 0, err
	}
	m.fill(i, dst)
	return int(m.labels[i]), nil
}

// inRange checks the arguments of At.
func inRange(s Source, i int, dst []float32) error {
	in := s.Info()
	switch {
	case i < 0 || i >= s.Len():
		return fault.Fault{Pkg: pkg, Subject: in.Name, Fact: fmt.Sprintf("sample %d of %d", i, s.Len())}
	case len(dst) != in.Values():
		return fault.Fault{Pkg: pkg, Subject: in.Name, Fact: fmt.Sprintf("room for %d values, a sample has %d", len(dst), in.Values())}
	}
	return nil
}

// byteValues is what each byte stands for: b/255, or b when raw.
func byteValues(raw bool) *[256]float32 {
	var v [256]float32
	for b := range v {
		v[b] = float32(b)
		if !raw {
			v[b] /= 255
		}
	}
	return &v
}

// numbers names n classes by their numbers.
func numbers(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	return names
}

package nir

import (
	"fmt"
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/hdf5"
)

// field is one data set of a node, bound to the place that holds it.
type field struct {
	name string
	get  func(a *hdf5.Array) error // an error is a fact about the field
	put  func() Tensor             // zero: not written
	fill func()                    // called instead of get when the file lacks it; nil: it must be there
}

// extentLimit bounds every extent, stride, kernel and padding.
const extentLimit = 1 << 24

// numbers is an array of numbers.
func numbers(name string, t *Tensor) field {
	return field{name: name, put: func() Tensor { return *t }, get: func(a *hdf5.Array) error {
		read := Tensor{a.Shape, a.Data}
		if _, err := read.Floats(); err != nil {
			return fmt.Errorf("holds %s, expected numbers", kindOf(a))
		}
		if size(a.Shape) != read.Len() || read.Len() == 0 {
			return fmt.Errorf("is %s: holds no numbers", shape(a.Shape))
		}
		*t = read
		return nil
	}}
}

// optional is an array that stands for something when it is missing.
func optional(f field, fill func()) field {
	f.fill = fill
	return f
}

// given is a field that the file may lack, and that is written when it has a value.
func given(f field, has func() bool) field {
	put := f.put
	f.fill = func() {}
	f.put = func() Tensor {
		if !has() {
			return Tensor{}
		}
		return put()
	}
	return f
}

// extents is a list of whole numbers from 0.
func extents(name string, to *[]int) field {
	return field{
		name: name,
		put:  func() Tensor { return Tensor{[]int{len(*to)}, wide(*to)} },
		get: func(a *hdf5.Array) error {
			v, err := wholes(a)
			if err == nil && len(a.Shape) > 1 {
				err = fmt.Errorf("is %s, expected a list", shape(a.Shape))
			}
			*to = v
			return err
		},
	}
}

// number is one whole number.
func number(name string, to *int, low int) field {
	return field{
		name: name,
		put:  func() Tensor { return Tensor{Data: []int64{int64(*to)}} },
		get: func(a *hdf5.Array) error {
			v, err := wholes(a)
			switch {
			case err != nil:
				return err
			case len(v) != 1 || v[0] < low:
				return fmt.Errorf("is %v, expected one whole number from %d", v, low)
			}
			*to = v[0]
			return nil
		},
	}
}

// pair is height and width; one number means both.
func pair(name string, to *[2]int, low int) field {
	return field{
		name: name,
		put:  func() Tensor { return Tensor{[]int{2}, wide(to[:])} },
		get: func(a *hdf5.Array) error {
			v, err := wholes(a)
			if err != nil {
				return err
			}
			if len(v) == 1 {
				v = append(v, v[0])
			}
			if len(v) != 2 || v[0] < low || v[1] < low {
				return fmt.Errorf("is %v, expected height and width, each a whole number from %d", v, low)
			}
			*to = [2]int(v)
			return nil
		},
	}
}

// wholes reads whole numbers of any type, also as floats.
func wholes(a *hdf5.Array) ([]int, error) {
	v, err := a.Floats()
	if err != nil {
		return nil, fmt.Errorf("holds %s, expected whole numbers", kindOf(a))
	}
	out := make([]int, len(v))
	for i, x := range v {
		if x != math.Trunc(x) || math.Abs(x) > extentLimit {
			return nil, fmt.Errorf("holds %g, expected a whole number up to %d", x, extentLimit)
		}
		out[i] = int(x)
	}
	return out, nil
}

func kindOf(a *hdf5.Array) string { return Tensor{a.Shape, a.Data}.Type() + "s" }

func wide(v []int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}

// Padding is zeros around an input: a number on both sides of each axis, or
// by Mode "same" (stride 1, the output has the extent of the input; of an odd
// number the larger half at the end) or "valid" (none).
type Padding struct {
	Mode string
	Size []int
}

// padding is the padding of a convolution over so many axes.
func padding(to *Padding, axes int) field {
	return field{
		name: "padding",
		put: func() Tensor {
			switch {
			case to.Mode != "":
				return Tensor{Data: []string{to.Mode}}
			case axes == 1:
				return Tensor{Data: wide(to.Size)}
			}
			return Tensor{[]int{axes}, wide(to.Size)}
		},
		get: func(a *hdf5.Array) error {
			if text, err := a.Text(); err == nil {
				if text != "same" && text != "valid" {
					return fmt.Errorf(`is %q, expected "same", "valid" or numbers`, text)
				}
				*to = Padding{Mode: text}
				return nil
			}
			v, err := wholes(a)
			if err != nil {
				return err
			}
			if len(v) == 1 {
				v = slices.Repeat(v, axes)
			}
			if len(v) != axes || slices.Min(v) < 0 {
				return fmt.Errorf("is %v, expected %d whole numbers from 0", v, axes)
			}
			*to = Padding{Size: v}
			return nil
		},
	}
}

package torchfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// storage is a run of elements in the file; several tensors may be views of it.
type storage struct {
	dtype
	key   string
	count int
	order binary.ByteOrder
	raw   []byte // nil until the bytes are known, in a file of the old form
}

// view is a tensor as a checkpoint describes it: element (i, j, …) is
// storage[offset + i·stride₀ + j·stride₁ + …].
type view struct {
	storage *storage
	offset  int
	shape   []int
	stride  []int
}

// size is the number of elements, an error beyond limit.
func (v *view) size(limit int) (int, error) {
	n := 1
	for _, d := range v.shape {
		if d < 0 || d > 0 && n > limit/d {
			return 0, fmt.Errorf("shape %v has a negative extent, or more values than the %d that may still be read", v.shape, limit)
		}
		n *= max(d, 1)
	}
	if slices.Contains(v.shape, 0) {
		return 0, nil
	}
	return n, nil
}

// check says what of the view lies outside its storage.
func (v *view) check(limit int) error {
	if len(v.shape) != len(v.stride) {
		return fmt.Errorf("%d extents, but %d strides", len(v.shape), len(v.stride))
	}
	n, err := v.size(limit)
	if err != nil || n == 0 {
		return err
	}
	if v.offset < 0 || v.offset >= v.storage.count {
		return fmt.Errorf("starts at %d of a storage of %d", v.offset, v.storage.count)
	}
	last := v.offset
	for i, d := range v.shape {
		if v.stride[i] < 0 {
			return fmt.Errorf("stride %d is negative", v.stride[i])
		}
		if d > 1 && v.stride[i] > (math.MaxInt-last)/(d-1) {
			return fmt.Errorf("stride %d goes beyond all memory", v.stride[i])
		}
		last += (d - 1) * v.stride[i]
	}
	if last >= v.storage.count {
		return fmt.Errorf("shape %v with strides %v from %d ends at %d of a storage of %d", v.shape, v.stride, v.offset, last, v.storage.count)
	}
	return nil
}

// tensor copies the elements in C order.
func (v *view) tensor(name string, limit int) (Tensor, error) {
	if err := v.check(limit); err != nil {
		return Tensor{}, err
	}
	n, err := v.size(limit)
	if err != nil {
		return Tensor{}, err
	}
	s := v.storage
	t := Tensor{Name: name, Shape: append([]int{}, v.shape...), DType: s.name}
	if n > 0 && len(s.raw) < s.count*s.size {
		return t, fmt.Errorf("storage %q has no bytes", s.key)
	}
	if s.float != nil {
		t.Floats = make([]float32, 0, n)
		v.walk(n, func(b []byte) {
			t.Floats = append(t.Floats, s.float(s.order, b))
			if s.size == 8 && rounds(s.order, b) {
				t.Rounded++
			}
		})
	} else {
		t.Ints = make([]int64, 0, n)
		v.walk(n, func(b []byte) { t.Ints = append(t.Ints, s.int(s.order, b)) })
	}
	return t, nil
}

// walk visits the bytes of n elements in C order.
func (v *view) walk(n int, visit func(b []byte)) {
	at, index := v.offset, make([]int, len(v.shape))
	for range n {
		visit(v.storage.raw[at*v.storage.size:][:v.storage.size])
		for axis := len(index) - 1; axis >= 0; axis-- {
			index[axis]++
			at += v.stride[axis]
			if index[axis] < v.shape[axis] {
				break
			}
			at -= index[axis] * v.stride[axis]
			index[axis] = 0
		}
	}
}

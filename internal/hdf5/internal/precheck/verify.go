package precheck

import (
	"fmt"
	"math"
	"sort"
)

// Verify checks the stored bytes of rows [from, from+n) of a data set, all of
// it when it is a scalar: chunks come to the size they must have, and each
// element of variable length is an object of its length in a heap. It returns
// how many bytes those elements hold.
func (f *File) Verify(o *Object, from, n int) (int64, error) {
	d := o.data
	v := &verifier{f: f, t: d.Type}
	if d.Space.Len() == 0 || n == 0 || d.at == undefined && d.form == contiguous {
		return 0, nil
	}
	switch d.form {
	case compact:
		err := v.elements(d.raw)
		return v.bytes, err
	case contiguous:
		if !d.Type.pointers() {
			return 0, nil
		}
		at, size := d.at, d.size
		if rank := len(d.Space.Dims); rank > 0 {
			row := d.size / uint64(d.Space.Dims[0])
			at, size = d.at+row*uint64(from), row*uint64(n)
		}
		c, err := f.bytes("data", at, size)
		if err != nil {
			return 0, err
		}
		err = v.elements(c.b)
		return v.bytes, err
	}
	err := v.chunks(d, from, n)
	return v.bytes, err
}

// VerifyAttr does the same for an attribute.
func (f *File) VerifyAttr(a Attr) (int64, error) {
	v := &verifier{f: f, t: a.Type}
	err := v.elements(a.raw)
	return v.bytes, err
}

type verifier struct {
	f     *File
	t     *Type
	bytes int64
}

// maxAbsent bounds the chunks that are not stored: libhdf5 looks each of them
// up, so a small file could keep it busy for as long as it likes.
const maxAbsent = 1 << 16

func (v *verifier) chunks(d *dataset, from, n int) error {
	size, _ := product(d.Type.Size, d.chunk)
	absent := d.chunksIn(from, n)
	for _, k := range d.chunks {
		if k.from[0] >= from+n || k.from[0]+d.chunk[0] <= from {
			continue
		}
		absent--
		if len(d.filters) == 0 && !d.Type.pointers() {
			continue
		}
		c, err := v.f.bytes("chunk", k.at, k.size)
		if err != nil {
			return err
		}
		raw, err := d.unpack(k, c.b, int(size))
		if err != nil {
			return fmt.Errorf("chunk at byte %d: %w", k.at, err)
		}
		if err := v.inside(d, k, raw); err != nil {
			return err
		}
	}
	if absent > maxAbsent {
		return fmt.Errorf("%d chunks of shape %v are not stored, the limit is %d", absent, d.chunk, maxAbsent)
	}
	return nil
}

// chunksIn counts the chunks that rows [from, from+n) touch.
func (d *dataset) chunksIn(from, n int) int64 {
	counts := make([]int, len(d.chunk))
	for i, c := range d.chunk {
		counts[i] = (d.Space.Dims[i] + c - 1) / c
	}
	counts[0] = (from+n+d.chunk[0]-1)/d.chunk[0] - from/d.chunk[0]
	all, ok := product(1, counts)
	if !ok {
		return math.MaxInt64
	}
	return all
}

// inside checks those elements of a chunk that are within the shape of the data.
func (v *verifier) inside(d *dataset, k chunk, raw []byte) error {
	if !d.Type.pointers() {
		return nil
	}
	index := make([]int, len(d.chunk))
	for at := 0; at < len(raw); at += d.Type.Size {
		within := true
		for i, x := range index {
			within = within && k.from[i]+x < d.Space.Dims[i]
		}
		if within {
			if err := v.elements(raw[at : at+d.Type.Size]); err != nil {
				return err
			}
		}
		for i := len(index) - 1; i >= 0; i-- {
			if index[i]++; index[i] < d.chunk[i] {
				break
			}
			index[i] = 0
		}
	}
	return nil
}

// elements follows each element of variable length into its heap.
func (v *verifier) elements(raw []byte) error {
	if v.t.Class != Variable {
		return nil
	}
	c := &block{b: raw}
	for c.left() >= vlenSize {
		length, heap, index := c.u32(), c.u64(), int(c.u32())
		if heap == 0 { // nothing
			if length != 0 {
				return fmt.Errorf("an element of length %d without data", length)
			}
			continue
		}
		objects, err := v.f.globalHeap(heap)
		if err != nil {
			return err
		}
		size, ok := objects[index]
		if !ok || size != length*uint64(v.t.Elem.Size) {
			return fmt.Errorf("an element of %d × %d bytes, object %d of the heap at byte %d has %d", length, v.t.Elem.Size, index, heap, size)
		}
		if v.bytes += int64(size); v.bytes > v.f.limits.Bytes {
			return fmt.Errorf("elements of more than %d bytes, which is the limit", v.f.limits.Bytes)
		}
	}
	return nil
}

// globalHeap reads the sizes of the objects of a collection, once.
func (f *File) globalHeap(at uint64) (map[int]uint64, error) {
	if objects := f.heaps[at]; objects != nil {
		return objects, nil
	}
	c, err := f.bytes("global heap", at, 16)
	if err != nil {
		return nil, err
	}
	magic, version := string(c.take(4)), c.u8()
	c.skip(3)
	size := c.u64()
	if magic != "GCOL" || version != 1 || size < 4096 {
		return nil, fmt.Errorf("global heap at byte %d: %q of version %d with %d bytes, expected GCOL of 1 with at least 4096", at, magic, version, size)
	}
	if c, err = f.bytes("global heap", at, size); err != nil {
		return nil, err
	}
	if other := f.sharing(at, size); other != nil {
		return nil, fmt.Errorf("global heap at byte %d and %s at byte %d overlap", at, other.what, other.at)
	}
	c.skip(16)
	objects := map[int]uint64{}
	for c.left() >= 16 {
		index, _ := c.u16(), c.u16()
		c.skip(4)
		n := c.u64()
		need := (n + 7) &^ 7
		if index == 0 { // free space: its size counts its own head
			need = n - 16
		}
		if n > size || need > uint64(c.left()) {
			return nil, fmt.Errorf("global heap at byte %d: object %d of %d bytes does not fit", at, index, n)
		}
		if _, twice := objects[index]; twice {
			return nil, fmt.Errorf("global heap at byte %d: object %d is there twice", at, index)
		}
		objects[index] = n
		c.skip(int(need))
	}
	delete(objects, 0)
	f.heaps[at] = objects
	return objects, nil
}

// sharing returns a structure of the walk that has bytes in common with a part of the file.
func (f *File) sharing(at, size uint64) *extent {
	i := sort.Search(len(f.extents), func(i int) bool { return f.extents[i].at >= at+size })
	if i == 0 || f.extents[i-1].at+f.extents[i-1].size <= at {
		return nil
	}
	return &f.extents[i-1]
}

package hdf5

import (
	"math"
	"slices"
)

// chunkBytes is the size that chunks are cut to when no shape is given.
const chunkBytes = 1 << 20

// storage makes the creation properties of a data set: its chunks and filters, and no time of writing.
func (w *writer) storage(d *Dataset) (hid, error) {
	f := w.f
	list, err := f.plist("DATASET_CREATE")
	if err != nil {
		return 0, err
	}
	status := f.H5Pset_obj_track_times(list, 0)
	if chunk := d.chunk(); chunk != nil {
		dims := sizes(chunk)
		status = min(status, f.H5Pset_chunk(list, int32(len(dims)), &dims[0]))
		if d.Store.Shuffle {
			status = min(status, f.H5Pset_shuffle(list))
		}
		if d.Store.Gzip > 0 {
			status = min(status, f.H5Pset_deflate(list, uint32(d.Store.Gzip)))
		}
	}
	if status < 0 {
		err := f.failure("choosing its storage")
		f.done(list)
		return 0, err
	}
	return list, nil
}

// chunk returns the shape of the chunks, nil for contiguous data.
func (d *Dataset) chunk() []int {
	s := d.Store
	if len(d.Shape) == 0 || slices.Contains(d.Shape, 0) || s.Chunk == nil && s.Gzip == 0 && !s.Shuffle {
		return nil
	}
	chunk := slices.Clone(d.Shape)
	if s.Chunk != nil {
		for i := range chunk {
			chunk[i] = min(chunk[i], s.Chunk[i])
		}
		return chunk
	}
	for i := range chunk { // leading dimensions are cut first: rows stay whole
		rest := d.elementBytes()
		for j := range chunk {
			if j != i {
				rest *= chunk[j]
			}
		}
		if rest*chunk[i] <= chunkBytes {
			break
		}
		chunk[i] = max(1, chunkBytes/rest)
	}
	return chunk
}

// elementBytes is the size of an element in the file.
func (d *Dataset) elementBytes() int {
	switch form, k, _ := kindOf(d.Data); {
	case form == text && d.Form.Size > 0:
		return d.Form.Size
	case form == text || form == lists:
		return 16
	default:
		return k.size()
	}
}

// elements multiplies a shape, -1 when it has a negative part or overflows.
func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > math.MaxInt/d {
			return -1
		}
		n *= d
	}
	return n
}

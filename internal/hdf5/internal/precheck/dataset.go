package precheck

import (
	"fmt"
	"slices"
)

// dataset is how a data set is stored.
type dataset struct {
	Type  *Type
	Space Space
	fills [][]byte

	form    int
	raw     []byte // compact
	at      uint64 // contiguous data, or the chunk index
	size    uint64
	chunk   []int // dimensions of a chunk
	elem    int   // bytes of an element, as the chunk layout says
	filters []filter
	chunks  []chunk
}

const (
	compact = iota
	contiguous
	chunked
)

type chunk struct {
	at, size uint64
	skip     uint32 // bit i: filter i was not applied
	from     []int  // first element
}

func (d *dataset) readLayout(c *block) error {
	version := c.u8()
	if version != 3 && version != 4 {
		return fmt.Errorf("data layout version %d, known are 3 and 4", version)
	}
	switch d.form = c.u8(); d.form {
	case compact:
		d.raw = c.take(c.u16())
		return nil
	case contiguous:
		d.at, d.size = c.u64(), c.u64()
		return nil
	case chunked:
		if version == 4 {
			return fmt.Errorf("a chunk index of the newest format, which is not read; " +
				`write it in an older one, as h5py.File(name, "w", libver=("earliest", "v108")) does`)
		}
		return d.readChunked(c)
	}
	return fmt.Errorf("data layout %d (virtual or unknown), which is not read", d.form)
}

func (d *dataset) readChunked(c *block) error {
	rank := c.u8() - 1
	if rank < 1 || rank > 32 {
		return fmt.Errorf("chunks of %d dimensions, expected 1 to 32", rank)
	}
	d.at = c.u64()
	for range rank {
		d.chunk = append(d.chunk, int(c.u32()))
	}
	d.elem = int(c.u32())
	return nil
}

// readFill reads a fill value message; libhdf5 converts the value to the type of the elements.
func (d *dataset) readFill(c *block) error {
	version := c.u8()
	var has bool
	switch version {
	case 1, 2:
		alloc, when, defined := c.u8(), c.u8(), c.u8()
		if alloc > 3 || when > 2 || defined > 1 {
			return fmt.Errorf("fill value with unknown times %d, %d, %d", alloc, when, defined)
		}
		has = version == 1 || defined == 1
	case 3:
		flags := c.u8()
		if flags&^0x3f != 0 || flags>>2&3 > 2 || flags&0x30 == 0x30 {
			return fmt.Errorf("fill value with unknown flags %#x", flags)
		}
		has = flags&0x20 != 0
	default:
		return fmt.Errorf("fill value version %d, known are 1 to 3", version)
	}
	if has {
		if n := c.u32(); n != 0xffffffff { // -1: undefined
			d.fills = append(d.fills, c.take(int(n)))
		}
	}
	return nil
}

// finish checks the parts of a data set against each other and reads its chunk index.
func (f *File) finish(d *dataset) error {
	for _, v := range d.fills {
		if len(v) != 0 && len(v) != d.Type.Size {
			return fmt.Errorf("fill value of %d bytes for elements of %d", len(v), d.Type.Size)
		}
		if d.Type.pointers() && slices.ContainsFunc(v, func(b byte) bool { return b != 0 }) {
			return fmt.Errorf("fill value of variable length, which is not read")
		}
	}
	if len(d.filters) > 0 && d.form != chunked {
		return fmt.Errorf("filters on data that is not chunked")
	}
	size, ok := product(d.Type.Size, d.Space.Dims)
	if !ok {
		return fmt.Errorf("dimensions overflow: %v of %d bytes", d.Space.Dims, d.Type.Size)
	}
	if d.Space.Null {
		size = 0
	}
	switch d.form {
	case compact:
		if int64(len(d.raw)) != size {
			return fmt.Errorf("%d bytes stored, expected %d for shape %v", len(d.raw), size, d.Space.Dims)
		}
	case contiguous:
		return f.finishContiguous(d, uint64(size))
	case chunked:
		return f.finishChunked(d)
	}
	return nil
}

func (f *File) finishContiguous(d *dataset, size uint64) error {
	if d.at == undefined { // never written: fill values
		return nil
	}
	if d.size != size {
		return fmt.Errorf("%d bytes stored, expected %d for shape %v", d.size, size, d.Space.Dims)
	}
	return f.claim("data", d.at, d.size)
}

func (f *File) finishChunked(d *dataset) error {
	if len(d.chunk) != len(d.Space.Dims) || d.elem != d.Type.Size {
		return fmt.Errorf("chunks of shape %v with elements of %d bytes, the data has shape %v with %d",
			d.chunk, d.elem, d.Space.Dims, d.Type.Size)
	}
	size, ok := product(d.Type.Size, d.chunk)
	if !ok || size == 0 || size > f.most() || size > 1<<32-1 {
		return fmt.Errorf("chunks of shape %v with elements of %d bytes, the limit is %d bytes", d.chunk, d.Type.Size, f.most())
	}
	for _, p := range d.filters {
		if err := p.check(d.Type.Size); err != nil {
			return err
		}
		if p.id == shuffle && p.values > 0 && d.Type.pointers() {
			return fmt.Errorf("shuffled elements of variable length, which are not read")
		}
	}
	if d.at == undefined {
		return nil
	}
	width := 8 + 8*(len(d.chunk)+1) // key: size, mask, offsets
	nodeSize := uint64(24 + 2*f.chunkK*(width+8) + width)
	return f.walk(d.at, nodeSize, 1, 2*f.chunkK, width, func(c *block) (uint64, error) {
		c.skip(width)
		return c.u64(), nil
	}, func(at uint64, key *block) error { return f.addChunk(d, at, key, uint64(size)) })
}

func (f *File) addChunk(d *dataset, at uint64, key *block, size uint64) error {
	k := chunk{at: at, size: key.u32(), skip: uint32(key.u32())}
	for _, n := range append(slices.Clone(d.chunk), d.elem) {
		from := key.u64()
		if from%uint64(n) != 0 || from > 1<<62 {
			return fmt.Errorf("a chunk at element %d, which is no multiple of %d", from, n)
		}
		k.from = append(k.from, int(from))
	}
	if k.from[len(d.chunk)] != 0 {
		return fmt.Errorf("a chunk within an element")
	}
	k.from = k.from[:len(d.chunk)]
	if k.skip>>len(d.filters) != 0 {
		return fmt.Errorf("a chunk without filters %#x, of which there are %d", k.skip, len(d.filters))
	}
	if len(d.filters) == 0 && k.size != size {
		return fmt.Errorf("a chunk of %d bytes, expected %d", k.size, size)
	}
	d.chunks = append(d.chunks, k)
	return f.claim("chunk", at, k.size)
}

// fill takes over what users see of a data set.
func (o *Object) fill(d *dataset) {
	o.data, o.Type, o.Space, o.Chunk = d, d.Type, d.Space, d.chunk
	for _, p := range d.filters {
		switch p.id {
		case deflate:
			o.Deflate = p.value
		case shuffle:
			o.Shuffle = p.values > 0
		}
	}
}

// pointers says whether elements hold addresses in global heaps.
func (t *Type) pointers() bool {
	return t.Class == Variable || t.Class == Reference || t.Class == Compound || t.Elem != nil && t.Elem.pointers()
}

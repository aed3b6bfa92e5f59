package precheck

import (
	"fmt"
	"math/bits"
	"sort"
)

// fractal is a fractal heap: links or attributes that are too many for an
// object header, in blocks whose size doubles from row to row.
type fractal struct {
	f    *File
	at   uint64
	id   int // bytes of an object's identifier
	sums bool

	width          int // blocks a row
	start, largest uint64
	offsetBytes    int
	lengthBytes    int
	blocks         []directBlock // by offset
}

type directBlock struct {
	offset uint64 // in the heap
	b      []byte
	head   uint64
}

// fractalHeap reads a heap with all its blocks.
func (f *File) fractalHeap(at uint64) (*fractal, error) {
	c, err := f.load("fractal heap", at, 146)
	if err != nil {
		return nil, err
	}
	magic, version := string(c.take(4)), c.u8()
	h := &fractal{f: f, at: at, id: c.u16()}
	filters, flags, most := c.u16(), c.u8(), c.u32()
	c.skip(12 * 8)
	h.width, h.start, h.largest = c.u16(), c.u64(), c.u64()
	heapBits, _, root, rows := c.u16(), c.u16(), c.u64(), c.u16()
	h.sums = flags&2 != 0
	switch {
	case magic != "FRHP" || version != 0:
		return nil, fmt.Errorf("fractal heap at byte %d: %q of version %d, expected FRHP of 0", at, magic, version)
	case filters != 0 || flags > 3:
		return nil, fmt.Errorf("fractal heap at byte %d: filters or flags %#x, which is not read", at, flags)
	case !power(uint64(h.width)) || !power(h.start) || !power(h.largest) || h.start > h.largest || h.largest > 1<<30 ||
		heapBits > 64 || heapBits <= bits.Len64(h.largest) || most == 0 || most > h.largest:
		return nil, fmt.Errorf("fractal heap at byte %d: rows of %d blocks of %d to %d bytes in %d bits", at, h.width, h.start, h.largest, heapBits)
	}
	h.offsetBytes = (heapBits + 7) / 8
	h.lengthBytes = min((bits.Len64(h.largest)+6)/8, encoded(most))
	if want := 1 + h.offsetBytes + h.lengthBytes; h.id < want || h.id > 64 {
		return nil, fmt.Errorf("fractal heap at byte %d: identifiers of %d bytes, at least %d are needed", at, h.id, want)
	}
	switch {
	case root == undefined:
	case rows == 0:
		err = h.direct(root, 0, h.start)
	case rows > heapBits:
		err = fmt.Errorf("fractal heap at byte %d: %d rows for %d bits", at, rows, heapBits)
	default:
		err = h.indirect(root, 0, rows, 0)
	}
	sort.Slice(h.blocks, func(i, j int) bool { return h.blocks[i].offset < h.blocks[j].offset })
	return h, err
}

func power(n uint64) bool { return n > 0 && n&(n-1) == 0 }

// encoded is the number of bytes that hold numbers up to n.
func encoded(n uint64) int { return (bits.Len64(n)-1)/8 + 1 }

// blockHead reads what direct and indirect blocks begin with.
func (h *fractal) blockHead(c *block, magic string, at, offset uint64) error {
	got, version, heap, place := string(c.take(4)), c.u8(), c.u64(), c.number(min(h.offsetBytes, 8))
	if got != magic || version != 0 || heap != h.at || place != offset {
		return fmt.Errorf("block of a fractal heap at byte %d: %q of version %d for heap %d at %d, expected %s of 0 for %d at %d",
			at, got, version, heap, place, magic, h.at, offset)
	}
	return nil
}

func (h *fractal) direct(at, offset, size uint64) error {
	c, err := h.f.load("block of a fractal heap", at, size)
	if err != nil {
		return err
	}
	if err := h.blockHead(c, "FHDB", at, offset); err != nil {
		return err
	}
	if h.sums {
		c.skip(4)
	}
	if c.short {
		return fmt.Errorf("block of a fractal heap at byte %d: %d bytes are too few", at, size)
	}
	h.blocks = append(h.blocks, directBlock{offset, c.b, uint64(c.pos)})
	return nil
}

// indirect reads a block of addresses of blocks: rows of direct ones, then of indirect ones.
func (h *fractal) indirect(at, offset uint64, rows, depth int) error {
	size := 4 + 1 + 8 + h.offsetBytes + rows*h.width*8 + 4
	c, err := h.f.load("block of a fractal heap", at, uint64(size))
	if err != nil {
		return err
	}
	if err := h.blockHead(c, "FHIB", at, offset); err != nil {
		return err
	}
	if depth > 8 {
		return fmt.Errorf("block of a fractal heap at byte %d: nested too deep", at)
	}
	blockSize := h.start
	for row := range rows {
		if row > 1 {
			blockSize *= 2
		}
		for range h.width {
			child := c.u64()
			switch {
			case child == undefined:
			case blockSize <= h.largest:
				err = h.direct(child, offset, blockSize)
			default:
				below := bits.Len64(blockSize) - bits.Len64(h.start*uint64(h.width)) + 1
				if below < 1 || below >= rows {
					return fmt.Errorf("block of a fractal heap at byte %d: %d rows in one of %d", at, below, rows)
				}
				err = h.indirect(child, offset, below, depth+1)
			}
			if err != nil {
				return err
			}
			offset += blockSize
		}
	}
	return nil
}

// object returns the bytes of an object by its identifier.
func (h *fractal) object(id []byte) (*block, error) {
	c := &block{b: id}
	if kind := c.u8(); kind != 0 {
		return nil, fmt.Errorf("fractal heap at byte %d: an object of kind %#x (huge or tiny), which is not read", h.at, kind)
	}
	offset, length := c.number(h.offsetBytes), c.number(h.lengthBytes)
	i := sort.Search(len(h.blocks), func(i int) bool { return h.blocks[i].offset > offset }) - 1
	if i >= 0 {
		b := h.blocks[i]
		from, size := offset-b.offset, uint64(len(b.b))
		if length > 0 && from >= b.head && from < size && length <= size-from {
			return &block{b: b.b[from : from+length]}, nil
		}
	}
	return nil, fmt.Errorf("fractal heap at byte %d: an object of %d bytes at %d, where no block holds it", h.at, length, offset)
}

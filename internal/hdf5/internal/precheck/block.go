package precheck

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sort"
)

// undefined is the address of what is not there.
const undefined = math.MaxUint64

// block reads numbers from a piece of the file. Beyond its end it returns
// zeros and remembers that it was short.
type block struct {
	b     []byte
	pos   int
	short bool
}

func (c *block) take(n int) []byte {
	if n < 0 || n > len(c.b)-c.pos {
		c.short, c.pos = true, len(c.b)
		return nil
	}
	c.pos += n
	return c.b[c.pos-n : c.pos]
}

func (c *block) left() int { return len(c.b) - c.pos }

// number reads a little-endian number of n ≤ 8 bytes.
func (c *block) number(n int) uint64 {
	var raw [8]byte
	copy(raw[:], c.take(n))
	return binary.LittleEndian.Uint64(raw[:])
}

func (c *block) u8() int        { return int(c.number(1)) }
func (c *block) u16() int       { return int(c.number(2)) }
func (c *block) u32() uint64    { return c.number(4) }
func (c *block) u64() uint64    { return c.number(8) }
func (c *block) skip(n int)     { c.take(n) }
func (c *block) align(from int) { c.take((8 - (c.pos-from)%8) % 8) }

// text reads up to a NUL, which is consumed.
func (c *block) text() string {
	n := slices.Index(c.b[c.pos:], 0)
	if n < 0 {
		c.short = true
		return ""
	}
	s := string(c.b[c.pos : c.pos+n])
	c.pos += n + 1
	return s
}

// extent is a part of the file that one structure holds.
type extent struct {
	at, size uint64
	what     string
}

// claim notes that a structure holds size bytes at an address; each address
// begins one structure only, which ends every loop of addresses.
func (f *File) claim(what string, at, size uint64) error {
	if at > f.end || size > f.end-at {
		return fmt.Errorf("%s at byte %d: %d bytes, the file ends at %d", what, at, size, f.end)
	}
	if size == 0 {
		return nil
	}
	if f.begins[at] {
		return fmt.Errorf("%s at byte %d: another structure begins there", what, at)
	}
	f.begins[at] = true
	f.extents = append(f.extents, extent{at, size, what})
	return nil
}

// load claims and reads a structure.
func (f *File) load(what string, at, size uint64) (*block, error) {
	if err := f.claim(what, at, size); err != nil {
		return nil, err
	}
	return f.bytes(what, at, size)
}

// bytes reads a part of the file that need not be claimed.
func (f *File) bytes(what string, at, size uint64) (*block, error) {
	if at > f.end || size > f.end-at {
		return nil, fmt.Errorf("%s at byte %d: %d bytes, the file ends at %d", what, at, size, f.end)
	}
	if size > uint64(f.most()) {
		return nil, fmt.Errorf("%s at byte %d: %d bytes, the limit is %d", what, at, size, f.most())
	}
	b := make([]byte, size)
	if _, err := f.r.ReadAt(b, int64(at)); err != nil {
		return nil, fmt.Errorf("%s at byte %d: %w", what, at, err)
	}
	return &block{b: b}, nil
}

// most is the limit for one structure: that for data, but no less than 16 MiB.
func (f *File) most() int64 { return max(f.limits.Bytes, 16<<20) }

// overlap finds two structures that share bytes.
func (f *File) overlap() error {
	sort.Slice(f.extents, func(i, j int) bool { return f.extents[i].at < f.extents[j].at })
	for i := 1; i < len(f.extents); i++ {
		if a, b := f.extents[i-1], f.extents[i]; a.at+a.size > b.at {
			return fmt.Errorf("%s at byte %d and %s at byte %d overlap", a.what, a.at, b.what, b.at)
		}
	}
	return nil
}

// product multiplies sizes, false when it does not fit an int64.
func product(first int, dims []int) (int64, bool) {
	n := int64(first)
	for _, d := range dims {
		if d < 0 || d > 0 && n > math.MaxInt64/int64(d) {
			return 0, false
		}
		n *= int64(d)
	}
	return n, true
}

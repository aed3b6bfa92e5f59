package precheck

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
)

// Filters that are read.
const (
	deflate    = 1
	shuffle    = 2
	fletcher32 = 3
)

type filter struct {
	id, values int
	value      int // the first client value
}

var filterNames = map[int]string{4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32015: "zstd"}

func (d *dataset) readFilters(c *block) error {
	version, count := c.u8(), c.u8()
	if version != 1 && version != 2 || count < 1 || count > 32 {
		return fmt.Errorf("filter pipeline of version %d with %d filters", version, count)
	}
	if version == 1 {
		c.skip(6)
	}
	for range count {
		p, named := filter{id: c.u16()}, 0
		if version == 1 || p.id >= 256 {
			named = c.u16()
		}
		c.skip(2)
		p.values = c.u16()
		name := c.take(named)
		if version == 1 && named%8 != 0 || named > 0 && !c.short && bytes.IndexByte(name, 0) < 0 {
			return fmt.Errorf("filter %d with a name of %d bytes", p.id, named)
		}
		for i := range p.values {
			if v := int(c.u32()); i == 0 {
				p.value = v
			}
		}
		if version == 1 && p.values%2 == 1 {
			c.skip(4)
		}
		d.filters = append(d.filters, p)
	}
	return nil
}

// check refuses what is not deflate, shuffle or Fletcher-32 with the values they are written with.
func (p filter) check(elem int) error {
	switch {
	case p.id == deflate && p.values == 1 && p.value <= 9:
	case p.id == shuffle && p.values == 1 && p.value == elem:
	case p.id == shuffle && p.values == 0: // elements of variable length: written in the pipeline, skipped in every chunk
	case p.id == fletcher32 && p.values == 0:
	case p.id <= fletcher32:
		return fmt.Errorf("filter %d with %d values, the first %d, for elements of %d bytes", p.id, p.values, p.value, elem)
	default:
		return fmt.Errorf("filter %d (%s), only deflate, shuffle and Fletcher-32 are read", p.id, filterNames[p.id])
	}
	return nil
}

// unpack undoes the filters of a chunk that must come to size bytes. Bytes
// stay shuffled: their number is the same, and elements to follow are never shuffled.
func (d *dataset) unpack(k chunk, raw []byte, size int) ([]byte, error) {
	for i := len(d.filters) - 1; i >= 0; i-- {
		if k.skip>>i&1 == 1 {
			continue
		}
		var err error
		switch p := d.filters[i]; p.id {
		case deflate:
			raw, err = inflate(raw, size+4*len(d.filters))
		case shuffle:
			if p.values == 0 {
				return nil, fmt.Errorf("a chunk shuffled by an unknown size")
			}
		case fletcher32:
			if len(raw) < 4 {
				return nil, fmt.Errorf("a chunk too short for its checksum")
			}
			raw = raw[:len(raw)-4]
		}
		if err != nil {
			return nil, err
		}
	}
	if len(raw) != size {
		return nil, fmt.Errorf("a chunk of %d bytes after its filters, expected %d", len(raw), size)
	}
	return raw, nil
}

// inflate returns up to most+1 bytes: one more than may be shows that there are too many.
func inflate(raw []byte, most int) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("a chunk that does not inflate: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(z, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("a chunk that does not inflate: %w", err)
	}
	return out, nil
}

package precheck

import (
	"bytes"
	"fmt"
	"io"
)

// Limits bound what a file may ask for.
type Limits struct {
	Bytes   int64 // of the data read at a time
	Objects int   // groups, data sets and attributes
	Depth   int   // of nested groups
}

// File is a checked file. It is not for concurrent use.
type File struct {
	Root   *Object
	r      io.ReaderAt
	end    uint64 // bytes
	limits Limits

	leafK, groupK, chunkK int // half the entries of a symbol node, of a group's and of a chunk index's B-tree node

	begins  map[uint64]bool
	extents []extent
	headers map[uint64]*header
	heaps   map[uint64]map[int]uint64 // global heap collection → index → size
	queue   []*header
	objects int
}

var signature = []byte("\x89HDF\r\n\x1a\n")

// Scan walks the file. An error means that nothing of it may be read; what
// concerns one object alone is in its Err.
func Scan(r io.ReaderAt, size int64, limits Limits) (*File, error) {
	f := &File{
		r: r, end: uint64(size), limits: limits,
		leafK: 4, groupK: 16, chunkK: 32,
		begins: map[uint64]bool{}, headers: map[uint64]*header{}, heaps: map[uint64]map[int]uint64{},
	}
	root, err := f.superblock()
	if err != nil {
		return nil, err
	}
	top, err := f.headerAt(root)
	if err != nil {
		return nil, err
	}
	for len(f.queue) > 0 {
		h := f.queue[0]
		f.queue = f.queue[1:]
		h.err = f.parse(h)
	}
	if err := f.overlap(); err != nil {
		return nil, err
	}
	f.objects = 0
	f.Root = f.tree(top, "", "/", nil)
	if f.Root.Err == nil && !f.Root.Group {
		f.Root.Err = fmt.Errorf("the root is no group")
	}
	return f, f.Root.Err
}

// superblock returns the address of the root group's header.
func (f *File) superblock() (uint64, error) {
	c, err := f.bytes("superblock", 0, min(f.end, 100))
	if err != nil {
		return 0, err
	}
	if !bytes.Equal(c.take(8), signature) {
		return 0, fmt.Errorf("not an HDF5 file: its first 8 bytes are not the signature")
	}
	switch version := c.u8(); version {
	case 0, 1:
		return f.superblock0(c, version)
	case 2, 3:
		return f.superblock2(c)
	default:
		return 0, fmt.Errorf("superblock version %d, known are 0 to 3", version)
	}
}

func (f *File) superblock0(c *block, version int) (uint64, error) {
	space, entry, _, shared := c.u8(), c.u8(), c.u8(), c.u8()
	offsets, lengths := c.u8(), c.u8()
	c.skip(1)
	f.leafK, f.groupK = c.u16(), c.u16()
	flags := c.u32()
	if version == 1 {
		f.chunkK = c.u16()
		c.skip(2)
	}
	if space != 0 || entry != 0 || shared != 0 || flags&^3 != 0 {
		return 0, fmt.Errorf("superblock: unknown versions or flags (%d, %d, %d, %#x)", space, entry, shared, flags)
	}
	base, _, end, driver := c.u64(), c.u64(), c.u64(), c.u64()
	if driver != undefined {
		return 0, fmt.Errorf("superblock: a driver block, which is not read")
	}
	for _, k := range []int{f.leafK, f.groupK, f.chunkK} {
		if k < 1 || k > 4096 {
			return 0, fmt.Errorf("superblock: B-tree sizes %d, %d, %d are outside 1 to 4096", f.leafK, f.groupK, f.chunkK)
		}
	}
	e := readEntry(c)
	if err := f.extentOf(offsets, lengths, base, end, c); err != nil {
		return 0, err
	}
	top, err := f.headerAt(e.header)
	if err == nil && e.cached == cachedTable {
		err = top.expect(table{e.tree, e.heap})
	}
	return e.header, err
}

func (f *File) superblock2(c *block) (uint64, error) {
	offsets, lengths, flags := c.u8(), c.u8(), c.u8()
	base, extension, end, root := c.u64(), c.u64(), c.u64(), c.u64()
	c.skip(4)
	if extension != undefined {
		return 0, fmt.Errorf("superblock: an extension, which is not read")
	}
	if flags != 0 {
		return 0, fmt.Errorf("superblock: flags %#x, expected none: the file was not closed by its writer", flags)
	}
	return root, f.extentOf(offsets, lengths, base, end, c)
}

// extentOf checks what all superblocks say, and takes over where the file ends.
func (f *File) extentOf(offsets, lengths int, base, end uint64, c *block) error {
	switch {
	case c.short:
		return fmt.Errorf("superblock: the file ends at byte %d within it", f.end)
	case offsets != 8 || lengths != 8:
		return fmt.Errorf("superblock: addresses of %d and lengths of %d bytes, only 8 are read", offsets, lengths)
	case base != 0:
		return fmt.Errorf("superblock: base address %d, expected 0", base)
	case end > f.end:
		return fmt.Errorf("truncated: %d bytes, the superblock says %d", f.end, end)
	}
	f.end = end
	return f.claim("superblock", 0, uint64(c.pos))
}

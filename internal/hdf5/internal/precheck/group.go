package precheck

import (
	"fmt"
	"slices"
	"strings"
)

// link is an entry of a group: the object it leads to, or a path, or why it leads nowhere.
type link struct {
	name string
	to   *header
	soft string
	err  error
}

// table is where the names of a symbol-table group are.
type table struct{ tree, heap uint64 }

// entry is a symbol table entry: a name and an object.
type entry struct {
	name, header uint64
	cached       uint64
	tree, heap   uint64 // cachedTable
	soft         uint64 // cachedSoft: place of the path in the heap
}

const (
	cachedNothing = 0
	cachedTable   = 1
	cachedSoft    = 2
	entrySize     = 40
)

func readEntry(c *block) entry {
	e := entry{name: c.u64(), header: c.u64(), cached: c.u32()}
	c.skip(4)
	scratch := &block{b: c.take(16)}
	if e.cached == cachedTable {
		e.tree, e.heap = scratch.u64(), scratch.u64()
	} else {
		e.soft = scratch.u32()
	}
	return e
}

// readTable reads a group kept as a symbol table.
func (f *File) readTable(h *header, c *block) error {
	t := table{c.u64(), c.u64()}
	if c.short {
		return nil
	}
	if err := h.expect(t); err != nil {
		return err
	}
	names, err := f.localHeap(t.heap)
	if err != nil {
		return err
	}
	size := uint64(24 + 2*f.groupK*16 + 8)
	return f.walk(t.tree, size, 0, 2*f.groupK, 16, func(c *block) (uint64, error) {
		c.skip(8) // the name that ends the child before
		return c.u64(), nil
	}, func(at uint64, _ *block) error { return f.symbols(h, at, names) })
}

// expect notes where the symbol table of a group is: its header says so, and entries that lead to it repeat it.
func (h *header) expect(t table) error {
	if h.table != nil && *h.table != t {
		return fmt.Errorf("a group and a link to it disagree about its symbol table")
	}
	h.table = &t
	return nil
}

// walk visits the leaves of a version 1 B-tree: child reads a key and the
// address behind it, leaf gets the address and the block of its key.
func (f *File) walk(at, size uint64, kind, most, width int, child func(*block) (uint64, error), leaf func(uint64, *block) error) error {
	type node struct {
		at    uint64
		level int
	}
	for todo := []node{{at, -1}}; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		c, err := f.load("node of a B-tree", n.at, size)
		if err != nil {
			return err
		}
		magic, got, level, count := string(c.take(4)), c.u8(), c.u8(), c.u16()
		if magic != "TREE" || got != kind || count > most || n.level >= 0 && level != n.level {
			return fmt.Errorf("node of a B-tree at byte %d: %q of kind %d, level %d with %d entries, at most %d of kind %d expected",
				n.at, magic, got, level, count, most, kind)
		}
		c.skip(16)
		for range count {
			key := &block{b: c.b[c.pos:min(c.pos+width, len(c.b))]}
			at, err := child(c)
			if err == nil && level == 0 {
				err = leaf(at, key)
			}
			if err != nil {
				return err
			}
			if level > 0 {
				todo = append(todo, node{at, level - 1})
			}
		}
	}
	return nil
}

// localHeap reads the names of a group.
func (f *File) localHeap(at uint64) ([]byte, error) {
	c, err := f.load("local heap", at, 32)
	if err != nil {
		return nil, err
	}
	magic, version := string(c.take(4)), c.u8()
	c.skip(3)
	size, free, data := c.u64(), c.u64(), c.u64()
	if magic != "HEAP" || version != 0 {
		return nil, fmt.Errorf("local heap at byte %d: %q of version %d, expected HEAP of 0", at, magic, version)
	}
	names, err := f.load("names of a group", data, size)
	if err != nil {
		return nil, err
	}
	for steps := uint64(0); free != 1; steps++ { // 1 ends the list of free pieces
		if size < 16 || free > size-16 || steps > size/16 {
			return nil, fmt.Errorf("local heap at byte %d: its list of free space leaves the heap or has no end", at)
		}
		piece := &block{b: names.b[free:]}
		next, n := piece.u64(), piece.u64()
		if n < 16 || n > size-free {
			return nil, fmt.Errorf("local heap at byte %d: free space of %d bytes at %d of %d", at, n, free, size)
		}
		free = next
	}
	return names.b, nil
}

// symbols reads a symbol table node.
func (f *File) symbols(h *header, at uint64, names []byte) error {
	c, err := f.load("symbol table node", at, uint64(8+2*f.leafK*entrySize))
	if err != nil {
		return err
	}
	magic, version, _, count := string(c.take(4)), c.u8(), c.u8(), c.u16()
	if magic != "SNOD" || version != 1 || count > 2*f.leafK {
		return fmt.Errorf("symbol table node at byte %d: %q of version %d with %d entries, at most %d expected",
			at, magic, version, count, 2*f.leafK)
	}
	for range count {
		e := readEntry(c)
		name, ok := nameAt(names, e.name)
		if !ok {
			return fmt.Errorf("symbol table node at byte %d: a name at %d of a heap of %d bytes", at, e.name, len(names))
		}
		l := link{name: name}
		switch e.cached {
		case cachedNothing, cachedTable:
			l.to, l.err = f.headerAt(e.header)
			if l.err == nil && e.cached == cachedTable {
				l.err = l.to.expect(table{e.tree, e.heap})
			}
		case cachedSoft:
			if l.soft, ok = nameAt(names, e.soft); !ok {
				return fmt.Errorf("soft link %q: its path is at %d of a heap of %d bytes", name, e.soft, len(names))
			}
		default:
			return fmt.Errorf("link %q is of unknown kind %d", name, e.cached)
		}
		if err := h.addLink(l, f.limits.Objects); err != nil {
			return err
		}
	}
	return nil
}

func nameAt(heap []byte, at uint64) (string, bool) {
	if at >= uint64(len(heap)) {
		return "", false
	}
	c := &block{b: heap[at:]}
	return c.text(), !c.short
}

func (h *header) addLink(l link, limit int) error {
	if l.name == "" || l.name == "." || strings.Contains(l.name, "/") {
		return fmt.Errorf("a link of the name %q", l.name)
	}
	if len(h.links) >= limit {
		return fmt.Errorf("more than %d links, which is the limit", limit)
	}
	h.links = append(h.links, l)
	return nil
}

// readLink reads a link message of a group kept in its header.
func (f *File) readLink(h *header, c *block) error {
	version, flags, kind := c.u8(), c.u8(), 0
	if version != 1 || flags&^0x1f != 0 {
		return fmt.Errorf("link version %d with flags %#x", version, flags)
	}
	if flags&8 != 0 {
		kind = c.u8()
	}
	if flags&4 != 0 {
		c.skip(8)
	}
	if flags&0x10 != 0 {
		c.skip(1)
	}
	n := c.number(1 << (flags & 3))
	l := link{name: string(c.take(int(min(n, uint64(len(c.b))))))}
	switch kind {
	case 0:
		if at := c.u64(); !c.short {
			l.to, l.err = f.headerAt(at)
		}
	case 1:
		l.soft = string(c.take(c.u16()))
	case 64:
		c.skip(c.u16())
		l.err = fmt.Errorf("an external link, which is not followed")
	default:
		return fmt.Errorf("link %q is of unknown kind %d", l.name, kind)
	}
	if c.short || strings.ContainsRune(l.name+l.soft, 0) {
		return fmt.Errorf("link %q is cut off", l.name)
	}
	return h.addLink(l, f.limits.Objects)
}

// linkInfo says where the links are that are not in the header.
func (f *File) linkInfo(h *header, c *block) error {
	version, flags := c.u8(), c.u8()
	if version != 0 || flags > 3 {
		return fmt.Errorf("link info version %d with flags %#x", version, flags)
	}
	c.skip(8 * (flags & 1))
	heap, names := c.u64(), c.u64()
	c.skip(4 * (flags & 2))
	if heap == undefined || c.short {
		return nil
	}
	return f.denseLinks(h, heap, names)
}

func groupInfo(c *block) error {
	version, flags := c.u8(), c.u8()
	if version != 0 || flags > 3 {
		return fmt.Errorf("group info version %d with flags %#x", version, flags)
	}
	c.skip(4 * (flags & 1))
	c.skip(2 * (flags & 2))
	return nil
}

// sorted returns the links of a group by name, or the name that is there twice.
func (h *header) sorted() ([]link, error) {
	slices.SortStableFunc(h.links, func(a, b link) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(h.links); i++ {
		if h.links[i].name == h.links[i-1].name {
			return nil, fmt.Errorf("the name %q is there twice", h.links[i].name)
		}
	}
	return h.links, nil
}

package precheck

import "fmt"

// Record types of version 2 B-trees: names of links, names of attributes.
const (
	linkNames = 5
	attrNames = 8
)

// tree2 is a version 2 B-tree.
type tree2 struct {
	f                *File
	at               uint64
	kind, node, size int // type and size of a record, bytes of a node
	most             []int
	total            []int // bytes of the counts of all records below a node
	count            int   // bytes of the count of a node's records
	seen             uint64
	record           func([]byte) error
}

const node2Head = 4 + 1 + 1 + 4 // magic, version, type; checksum

// walk2 gives every record of a tree to a function.
func (f *File) walk2(at uint64, kind, size int, record func([]byte) error) error {
	c, err := f.load("B-tree", at, 38)
	if err != nil {
		return err
	}
	magic, version, got := string(c.take(4)), c.u8(), c.u8()
	node, recordSize, depth := c.u32(), c.u16(), c.u16()
	c.skip(2)
	root, rootCount, all := c.u64(), c.u16(), c.u64()
	t := &tree2{f: f, at: at, kind: kind, node: int(node), size: size, record: record}
	if magic != "BTHD" || version != 0 || got != kind || recordSize != size || node < 64 || node > 1<<20 || depth > 16 {
		return fmt.Errorf("version 2 B-tree at byte %d: %q of version %d with records of type %d and %d bytes, nodes of %d bytes, depth %d; expected BTHD, 0, %d, %d",
			at, magic, version, got, recordSize, node, depth, kind, size)
	}
	if err := t.measure(depth); err != nil {
		return err
	}
	if root == undefined {
		if rootCount != 0 || all != 0 {
			return fmt.Errorf("version 2 B-tree at byte %d: %d records without a root", at, all)
		}
		return nil
	}
	if err := t.visit(root, rootCount, depth); err != nil {
		return err
	}
	if t.seen != all {
		return fmt.Errorf("version 2 B-tree at byte %d: %d records, its head says %d", at, t.seen, all)
	}
	return nil
}

// measure finds how many records a node of each depth holds, and the widths of the counts.
func (t *tree2) measure(depth int) error {
	most := (t.node - node2Head) / t.size
	t.count = encoded(uint64(max(most, 1)))
	t.most, t.total = []int{most}, []int{0}
	all := uint64(most)
	for d := 1; d <= depth; d++ {
		pointer := 8 + t.count + t.total[d-1]
		most = (t.node - node2Head - pointer) / (t.size + pointer)
		if most < 1 || all > 1<<48 {
			return fmt.Errorf("version 2 B-tree at byte %d: nodes of %d bytes at depth %d", t.at, t.node, d)
		}
		all = uint64(most+1)*all + uint64(most)
		t.most, t.total = append(t.most, most), append(t.total, encoded(all))
	}
	return nil
}

func (t *tree2) visit(at uint64, count, depth int) error {
	c, err := t.f.load("node of a B-tree", at, uint64(t.node))
	if err != nil {
		return err
	}
	want := "BTLF"
	if depth > 0 {
		want = "BTIN"
	}
	magic, version, kind := string(c.take(4)), c.u8(), c.u8()
	if magic != want || version != 0 || kind != t.kind || count > t.most[depth] {
		return fmt.Errorf("node of a B-tree at byte %d: %q of version %d and type %d with %d records, expected %s, 0, %d, at most %d",
			at, magic, version, kind, count, want, t.kind, t.most[depth])
	}
	for range count {
		if err := t.record(c.take(t.size)); err != nil {
			return err
		}
		t.seen++
	}
	if depth == 0 {
		return nil
	}
	for range count + 1 {
		child, n := c.u64(), int(c.number(t.count))
		c.skip(t.total[depth-1])
		if err := t.visit(child, n, depth-1); err != nil {
			return err
		}
	}
	return nil
}

// dense reads what is in a fractal heap through the tree of its names; id is where a record holds the identifier.
func (f *File) dense(heap, names uint64, kind, size, id int, each func(record []byte, c *block) error) error {
	h, err := f.fractalHeap(heap)
	if err != nil {
		return err
	}
	if id+h.id > size {
		return fmt.Errorf("fractal heap at byte %d: identifiers of %d bytes, expected %d", heap, h.id, size-id)
	}
	return f.walk2(names, kind, size, func(record []byte) error {
		c, err := h.object(record[id : id+h.id])
		if err != nil {
			return err
		}
		if err := each(record, c); err != nil {
			return err
		}
		if c.short {
			return fmt.Errorf("fractal heap at byte %d: an object of %d bytes is cut off", heap, len(c.b))
		}
		return nil
	})
}

// denseLinks reads the links of a group from its heap.
func (f *File) denseLinks(h *header, heap, names uint64) error {
	const size, id = 11, 4 // hash, identifier
	return f.dense(heap, names, linkNames, size, id, func(_ []byte, c *block) error { return f.readLink(h, c) })
}

// denseAttrs reads the attributes of an object from its heap.
func (f *File) denseAttrs(h *header, heap, names uint64) error {
	const size, id, flags = 17, 0, 8 // identifier, flags, creation order, hash
	return f.dense(heap, names, attrNames, size, id, func(record []byte, c *block) error {
		if record[flags]&2 != 0 {
			return fmt.Errorf("a shared attribute, which is not read")
		}
		return f.readAttribute(h, c)
	})
}

package precheck

import "fmt"

// parse decodes the messages of an object. The error says why the object may
// not be read; what is wrong with its links only stops the groups below it.
func (f *File) parse(h *header) error {
	seen := map[int]bool{}
	d := &dataset{}
	for _, m := range h.messages {
		if m.flags&2 != 0 {
			return fmt.Errorf("a committed type or shared message, which is not read")
		}
		if single(m.kind) && seen[m.kind] {
			return fmt.Errorf("message %#x is there twice", m.kind)
		}
		seen[m.kind] = true
		if err := f.message(h, d, m); err != nil {
			return err
		}
	}
	h.messages = nil
	isData := seen[msgLayout] || seen[msgType] || seen[msgSpace]
	h.group = seen[msgTable] || seen[msgLinkInfo]
	switch {
	case h.group && isData:
		return fmt.Errorf("both a group and a data set")
	case h.group:
		return nil
	case !seen[msgLayout] || !seen[msgType] || !seen[msgSpace]:
		return fmt.Errorf("neither a group nor a data set")
	}
	h.data = d
	return f.finish(d)
}

func single(kind int) bool {
	return kind != msgNil && kind != msgAttribute && kind != msgLink && kind != msgContinuation
}

func (f *File) message(h *header, d *dataset, m message) (err error) {
	c := &block{b: m.body}
	switch m.kind {
	case msgNil, msgContinuation:
		return nil
	case msgTime:
		if version := c.u8(); version != 1 {
			err = fmt.Errorf("modification time of version %d, expected 1", version)
		}
		c.skip(7)
	case msgTimeOld:
		c.skip(16)
	case msgComment:
		c.text()
	case msgReferences:
		c.skip(5)
	case msgGroupInfo:
		err = groupInfo(c)
	case msgSpace:
		d.Space, err = readSpace(c)
	case msgType:
		d.Type, err = readType(c, 0)
	case msgFillOld:
		d.fills = append(d.fills, c.take(int(c.u32())))
	case msgFill:
		err = d.readFill(c)
	case msgLayout:
		err = d.readLayout(c)
	case msgFilters:
		err = d.readFilters(c)
	case msgAttribute:
		err = f.readAttribute(h, c)
	case msgAttrInfo:
		err = f.attrInfo(h, c)
	case msgTable:
		err = f.readTable(h, c)
	case msgLink:
		err = f.readLink(h, c)
	case msgLinkInfo:
		err = f.linkInfo(h, c)
	case msgExternal:
		err = fmt.Errorf("data in external files, which is not read")
	default:
		err = fmt.Errorf("unknown message %#x", m.kind)
	}
	if err == nil && c.short {
		err = fmt.Errorf("message %#x is cut off after %d bytes", m.kind, len(m.body))
	}
	return err
}

// readSpace reads a dataspace message.
func readSpace(c *block) (Space, error) {
	version, rank, flags := c.u8(), c.u8(), c.u8()
	s := Space{}
	switch version {
	case 1:
		c.skip(5)
	case 2:
		kind := c.u8()
		if kind > 2 || kind != 1 && rank != 0 {
			return s, fmt.Errorf("dataspace of kind %d with %d dimensions", kind, rank)
		}
		s.Null = kind == 2
	default:
		return s, fmt.Errorf("dataspace version %d, known are 1 and 2", version)
	}
	if rank > 32 || flags > 1 {
		return s, fmt.Errorf("dataspace of %d dimensions with flags %#x, the limit is 32 with flags 0 or 1", rank, flags)
	}
	for range rank {
		n := c.u64()
		if n > 1<<62 {
			return s, fmt.Errorf("dimensions overflow: %d", n)
		}
		s.Dims = append(s.Dims, int(n))
	}
	for i := range rank * flags {
		if most := c.u64(); most < uint64(s.Dims[i]) {
			return s, fmt.Errorf("dimension %d is %d, its maximum %d", i, s.Dims[i], most)
		}
	}
	if _, ok := product(1, s.Dims); !ok {
		return s, fmt.Errorf("dimensions overflow: %v", s.Dims)
	}
	return s, nil
}

// readAttribute reads an attribute message: name, type, dataspace and data.
func (f *File) readAttribute(h *header, c *block) error {
	if f.objects++; f.objects > f.limits.Objects {
		return fmt.Errorf("more than %d attributes, which is the limit", f.limits.Objects)
	}
	version := c.u8()
	flags, nameLen, typeLen, spaceLen := c.u8(), c.u16(), c.u16(), c.u16()
	if version < 1 || version > 3 {
		return fmt.Errorf("attribute version %d, known are 1 to 3", version)
	}
	if version > 1 && flags != 0 {
		return fmt.Errorf("an attribute of committed type, which is not read")
	}
	if version == 3 {
		c.skip(1)
	}
	part := func(n int) *block {
		p := &block{b: c.take(n)}
		if version == 1 {
			c.take((8 - n%8) % 8)
		}
		return p
	}
	name, kind, space := part(nameLen), part(typeLen), part(spaceLen)
	a := Attr{Name: name.text()}
	var err error
	if a.Type, err = readType(kind, 0); err != nil {
		return fmt.Errorf("attribute %q: %w", a.Name, err)
	}
	if a.Space, err = readSpace(space); err != nil {
		return fmt.Errorf("attribute %q: %w", a.Name, err)
	}
	size, ok := int64(0), true
	if !a.Space.Null {
		size, ok = product(a.Type.Size, a.Space.Dims)
	}
	if name.short || kind.short || space.short || !ok || size > int64(c.left()) || name.left() != 0 {
		return fmt.Errorf("attribute %q is cut off: %d bytes of data, %d are left", a.Name, size, c.left())
	}
	a.raw = c.take(int(size))
	h.attrs = append(h.attrs, a)
	return nil
}

// attrInfo says where the attributes are that are not in the header.
func (f *File) attrInfo(h *header, c *block) error {
	version, flags := c.u8(), c.u8()
	if version != 0 || flags > 3 {
		return fmt.Errorf("attribute info version %d with flags %#x", version, flags)
	}
	c.skip(2 * (flags & 1))
	heap, names := c.u64(), c.u64()
	c.skip(4 * (flags & 2))
	if heap == undefined || c.short {
		return nil
	}
	return f.denseAttrs(h, heap, names)
}

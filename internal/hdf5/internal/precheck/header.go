package precheck

import (
	"fmt"
)

// Messages of an object header.
const (
	msgNil          = 0x00
	msgSpace        = 0x01
	msgLinkInfo     = 0x02
	msgType         = 0x03
	msgFillOld      = 0x04
	msgFill         = 0x05
	msgLink         = 0x06
	msgExternal     = 0x07
	msgLayout       = 0x08
	msgGroupInfo    = 0x0a
	msgFilters      = 0x0b
	msgAttribute    = 0x0c
	msgComment      = 0x0d
	msgTimeOld      = 0x0e
	msgContinuation = 0x10
	msgTable        = 0x11
	msgTime         = 0x12
	msgAttrInfo     = 0x15
	msgReferences   = 0x16

	maxMessages = 1 << 16
)

type message struct {
	kind  int
	flags int
	body  []byte
}

// header is one object of the file, whatever links lead to it.
type header struct {
	at       uint64
	messages []message
	table    *table // where its symbol table is
	err      error

	group bool
	links []link
	attrs []Attr
	data  *dataset
}

type span struct{ at, size uint64 }

// headerAt reads the messages of an object, once, and queues them.
func (f *File) headerAt(at uint64) (*header, error) {
	if h := f.headers[at]; h != nil {
		return h, nil
	}
	if len(f.headers) >= f.limits.Objects {
		return nil, fmt.Errorf("more than %d objects, which is the limit", f.limits.Objects)
	}
	h := &header{at: at}
	peek, err := f.bytes("object header", at, 16)
	if err != nil {
		return nil, err
	}
	if string(peek.b[:4]) == "OHDR" {
		err = f.header2(h, peek.b)
	} else {
		err = f.header1(h, peek)
	}
	if err != nil {
		return nil, err
	}
	f.headers[at] = h
	f.queue = append(f.queue, h)
	return h, nil
}

func (f *File) header1(h *header, c *block) error {
	version := c.u8()
	c.skip(1)
	count, _, size := c.u16(), c.u32(), c.u32()
	if version != 1 {
		return fmt.Errorf("object header at byte %d: version %d, expected 1 or 2", h.at, version)
	}
	if err := f.claim("object header", h.at, 16); err != nil {
		return err
	}
	for todo := []span{{h.at + 16, size}}; len(todo) > 0; todo = todo[1:] {
		c, err := f.load("object header messages", todo[0].at, todo[0].size)
		if err != nil {
			return err
		}
		for c.left() > 0 {
			m := message{kind: c.u16()}
			n := c.u16()
			m.flags = c.u8()
			c.skip(3)
			m.body = c.take(n)
			if c.short || n%8 != 0 {
				return fmt.Errorf("object header at byte %d: a message of %d bytes does not fit", h.at, n)
			}
			todo = h.add(m, todo)
		}
		if len(h.messages) > count {
			break
		}
	}
	if len(h.messages) != count {
		return fmt.Errorf("object header at byte %d: %d messages, expected %d", h.at, len(h.messages), count)
	}
	return nil
}

// add appends a message; a continuation also goes to what is still to be read.
func (h *header) add(m message, todo []span) []span {
	h.messages = append(h.messages, m)
	if m.kind == msgContinuation {
		c := &block{b: m.body}
		todo = append(todo, span{c.u64(), c.u64()})
	}
	return todo
}

func (f *File) header2(h *header, start []byte) error {
	flags, prefix := int(start[5]), 6
	if start[4] != 2 || flags&^0x3f != 0 {
		return fmt.Errorf("object header at byte %d: version %d with flags %#x, expected version 2", h.at, start[4], flags)
	}
	if flags&0x20 != 0 {
		prefix += 16
	}
	if flags&0x10 != 0 {
		prefix += 4
	}
	width := 1 << (flags & 3)
	c, err := f.bytes("object header", h.at, uint64(prefix+width))
	if err != nil {
		return err
	}
	c.skip(prefix)
	size, lead := c.number(width), uint64(prefix+width)
	if size > f.end {
		return fmt.Errorf("object header at byte %d: %d bytes, the file ends at %d", h.at, size, f.end)
	}
	for todo := []span{{h.at, lead + size + 4}}; len(todo) > 0; todo = todo[1:] {
		c, err := f.load("object header", todo[0].at, todo[0].size)
		if err != nil {
			return err
		}
		if len(c.b) < int(lead)+4 {
			return fmt.Errorf("object header at byte %d: a continuation of %d bytes", h.at, len(c.b))
		}
		if todo, err = f.messages2(h, c, int(lead), flags, todo); err != nil {
			return err
		}
		lead = 4 // "OCHK"
	}
	return nil
}

// messages2 reads the messages of one chunk of a version 2 header between its lead and its checksum.
func (f *File) messages2(h *header, c *block, lead, flags int, todo []span) ([]span, error) {
	body := &block{b: c.b[lead : len(c.b)-4]}
	least := 4
	if flags&4 != 0 {
		least = 6
	}
	for body.left() >= least {
		m := message{kind: body.u8()}
		n := body.u16()
		m.flags = body.u8()
		body.skip(least - 4)
		m.body = body.take(n)
		if body.short || len(h.messages) == maxMessages {
			return nil, fmt.Errorf("object header at byte %d: a message of %d bytes does not fit", h.at, n)
		}
		todo = h.add(m, todo)
	}
	return todo, nil
}

package hdf5

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/snntrain/snntrain/internal/fault"
)

// checkTree finds everything in a tree that no file can hold.
func checkTree(name string, g *Group) error {
	c := &checker{above: map[*Group]bool{}}
	c.group(g, place{file: name})
	return c.faults.Err()
}

type checker struct {
	faults fault.List
	above  map[*Group]bool
}

func (c *checker) add(where place, format string, args ...any) {
	c.faults.Add(where.fault(fmt.Sprintf(format, args...), ""))
}

func (c *checker) group(g *Group, where place) {
	if c.above[g] {
		c.add(where, "the group contains itself")
		return
	}
	c.above[g] = true
	defer delete(c.above, g)
	seen := map[string]bool{}
	for _, d := range g.Datasets {
		at := where.below(d.Name)
		c.name(d.Name, seen, at)
		c.array(&d.Array, at)
		c.storage(d, at)
		c.attrs(d.Attrs, at)
	}
	for _, sub := range g.Groups {
		c.name(sub.Name, seen, where.below(sub.Name))
		c.group(sub, where.below(sub.Name))
	}
	c.attrs(g.Attrs, where)
}

func (c *checker) attrs(attrs []Attr, where place) {
	const most = 64 << 10 // an attribute is a message of an object header
	seen := map[string]bool{}
	for i := range attrs {
		a := &attrs[i]
		at := place{where.file, where.path + "@" + a.Name}
		c.name(strings.ReplaceAll(a.Name, "/", "_"), seen, at) // a slash is allowed
		c.array(&a.Array, at)
		if form, k, ok := kindOf(a.Data); ok {
			size := 16
			if k != nil && form != lists {
				size = k.size()
			}
			if n := elements(a.Shape); n > (most-1024)/max(size, a.Form.Size) {
				c.add(at, "an attribute of %d elements, at most %d bytes fit", n, most-1024)
			}
		}
	}
}

func (c *checker) name(name string, seen map[string]bool, at place) {
	switch {
	case name == "" || name == "." || strings.ContainsAny(name, "/\x00") || !utf8.ValidString(name):
		c.add(at, "the name %q; a name is UTF-8 with no slash or NUL, and no single dot", name)
	case seen[name]:
		c.add(at, "the name is there twice")
	}
	seen[name] = true
}

func (c *checker) array(a *Array, at place) {
	form, _, ok := kindOf(a.Data)
	if !ok {
		c.add(at, "data of Go type %T, which no file holds", a.Data)
		return
	}
	if have, want := reflect.ValueOf(a.Data).Len(), elements(a.Shape); have != want || len(a.Shape) > 32 {
		c.add(at, "%d elements in shape %v", have, a.Shape)
	}
	if form == text {
		c.text(a, at)
	}
}

func (c *checker) text(a *Array, at place) {
	t := a.Form
	if t.Size < 0 || t.Pad < PadNUL || t.Pad > PadSpace {
		c.add(at, "strings of %d bytes with padding %d", t.Size, t.Pad)
		return
	}
	room := t.Size
	if t.Pad == Terminate {
		room--
	}
	for i, s := range a.Data.([]string) {
		switch {
		case strings.Contains(s, "\x00"):
			c.add(at, "string %d contains NUL, which ends strings in files", i)
		case t.Size > 0 && len(s) > room:
			c.add(at, "string %d has %d bytes, the size is %d", i, len(s), room)
		case t.Size > 0 && t.Pad == PadSpace && strings.HasSuffix(s, " "):
			c.add(at, "string %d ends in a space, which would be lost as padding", i)
		case t.ASCII && !isASCII(s):
			c.add(at, "string %d is not ASCII", i)
		case !utf8.ValidString(s):
			c.add(at, "string %d is not UTF-8", i)
		}
	}
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

func (c *checker) storage(d *Dataset, at place) {
	s := d.Store
	if s.Gzip < 0 || s.Gzip > 9 {
		c.add(at, "compression level %d, expected 0 to 9", s.Gzip)
	}
	if form, _, ok := kindOf(d.Data); ok && s.Shuffle && (form == lists || form == text && d.Form.Size == 0) {
		c.add(at, "shuffled elements of variable length: libhdf5 would not shuffle them")
	}
	if s.Chunk == nil {
		return
	}
	if len(s.Chunk) != len(d.Shape) || elements(s.Chunk) < 1 {
		c.add(at, "chunks of shape %v for data of shape %v", s.Chunk, d.Shape)
	}
}

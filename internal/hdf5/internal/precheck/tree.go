package precheck

import (
	"fmt"
	"slices"
	"strings"
)

// Space is the shape of a data set or attribute: no dimensions for a scalar.
type Space struct {
	Null bool // no elements, no shape
	Dims []int
}

// Len is the number of elements.
func (s Space) Len() int {
	n, _ := product(1, s.Dims)
	if s.Null {
		n = 0
	}
	return int(n)
}

// Attr is an attribute.
type Attr struct {
	Name  string
	Type  *Type
	Space Space
	raw   []byte
}

// Object is a group or a data set, at one place in the tree.
type Object struct {
	Name, Path string
	Err        error // why it may not be read
	Group      bool
	Children   []*Object // in the order of names
	Attrs      []Attr
	Type       *Type
	Space      Space
	Chunk      []int // nil: not chunked
	Deflate    int   // level, -1: not compressed
	Shuffle    bool

	data *dataset
}

// tree makes the tree below a header; above are the groups that lead to it.
func (f *File) tree(h *header, name, path string, above []*header) *Object {
	o := &Object{Name: name, Path: path, Deflate: -1}
	if f.objects++; f.objects > f.limits.Objects {
		o.Err = fmt.Errorf("more than %d objects, which is the limit", f.limits.Objects)
		return o
	}
	o.Err, o.Attrs, o.Group = h.err, h.attrs, h.group
	if h.data != nil {
		o.fill(h.data)
	}
	if o.Err != nil || !h.group {
		return o
	}
	if len(above) >= f.limits.Depth {
		o.Err = fmt.Errorf("groups nested deeper than %d", f.limits.Depth)
		return o
	}
	links, err := h.sorted()
	if err != nil {
		o.Err = err
		return o
	}
	above = append(slices.Clone(above), h)
	for _, l := range links {
		o.Children = append(o.Children, f.follow(l, o, above))
		if f.objects > f.limits.Objects {
			break
		}
	}
	return o
}

// follow makes the tree behind a link of the group o, the last of above.
func (f *File) follow(l link, o *Object, above []*header) *Object {
	path := strings.TrimSuffix(o.Path, "/") + "/" + l.name
	to, err := l.to, l.err
	if l.soft != "" {
		hops := 16
		if to, err = resolve(above, l.soft, &hops); err != nil {
			err = fmt.Errorf("soft link to %q: %w", l.soft, err)
		}
	}
	if err == nil && to == nil {
		err = fmt.Errorf("a link to nothing")
	}
	if err == nil && slices.Contains(above, to) {
		err = fmt.Errorf("a cycle: the link leads back to a group above it")
	}
	if err != nil {
		f.objects++
		return &Object{Name: l.name, Path: path, Err: err}
	}
	return f.tree(to, l.name, path, above)
}

// resolve finds what a path leads to from the last of the groups, or from the first when it begins with a slash.
func resolve(above []*header, path string, hops *int) (*header, error) {
	at := above[len(above)-1]
	if strings.HasPrefix(path, "/") {
		at = above[0]
	}
	for _, part := range strings.Split(path, "/") {
		if part == "" || part == "." {
			continue
		}
		i := slices.IndexFunc(at.links, func(l link) bool { return l.name == part })
		if i < 0 {
			return nil, fmt.Errorf("%q is not there", part)
		}
		l := at.links[i]
		if l.soft != "" {
			if *hops--; *hops < 0 {
				return nil, fmt.Errorf("a cycle of soft links")
			}
			var err error
			if l.to, err = resolve([]*header{above[0], at}, l.soft, hops); err != nil {
				return nil, err
			}
		}
		if l.to == nil {
			return nil, fmt.Errorf("%q leads nowhere", part)
		}
		at = l.to
	}
	return at, nil
}

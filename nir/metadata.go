package nir

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/hdf5"
)

// Metadata is what a file says of a node or graph beside its definition. A
// value is a string, a Tensor, or Metadata below it. Readers of other
// frameworks carry it along and do not read it.
type Metadata map[string]any

// Text is a string at a path of names; "" when there is none.
func (m Metadata) Text(path ...string) string {
	s, _ := m.at(path).(string)
	return s
}

// Number is a number at a path of names.
func (m Metadata) Number(path ...string) (float64, bool) {
	t, ok := m.at(path).(Tensor)
	if !ok || t.Len() != 1 {
		return 0, false
	}
	v, err := t.Floats()
	if err != nil {
		return 0, false
	}
	return v[0], true
}

func (m Metadata) at(path []string) any {
	var v any = m
	for _, name := range path {
		below, ok := v.(Metadata)
		if !ok {
			return nil
		}
		v = below[name]
	}
	return v
}

// Equal compares what two hold.
func (m Metadata) Equal(o Metadata) bool {
	return maps.EqualFunc(m, o, func(a, b any) bool {
		switch a := a.(type) {
		case Metadata:
			b, ok := b.(Metadata)
			return ok && a.Equal(b)
		case Tensor:
			b, ok := b.(Tensor)
			return ok && a.Equal(b)
		}
		return a == b
	})
}

// scalar makes a number for metadata.
func scalar(v float64) Tensor { return Tensor{Data: []float64{v}} }

// whole makes a whole number for metadata.
func whole(v int) Tensor { return Tensor{Data: []int64{int64(v)}} }

// readMetadata turns a group into metadata.
func readMetadata(g *hdf5.Group) Metadata {
	m := Metadata{}
	for _, sub := range g.Groups {
		m[sub.Name] = readMetadata(sub)
	}
	for _, d := range g.Datasets {
		if text, ok := d.Data.([]string); ok && len(d.Shape) == 0 && len(text) == 1 {
			m[d.Name] = text[0]
			continue
		}
		m[d.Name] = Tensor{d.Shape, d.Data}
	}
	return m
}

// write writes metadata to a group below g; none when it is empty.
func (m Metadata) write(g *hdf5.Group, name string) {
	if len(m) == 0 {
		return
	}
	below := g.AddGroup(name)
	for _, key := range slices.SortedFunc(maps.Keys(m), cmp.Compare[string]) {
		name := strings.ReplaceAll(key, "/", "_")
		switch v := m[key].(type) {
		case Metadata:
			if len(v) > 0 {
				v.write(below, name)
			}
		case string:
			below.Add(name, nil, []string{v})
		case Tensor:
			addTensor(below, name, v)
		}
	}
}

// addTensor adds an array as the nir package stores it: compressed, unless it is a scalar.
func addTensor(g *hdf5.Group, name string, t Tensor) {
	d := g.Add(name, t.Shape, t.Data)
	if len(t.Shape) > 0 && t.Len() > 0 {
		d.Store.Gzip = 4
	}
}

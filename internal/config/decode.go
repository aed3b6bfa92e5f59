package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/go-viper/mapstructure/v2"
)

// Decode fills the structs, or other values, that into points to; they arrive
// filled with defaults. Several structs share the section's keys: a key must be
// known to one of them. Unknown keys, wrong types and broken limits are recorded
// as faults, and the fields concerned keep their defaults.
func (s Section) Decode(into ...any) {
	v := s.val
	if !v.given() || s.bareName() {
		v = emptyMap(s.path, s.place())
	}
	known, open := s.host, false
	var kept []any
	for _, target := range into {
		s.doc.decode(v, target)
		st, ok := structOf(target)
		if !ok {
			open = true // it takes any key
			continue
		}
		s.doc.check(s, target, st.Type())
		keys, more := names(st)
		known, open = slices.Concat(known, keys), open || more
		kept = append(kept, copyOf(st))
	}
	if !open {
		s.doc.unknown(v, known)
	}
	s.doc.decoded[s.slot()] = kept
}

// bareName reports whether the section is just the name of a plug-in, and was taken for that.
func (s Section) bareName() bool {
	_, text := s.val.data.(string)
	return text && s.doc.read[join(s.path, s.by)]
}

// slot is where the document keeps what the section was decoded into; an
// inline section has its host's path but a slot of its own.
func (s Section) slot() string {
	if s.host != nil {
		return s.path + inlined
	}
	return s.path
}

// copyOf returns a pointer to a copy of the struct as it is now.
func copyOf(st reflect.Value) any {
	p := reflect.New(st.Type())
	p.Elem().Set(st)
	return p.Interface()
}

// decode fills target from v. Mapstructure walks the types; the hook does what
// must be strict and needs positions.
func (d *Document) decode(v *value, target any) {
	hook := func(from, to reflect.Value) (any, error) {
		if c, ok := from.Interface().(*value); ok {
			return d.convert(c, to, c == v), nil
		}
		return from.Interface(), nil
	}
	dec, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result:               target,
		TagName:              "yaml",
		SquashTagOption:      "inline",
		IgnoreUntaggedFields: true,
		DecodeHook:           hook,
	})
	if err == nil {
		err = dec.Decode(v)
	}
	if err != nil {
		d.fault(v.path, v.place(), "cannot be decoded: "+err.Error(), "")
	}
}

// convert turns v into what mapstructure can put into to; nil leaves to as it
// is. Top says that the caller of decode checks for unknown keys itself.
func (d *Document) convert(v *value, to reflect.Value, top bool) any {
	if v.broken {
		return nil
	}
	if isSection(to.Type()) {
		return Section{doc: d, val: v, path: v.path, by: defaultBy}
	}
	var need string
	got := v.describe()
	switch k := to.Kind(); {
	case k == reflect.Pointer:
		if v.null() {
			return nil
		}
		return v
	case isText(to.Type()) || k <= reflect.Float64 || k == reflect.String:
		var out any
		if out, need = convertScalar(v, to.Type()); need == "" {
			return out
		}
	case k == reflect.Struct:
		if v.kind != object {
			d.fault(v.path, v.place(), "needs a map, got "+got, "")
			v = emptyMap(v.path, v.place())
		}
		return d.convertStruct(v, to, top)
	case k == reflect.Map:
		if v.null() {
			return nil
		}
		if v.kind == object {
			return convertMap(v, to)
		}
		need = "a map"
	case k == reflect.Slice && v.kind == list:
		to.SetZero() // a list replaces the default
		return v.items
	case k == reflect.Array && v.kind == list && len(v.items) == to.Len():
		return v.items
	case (k == reflect.Slice || k == reflect.Array) && v.kind == scalar && !v.null() && plainElem(to.Type()):
		return repeated(v, to) // one value stands for a list of one, or for each of an array
	case k == reflect.Array:
		need = fmt.Sprintf("a list of %d", to.Len())
		if v.kind == list {
			got += fmt.Sprintf(" of %d", len(v.items))
		}
	default:
		need = "a list"
	}
	d.fault(v.path, v.place(), "needs "+need+", got "+got, "")
	return nil
}

// convertMap returns the entries of v, to be laid over a copy of the default map.
func convertMap(v *value, to reflect.Value) any {
	if !to.IsNil() {
		fresh := reflect.MakeMap(to.Type())
		for it := to.MapRange(); it.Next(); {
			fresh.SetMapIndex(it.Key(), it.Value())
		}
		to.Set(fresh)
	}
	out := map[string]*value{}
	maps.Copy(out, v.fields)
	return out
}

// convertStruct returns the values for the fields of to. It fills Sections
// itself, and enters structs that are absent so that those inside know their place.
func (d *Document) convertStruct(v *value, to reflect.Value, top bool) any {
	keys, open := names(to)
	if !top && !open {
		d.unknown(v, keys)
	}
	out := map[string]*value{}
	for _, f := range fieldsOf(to) {
		c := v.fields[f.name]
		t := f.val.Type()
		switch {
		case f.inline:
			s := Section{doc: d, val: v, path: v.path, host: slices.Concat([]string{}, keys)}
			s.by, s.def = f.plugIn(to)
			f.val.Set(reflect.ValueOf(s))
		case isSection(t):
			f.val.Set(reflect.ValueOf(d.section(v, c, f)))
		case isSections(t) && c.given() && c.kind == list:
			_, by := f.plug()
			f.val.Set(reflect.ValueOf(d.sections(c, by)))
		case t.Kind() == reflect.Struct && !isText(t) && !c.given():
			out[f.name] = emptyMap(join(v.path, f.name), v.place())
		case t.Kind() == reflect.Pointer && c != nil && c.null():
			f.val.SetZero()
		case c != nil:
			out[f.name] = c
		}
	}
	return out
}

// section is the part c of v as field f receives it.
func (d *Document) section(v, c *value, f field) Section {
	s := Section{doc: d, path: join(v.path, f.name), at: v.place(), def: f.val.Interface().(Section).def}
	_, s.by = f.plug()
	if c.given() {
		s.val = c
	}
	return s
}

// sections are the entries of the list v.
func (d *Document) sections(v *value, by string) []Section {
	out := make([]Section, len(v.items))
	for i, c := range v.items {
		out[i] = Section{doc: d, val: c, path: c.path, by: by}
	}
	return out
}

// unknown records a fault for every key of v that is neither known nor was read one by one.
func (d *Document) unknown(v *value, known []string) {
	for _, k := range v.keys {
		c := v.fields[k]
		if !slices.Contains(known, k) && !d.read[c.path] {
			d.fault(c.path, c.keyAt, "unknown key", offer(k, known))
		}
	}
}

// plainElem reports whether the elements of a list type are scalars.
func plainElem(t reflect.Type) bool {
	k := t.Elem().Kind()
	return isText(t.Elem()) || k <= reflect.Float64 || k == reflect.String
}

// repeated is v as the elements of to.
func repeated(v *value, to reflect.Value) []*value {
	n := 1
	if to.Kind() == reflect.Array {
		n = to.Len()
	} else {
		to.SetZero()
	}
	return slices.Repeat([]*value{v}, n)
}

package config

import (
	"encoding"
	"reflect"
	"slices"
	"strings"
	"time"
)

// field is one key that a struct offers.
type field struct {
	name   string // key in YAML; "" for an inline Section
	val    reflect.Value
	tag    reflect.StructTag
	inline bool // an inline Section: it takes the keys that its host does not know
}

// keyOf reads a field's yaml tag.
func keyOf(f reflect.StructField) (name string, inline, ok bool) {
	name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	inline = slices.Contains(strings.Split(opts, ","), "inline")
	return name, inline, (f.IsExported() || f.Anonymous) && name != "-" && (name != "" || inline)
}

// fieldsOf lists the keys of a struct, those of inline structs in their place.
func fieldsOf(v reflect.Value) []field {
	var out []field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, inline, ok := keyOf(f)
		switch {
		case !ok:
		case inline && !isSection(f.Type):
			out = append(out, fieldsOf(v.Field(i))...)
		default:
			out = append(out, field{name, v.Field(i), f.Tag, inline})
		}
	}
	return out
}

// names lists the keys of a struct, and reports whether an inline Section takes all others.
func names(v reflect.Value) (keys []string, open bool) {
	for _, f := range fieldsOf(v) {
		if f.inline {
			open = true
		} else {
			keys = append(keys, f.name)
		}
	}
	return keys, open
}

// plug takes the tag plug:"name,by=key" apart: which plug-ins may stand here, and the key that names one.
func (f field) plug() (name, by string) {
	name, by, _ = strings.Cut(f.tag.Get("plug"), ",by=")
	if by == "" {
		by = defaultBy
	}
	return name, by
}

// plugIn is the key that names the plug-in of an inline Section, and the plug-in
// that it is by default: the text that its host holds under that key.
func (f field) plugIn(host reflect.Value) (by, def string) {
	_, by = f.plug()
	for _, other := range fieldsOf(host) {
		if other.name == by && other.val.Kind() == reflect.String {
			def = other.val.String()
		}
	}
	return by, def
}

// omitEmpty reports whether a zero value is the same as none.
func (f field) omitEmpty() bool { return strings.Contains(f.tag.Get("yaml"), ",omitempty") }

// below returns path extended by seg, in memory of its own.
func below(path []string, seg string) []string { return append(slices.Clip(path), seg) }

// structOf returns the struct that p is or points to.
func structOf(p any) (reflect.Value, bool) {
	v := reflect.ValueOf(p)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	return v, v.Kind() == reflect.Struct
}

// isText reports whether values of t are written as text: a duration, or a type that reads itself from text.
func isText(t reflect.Type) bool {
	return t == reflect.TypeFor[time.Duration]() ||
		reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// leaf is a scalar key of the root struct, which the environment can set.
type leaf struct {
	path []string
	text bool // taken as it stands, not as YAML
}

// The environment: SNNTRAIN_ and the parts of the path. dataEnv names a folder for tests, never a key.
const (
	envPrefix = "SNNTRAIN_"
	dataEnv   = envPrefix + "DATA"
)

func (l leaf) envName() string {
	return envPrefix + strings.ReplaceAll(strings.ToUpper(strings.Join(l.path, "_")), "-", "_")
}

// leaves lists the scalar keys of a struct and of the structs inside it.
func leaves(root any) []leaf {
	v, ok := structOf(root)
	if !ok {
		return nil
	}
	return leavesOf(v, nil)
}

func leavesOf(v reflect.Value, path []string) []leaf {
	var out []leaf
	for _, f := range fieldsOf(v) {
		t := f.val.Type()
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		here := below(path, f.name)
		switch k := t.Kind(); {
		case isSection(t):
		case isText(t), k == reflect.String:
			out = append(out, leaf{here, true})
		case k == reflect.Struct && t == f.val.Type():
			out = append(out, leavesOf(f.val, here)...)
		case k <= reflect.Float64:
			out = append(out, leaf{here, false})
		}
	}
	return out
}

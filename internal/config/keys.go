package config

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// KeyDoc describes one key for a reader.
type KeyDoc struct {
	Path    string `json:"path"`              // dotted, "[]" for the entries of a list
	Type    string `json:"type"`              // "a number", "a list of: text", "section: optimizer"
	Default string `json:"default,omitempty"` // as written in YAML; "" when there is none
	Doc     string `json:"doc"`
	Range   string `json:"range,omitempty"` // "≥ 0, < 1", "sgd, adam"
}

// Keys lists the keys of a struct filled with defaults, and of the structs
// inside it, in the order of the fields. A Section is one key.
func Keys(v any) []KeyDoc {
	if st, ok := structOf(v); ok {
		return keysBelow(st, "")
	}
	return nil
}

func keysBelow(st reflect.Value, path string) []KeyDoc {
	var out []KeyDoc
	for _, f := range fieldsOf(st) {
		if f.inline {
			continue
		}
		doc := KeyDoc{Path: join(path, f.name), Type: f.describe(), Doc: f.tag.Get("doc"), Range: f.limits()}
		if n := defaultNode(f.val); n != nil {
			n.Style |= yaml.FlowStyle
			text, _ := yaml.Marshal(n) // a tree of scalars, which never fails
			doc.Default = strings.TrimSpace(string(text))
		}
		out = append(out, doc)
		if inner, ok := structIn(f.val); ok {
			suffix := ""
			if f.val.Kind() == reflect.Slice {
				suffix = "[]"
			}
			out = append(out, keysBelow(inner, doc.Path+suffix)...)
		}
	}
	return out
}

// describe names the type of a field.
func (f field) describe() string {
	plug, _ := f.plug()
	switch t := f.val.Type(); {
	case isSection(t):
		return "section: " + plug
	case isSections(t):
		return "list of sections: " + plug
	default:
		return needs(t)
	}
}

// limits writes the rules of a field for a reader: "≥ 0, < 1; each > 0".
func (f field) limits() string {
	own, entries := f.rules()
	text := limitText(own, f.val.Type())
	if len(entries) > 0 {
		text = strings.TrimPrefix(text+"; each "+limitText(entries, f.val.Type().Elem()), "; ")
	}
	return text
}

func limitText(rules []rule, t reflect.Type) string {
	signs := map[string]string{
		"gte": "≥ ", "min": "≥ ", "lte": "≤ ", "max": "≤ ", "gt": "> ", "lt": "< ", "eq": "= ", "len": "= ", "ne": "≠ ",
	}
	_, _, sized := length(reflect.Zero(t).Interface())
	before, sep := "", ""
	if sized {
		before = "length "
	}
	var b strings.Builder
	for _, r := range rules {
		b.WriteString(sep)
		sep = ", "
		switch sign, ranged := signs[r.name]; {
		case r.name == "omitempty":
			b.WriteString("0 or")
			sep = " " // what follows holds for other values
		case r.name == "oneof":
			b.WriteString(strings.Join(strings.Fields(r.limit), ", "))
		case ranged:
			b.WriteString(before + sign + r.limit)
		default:
			b.WriteString(strings.TrimSuffix(r.name+" "+r.limit, " "))
		}
	}
	return b.String()
}

// structIn returns the struct with keys that v is, points to or lists.
func structIn(v reflect.Value) (reflect.Value, bool) {
	t := v.Type()
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
		v = reflect.New(t).Elem()
	}
	return v, t.Kind() == reflect.Struct && !isSection(t) && !isText(t)
}

// defaultNode is the YAML of a default; nil for none, and for a struct, whose keys have their own.
func defaultNode(v reflect.Value) *yaml.Node {
	s, section := v.Interface().(Section)
	if section && s.def != "" {
		return textNode(s.def)
	}
	_, isStruct := structIn(v)
	_, _, sized := length(v.Interface())
	if section || isStruct || (sized && v.Len() == 0) || (v.Kind() == reflect.Pointer && v.IsNil()) {
		return nil
	}
	n, err := newDocument().node(v)
	if err != nil {
		return nil
	}
	return n
}

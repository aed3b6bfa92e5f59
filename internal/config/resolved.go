package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Resolved writes v, the struct that the top level was decoded into, as YAML in
// the order of its fields. A Section that was decoded shows all its values,
// defaults included; another stands as it was given. Loading the text gives the
// same configuration.
func (d *Document) Resolved(v any) ([]byte, error) {
	st, ok := structOf(v)
	if !ok {
		return nil, fmt.Errorf("config: %T is not a struct", v)
	}
	top := &yaml.Node{Kind: yaml.MappingNode}
	if err := d.addFields(top, st); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	var b strings.Builder
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	err := enc.Encode(top)
	return []byte(b.String()), err
}

// addFields puts the keys of a struct into the map m.
func (d *Document) addFields(m *yaml.Node, st reflect.Value) error {
	for _, f := range fieldsOf(st) {
		if f.omitEmpty() && f.val.IsZero() {
			continue
		}
		n, err := d.node(f.val)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", f.name, err)
		case f.inline:
			for i := 0; i < len(n.Content); i += 2 {
				addKey(m, n.Content[i].Value, n.Content[i+1])
			}
		default:
			addKey(m, f.name, n)
		}
	}
	return nil
}

// addKey puts key: n into m, unless n is nil or the key is there.
func addKey(m *yaml.Node, key string, n *yaml.Node) {
	for i := 0; i < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return
		}
	}
	if n != nil {
		m.Content = append(m.Content, textNode(key), n)
	}
}

// node is the YAML of v; nil for an absent Section.
func (d *Document) node(v reflect.Value) (*yaml.Node, error) {
	k := v.Kind()
	switch x := v.Interface().(type) {
	case Section:
		return d.sectionNode(x)
	case time.Duration:
		return textNode(x.String()), nil
	case encoding.TextMarshaler:
		if k != reflect.Pointer {
			text, err := x.MarshalText()
			if _, digits := strconv.ParseUint(string(text), 10, 64); digits == nil && isNumeric(v.Type()) {
				return scalarNode("!!int", string(text)), err
			}
			return textNode(string(text)), err
		}
	}
	n := &yaml.Node{}
	switch {
	case isText(v.Type()):
		return nil, fmt.Errorf("%s reads itself from text but has no MarshalText", v.Type())
	case k == reflect.Pointer && v.IsNil():
		return scalarNode("!!null", "null"), nil
	case k == reflect.Pointer:
		return d.node(v.Elem())
	case k == reflect.Struct:
		n.Kind = yaml.MappingNode
		return n, d.addFields(n, v)
	case k == reflect.Map:
		n.Kind = yaml.MappingNode
		return n, d.addEntries(n, v)
	case k == reflect.Slice || k == reflect.Array:
		n.Kind = yaml.SequenceNode
		return n, d.addItems(n, v)
	case k == reflect.String:
		return textNode(v.String()), nil
	case v.CanFloat() && (math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)):
		return nil, fmt.Errorf("%v is not a finite number", v.Float())
	}
	return n, n.Encode(v.Interface())
}

// addEntries puts the entries of a Go map into m, sorted by key.
func (d *Document) addEntries(m *yaml.Node, v reflect.Value) error {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, k := range keys {
		n, err := d.node(v.MapIndex(k))
		if err != nil {
			return err
		}
		addKey(m, k.String(), n)
	}
	return nil
}

// addItems puts the entries of a slice into l, on one line when all are scalars.
func (d *Document) addItems(l *yaml.Node, v reflect.Value) error {
	l.Style = yaml.FlowStyle
	for i := range v.Len() {
		n, err := d.node(v.Index(i))
		if err != nil {
			return err
		}
		if n.Kind != yaml.ScalarNode {
			l.Style = 0
		}
		l.Content = append(l.Content, n)
	}
	return nil
}

// sectionNode is the section as given, its keys first that no decoded struct
// knows, such as kind, then the values of those structs.
func (d *Document) sectionNode(s Section) (*yaml.Node, error) {
	structs := d.decoded[s.slot()]
	given := s.val
	if s.host == nil && len(structs) == 0 && given.given() {
		return raw(given), nil
	}
	if s.host == nil && len(structs) == 0 && s.def == "" {
		return nil, nil
	}
	if !given.given() {
		given = &value{kind: object}
	}
	m := &yaml.Node{Kind: yaml.MappingNode}
	if given.kind == scalar {
		addKey(m, s.by, raw(given))
	} else if s.host == nil && s.def != "" && !s.Has(s.by) {
		addKey(m, s.by, textNode(s.def))
	}
	known, open := s.host, false
	for _, p := range structs {
		keys, more := names(reflect.ValueOf(p).Elem())
		known, open = slices.Concat(known, keys), open || more
	}
	for _, k := range given.keys {
		if !open && !slices.Contains(known, k) {
			addKey(m, k, raw(given.fields[k]))
		}
	}
	for _, p := range structs {
		if err := d.addFields(m, reflect.ValueOf(p).Elem()); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// raw is the YAML of a value as it was written.
func raw(v *value) *yaml.Node {
	text, isText := v.data.(string)
	switch {
	case v.kind == object:
		m := &yaml.Node{Kind: yaml.MappingNode}
		for _, k := range v.keys {
			addKey(m, k, raw(v.fields[k]))
		}
		return m
	case v.kind == list:
		l := &yaml.Node{Kind: yaml.SequenceNode}
		for _, c := range v.items {
			l.Content = append(l.Content, raw(c))
		}
		return l
	case v.null():
		return scalarNode("!!null", "null")
	case isText:
		return textNode(text)
	default:
		return scalarNode("", v.text)
	}
}

func scalarNode(tag, text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}

// textNode is a text; the encoder quotes it where YAML would read something
// else, but writes several lines in a form that loses some tabs.
func textNode(text string) *yaml.Node {
	n := scalarNode("!!str", text)
	if strings.ContainsAny(text, "\n\t") {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

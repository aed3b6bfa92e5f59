package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"
)

// Plug is one plug-in that a Section may hold. Options is a struct filled with
// its defaults, nil for none, or a []any of several structs that share the
// section, as in Decode.
type Plug struct {
	Kind, Doc string
	Options   any
}

// Schema writes the JSON Schema (draft 2020-12) of root, a struct filled with
// defaults. Plugs lists the plug-ins by the name in the plug tags; the schema
// allows each with its own keys, and by its bare name when it requires none.
func Schema(root any, plugs map[string][]Plug) ([]byte, error) {
	st, ok := structOf(root)
	if !ok {
		return nil, fmt.Errorf("config: %T is not a struct", root)
	}
	m := &maker{plugs: plugs, defs: jsonschema.Definitions{}}
	s := m.object(st)
	s.Version, s.Definitions = jsonschema.Version, m.defs
	if m.err != nil {
		return nil, m.err
	}
	return json.MarshalIndent(s, "", "  ")
}

// maker makes one schema.
type maker struct {
	plugs map[string][]Plug
	defs  jsonschema.Definitions // one for every plug tag met, with its default
	err   error                  // the last
}

// object is the schema of a struct. With an inline Section it is the choice
// among the plug-ins, each joined with the struct's own keys.
func (m *maker) object(st reflect.Value) *jsonschema.Schema {
	for _, f := range fieldsOf(st) {
		if f.inline {
			name, _ := f.plug()
			by, def := f.plugIn(st)
			return m.choice(name, by, def, st)
		}
	}
	s := emptyObject()
	m.addFields(s, st)
	return s
}

func emptyObject() *jsonschema.Schema {
	return &jsonschema.Schema{
		Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema,
	}
}

// addFields adds the keys of a struct to s, except those that s has.
func (m *maker) addFields(s *jsonschema.Schema, st reflect.Value) {
	for _, f := range fieldsOf(st) {
		if _, there := s.Properties.Get(f.name); f.inline || there {
			continue
		}
		s.Properties.Set(f.name, m.property(f))
		if own, _ := f.rules(); has(own, "required") {
			s.Required = append(s.Required, f.name)
		}
	}
}

// property is the schema of one key.
func (m *maker) property(f field) *jsonschema.Schema {
	var s *jsonschema.Schema
	t := f.val.Type()
	switch {
	case isSection(t):
		s = m.ref(f)
	case isSections(t):
		s = &jsonschema.Schema{Type: "array", Items: m.ref(f)}
	case t.Kind() == reflect.Map && isSection(t.Elem()):
		s = &jsonschema.Schema{Type: "object", AdditionalProperties: m.ref(f)}
	case t.Kind() == reflect.Struct && !isText(t):
		s = m.object(f.val)
	default:
		s = m.plain(t)
	}
	own, entries := f.rules()
	limit(s, own, t)
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		limit(s.Items, entries, t.Elem())
		if plainElem(t) {
			s = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{s, s.Items}}
		}
	case reflect.Map:
		limit(s.AdditionalProperties, entries, t.Elem())
	case reflect.Pointer:
		s = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{s, {Type: "null"}}}
	}
	s.Description = f.tag.Get("doc")
	if n := defaultNode(f.val); n != nil && n.Decode(&s.Default) != nil {
		m.err = fmt.Errorf("config: %s: its default is not YAML", f.name)
	}
	return s
}

// plain is the schema of a type; structs in it have no defaults.
func (m *maker) plain(t reflect.Type) *jsonschema.Schema {
	r := jsonschema.Reflector{DoNotReference: true, Anonymous: true}
	r.Mapper = func(t reflect.Type) *jsonschema.Schema {
		switch {
		case isSection(t): // any value: its keys are of no plug-in
			return &jsonschema.Schema{}
		case isNumeric(t):
			return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "integer"}}}
		case isText(t):
			return &jsonschema.Schema{Type: "string"}
		case t.Kind() == reflect.Struct:
			return m.object(reflect.New(t).Elem())
		}
		return nil
	}
	s := r.ReflectFromType(t)
	s.Version = ""
	return s
}

// ref names the definition of a plug tag, and makes it when it is first met.
func (m *maker) ref(f field) *jsonschema.Schema {
	plug, by := f.plug()
	s, _ := f.val.Interface().(Section)
	name := strings.TrimSuffix(plug+"-"+s.def, "-")
	if _, made := m.defs[name]; !made {
		m.defs[name] = nil // a plug-in may hold sections of its own sort
		m.defs[name] = m.choice(plug, by, s.def, reflect.ValueOf(struct{}{}))
	}
	return &jsonschema.Schema{Ref: "#/$defs/" + name}
}

// choice allows one of the plug-ins: by with its name, its own keys and those
// of host; without a host that has keys, a bare name too when nothing else is
// required. Def need not be named.
func (m *maker) choice(name, by, def string, host reflect.Value) *jsonschema.Schema {
	if len(m.plugs[name]) == 0 {
		m.err = fmt.Errorf("config: no plug-ins are given for the tag plug:%q", name)
	}
	s := &jsonschema.Schema{}
	bare := &jsonschema.Schema{Type: "string"}
	for _, p := range m.plugs[name] {
		one := emptyObject()
		one.Description = p.Doc
		one.Properties.Set(by, &jsonschema.Schema{Const: p.Kind})
		m.addFields(one, host)
		options, several := p.Options.([]any)
		if !several {
			options = []any{p.Options}
		}
		for _, o := range options {
			if st, ok := structOf(o); ok {
				m.addFields(one, st)
			}
		}
		if len(one.Required) == 0 {
			bare.Enum = append(bare.Enum, p.Kind)
		}
		if p.Kind != def {
			one.Required = append([]string{by}, one.Required...)
		}
		s.OneOf = append(s.OneOf, one)
	}
	if host.NumField() == 0 && len(bare.Enum) > 0 {
		s.OneOf = append(s.OneOf, bare)
	}
	return s
}

// limit adds rules to the schema of a value of type t. Rules that a schema
// cannot say, and those that hold only for values other than zero, are left out.
func limit(s *jsonschema.Schema, rules []rule, t reflect.Type) {
	stems := map[string]string{
		"gte": "min", "min": "min", "lte": "max", "max": "max", "gt": "exclusiveMin", "lt": "exclusiveMax",
	}
	units := map[string]string{
		"integer": "imum", "number": "imum", "string": "Length", "array": "Items", "object": "Properties",
	}
	unit := units[s.Type]
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if isText(t) { // the limits of a duration are not of its length
		unit = ""
	}
	s.Extras = map[string]any{}
	for _, r := range rules {
		stem, ranged := stems[r.name]
		switch {
		case r.name == "omitempty":
			return
		case r.name == "oneof":
			for _, word := range strings.Fields(r.limit) {
				s.Enum = append(s.Enum, literal(s.Type, word))
			}
		case ranged && unit != "" && (unit == "imum" || len(stem) == len("min")):
			s.Extras[stem+unit] = json.Number(r.limit)
		}
	}
}

// literal is a word of a oneof rule as a JSON value of the given type.
func literal(typ, word string) any {
	if typ == "string" {
		return word
	}
	return json.Number(word)
}

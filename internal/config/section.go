package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"go.yaml.in/yaml/v3"
)

// defaultBy is the key that names the plug-in of a Section.
const defaultBy = "kind"

// Section is a part of the configuration, to be decoded by whoever owns its
// keys. It may be absent: then it decodes to defaults. A plug-in's section may
// be a bare name: cosine is the same as {kind: cosine}. Its owner calls Decode
// even when the plug-in has no options: that finds the keys nobody knows.
type Section struct {
	doc  *Document
	val  *value // nil when absent
	path string
	at   pos      // of what should hold it, when absent
	by   string   // the key that names the plug-in
	def  string   // the plug-in when by is not given; "" for none
	host []string // keys of the struct whose map an inline section shares; else nil
}

// Default is the section of a field's default: the plug-in that it is when the configuration names none.
func Default(kind string) Section { return Section{doc: newDocument(), by: defaultBy, def: kind} }

func isSection(t reflect.Type) bool { return t == reflect.TypeFor[Section]() }

func isSections(t reflect.Type) bool { return t == reflect.TypeFor[[]Section]() }

// Given reports whether the section is there, in the configuration or by default.
func (s Section) Given() bool { return s.val.given() || s.def != "" }

// Path is where the section stands: "train.optimizer", "model.1".
func (s Section) Path() string { return s.path }

// Pos is the place of the section: file:line:col, "--set key" or "$NAME"; of what should hold it when it is absent.
func (s Section) Pos() string { return s.place().String() }

func (s Section) place() pos {
	if s.val == nil {
		return s.at
	}
	return s.val.place()
}

// Has reports whether the section has a key, and more than null under it.
func (s Section) Has(key string) bool { return s.val != nil && s.val.child(key).given() }

// Get returns the part under a key, absent or not. The key counts as known to Decode.
func (s Section) Get(key string) Section {
	sub := Section{doc: s.doc, path: join(s.path, key), at: s.place(), by: defaultBy}
	s.doc.read[sub.path] = true
	if s.val != nil {
		if c := s.val.child(key); c.given() {
			sub.val = c
		}
	}
	return sub
}

// String returns the text under a key, "" when there is none. The key counts as known to Decode.
func (s Section) String(key string) string {
	c := s.Get(key).val
	if c == nil {
		return ""
	}
	text, ok := c.data.(string)
	if !ok {
		s.Fault(key, "needs text, got "+c.describe(), "")
	}
	return text
}

// Items returns the entries of a list.
func (s Section) Items() []Section {
	if s.val == nil {
		return nil
	}
	if s.val.kind != list {
		s.Fault("", "needs a list, got "+s.val.describe(), "")
		return nil
	}
	return s.doc.sections(s.val, s.by)
}

// Keys lists the keys of the section in the order they were first written.
func (s Section) Keys() []string {
	if s.val == nil {
		return nil
	}
	return slices.Clone(s.val.keys)
}

// YAML is the section as it was written, nil when it is absent.
func (s Section) YAML() *yaml.Node {
	if s.val == nil {
		return nil
	}
	return raw(s.val)
}

// Kind returns the name of the plug-in: the section itself when it is a bare
// name, else its key kind (or the one that the plug tag names), else the
// default. Without one, or with one that is not among known, it records a fault
// and returns "". An empty known allows any.
func (s Section) Kind(known ...string) string {
	hint := ""
	if len(known) > 0 {
		hint = "known: " + strings.Join(known, ", ")
	}
	v := s.val
	if v != nil && v.kind == object {
		v = s.Get(s.by).val
	}
	switch {
	case v == nil && s.def != "":
		return s.def
	case v == nil && !s.doc.faulty(s.path):
		s.Fault("", "needs "+s.by, hint)
	}
	if v == nil || v.broken {
		return ""
	}
	name, ok := v.data.(string)
	if !ok {
		if !s.doc.faulty(v.path) {
			s.doc.fault(v.path, v.place(), "needs a name, got "+v.describe(), hint)
		}
		return ""
	}
	s.doc.read[join(s.path, s.by)] = true
	if len(known) > 0 && !slices.Contains(known, name) {
		s.doc.fault(v.path, v.place(), fmt.Sprintf("%q is unknown", name), offer(name, known))
		return ""
	}
	return name
}

// Fault records a fault found by the owner of the section: about the value
// under key, a dotted path from here, or about the section itself when key is empty.
func (s Section) Fault(key, fact, hint string) {
	at := s.place()
	if s.val != nil && key != "" {
		at = s.val.find(key).place()
	}
	s.doc.fault(join(s.path, key), at, fact, hint)
}

// offer is a hint: the nearest of the known names, or all of them.
func offer(name string, known []string) string {
	if near := fault.Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) == 0 {
		return ""
	}
	return "known: " + strings.Join(known, ", ")
}

// Package config reads YAML strictly: into Go structs that own their keys,
// with every fault reported at once and at its place.
//
// What enters: YAML files, SNNTRAIN_ variables and --set overrides, read and
// laid over one another by viper. What leaves: Sections, which whoever owns the
// options decodes into a struct filled with defaults; the resolved YAML of a
// run; a JSON Schema. The package knows no key of its own and imports nothing
// of ours but fault.
//
// Struct tags: yaml:"key" names a key, yaml:",inline" joins a struct's keys to
// those of its host, validate:"gte=1" sets limits, doc:"…" describes, plug:"name"
// marks a Section whose keys belong to a plug-in. A field without a yaml tag is
// not part of the configuration.
//
// Null means "not written" for a map, a struct and a Section, and nil for a
// pointer; anything else refuses it.
package config

import (
	"bytes"
	"sort"
	"strings"

	"github.com/go-playground/validator/v10"
	"github.com/snntrain/snntrain/internal/fault"
)

// Options says where the configuration comes from. Later wins: Texts and Files in order, then Env, then Sets and Over in order.
type Options struct {
	Texts []Text     // YAML that is not in a file
	Files []string   // YAML files; maps merge, lists and scalars replace
	Sets  []string   // key.path=value, the value in YAML; model.1.beta and model[1].beta index a list
	Over  []Override // the same from another place than --set
	Env   []string   // NAME=value, as os.Environ gives them
}

// Override is key.path=value under the name of the place that it comes from.
type Override struct{ Source, Text string }

// Text is YAML under the name that its faults are reported with.
type Text struct {
	Name string
	YAML []byte
}

// Document is a configuration in the course of being decoded.
type Document struct {
	root    *value
	rules   *validator.Validate // made when first needed
	faults  []located
	wrong   map[string]bool  // paths that a fault is about
	read    map[string]bool  // paths that were read one by one: known to Decode
	decoded map[string][]any // by slot, copies of the structs decoded there
}

// located is a fault with the place it is ordered by.
type located struct {
	at pos
	fault.Fault
}

// Load reads and merges the sources of o. Root is the struct, or a pointer to
// it, that the top level will be decoded into: its scalar leaves are the keys
// that the environment can set. The error is for what makes going on
// impossible, a file that cannot be read or is not YAML; all else is in Err.
func Load(o Options, root any) (*Document, error) {
	d := newDocument()
	s := newStore(d)
	var broken fault.List
	for _, t := range o.Texts {
		broken.AddError(s.text(t.Name, bytes.NewReader(t.YAML)))
	}
	for _, name := range o.Files {
		broken.AddError(s.file(name))
	}
	if err := broken.Err(); err != nil {
		return nil, err
	}
	s.env(o.Env, root)
	for _, text := range o.Sets {
		key, _, _ := strings.Cut(text, "=")
		s.set(Override{"--set " + key, text})
	}
	for _, over := range o.Over {
		s.set(over)
	}
	s.build()
	return d, nil
}

func newDocument() *Document {
	return &Document{root: &value{kind: object}, read: map[string]bool{}, wrong: map[string]bool{}, decoded: map[string][]any{}}
}

// Root is the top level of the configuration.
func (d *Document) Root() Section {
	return Section{doc: d, val: d.root, by: defaultBy}
}

// Err returns nil, or all faults found so far joined: by source, and by line within a file.
func (d *Document) Err() error {
	sort.SliceStable(d.faults, func(i, j int) bool { return d.faults[i].at.before(d.faults[j].at) })
	var all fault.List
	said := map[fault.Fault]bool{}
	for _, f := range d.faults {
		if !said[f.Fault] {
			said[f.Fault] = true
			all.Add(f.Fault)
		}
	}
	return all.Err()
}

// fault records a fault about the value called subject.
func (d *Document) fault(subject string, at pos, fact, hint string) {
	f := fault.Fault{Pkg: "config", Subject: subject, Fact: fact, Pos: at.String(), Hint: hint}
	d.faults = append(d.faults, located{at, f})
	d.wrong[subject] = true
}

// faulty reports whether a fault was recorded about path or something that it is in.
func (d *Document) faulty(path string) bool {
	for path != "" && !d.wrong[path] {
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
	}
	return path != ""
}

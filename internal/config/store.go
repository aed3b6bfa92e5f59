package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sort"
	"strings"
	"unicode"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"
)

// store reads the sources through viper, which keeps the last entry written
// under every flat key: files by MergeConfig, the environment over them,
// overrides by Set.
type store struct {
	doc  *Document
	v    *viper.Viper
	cur  *reader // of the file that viper reads
	rank int
	seq  int
}

// entry is what one source writes at one path: a scalar, a list, or an empty
// map whose keys follow in entries of their own.
type entry struct {
	path []string
	val  *value
	seq  int // a higher one was written later
}

func newStore(d *Document) *store {
	s := &store{doc: d}
	s.v = viper.NewWithOptions(viper.KeyDelimiter("\x00"), viper.WithDecoderRegistry(s))
	s.v.SetConfigType("yaml")
	return s
}

// reader begins a source.
func (s *store) reader(source string, lined bool) *reader {
	s.rank++
	return &reader{doc: s.doc, source: source, rank: s.rank, lined: lined}
}

// file reads one YAML file.
func (s *store) file(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return unreadable(name, err)
	}
	defer f.Close()
	return s.text(name, f)
}

// text reads YAML from r.
func (s *store) text(name string, r io.Reader) error {
	s.cur = s.reader(name, true)
	if s.doc.root.at.line == 0 {
		s.doc.root.at = pos{rank: s.rank, source: name, line: 1, col: 1}
	}
	err := s.v.MergeConfig(r)
	if bad, ok := errors.AsType[fault.Fault](err); ok {
		return bad
	}
	return unreadable(name, err)
}

func unreadable(name string, err error) error {
	if err == nil {
		return nil
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return fault.Fault{Pkg: "config", Subject: name, Fact: "cannot be read: " + err.Error()}
}

// Decoder makes the store viper's reader of YAML.
func (s *store) Decoder(string) (viper.Decoder, error) { return s, nil }

// Decode fills into with the entries of a YAML file.
func (s *store) Decode(text []byte, into map[string]any) error {
	top, second, err := parse(text)
	if err != nil {
		return syntax(text, s.cur.source, err)
	}
	start := pos{rank: s.cur.rank, source: s.cur.source, line: 1, col: 1}
	switch {
	case top == nil || top.ShortTag() == "!!null":
		s.doc.fault("", start, "the file holds no keys", "")
	case follow(top).Kind != yaml.MappingNode:
		s.doc.fault("", s.cur.at(top), "the top of the file must be a map of keys", "")
	default:
		s.flatten(nil, s.cur.value("", top, 0), into)
	}
	if len(into) > maxKeys {
		clear(into)
		s.doc.fault("", start, fmt.Sprintf("more than %d keys outside lists", maxKeys), "")
	}
	if second != nil {
		s.doc.fault("", s.cur.at(second), "a second document begins here", "put it in a file of its own")
	}
	return nil
}

// flatten fills into with the entries of v. A map has a key of its own beside
// that of a scalar or list at the same path, as it is laid over another map and
// not in its place.
func (s *store) flatten(path []string, v *value, into map[string]any) {
	s.seq++
	if v.kind != object {
		into[flat(path)] = entry{path, v, s.seq}
		return
	}
	if len(path) > 0 {
		m := emptyMap(v.path, v.at)
		m.keyAt = v.keyAt
		into[flat(path)+"."] = entry{path, m, s.seq}
	}
	for _, k := range v.keys {
		s.flatten(below(path, k), v.fields[k], into)
	}
}

// env lays the variables that name a scalar leaf of root over the files.
// Viper would read them from the process itself, so they come as a layer.
// An empty variable counts as unset.
func (s *store) env(environ []string, root any) {
	given := map[string]string{}
	for _, e := range environ {
		name, text, _ := strings.Cut(e, "=")
		given[name] = text
	}
	for _, leaf := range leaves(root) {
		name := leaf.envName()
		text := given[name]
		if text == "" || name == dataEnv {
			continue
		}
		into := s.snippet("$"+name, leaf.path, text, leaf.text)
		_ = s.v.MergeConfigMap(into) // never fails
	}
}

// set lays one override over all that came before.
func (s *store) set(o Override) {
	key, val, ok := strings.Cut(o.Text, "=")
	path := strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(key), ".")
	for _, seg := range path {
		ok = ok && seg != ""
	}
	if !ok {
		at := s.reader(o.Source, false).at(nil)
		s.doc.fault("", at, "an override needs the form key.path=value", "")
		return
	}
	for k, e := range s.snippet(o.Source, path, val, false) {
		s.v.Set(k, e)
	}
}

// snippet gives the entries of a variable or override: text itself, or its YAML.
func (s *store) snippet(source string, path []string, text string, verbatim bool) map[string]any {
	into := map[string]any{}
	r := s.reader(source, false)
	top, second, err := parse([]byte(text))
	switch {
	case verbatim:
		top = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	case err != nil || second != nil:
		s.doc.fault(strings.Join(path, "."), r.at(nil), fmt.Sprintf("%q is not a YAML value", text), "")
		return into
	case top == nil:
		top = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
	}
	v := r.value(strings.Join(path, "."), top, len(path))
	v.keyAt = v.at
	s.flatten(path, v, into)
	return into
}

// build puts the entries that viper kept together, oldest first.
func (s *store) build() {
	var entries []entry
	for _, k := range s.v.AllKeys() {
		entries = append(entries, s.v.Get(k).(entry))
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].seq < entries[j].seq })
	for _, e := range entries {
		s.lay(s.doc.root, e, 0)
	}
}

// lay puts e below v at e.path[depth:].
func (s *store) lay(v *value, e entry, depth int) {
	seg, last := e.path[depth], depth == len(e.path)-1
	if v.kind == list && v.child(seg) == nil {
		fact := fmt.Sprintf("the list has no entry %q, it has %d, counted from 0", seg, len(v.items))
		s.doc.fault(v.path, e.val.at, fact, "")
		return
	}
	next := container(v.child(seg), join(v.path, seg), e.val)
	switch {
	case !last:
		v.set(seg, next)
		s.lay(next, e, depth+1)
	case e.val.kind == object && next.kind == object:
		next.keyAt, next.at = e.val.keyAt, e.val.at
		v.set(seg, next)
	default:
		v.set(seg, e.val)
	}
}

// container returns old when it can hold entries, else a map in its place; a
// bare name such as "cosine" becomes {kind: cosine}.
func container(old *value, path string, by *value) *value {
	if old != nil && old.kind != scalar {
		return old
	}
	m := emptyMap(path, by.at)
	m.keyAt = by.keyAt
	if old != nil {
		if _, bare := old.data.(string); bare {
			kept := *old
			kept.path = join(path, defaultBy)
			m.set(defaultBy, &kept)
		}
	}
	return m
}

// flat is the key of a path in viper, such as "train.lr". Viper lowers the case
// of keys, so letters that this would change are written ^hex;.
func flat(path []string) string {
	var b strings.Builder
	for i, seg := range path {
		if i > 0 {
			b.WriteByte('.')
		}
		for _, r := range seg {
			if r < ' ' || r == '.' || r == '^' || unicode.ToLower(r) != r {
				fmt.Fprintf(&b, "^%x;", r)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"go.yaml.in/yaml/v3"
)

// parse reads a YAML text. Top is the content of its document, nil when there
// is none; second is the document after it, which should not be there.
func parse(text []byte) (top, second *yaml.Node, err error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	docs := make([]yaml.Node, 2)
	for i := range docs {
		err := dec.Decode(&docs[i])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
	}
	if docs[0].Kind != 0 {
		top = docs[0].Content[0]
	}
	if docs[1].Kind != 0 {
		second = &docs[1]
	}
	return top, second, nil
}

// syntax turns an error of parse into a fault with line and column. The parser
// often names the line where the surrounding map begins; the true one is the
// last line of the shortest beginning of the text that fails the same way.
func syntax(text []byte, source string, err error) fault.Fault {
	lines := bytes.SplitAfter(text, []byte("\n"))
	n := 1 + sort.Search(len(lines)-1, func(i int) bool {
		_, _, e := parse(bytes.Join(lines[:i+1], nil))
		return e != nil && plain(e) == plain(err)
	})
	line := string(lines[n-1])
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	at := pos{source: source, line: n, col: len(indent) + 1}
	f := fault.Fault{Pkg: "config", Fact: "not YAML: " + plain(err), Pos: at.String()}
	if tab := strings.IndexByte(indent, '\t'); tab >= 0 {
		at.col = tab + 1
		f.Fact, f.Pos, f.Hint = "a tab indents this line", at.String(), "indent with spaces"
	}
	return f
}

// plain is the parser's message without its name and line.
func plain(err error) string {
	return regexp.MustCompile(`^yaml: (line \d+: )?`).ReplaceAllString(err.Error(), "")
}

// Limits of one source; aliases can make a small file endless.
const (
	maxValues = 100_000
	maxKeys   = 4096 // outside lists: those that viper merges one by one
	maxDepth  = 64
)

// reader turns the nodes of one source into values that know their place.
type reader struct {
	doc    *Document
	source string
	rank   int
	lined  bool // places have line and column
	values int  // so far
	full   bool
}

// pair is a key of a map with its value.
type pair struct{ key, val *yaml.Node }

func (r *reader) at(n *yaml.Node) pos {
	p := pos{rank: r.rank, source: r.source}
	if n != nil && r.lined {
		p.line, p.col = n.Line, n.Column
	}
	return p
}

// value is n, and all below it, as the value at path. Depth is how deep it stands.
func (r *reader) value(path string, n *yaml.Node, depth int) *value {
	n = follow(n)
	v := &value{path: path, at: r.at(n)}
	if !r.room(n, depth) {
		v.broken = true
		return v
	}
	switch n.Kind {
	case yaml.MappingNode:
		v.kind = object
		for _, p := range r.pairs(path, n, depth) {
			c := r.value(join(path, p.key.Value), p.val, depth+1)
			c.keyAt = r.at(p.key)
			v.set(p.key.Value, c)
		}
	case yaml.SequenceNode:
		v.kind = list
		for i, c := range n.Content {
			v.items = append(v.items, r.value(join(path, strconv.Itoa(i)), c, depth+1))
		}
	default:
		v.text = n.Value
		if err := n.Decode(&v.data); err != nil || !plainTag(n.ShortTag()) {
			v.data, v.broken = nil, true
			r.doc.fault(path, v.at, fmt.Sprintf("%q is not a value of type %s", n.Value, n.ShortTag()), "")
		}
		v.data = normal(v.data, n.Value)
	}
	return v
}

// pairs lists the keys of a map, first its own, then those inherited by "<<".
func (r *reader) pairs(path string, m *yaml.Node, depth int) []pair {
	var own, bases []pair
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(m.Content); i += 2 {
		k := follow(m.Content[i])
		switch {
		case k.Kind == yaml.ScalarNode && k.ShortTag() == "!!merge":
			bases = append(bases, pair{k, m.Content[i+1]})
		case k.Kind != yaml.ScalarNode || k.Value == "":
			r.doc.fault(path, r.at(k), "a key must be a word", "")
		case first[k.Value] != nil:
			r.values++
			r.doc.fault(join(path, k.Value), r.at(k), "given twice", "first at "+r.at(first[k.Value]).String())
		default:
			first[k.Value] = k
			own = append(own, pair{k, m.Content[i+1]})
		}
	}
	for _, b := range bases {
		own = r.inherit(path, own, b, depth+1)
	}
	return own
}

// inherit adds to own what "<<" names, a map or a list of maps; the nearer key wins.
func (r *reader) inherit(path string, own []pair, b pair, depth int) []pair {
	base := follow(b.val)
	switch {
	case !r.room(b.key, depth):
	case base.Kind == yaml.SequenceNode:
		for _, c := range base.Content {
			own = r.inherit(path, own, pair{b.key, c}, depth+1)
		}
	case base.Kind == yaml.MappingNode:
		for _, p := range r.pairs(path, base, depth) {
			taken := func(q pair) bool { return q.key.Value == p.key.Value }
			if !slices.ContainsFunc(own, taken) {
				own = append(own, p)
			}
		}
	default:
		r.doc.fault(path, r.at(b.key), `"<<" needs a map or a list of maps`, "")
	}
	return own
}

// room reports whether the source is still within the limits, and says so once when it is not.
func (r *reader) room(n *yaml.Node, depth int) bool {
	r.values++
	if r.values <= maxValues && depth <= maxDepth {
		return true
	}
	if !r.full {
		r.full, r.values = true, maxValues // what is left is not worth reading
		fact := fmt.Sprintf("more than %d values or %d levels", maxValues, maxDepth)
		r.doc.fault("", r.at(n), fact, "does an alias contain itself?")
	}
	return false
}

// follow returns what an alias stands for, or n itself.
func follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// plainTag reports whether a scalar's tag is one that the package reads.
func plainTag(tag string) bool {
	return slices.Contains([]string{"!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge"}, tag)
}

// normal brings a decoded scalar to one of the types of value.data; a date is its text.
func normal(data any, text string) any {
	switch x := data.(type) {
	case int:
		return int64(x)
	case nil, bool, int64, uint64, float64, string:
		return x
	default:
		return text
	}
}

package config

import (
	"fmt"
	"strconv"
	"strings"
)

// kind tells the three forms of a value apart.
type kind int

const (
	scalar kind = iota
	list
	object
)

// value is a value of the configuration with the place it was written at.
type value struct {
	path string // from the top: "model.1.beta"
	kind kind

	data any    // scalar: string, bool, int64, uint64, float64 or nil
	text string // scalar: as written

	items []*value // list

	keys   []string // object: in order of appearance
	fields map[string]*value

	broken bool // a fault was found in it already

	keyAt, at pos // of the key, if it has one, and of the value itself
}

// pos is a place in a source.
type pos struct {
	rank      int    // of the source: a higher one wins
	source    string // file, "--set key.path" or "$SNNTRAIN_NAME"
	line, col int    // from 1; 0 for a source without lines
}

func (p pos) String() string {
	if p.line == 0 {
		return p.source
	}
	return fmt.Sprintf("%s:%d:%d", p.source, p.line, p.col)
}

// before orders places by source, then line, then column.
func (p pos) before(q pos) bool {
	if p.rank != q.rank {
		return p.rank < q.rank
	}
	if p.line != q.line {
		return p.line < q.line
	}
	return p.col < q.col
}

// emptyMap stands for a map that is not there; faults about it point to at.
func emptyMap(path string, at pos) *value {
	return &value{kind: object, path: path, keyAt: at, at: at}
}

// place is where a fault about v points: at its key when v is a list or a map, else at v.
func (v *value) place() pos {
	if v.kind != scalar && v.keyAt != (pos{}) {
		return v.keyAt
	}
	return v.at
}

// null reports whether v was written as nothing, "~" or "null".
func (v *value) null() bool { return v.kind == scalar && v.data == nil }

// given reports whether v was written and is not null.
func (v *value) given() bool { return v != nil && !v.null() }

// describe says what v is, for messages.
func (v *value) describe() string {
	switch text, isText := v.data.(string); {
	case v.kind == list:
		return "a list"
	case v.kind == object:
		return "a map"
	case v.null():
		return "nothing"
	case isText:
		return strconv.Quote(text)
	default:
		return v.text
	}
}

// child returns the entry of v under a key or an index, or nil.
func (v *value) child(seg string) *value {
	switch v.kind {
	case object:
		return v.fields[seg]
	case list:
		if i, err := strconv.Atoi(seg); err == nil && i >= 0 && i < len(v.items) {
			return v.items[i]
		}
	}
	return nil
}

// find follows a dotted path from v as far as it exists.
func (v *value) find(path string) *value {
	if v == nil {
		return &value{}
	}
	for _, seg := range strings.Split(path, ".") {
		next := v.child(seg)
		if next == nil {
			break
		}
		v = next
	}
	return v
}

// set puts c under a key, or an index that exists.
func (v *value) set(seg string, c *value) {
	if v.kind == list {
		if i, err := strconv.Atoi(seg); err == nil {
			v.items[i] = c
		}
		return
	}
	if v.fields == nil {
		v.fields = map[string]*value{}
	}
	if _, ok := v.fields[seg]; !ok {
		v.keys = append(v.keys, seg)
	}
	v.fields[seg] = c
}

// join extends a dotted path.
func join(path, key string) string {
	if path == "" || key == "" {
		return path + key
	}
	return path + "." + key
}

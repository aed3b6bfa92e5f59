package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/snntrain/snntrain/internal/fault"
)

// axis is a key with the values that it is trained with.
type axis struct {
	Key    string `json:"key"`
	Values []any  `json:"values"`

	short    string // the end of the key that no other axis has
	settings []setting
}

// setting is one value of an axis.
type setting struct {
	key, short string
	text       string // of the value: YAML on one line
	label      string // of the value, for people and file names
	value      any
	source     string // where it was written
}

// parseAxis reads key.path=value,value,...
func parseAxis(text string) (*axis, error) {
	key, list, ok := strings.Cut(text, "=")
	source := "--over " + key
	key = strings.NewReplacer("[", ".", "]", "").Replace(key)
	if !ok || slices.Contains(strings.Split(key, "."), "") {
		return nil, fault.Fault{Pkg: "sweep", Subject: "--over " + text, Fact: "has not the form key.path=value,value,..."}
	}
	nodes, ok := yamlValues(list)
	if !ok {
		return nil, fault.Fault{Pkg: "sweep", Subject: source, Fact: fmt.Sprintf("%q is not a list of YAML values", list), Hint: "separate them with commas; quote text that has commas of its own"}
	}
	a := &axis{Key: key}
	var faults fault.List
	for _, n := range nodes {
		set, err := newSetting(source, key, n)
		faults.AddError(err)
		if slices.ContainsFunc(a.settings, func(o setting) bool { return o.label == set.label }) {
			faults.Add(fault.Fault{Pkg: "sweep", Subject: source, Fact: set.label + " is given twice"})
		}
		a.settings = append(a.settings, set)
		a.Values = append(a.Values, set.value)
	}
	if len(a.settings) == 0 {
		faults.Add(fault.Fault{Pkg: "sweep", Subject: source, Fact: "has no value"})
	}
	return a, faults.Err()
}

// yamlValues reads values with commas between them.
func yamlValues(text string) (nodes []*yaml.Node, ok bool) {
	dec := yaml.NewDecoder(strings.NewReader("[" + text + "]"))
	var list, more yaml.Node
	if err := dec.Decode(&list); err != nil {
		return nil, false
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) { // text behind a ] of its own
		return nil, false
	}
	return list.Content[0].Content, true
}

func newSetting(source, key string, n *yaml.Node) (setting, error) {
	set := setting{source: source, key: key}
	if n.Kind != yaml.ScalarNode {
		n.Style |= yaml.FlowStyle
	}
	raw, err := yaml.Marshal(n)
	if err == nil {
		err = n.Decode(&set.value)
	}
	if err != nil {
		return set, fault.Fault{Pkg: "sweep", Subject: source, Fact: fmt.Sprintf("%q is not a YAML value", n.Value)}
	}
	set.text = strings.TrimSpace(string(raw))
	set.label = set.text
	switch v := set.value.(type) {
	case float64:
		set.label = strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		set.label = v
	}
	return set, nil
}

// parseAxes reads every --over; each key once.
func parseAxes(over []string) ([]*axis, error) {
	var faults fault.List
	var axes []*axis
	for _, text := range over {
		a, err := parseAxis(text)
		faults.AddError(err)
		if a == nil {
			continue
		}
		if slices.ContainsFunc(axes, func(b *axis) bool { return b.Key == a.Key }) {
			faults.Add(fault.Fault{Pkg: "sweep", Subject: "--over " + a.Key, Fact: "is given twice", Hint: "list all its values in one"})
		}
		axes = append(axes, a)
	}
	if len(over) == 0 {
		faults.Add(fault.Fault{Pkg: "sweep", Fact: "has no key to vary", Hint: "give one: --over train.optimizer.lr=1e-3,3e-3"})
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	shorten(axes)
	return axes, nil
}

// shorten finds the short names of axes: as many last parts of the keys as tell them apart.
func shorten(axes []*axis) {
	for _, a := range axes {
		parts := strings.Split(a.Key, ".")
		for n := 1; n <= len(parts); n++ {
			a.short = strings.Join(parts[len(parts)-n:], ".")
			others := 0
			for _, b := range axes {
				if b.Key == a.short || strings.HasSuffix(b.Key, "."+a.short) {
					others++
				}
			}
			if others <= 1 {
				break
			}
		}
		for i := range a.settings {
			a.settings[i].short = a.short
		}
	}
}

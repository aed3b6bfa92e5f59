package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
)

// axis is a key with the values that it is trained with.
type axis struct {
	Key    string `json:"key"`
	Values []any  `json:"values"`

	short    string // the end of the key that no other axis has
	settings []setting
}

// parseAxis reads key.path=value,value,...
func parseAxis(text string) (*axis, error) {
	key, list, ok := strings.Cut(text, "=")
	of := fault.Fault{Pkg: "sweep", Subject: "--over " + key}
	if !ok {
		return nil, about(of, "has not the form key.path=value,value,...", "")
	}
	nodes, ok := yamlValues(list)
	if !ok {
		return nil, about(of, fmt.Sprintf("%q is not a list of YAML values", list), "separate them with commas; quote text that has commas of its own")
	}
	values := make([]written, len(nodes))
	for i, n := range nodes {
		values[i] = written{of.Subject, n}
	}
	return newAxis(of, key, values)
}

// about is the fault of, saying what and what to do.
func about(of fault.Fault, fact, hint string) fault.Fault {
	of.Fact, of.Hint = fact, hint
	return of
}

// newAxis reads the values of a key; of names the list in faults.
func newAxis(of fault.Fault, key string, values []written) (*axis, error) {
	a := &axis{Key: strings.NewReplacer("[", ".", "]", "").Replace(key)}
	var faults fault.List
	if slices.Contains(strings.Split(a.Key, "."), "") {
		faults.Add(about(of, "is no path of keys", "as in train.optimizer.lr"))
	}
	if len(values) == 0 {
		faults.Add(about(of, "has no value", ""))
	}
	for _, w := range values {
		set, err := newSetting(a.Key, w)
		if err != nil {
			faults.Add(about(of, "a value cannot be read: "+err.Error(), ""))
			continue
		}
		if slices.ContainsFunc(a.settings, func(o setting) bool { return o.label == set.label }) {
			faults.Add(about(of, set.label+" is given twice", ""))
		}
		a.settings = append(a.settings, set)
		a.Values = append(a.Values, set.value)
	}
	return a, faults.Err()
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
		if axisOf(axes, a.Key) >= 0 {
			faults.Add(fault.Fault{Pkg: "sweep", Subject: "--over " + a.Key, Fact: "is given twice", Hint: "list all its values in one"})
		}
		axes = append(axes, a)
	}
	return axes, faults.Err()
}

// axisOf is the place of a key among axes, or -1.
func axisOf(axes []*axis, key string) int {
	return slices.IndexFunc(axes, func(a *axis) bool { return a.Key == key })
}

// mergeAxes lays the axes of --over over those of the config: a key of both has the values of --over.
func mergeAxes(config, over []*axis) ([]*axis, error) {
	axes := slices.Clone(config)
	for _, a := range over {
		if i := axisOf(axes, a.Key); i >= 0 {
			axes[i] = a
		} else {
			axes = append(axes, a)
		}
	}
	if len(axes) == 0 {
		return nil, fault.Fault{Pkg: "sweep", Fact: "has no key to vary", Hint: "give one: --over train.optimizer.lr=1e-3,3e-3, or sweep: over: in the config"}
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

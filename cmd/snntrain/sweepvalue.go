package main

import (
	"cmp"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// setting is one value of an axis.
type setting struct {
	key, short string
	text       string // of the value: YAML on one line
	label      string // of the value, for people and file names
	value      any
	source     string // where it was written
}

// written is a value with the place it was written at.
type written struct {
	source string
	node   *yaml.Node
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

func newSetting(key string, w written) (setting, error) {
	set := setting{source: w.source, key: key}
	if err := oneLine(w.node); err != nil {
		return set, err
	}
	raw, err := yaml.Marshal(w.node)
	if err == nil {
		err = w.node.Decode(&set.value)
	}
	set.text = strings.TrimSpace(string(raw))
	set.label = set.text
	switch v := set.value.(type) {
	case float64:
		set.label = strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		set.label = v
	}
	return set, err
}

// oneLine makes a value one that is written on one line.
func oneLine(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return errors.New("anchors and aliases are not read here")
	case n.Kind != yaml.ScalarNode:
		n.Style = yaml.FlowStyle
	case n.ShortTag() == "!!null":
		n.Value = "null"
	case strings.ContainsAny(n.Value, "\n\r"):
		n.Style = yaml.DoubleQuotedStyle
	}
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	for _, c := range n.Content {
		if err := oneLine(c); err != nil {
			return err
		}
	}
	return nil
}

// whole reports whether the value replaces what the config has under the key: a
// map that names its kind does, as keys of another kind mean nothing to it.
func (s setting) whole() bool {
	by := map[string]string{"data": "name", "quantize": "target"}[s.key]
	m, _ := s.value.(map[string]any)
	_, named := m[cmp.Or(by, "kind")]
	return named
}

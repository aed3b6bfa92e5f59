package main

import (
	"strings"
	"testing"

	"github.com/snntrain/snntrain/model"
)

func TestDrawGraph(t *testing.T) {
	node := func(name string, in ...string) model.Node { return model.Node{Name: name, Inputs: in} }
	for want, nodes := range map[string][]model.Node{
		"● ●":           {node("a", "input"), node("b", "a")},
		"● ├─● │ ● ●─┘": {node("a", "input"), node("b", "a"), node("c", "b"), node("d", "a", "c")},
		"● ├─● ├─┼─● ├─┼─┼─● ●─┴─┴─┘ ●": {node("a", "input"), node("b", "a"), node("c", "a"), node("d", "a"), node("e", "a", "b", "c", "d"), node("f", "e")},
		"● ├─● ├─● ●─┘":                 {node("a", "input"), node("unread", "a"), node("c", "a"), node("d", "a", "c")},
	} {
		got := drawGraph(&model.Network{Nodes: nodes})
		if strings.Join(got, " ") != want {
			t.Errorf("got\n%s\nwant %s", strings.Join(got, "\n"), want)
		}
	}
}

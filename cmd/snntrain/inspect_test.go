package main

import (
	"strings"
	"testing"
)

// TestInspectRecurrent: the connections of a layer to itself count as its parameters and MACs.
func TestInspectRecurrent(t *testing.T) {
	config := write(t, "recurrent.yaml", `
data: {name: digits, encode: {kind: rate, steps: 6}}
model:
  - {kind: linear, out: 24}
  - {kind: cuba-lif, alpha: 0.5, beta: 0.8, recurrent: {kind: dense, bias: true}}
  - {kind: lif, recurrent: one-to-one}
  - {kind: linear, out: 10}
`)
	var info struct {
		Layers []struct {
			Kind, Details string
			Params, MACs  int
			Arrays        map[string][]int
		}
	}
	object(t, &info, "inspect", config)
	for i, want := range map[int]struct {
		params, macs int
		details      string
	}{2: {24*24 + 24, 24 * 24, "dense recurrence"}, 3: {24, 24, "one-to-one recurrence"}} {
		l := info.Layers[i]
		if l.Params != want.params || l.MACs != want.macs || !strings.Contains(l.Details, want.details) {
			t.Errorf("layer %d: %+v, want %+v", i, l, want)
		}
	}
	if got := info.Layers[2].Arrays["recurrent.weight"]; len(got) != 2 || got[0] != 24 || got[1] != 24 {
		t.Errorf("recurrent.weight is %v", got)
	}
}

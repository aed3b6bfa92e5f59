package fault_test

import (
	"errors"
	"testing"

	"github.com/snntrain/snntrain/internal/fault"
)

func TestErrorHasOneForm(t *testing.T) {
	f := fault.Fault{
		Pkg: "chip/lava", Subject: `layer "fc2"`, Fact: "5121 input axons, a core has 4096",
		Pos: "net.yaml:31:7", Hint: "split the layer",
	}
	want := `chip/lava: layer "fc2": 5121 input axons, a core has 4096 (net.yaml:31:7); split the layer`
	if got := f.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := (fault.Fault{Fact: "alone"}).Error(); got != "alone" {
		t.Errorf("empty parts must vanish, got %q", got)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"optimizer", "epochs", "batch", "schedule"}
	for name, want := range map[string]string{
		"optimiser": "optimizer", "epoch": "epochs", "bacth": "batch", "schdule": "schedule", "zzzzzz": "", "x": "",
	} {
		if got := fault.Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestListOrdersByPosition(t *testing.T) {
	var l fault.List
	l.Add(fault.Fault{Fact: "second", Pos: "a.yaml:12:1"})
	l.AddError(errors.Join(fault.Fault{Fact: "first", Pos: "a.yaml:3:9"}, fault.Fault{Fact: "zeroth", Pos: "a.yaml:3:2"}))
	if l.Len() != 3 {
		t.Fatalf("a joined error counts each fault: got %d", l.Len())
	}
	want := "zeroth (a.yaml:3:2)\nfirst (a.yaml:3:9)\nsecond (a.yaml:12:1)"
	if got := l.Err().Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

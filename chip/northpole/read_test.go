package northpole_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip/northpole"
)

// TestRead: an exported network is read, gives the same answers, and is exported to the same bytes.
func TestRead(t *testing.T) {
	for name, net := range nets(t) {
		raw, err := northpole.Export(net, "snntrain")
		if err != nil {
			t.Fatal(err)
		}
		got, err := northpole.Read(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := northpole.Export(got, "snntrain")
		if err != nil || !bytes.Equal(again, raw) {
			t.Errorf("%s: written again it is another file (%v)", name, err)
		}
		in := inputs(net, 3, 20)
		if a, b := infer(t, net, in), infer(t, got, in); !slices.Equal(a, b) || slices.Min(a) == slices.Max(a) {
			t.Errorf("%s: answers %v, as read %v", name, a, b)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	raw, err := northpole.Export(maps(t, 5, 8, false), "snntrain")
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		"is not written by Export; only what snntrain exports": {"Relu", "Tanh"},
		`"input.value" is no sum of a layer`:                   {"Conv", "Cosh"},
		"nothing before it gives":                              {"input.value", "input.vblue"},
	} {
		bad := bytes.Replace(raw, []byte(change[0]), []byte(change[1]), 1)
		if _, err := northpole.Read(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q for %q: want %q, got %v", change[1], change[0], want, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, net := range nets(f) {
		raw, err := northpole.Export(net, "snntrain")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(_ *testing.T, raw []byte) {
		_, _ = northpole.Read(raw)
	})
}

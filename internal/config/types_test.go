package config_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/internal/config"
)

// rare holds the types that the other tests have no use for.
type rare struct {
	Parts map[string]config.Section `yaml:"parts,omitempty" plug:"part"`
	Limit map[string]float64        `yaml:"limit"`
	Maybe []*float64                `yaml:"maybe"`
	Day   string                    `yaml:"day"`
	Huge  float64                   `yaml:"huge"`
	Small uint8                     `yaml:"small" validate:"omitempty,oneof=1 2"`
	Code  once                      `yaml:"code,omitempty"`
}

// once reads itself from text and cannot write itself.
type once int

func (o *once) UnmarshalText([]byte) error { *o = 1; return nil }

func TestRareTypes(t *testing.T) {
	root, faults := section(t, `parts: {a: lif, b: {kind: conv}}
limit: ~
maybe: [1, ~]
day: 2024-01-02
huge: 18446744073709551615
small: 2
code: x
`)
	r := rare{Limit: map[string]float64{"a": 1}}
	root.Decode(&r)
	got := []any{
		r.Parts["a"].Kind(), r.Parts["b"].Kind(), r.Parts["b"].Path(), r.Limit["a"], len(r.Maybe), *r.Maybe[0], r.Maybe[1] == nil,
		r.Day, r.Huge, r.Small, r.Code,
	}
	want := []any{"lif", "conv", "parts.b", 1.0, 2, 1.0, true, "2024-01-02", float64(math.MaxUint64), uint8(2), once(1)}
	if diff := cmp.Diff(want, got); diff != "" || faults() != "<nil>" {
		t.Errorf("%s (-want +got):\n%s", faults(), diff)
	}
	d, _ := config.Load(config.Options{}, nil)
	if _, err := d.Resolved(r); err == nil || err.Error() != "config: code: config_test.once reads itself from text but has no MarshalText" {
		t.Errorf("got %v", err)
	}
}

func TestFaultsOfRareTypes(t *testing.T) {
	root, faults := section(t, "limit: [1]\nmaybe: [a]\nsmall: 256\nhuge: [1]\n")
	root.Decode(&rare{})
	root.Get("none").Decode(&stage{})
	want := `config: limit: needs a map, got a list (p.yaml:1:1)
config: none.until: is required (p.yaml:1:1)
config: maybe.0: needs a number, got "a" (p.yaml:2:9)
config: small: needs a whole number from 0 to 255, got 256 (p.yaml:3:8)
config: huge: needs a number, got a list (p.yaml:4:1)`
	if got := faults(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSchemaOfRareTypes(t *testing.T) {
	text, err := config.Schema(struct {
		Power int                       `yaml:"power" validate:"oneof=1 2"`
		Nan   float64                   `yaml:"nan"`
		Parts map[string]config.Section `yaml:"parts" plug:"schedule"`
	}{Nan: math.NaN()}, plugs())
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"power": map[string]any{"type": "integer", "enum": []any{1.0, 2.0}, "default": 0.0},
		"nan":   map[string]any{"type": "number"},
		"parts": map[string]any{"type": "object", "additionalProperties": map[string]any{"$ref": "#/$defs/schedule"}},
	}
	if diff := cmp.Diff(want, s["properties"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

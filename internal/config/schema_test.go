package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/internal/config"
)

func plugs() map[string][]config.Plug {
	return map[string][]config.Plug{
		"layer": {
			{Kind: "linear", Doc: "full product", Options: linear{}},
			{Kind: "lif", Doc: "leaky integrate and fire", Options: lif{Beta: 0.9, Surrogate: config.Default("triangle")}},
		},
		"surrogate": {{Kind: "triangle", Options: &triangle{Width: 1}}},
		"optimizer": {{Kind: "adam", Options: adam{LR: 1e-3, Beta1: 0.9}}, {Kind: "sgd", Options: []any{sgd{}, common{}}}},
		"schedule":  {{Kind: "cosine"}},
		"dataset":   {{Kind: "digits"}, {Kind: "mnist", Options: mnist{}}},
	}
}

func schema(t *testing.T) map[string]any {
	t.Helper()
	text, err := config.Schema(defaults(), plugs())
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaHoldsWhatTheTagsSay(t *testing.T) {
	s := schema(t)
	for path, want := range map[string]string{
		"$schema":                                           `"https://json-schema.org/draft/2020-12/schema"`,
		"additionalProperties":                              `false`,
		"required":                                          `["model"]`,
		"properties.seed":                                   `{"type":"integer","default":42,"description":"seed of all chance"}`,
		"properties.title":                                  `{"type":"string","maxLength":12}`,
		"properties.model":                                  `{"type":"array","items":{"$ref":"#/$defs/layer"},"description":"layers, in order"}`,
		"properties.train.additionalProperties":             `false`,
		"properties.train.properties.epochs":                `{"type":"integer","minimum":1,"default":5}`,
		"properties.train.properties.log-every":             `{"type":"integer","minimum":0,"default":0}`,
		"properties.train.properties.timeout":               `{"type":"string","default":"0s"}`,
		"properties.train.properties.layout":                `{"type":"string","default":"flat"}`,
		"properties.train.properties.fast":                  `{"type":"boolean","default":false}`,
		"properties.train.properties.bounds":                `{"anyOf":[{"type":"array","items":{"type":"number"},"minItems":2,"maxItems":2},{"type":"number"}],"default":[0,0]}`,
		"properties.train.properties.steps":                 `{"anyOf":[{"type":"array","items":{"type":"integer","minimum":1}},{"type":"integer","minimum":1}],"default":[25]}`,
		"properties.train.properties.readout":               `{"type":"string","enum":["sum","last","max"],"default":"sum"}`,
		"properties.train.properties.clip":                  `{"anyOf":[{"type":"number","exclusiveMinimum":0},{"type":"null"}]}`,
		"properties.train.properties.stages.items":          `{"type":"object","additionalProperties":false,"required":["until"],"properties":{"until":{"type":"integer","default":0},"gain":{"type":"number","default":0}}}`,
		"properties.train.properties.optimizer":             `{"$ref":"#/$defs/optimizer-adam","default":"adam"}`,
		"properties.train.properties.schedule":              `{"$ref":"#/$defs/schedule"}`,
		"properties.data.oneOf.0.properties.name":           `{"const":"digits"}`,
		"properties.data.oneOf.0.properties.validation":     `{"type":"number","minimum":0,"exclusiveMaximum":1,"default":0.1,"description":"share of the training part"}`,
		"properties.data.oneOf.1.properties.raw":            `{"type":"boolean","default":false}`,
		"properties.data.oneOf.1.additionalProperties":      `false`,
		"properties.data.oneOf.1.required":                  `["name"]`,
		"$defs.schedule":                                    `{"oneOf":[{"type":"object","additionalProperties":false,"properties":{"kind":{"const":"cosine"}},"required":["kind"]},{"type":"string","enum":["cosine"]}]}`,
		"$defs.layer.oneOf.0":                               `{"type":"object","additionalProperties":false,"required":["kind","out"],"description":"full product","properties":{"kind":{"const":"linear"},"out":{"type":"integer","minimum":1,"default":0}}}`,
		"$defs.layer.oneOf.1.properties.surrogate.$ref":     `"#/$defs/surrogate-triangle"`,
		"$defs.layer.oneOf.2":                               `{"type":"string","enum":["lif"]}`,
		"$defs.optimizer-adam.oneOf.1.properties.log-every": `{"type":"integer","minimum":0,"default":0}`,
		"$defs.optimizer-adam.oneOf.1.properties.momentum":  `{"type":"number","default":0}`,
		"$defs.optimizer-adam.oneOf.1.required":             `["kind","lr"]`,
		"$defs.optimizer-adam.oneOf.0.properties.beta1":     `{"type":"number","minimum":0,"exclusiveMaximum":1,"default":0.9}`,
		"$defs.surrogate-triangle.oneOf.0.properties.width": `{"type":"number","exclusiveMinimum":0,"default":1}`,
	} {
		var wanted any
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if diff := cmp.Diff(wanted, at(s, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if n := len(at(s, "properties.data.oneOf").([]any)); n != 2 {
		t.Errorf("data has %d forms, want one a dataset and no bare name", n)
	}
	for path, gone := range map[string]string{
		"properties.data.oneOf.0.properties": "raw", "$defs.optimizer-adam.oneOf.0": "required", "properties.data.oneOf.0": "required",
	} {
		if _, there := at(s, path).(map[string]any)[gone]; there {
			t.Errorf("%s has %q", path, gone)
		}
	}
}

// at follows a dotted path into decoded JSON.
func at(x any, path string) any {
	for _, seg := range strings.Split(path, ".") {
		switch y := x.(type) {
		case map[string]any:
			x = y[seg]
		case []any:
			x = y[seg[0]-'0']
		}
	}
	return x
}

func TestSchemaAcceptsWhatLoads(t *testing.T) {
	s := schema(t)
	for file, want := range map[string]bool{
		"good/least": true, "good/whole": true, "good/alias": true, "resolved": true,
		"bad/unknown-key": false, "bad/unknown-plug-key": false, "bad/unknown-dataset-key": false, "bad/unknown-kind": false,
		"bad/no-kind": false, "bad/number": false, "bad/whole-number": false, "bad/truth": false, "bad/list": false,
		"bad/required": false, "bad/required-plug": false, "bad/below": false, "bad/above": false, "bad/oneof": false,
	} {
		text, err := os.ReadFile("testdata/" + file + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if got := valid(s, s, document(t, text)); got == "" != want {
			t.Errorf("%s: the schema says %q", file, got)
		}
	}
}

func TestSchemaNamesWhatIsMissing(t *testing.T) {
	some := plugs()
	delete(some, "surrogate")
	_, err := config.Schema(defaults(), some)
	if want := `config: no plug-ins are given for the tag plug:"surrogate"`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := config.Schema(3, some); fmt.Sprint(err) != "config: int is not a struct" {
		t.Errorf("got %v", err)
	}
}

// TestSchemaOfSectionsWithoutPlugIns: any value, as for keys that are of no plug-in.
func TestSchemaOfSectionsWithoutPlugIns(t *testing.T) {
	type free struct {
		Over map[string][]config.Section `yaml:"over"`
	}
	text, err := config.Schema(free{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	for doc, want := range map[string]bool{`{"over": {"a": [1, "x", {"b": 2}]}}`: true, `{"over": {"a": 1}}`: false, `{"over": [1]}`: false} {
		var v any
		if err := json.Unmarshal([]byte(doc), &v); err != nil {
			t.Fatal(err)
		}
		if got := valid(s, s, v); got == "" != want {
			t.Errorf("%s: the schema says %q", doc, got)
		}
	}
}

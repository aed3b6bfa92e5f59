package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/internal/config"
)

func TestKeys(t *testing.T) {
	got := map[string]config.KeyDoc{}
	var order []string
	for _, k := range config.Keys(defaults()) {
		order = append(order, k.Path)
		got[k.Path] = k
	}
	for _, want := range []config.KeyDoc{
		{"seed", "a whole number from 0", "42", "seed of all chance", ""},
		{"title", "text", "", "", "length ≤ 12"},
		{"data", "a map", "", "", ""},
		{"data.name", "text", "digits", "which dataset", ""},
		{"data.limit", "a map", "{train: 0}", "", "each ≥ 0"},
		{"data.validation", "a number", "0.1", "share of the training part", "≥ 0, < 1"},
		{"model", "list of sections: layer", "", "layers, in order", "required"},
		{"train.batch", "a whole number from -128 to 127", "64", "", "≥ 1"},
		{"train.optimizer", "section: optimizer", "adam", "", ""},
		{"train.schedule", "section: schedule", "", "", ""},
		{"train.clip", "a number", "", "", "> 0"},
		{"train.timeout", `a duration such as "10s"`, "0s", "", "≥ 0"},
		{"train.bounds", "a list of: a number", "[0, 0]", "", ""},
		{"train.readout", "text", "sum", "", "sum, last, max"},
		{"train.stages", "a list", "", "", ""},
		{"train.stages[].until", "a whole number", "0", "", "required"},
		{"train.log-every", "a whole number", "0", "", "≥ 0"},
	} {
		if diff := cmp.Diff(want, got[want.Path]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want.Path, diff)
		}
	}
	if len(order) != 24 || order[0] != "seed" || order[8] != "train" || order[23] != "train.log-every" {
		t.Errorf("keys are %q", order)
	}
	if got := config.Keys(sgd{})[1].Range; got != "0 or ≥ 0.1" {
		t.Errorf("momentum ranges over %q", got)
	}
	if config.Keys(3) != nil {
		t.Error("a number has keys")
	}
}

package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/train"
)

const varied = small + `sweep:
  over:
    train.optimizer: [{kind: sgd, lr: 0.1}, adam]
    model.1.beta: [0.5, 9e-1]
    dt: [1, 0.5]
  seeds: 2
  by: loss
`

// TestSweepOfConfig: the section sweep: says what --over does, in the order of its lines.
func TestSweepOfConfig(t *testing.T) {
	config, out := write(t, "varied.yaml", varied), filepath.Join(t.TempDir(), "sweep")
	var got swept
	object(t, &got, "sweep", config, "--out", out, "--over", "model[1].beta=0.8", "--over", "train.epochs=1,2", "--set", "sweep.over.dt=[1]", "--seeds", "1")
	names, want := got.names(), []string{"0001-optimizer=_kind_sgd_lr_0.1_-beta=0.8-dt=1-epochs=1", "0002-optimizer=_kind_sgd_lr_0.1_-beta=0.8-dt=1-epochs=2", "0003-optimizer=adam-beta=0.8-dt=1-epochs=1", "0004-optimizer=adam-beta=0.8-dt=1-epochs=2"}
	for i := range names {
		names[i], _, _ = strings.Cut(names[i], "~")
	}
	if d := cmp.Diff(want, names); d != "" || got.Rule != "lowest validation loss, then highest validation accuracy, then the earlier point" {
		t.Errorf("%s; %s", got.Rule, d)
	}
	if text := string(read(t, got.Points[0].Out, train.ConfigFile)); strings.Contains(text, "sweep") || !strings.Contains(text, "kind: sgd") {
		t.Errorf("the config of a point is\n%s", text)
	}
	var keys []string
	for _, a := range got.Over {
		keys = append(keys, a.Key)
	}
	if d := cmp.Diff([]string{"train.optimizer", "model.1.beta", "dt", "train.epochs"}, keys); d != "" {
		t.Error(d)
	}
}

// TestSweepOfConfigFaults have line and column, also those of a value in one point.
func TestSweepOfConfigFaults(t *testing.T) {
	out := filepath.Join(t.TempDir(), "sweep")
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":  {"  by: loss", "  bye: loss", `config: sweep.bye: unknown key (CONFIG:15:3); did you mean "by"?`},
		"range":        {"seeds: 2", "seeds: 0", "config: sweep.seeds: 0 is below 1 (CONFIG:14:10)"},
		"choice":       {"by: loss", "by: test", `config: sweep.by: "test" is unknown`},
		"no list":      {"[0.5, 9e-1]", "0.5", "config: sweep.over.model.1.beta: needs a list, got 0.5 (CONFIG:12:19)"},
		"empty list":   {"[0.5, 9e-1]", "[]", "sweep: sweep.over.model.1.beta: has no value (CONFIG:12:5)"},
		"twice":        {"[0.5, 9e-1]", "[0.9, 9e-1]", "sweep: sweep.over.model.1.beta: 0.9 is given twice (CONFIG:12:5)"},
		"a bad value":  {"[0.5, 9e-1]", "[0.5, fast]", `-beta=fast-dt=1~fb87a31d and 3 more: config: model.1.beta: needs a number, got "fast" (CONFIG:12:25)`},
		"unknown path": {"dt: [1, 0.5]", "td: [1]", `config: td: unknown key (CONFIG:13:10)`},
	} {
		t.Run(name, func(t *testing.T) {
			config := write(t, "a.yaml", strings.Replace(varied, c.old, c.new, 1))
			refused(t, exitUsage, []string{strings.ReplaceAll(c.want, "CONFIG", config)}, "sweep", config, "--out", out)
		})
	}
}

// TestSweepSectionElsewhere: train goes by the values of the config, and checks the section.
func TestSweepSectionElsewhere(t *testing.T) {
	config, out := write(t, "varied.yaml", varied), filepath.Join(t.TempDir(), "run")
	_, errs, status := call(t, "train", config, "--out", out)
	if status != 0 || !strings.Contains(errs, "sweep: is for snntrain sweep") {
		t.Errorf("status %d\n%s", status, errs)
	}
	good(t, "eval", out, "--data", config)
	refused(t, exitUsage, []string{`sweep.sedes: unknown key`}, "config", "check", write(t, "a.yaml", strings.Replace(varied, "seeds", "sedes", 1)))
	var s struct {
		Properties map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(good(t, "config", "schema")), &s); err != nil {
		t.Fatal(err)
	}
	if text := string(s.Properties["sweep"]); !strings.Contains(strings.Join(strings.Fields(text), ""), `"over":{"additionalProperties":{"items":true,"type":"array"},"type":"object"`) {
		t.Error(text)
	}
}

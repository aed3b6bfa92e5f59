package main

import (
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/train"
)

// coded is small with an encoding that draws random numbers.
const coded = `
seed: 42
data: {name: digits, limit: {train: 300, test: 60}, validation: 0.2, encode: {kind: rate, steps: 8}}
model:
  - {kind: linear, name: in, out: 16}
  - {kind: lif, name: hidden, beta: 0.9}
  - {kind: linear, out: 10}
  - {kind: lif, name: out, beta: 0.9}
loss: {kind: cross-entropy, readout: spike-count}
train: {epochs: 2, batch: 50, optimizer: {kind: adam, lr: 1e-2}}
`

// trained trains a config and returns its directory and summary.
func trained(t *testing.T, yaml string, args ...string) (config, out string, sum summary) {
	t.Helper()
	config, out = write(t, "config.yaml", yaml), filepath.Join(t.TempDir(), "run")
	object(t, &sum, append([]string{"train", config, "--out", out}, args...)...)
	return config, out, sum
}

// TestEvalFindsTheResultsOfTraining: the recorded seed decides the validation
// part, also of a config that names another one, and the encoding.
func TestEvalFindsTheResultsOfTraining(t *testing.T) {
	config, out, sum := trained(t, coded, "--seed", "9223372036854775813")
	for _, c := range []struct {
		args []string
		want *train.Score
	}{
		{nil, sum.Test},
		{[]string{"--split", "validation"}, sum.Validation},
		{[]string{"--split", "validation", "--data", config}, sum.Validation},
		{[]string{"--data", config, "--batch", "7", "--threads", "1"}, sum.Test},
	} {
		var got evalResult
		object(t, &got, append([]string{"eval", out}, c.args...)...)
		if got.Correct != c.want.Correct || got.N != c.want.N || got.Accuracy != c.want.Accuracy || got.Loss != c.want.Loss {
			t.Errorf("%v: %+v, in training %+v", c.args, got.Score, *c.want)
		}
	}
	var other, again evalResult
	object(t, &other, "eval", out, "--split", "validation", "--set", "seed=5")
	if other.Loss == sum.Validation.Loss {
		t.Error("--set seed=5 gives the validation part of the recorded seed")
	}
	object(t, &again, "eval", filepath.Join(out, train.ModelFile)) // the file is enough
	if again.Score != *sum.Test {
		t.Errorf("the file alone: %+v, in training %+v", again.Score, *sum.Test)
	}
}

package train

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// toy is a data set of three classes on six inputs: noise, and more of it on
// the two inputs of the class.
type toy struct{ n, first int }

func (s toy) Info() datasets.Info {
	return datasets.Info{Name: "toy", Shape: []int{6}, Frames: 1, Classes: []string{"a", "b", "c"}}
}

func (s toy) Len() int { return s.n }

func (s toy) At(i int, dst []float32) (int, error) {
	r := rand.New(rand.NewPCG(uint64(s.first+i), 0))
	label := i % 3
	for j := range dst {
		dst[j] = float32(r.Float64()) * 0.6
		if j/2 == label {
			dst[j] += 0.3
		}
	}
	return label, nil
}

// networkOf builds a network for six inputs from the lines of a `model:` list.
func networkOf(t testing.TB, lines string) *model.Network {
	t.Helper()
	var keys struct {
		Model []config.Section `yaml:"model" plug:"layer"`
	}
	doc, err := config.Load(config.Options{Texts: []config.Text{{Name: "test", YAML: []byte("model:\n" + lines)}}}, &keys)
	if err != nil {
		t.Fatal(err)
	}
	doc.Root().Decode(&keys)
	b := layers.Builder{Input: model.Shape{6}, Seed: 3}
	n := b.Build(keys.Model)
	if err := doc.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// toyModel draws random numbers and keeps running statistics, so that all
// there is to a state matters.
const toyModel = `
  - {kind: linear, name: hidden, out: 12}
  - {kind: batch-norm}
  - {kind: lif, beta: 0.8, learn: [beta, threshold]}
  - {kind: dropout, p: 0.3}
  - {kind: linear, out: 3}
  - {kind: li, beta: 0.8}
`

// toyTrain trains four steps an epoch for three epochs.
const toyTrain = "{epochs: 3, batch: 8, optimizer: {kind: adamw, lr: 0.05}, schedule: cosine, clip: 1}"

// toyTask is a run in a directory of its own. Its clock stands still.
func toyTask(t testing.TB, model, yaml string) Task {
	t.Helper()
	program, err := layers.Compile(networkOf(t, model), layers.Options{Loss: &layers.Loss{Kind: "cross-entropy", Readout: "mean"}})
	if err != nil {
		t.Fatal(err)
	}
	kind, err := datasets.EncoderKinds().Get("rate")
	if err != nil {
		t.Fatal(err)
	}
	encoder, err := kind.New(&datasets.RateOptions{Steps: 5, Gain: 1, Process: "bernoulli"}, toy{}.Info())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	release, err := OpenDir(dir, Fresh)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return Task{
		Program: program, Encoder: encoder, Plan: planOf(t, yaml), Seed: 11, Dir: dir, Hash: "h", Pool: par.New(2),
		Parts: datasets.Parts{Train: toy{n: 30}, Validation: toy{n: 9, first: 100}, Test: toy{n: 9, first: 200}},
		Now:   func() time.Time { return time.Unix(1000, 0) },
	}
}

// hook is a Hook made of functions; nil ones do nothing.
type hook struct {
	step  func(StepReport) error
	epoch func(EpochReport) error
	warn  func(string)
}

func (h hook) Step(r StepReport) error {
	if h.step == nil {
		return nil
	}
	return h.step(r)
}

func (h hook) Epoch(r EpochReport) error {
	if h.epoch == nil {
		return nil
	}
	return h.epoch(r)
}

func (h hook) Warn(text string) {
	if h.warn != nil {
		h.warn(text)
	}
}

// stepFile is the name of the checkpoint of a step.
func stepFile(step int) string { return fmt.Sprintf("step-%09d.safetensors", step) }

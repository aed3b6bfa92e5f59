package train_test

import (
	"fmt"
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// convNetwork is 12C5-MP2-64C5-MP2-FC10 with leaky neurons of β = 0.5.
const convNetwork = `model:
  - {kind: conv2d, out: 12, kernel: 5}
  - {kind: max-pool, size: 2}
  - {kind: lif, profile: snntorch, beta: 0.5}
  - {kind: conv2d, out: 64, kernel: 5}
  - {kind: max-pool, size: 2}
  - {kind: lif, profile: snntorch, beta: 0.5}
  - {kind: linear, out: 10}
  - {kind: lif, profile: snntorch, beta: 0.5, output: membrane}
`

// BenchmarkConvStep is one training step with Adam on 64 digits of MNIST,
// each shown unchanged for 25 steps; cross-entropy of the potential in every step.
func BenchmarkConvStep(b *testing.B) {
	const steps, size = 25, 64
	in := digits(b, steps, size)
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			p := convProgram(b, par.New(threads))
			adam, params := train.NewAdam(0.9, 0.999, 1e-8), []layers.Param(nil)
			step := func() {
				if _, err := p.Step(in); err != nil {
					b.Fatal(err)
				}
				params = p.Params()
				adam.Step(nil, params, 1e-3)
			}
			for range 2 {
				step()
			}
			for b.Loop() {
				step()
			}
			for _, a := range p.Activities() {
				b.ReportMetric(a.Mean, a.Layer+"-spikes")
			}
		})
	}
}

func convProgram(t testing.TB, pool *par.Pool) *layers.Program {
	t.Helper()
	var top struct {
		Model []config.Section `yaml:"model" plug:"layer"`
	}
	doc, err := config.Load(config.Options{Texts: []config.Text{{Name: "w3.yaml", YAML: []byte(convNetwork)}}}, &top)
	if err != nil {
		t.Fatal(err)
	}
	doc.Root().Decode(&top)
	b := layers.Builder{Input: model.Shape{1, 28, 28}, Seed: 42}
	n := b.Build(top.Model)
	if err := doc.Err(); err != nil {
		t.Fatal(err)
	}
	p, err := layers.Compile(n, layers.Options{Loss: &layers.Loss{Kind: "cross-entropy", Readout: "each"}, Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// digits returns the first samples of MNIST as a constant input.
func digits(t testing.TB, steps, size int) layers.Input {
	t.Helper()
	common := datasets.Defaults("mnist")
	common.Dir = testkit.Data(t, "mnist")
	kind, err := datasets.Builtin().Get("mnist")
	if err != nil {
		t.Fatal(err)
	}
	s, err := datasets.Open(kind, nil, common, datasets.Train)
	if err != nil {
		t.Fatal(err)
	}
	in := layers.Input{X: signal.NewAnalog(steps, size, s.Info().Shape, true)}
	for i := range size {
		label, err := s.At(i, in.X.Row(i))
		if err != nil {
			t.Fatal(err)
		}
		in.Labels, in.Keys = append(in.Labels, label), append(in.Keys, uint64(i))
	}
	return in
}

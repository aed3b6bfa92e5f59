package layers_test

import (
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// BenchmarkIntegers is one training step of 784-512-10 in Lava's arithmetic.
func BenchmarkIntegers(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	weights := func(out, in int) *model.Linear {
		l := model.NewLinear(in, out, false)
		for i := range l.Weight.Data {
			l.Weight.Data[i] = float32(r.NormFloat64()) / 28
		}
		return l
	}
	q := model.DefaultQuantization()
	q.Target, q.Input = "lava", model.InputValues
	n := &model.Network{Input: model.Shape{784}, Dt: 1, Record: model.Record{Quantize: &q}, Nodes: []model.Node{
		{Name: "fc1", Op: weights(512, 784), Inputs: []string{"input"}},
		{Name: "lif", Op: lif("lif", model.ResetValue), Inputs: []string{"fc1"}},
		{Name: "fc2", Op: weights(10, 512), Inputs: []string{"lif"}},
		{Name: "out", Op: lif("li", model.ResetNone), Inputs: []string{"fc2"}},
	}}
	a := lava.Loihi2().Arithmetic()
	p, err := layers.Compile(n, layers.Options{Loss: &layers.Loss{Kind: "cross-entropy", Readout: "mean"}, Pool: par.New(1), Arithmetic: &a})
	if err != nil {
		b.Fatal(err)
	}
	x := signal.NewAnalog(10, 128, []int{784}, true)
	for i := range x.F {
		x.F[i] = max(0, float32(r.NormFloat64()))
	}
	labels := make([]int, 128)
	for b.Loop() {
		if _, err := p.Step(layers.Input{X: x, Labels: labels}); err != nil {
			b.Fatal(err)
		}
	}
}

func lif(kind string, reset model.Reset) *model.Neuron {
	n := &model.Neuron{
		Model: kind, Output: model.OutputSpikes, Surrogate: model.SurrogateSpec{Kind: "atan"},
		Rules: model.Rules{
			Fire: model.FireAbove, MaxSpikes: 1, Reset: reset, ResetAt: model.ResetAtSpike, DetachReset: true, MemDecay: model.DecayBeta, Gain: model.GainUnit,
		},
		Values: map[string]*model.Tensor{"beta": model.Scalar(0.9)},
	}
	if kind == "lif" {
		n.Values["threshold"] = model.Scalar(1)
	}
	return n
}

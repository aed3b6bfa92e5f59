package layers_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/chip/generic"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// fine is a chip whose grid is so fine that its arithmetic is nearly that of floats.
func fine(reset string, current bool) *generic.Chip {
	c := generic.Default()
	c.Weights.Bits, c.Threshold.Bits, c.Reset = 12, 24, reset
	c.Potential = generic.State{Bits: 31, Overflow: "saturate", Decay: "multiply", DecayBits: 15, Rounding: "nearest-even"}
	if current {
		state := c.Potential
		c.Current = &state
	}
	return &c
}

// grain is a small network of every kind of layer that integers know.
func grain(r *rand.Rand, reset model.Reset, current bool, detach bool) *model.Network {
	n := &model.Network{Dt: 1, Input: model.Shape{2, 6, 6}}
	add := func(name string, op model.Op) {
		n.Nodes = append(n.Nodes, model.Node{Name: name, Op: op, Inputs: []string{n.Output()}})
	}
	fill := func(t *model.Tensor, size float64) {
		for i := range t.Data {
			t.Data[i] = float32(size * r.NormFloat64())
		}
	}
	neurons := func(theta float64) *model.Neuron {
		op := lif("lif", reset)
		op.Values["threshold"], op.Rules.DetachReset, op.Rules.Fire = model.Scalar(theta), detach, model.FireAtLeast
		if current {
			op.Model, op.Rules.Synapse, op.Rules.SynDecay = "cuba-lif", model.SynapseDecayAdd, model.DecayBeta
			op.Values["alpha"] = model.Scalar(0.5)
		}
		return op
	}
	conv := (&model.Conv2d{In: 2, Out: 4, Kernel: [2]int{3, 3}, Stride: [2]int{2, 2}, Padding: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1, HasBias: !current}).Alloc()
	fill(conv.Weight, 0.5)
	hidden := model.NewLinear(36, 12, !current)
	fill(hidden.Weight, 0.5)
	last := model.NewLinear(12, 3, false)
	fill(last.Weight, 0.5)
	if !current {
		fill(conv.Bias, 0.1)
		fill(hidden.Bias, 0.1)
	}
	add("conv", conv)
	add("conv.n", neurons(1.3))
	add("flat", &model.Flatten{})
	add("hidden", hidden)
	add("hidden.n", neurons(0.8))
	add("last", last)
	out := lif("li", model.ResetNone)
	if current {
		out.Model, out.Rules.Synapse, out.Rules.SynDecay = "cuba-li", model.SynapseDecayAdd, model.DecayBeta
		out.Values["alpha"] = model.Scalar(0.5)
	}
	add("out", out)
	return n
}

// TestIntegersNearFloats: on a fine grid loss, spikes and gradients are those of
// floats but for the rounding, whole and in segments, for constant and varying
// inputs, both resets, with and without a current.
func TestIntegersNearFloats(t *testing.T) {
	for _, c := range []struct {
		name            string
		reset           model.Reset
		current, detach bool
		per             string
	}{
		{"soft", model.ResetSubtract, false, true, "tensor"},
		{"soft, through the reset", model.ResetSubtract, false, false, "channel"},
		{"hard", model.ResetValue, false, true, "channel"},
		{"hard, through the reset", model.ResetValue, false, false, "tensor"},
		{"current", model.ResetSubtract, true, true, "channel"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, constant := range []bool{true, false} {
				r := rand.New(rand.NewPCG(7, 8))
				n := grain(r, c.reset, c.current, c.detach)
				x := signal.NewAnalog(6, 4, n.Input, constant)
				for i := range x.F {
					x.F[i] = float32(math.Round(15*r.Float64())) / 15
				}
				in := layers.Input{X: x, Labels: []int{0, 1, 2, 0}}
				loss := &layers.Loss{Kind: "cross-entropy", Readout: "mean"}
				float, err := layers.Compile(n, layers.Options{Loss: loss, Pool: par.New(1)})
				if err != nil {
					t.Fatal(err)
				}
				want, err := float.Step(in)
				if err != nil {
					t.Fatal(err)
				}
				gradients := map[string][]float32{}
				for _, p := range float.Params() {
					gradients[p.Name] = append([]float32(nil), p.Grad...)
				}
				q := model.Quantization{Target: "generic", Range: "max", Percentile: 100, Per: c.per, Input: model.InputValues, InputMax: 1, InputBits: 4}
				n.Record.Quantize = &q
				reset := map[model.Reset]string{model.ResetSubtract: "subtract", model.ResetValue: "zero"}[c.reset]
				a := fine(reset, c.current).Arithmetic()
				ints, err := layers.Compile(n, layers.Options{Loss: loss, Pool: par.New(2), Arithmetic: &a})
				if err != nil {
					t.Fatal(err)
				}
				for _, segment := range []int{0, 1, 4} {
					ints.SetBPTT(layers.BPTT{Checkpoint: segment})
					got, err := ints.Step(in)
					if err != nil {
						t.Fatal(err)
					}
					if math.Abs(got.Loss-want.Loss) > 0.005*want.Loss {
						t.Errorf("constant %v, segments of %d: loss %v, in floats %v", constant, segment, got.Loss, want.Loss)
					}
					for _, p := range ints.Params() {
						g := gradients[p.Name]
						if g == nil {
							continue
						}
						if e := distance(p.Grad, g); e > 0.01 {
							t.Errorf("constant %v, segments of %d: gradient of %s differs by %.3g of its norm", constant, segment, p.Name, e)
						}
					}
				}
			}
		})
	}
}

// distance is the norm of a − b over that of b.
func distance(a, b []float32) float64 {
	var d, n float64
	for i := range b {
		e := float64(a[i]) - float64(b[i])
		d, n = d+e*e, n+float64(b[i])*float64(b[i])
	}
	return math.Sqrt(d / max(n, 1e-30))
}

// TestIntegersNeedArithmetic: a network of integers is not run in floats.
func TestIntegersNeedArithmetic(t *testing.T) {
	n := grain(rand.New(rand.NewPCG(1, 2)), model.ResetSubtract, false, true)
	q := model.DefaultQuantization()
	q.Target = "generic"
	n.Record.Quantize = &q
	if _, err := layers.Compile(n, layers.Options{}); err == nil {
		t.Error("it is compiled without the target's arithmetic")
	}
}

// TestCountsAreWhole: values that are no counts do not enter as such.
func TestCountsAreWhole(t *testing.T) {
	n := grain(rand.New(rand.NewPCG(1, 2)), model.ResetSubtract, false, true)
	q := model.DefaultQuantization()
	q.Target, q.Input = "generic", model.InputCounts
	n.Record.Quantize = &q
	a := fine("subtract", false).Arithmetic()
	p, err := layers.Compile(n, layers.Options{Arithmetic: &a, Readout: "mean"})
	if err != nil {
		t.Fatal(err)
	}
	x := signal.NewAnalog(2, 1, n.Input, true)
	for i := range x.F {
		x.F[i] = float32(i % 3)
	}
	if _, err := p.Infer(layers.Input{X: x}); err != nil {
		t.Error(err)
	}
	x.F[5] = 0.5
	if _, err := p.Infer(layers.Input{X: x}); err == nil {
		t.Error("half a spike is a count")
	}
}

package all_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/generic"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// exact draws a network whose weights are multiples of a common step and whose
// thresholds lie between multiples, so that nothing is lost by rounding.
func exact(t *rapid.T, reset model.Reset) *model.Network {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "weights"), 1))
	n := &model.Network{Dt: 1, Input: model.Shape{rapid.IntRange(1, 5).Draw(t, "inputs")}}
	in := n.Input[0]
	for i := range rapid.IntRange(1, 3).Draw(t, "layers") {
		name, out := string(rune('a'+i)), rapid.IntRange(1, 5).Draw(t, "neurons")
		step := float32(rapid.SampledFrom([]float64{0.25, 0.3, 1.7}).Draw(t, "step"))
		l := model.NewLinear(in, out, rapid.Bool().Draw(t, "bias"))
		for k := range l.Weight.Data {
			l.Weight.Data[k] = step * float32(r.IntN(15)-7)
		}
		l.Weight.Data[0] = 7 * step // the whole grid
		if l.Bias != nil {
			for k := range l.Bias.Data {
				l.Bias.Data[k] = step * float32(r.IntN(7)-3)
			}
		}
		theta := float64(step) * float64(rapid.IntRange(1, 12).Draw(t, "threshold"))
		if reset == model.ResetValue {
			theta += float64(step) * rapid.SampledFrom([]float64{-0.4, -0.1, 0.1, 0.4}).Draw(t, "between")
		}
		op := &model.Neuron{
			Model: "if", Output: model.OutputSpikes, Surrogate: model.SurrogateSpec{Kind: "atan"},
			Rules:  model.Rules{Fire: model.FireAtLeast, MaxSpikes: 1, Reset: reset, ResetAt: model.ResetAtSpike, Gain: model.GainUnit},
			Values: map[string]*model.Tensor{"threshold": model.Scalar(theta)},
		}
		n.Nodes = append(n.Nodes, model.Node{Name: name, Op: l, Inputs: []string{n.Output()}})
		n.Nodes = append(n.Nodes, model.Node{Name: name + ".n", Op: op, Inputs: []string{name}})
		in = out
	}
	return n
}

// TestRoundedWhereItCan: where weights and thresholds lie on the grid, the
// chip's raster is the float network's. The generic chip has no latency.
func TestRoundedWhereItCan(t *testing.T) {
	spikes := 0
	rapid.Check(t, func(t *rapid.T) {
		c := generic.Default()
		c.Potential.Bits = 24 // 16 would saturate
		reset := rapid.SampledFrom([]model.Reset{model.ResetSubtract, model.ResetValue}).Draw(t, "reset")
		if reset == model.ResetValue {
			c.Reset = "zero"
		}
		n := exact(t, reset)
		if reset == model.ResetSubtract { // exact multiples: float32 must not round at the comparison
			for _, node := range n.Nodes {
				if op, ok := node.Op.(*model.Neuron); ok {
					op.Values["threshold"].Data[0] *= 1 - 1e-4
				}
			}
		}
		x := signal.NewSpikes(rapid.IntRange(1, 12).Draw(t, "steps"), 1, n.Input, false)
		for i := range x.T * x.N() {
			if rapid.Bool().Draw(t, "spike") {
				x.Fire(i/x.N(), i%x.N())
			}
		}
		o := model.Quantization{Bits: 4, Range: "max", Percentile: 100, Per: "tensor", Input: model.InputSpikes}
		net, account, err := quant.Integers(n, c.Arithmetic(), o)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range account.Layers {
			if l.Error > 1e-6 || l.Clipped != 0 {
				t.Fatalf("weights on the grid change: %+v", l)
			}
		}
		p, err := layers.Compile(n, layers.Options{Pool: par.New(1), Readout: "sum"})
		if err != nil {
			t.Fatal(err)
		}
		scores, err := p.Infer(layers.Input{X: x})
		if err != nil {
			t.Fatal(err)
		}
		spikes += compared(t, p, net, account, x, scores)
	})
	if spikes == 0 {
		t.Error("nothing fired")
	}
}

// TestRoundedRANC: a tick a layer and biases that act from the first tick: what
// a bias adds before the sample arrives is taken off the start, and the output
// gives the float network's counts, later by the way through the layers.
func TestRoundedRANC(t *testing.T) {
	target, err := all.Targets().Get("ranc")
	if err != nil {
		t.Fatal(err)
	}
	spikes := float32(0)
	rapid.Check(t, func(t *rapid.T) {
		n := exact(t, model.ResetSubtract)
		for i, node := range n.Nodes {
			if op, ok := node.Op.(*model.Neuron); ok {
				theta := op.Values["threshold"].Data
				if b := n.Nodes[i-1].Op.(*model.Linear).Bias; b != nil && slices.Min(b.Data)*float32(len(n.Nodes)) < -theta[0] {
					t.Skip("a start above the threshold")
				}
				theta[0] *= 1 - 1e-4
			}
		}
		x := signal.NewSpikes(rapid.IntRange(1, 9).Draw(t, "steps"), 1, n.Input, false)
		for i := range x.T * x.N() {
			if rapid.Bool().Draw(t, "spike") {
				x.Fire(i/x.N(), i%x.N())
			}
		}
		o := model.Quantization{Bits: 4, Range: "max", Percentile: 100, Per: "tensor", Input: model.InputSpikes}
		net, account, err := quant.Integers(n, target.(chip.Quantizable).Arithmetic(), o)
		if err != nil {
			t.Fatal(err)
		}
		if account.From != len(account.Layers)-1 {
			t.Fatalf("%+v", account)
		}
		p, err := layers.Compile(n, layers.Options{Pool: par.New(1), Readout: "sum"})
		if err != nil {
			t.Fatal(err)
		}
		want, err := p.Infer(layers.Input{X: x})
		if err != nil {
			t.Fatal(err)
		}
		prog, err := emulator.Compile(net)
		if err != nil {
			t.Fatal(err)
		}
		r, err := run.NewRunner(&chip.Image{Net: net, IO: chip.IO{Steps: x.T, From: account.From, Ticks: x.T + account.From, Readout: "sum"}}, prog, x.Shape)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Sample(x, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want.Row(0)) {
			t.Fatalf("%v, in floats %v", got, want.Row(0))
		}
		for _, v := range got {
			spikes += v
		}
	})
	if spikes == 0 {
		t.Error("nothing fired")
	}
}

// TestRoundedLava: of a chain without biases, every layer of which takes a
// tick, the image reads the output when the first sample arrives there.
func TestRoundedLava(t *testing.T) {
	target, err := all.Targets().Get("lava")
	if err != nil {
		t.Fatal(err)
	}
	n := &model.Network{Dt: 1, Input: model.Shape{1}}
	for _, name := range []string{"a", "b"} {
		l := model.NewLinear(1, 1, false)
		l.Weight.Data[0] = 1.5
		op := &model.Neuron{
			Model: "lif", Output: model.OutputSpikes, Rules: model.Rules{Fire: model.FireAbove, MaxSpikes: 1, Reset: model.ResetValue, ResetAt: model.ResetAtSpike, MemDecay: model.DecayBeta, Gain: model.GainUnit},
			Values: map[string]*model.Tensor{"beta": model.Scalar(0.5), "threshold": model.Scalar(1)},
		}
		n.Nodes = append(n.Nodes, model.Node{Name: name, Op: l, Inputs: []string{n.Output()}}, model.Node{Name: name + ".n", Op: op, Inputs: []string{name}})
	}
	o := model.DefaultQuantization()
	o.Input = model.InputSpikes
	net, account, err := quant.Integers(n, target.(chip.Quantizable).Arithmetic(), o)
	if err != nil {
		t.Fatal(err)
	}
	if account.Latency != 2 || account.From != 2 || net.Synapses[1].Latency != 1 {
		t.Fatalf("%+v", account)
	}
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	x := signal.NewSpikes(3, 1, n.Input, false)
	x.Fire(0, 0)
	x.Fire(2, 0)
	r, err := run.NewRunner(&chip.Image{Net: net, IO: chip.IO{Steps: 3, From: 2, Ticks: 5, Readout: "sum"}}, prog, x.Shape)
	if err != nil {
		t.Fatal(err)
	}
	if scores, err := r.Sample(x, 0); err != nil || !slices.Equal(scores, []float32{2}) {
		t.Errorf("%v, %v: both spikes should pass", scores, err)
	}
}

// TestRefusals: what a target cannot compute is refused, layer by layer with
// property and hint, all at once.
func TestRefusals(t *testing.T) {
	lif := func(change func(n *model.Neuron)) *model.Neuron {
		n := &model.Neuron{
			Model: "cuba-lif", Output: model.OutputSpikes,
			Rules: model.Rules{Fire: model.FireAtLeast, MaxSpikes: 1, Reset: model.ResetSubtract, ResetAt: model.ResetAtSpike, MemDecay: model.DecayBeta, SynDecay: model.DecayBeta, Synapse: model.SynapseDecayAdd, Gain: model.GainUnit},
			Values: map[string]*model.Tensor{
				"threshold": model.Scalar(1), "beta": model.Scalar(0.9), "alpha": model.Scalar(0.5), "v_min": model.Scalar(-2), "v_init": model.Scalar(0.5),
			},
		}
		if change != nil {
			change(n)
		}
		return n
	}
	several := lif(func(n *model.Neuron) { n.Rules.MaxSpikes, n.Rules.Quirks = 3, []string{model.QuirkHold} })
	late := lif(func(n *model.Neuron) {
		n.Rules.ResetAt, n.Recurrent = model.ResetAtCharge, model.NewRecurrent(model.RecurrenceDense, 2, false)
	})
	net := func(first *model.Neuron) *model.Network {
		return &model.Network{Dt: 1, Input: model.Shape{2}, Nodes: []model.Node{
			{Name: "in", Op: model.NewLinear(2, 2, false), Inputs: []string{"input"}},
			{Name: "hidden", Op: first, Inputs: []string{"in"}, Pos: "a.yaml:3:5"},
			{Name: "prelu", Op: &model.PReLU{Slope: model.Scalar(0.1)}, Inputs: []string{"hidden"}},
			{Name: "fc", Op: model.NewLinear(2, 2, true), Inputs: []string{"prelu"}},
			{Name: "out", Op: lif(func(n *model.Neuron) { n.Output = model.OutputMembrane }), Inputs: []string{"fc"}},
		}}
	}
	for target, c := range map[string]struct {
		first *model.Neuron
		want  []string
	}{
		"lava": {several, []string{
			`layer "hidden": soft reset: lava cannot compute it (a.yaml:3:5); set reset: zero`, "several spikes a step", "a lower bound of the potential",
			`quirk "hold"`, "a potential that does not start at 0", `layer "prelu": prelu`,
		}},
		"xylo":    {late, []string{"a reset in the step after the spike", "recurrent connections", "a lower bound", `layer "prelu"`}},
		"speck":   {several, []string{"a synaptic current", "a leak of the membrane", `quirk "hold"`}},
		"ranc":    {several, []string{"a synaptic current", "a leak that depends on the potential", "several spikes a step", `layer "out": its membrane potential is the output`}},
		"generic": {several, []string{"a synaptic current", "a lower bound of the potential", `layer "prelu"`}},
	} {
		got, err := all.Targets().Get(target)
		if err != nil {
			t.Fatal(err)
		}
		o := model.DefaultQuantization()
		o.Input = model.InputSpikes
		_, _, err = quant.Integers(net(c.first), got.(chip.Quantizable).Arithmetic(), o)
		if err == nil {
			t.Errorf("%s takes it", target)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: no %q in:\n%v", target, want, err)
			}
		}
	}
}

// TestBitsRefused: a width that a target does not have, values where only spikes enter.
func TestBitsRefused(t *testing.T) {
	ranc, err := all.Targets().Get("ranc")
	if err != nil {
		t.Fatal(err)
	}
	n := &model.Network{Dt: 1, Input: model.Shape{2}, Nodes: []model.Node{{Name: "fc", Op: model.NewLinear(2, 2, false), Inputs: []string{"input"}}}}
	o := model.Quantization{Bits: 8, Range: "max", Per: "tensor", Input: model.InputValues, InputMax: 1}
	_, _, err = quant.Integers(n, ranc.(chip.Quantizable).Arithmetic(), o)
	for _, want := range []string{"weights of 8 bits; 2 to 4 are possible", "input: values that are no spikes"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	lava, err := all.Targets().Get("lava")
	if err != nil {
		t.Fatal(err)
	}
	o = model.DefaultQuantization()
	o.Per = "channel"
	if _, _, err = quant.Integers(n, lava.(chip.Quantizable).Arithmetic(), o); err == nil || !strings.Contains(err.Error(), "one threshold a layer") {
		t.Errorf("%v", err)
	}
}

// TestUnitOfPotential: an integrator's potential on a chip, times its unit, is the network's.
func TestUnitOfPotential(t *testing.T) {
	for _, name := range []string{"lava", "generic", "speck"} {
		target, err := all.Targets().Get(name)
		if err != nil {
			t.Fatal(err)
		}
		n := &model.Network{Dt: 1, Input: model.Shape{2}, Nodes: []model.Node{{Name: "fc", Op: model.NewLinear(2, 2, false), Inputs: []string{"input"}}}}
		copy(n.Nodes[0].Op.(*model.Linear).Weight.Data, []float32{0.5, -0.25, 0.125, 0.75})
		o := model.DefaultQuantization()
		o.Input, o.InputMax = model.InputValues, 2
		net, account, err := quant.Integers(n, target.(chip.Quantizable).Arithmetic(), o)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := emulator.Compile(net)
		if err != nil {
			t.Fatal(err)
		}
		x := signal.NewAnalog(4, 1, n.Input, true)
		x.F[0] = 2
		ticks := 4 + account.From
		r, err := run.NewRunner(&chip.Image{Net: net, IO: chip.IO{Steps: 4, From: account.From, Ticks: ticks, Readout: "last", Potential: account.Unit}}, prog, x.Shape)
		if err != nil {
			t.Fatal(err)
		}
		scores, err := r.Sample(x, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []float64{4, 1} {
			if got := float64(scores[i]); math.Abs(got-want) > 0.02*want {
				t.Errorf("%s: %v, in floats %v", name, got, want)
			}
		}
	}
}

package all_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// drawn is a random network for a target, and a batch for it.
type drawn struct {
	t      *rapid.T
	target string
	r      *rand.Rand
	net    *model.Network
	shape  model.Shape
}

func (d *drawn) pick(name string, of ...string) string { return rapid.SampledFrom(of).Draw(d.t, name) }
func (d *drawn) bool(name string) bool                 { return rapid.Bool().Draw(d.t, name) }
func (d *drawn) float(name string, lo, hi float64) float64 {
	return rapid.Float64Range(lo, hi).Draw(d.t, name)
}

func (d *drawn) add(name string, op model.Op) {
	in := []string{d.net.Output()}
	d.net.Nodes = append(d.net.Nodes, model.Node{Name: name, Op: op, Inputs: in})
	out, err := op.Infer([]model.Shape{d.shape})
	if err != nil {
		d.t.Fatal(err)
	}
	d.shape = out
}

func (d *drawn) fill(t *model.Tensor, size float64) {
	for i := range t.Data {
		t.Data[i] = float32(d.r.NormFloat64() * size)
	}
}

// synapse adds a linear or convolutional layer.
func (d *drawn) synapse(name string, out int) {
	bias := d.bias(name)
	if len(d.shape) == 3 && name != "z" && d.bool(name+" is conv") {
		c := (&model.Conv2d{
			In: d.shape[0], Out: out, Kernel: [2]int{2, 3}, Stride: [2]int{1, 2}, Padding: [2]int{1, 0}, Dilation: [2]int{1, 1}, Groups: 1, HasBias: bias,
		}).Alloc()
		if d.shape[1] >= 2 && d.shape[2] >= 3 {
			d.fill(c.Weight, 0.5)
			if bias {
				d.fill(c.Bias, 0.2)
			}
			d.add(name, c)
			return
		}
	}
	if len(d.shape) == 3 {
		d.add(name+".flat", &model.Flatten{})
	}
	l := model.NewLinear(d.shape[0], out, bias)
	d.fill(l.Weight, 0.5)
	if bias {
		d.fill(l.Bias, 0.2)
	}
	d.add(name, l)
}

func (d *drawn) bias(name string) bool { return d.bool(name + " has bias") }

// neurons adds a layer of neurons that the target can compute.
func (d *drawn) neurons(name string, last bool) {
	rules := model.Rules{
		Fire: model.FireAtLeast, MaxSpikes: 1, Reset: model.ResetSubtract, ResetAt: model.ResetAtSpike, DetachReset: d.bool(name + " detach"),
		MemDecay: model.DecayBeta, Gain: model.GainUnit,
	}
	op := &model.Neuron{Model: "lif", Output: model.OutputSpikes, Surrogate: model.SurrogateSpec{Kind: "atan"}, Values: map[string]*model.Tensor{}}
	op.Values["threshold"] = model.Scalar(d.float(name+" threshold", 0.5, 2))
	beta := d.float(name+" beta", 0.2, 0.97)
	current := false
	switch d.target {
	case "lava", "lava-loihi1":
		rules.Reset, current = model.ResetValue, d.bool(name+" current")
	case "xylo":
		current, rules.MaxSpikes = true, 31
	case "ranc", "truenorth", "speck":
		beta = 1
	case "brainscales2":
		rules.Reset, current = model.ResetValue, d.bool(name+" current")
	}
	if (d.crossbar() || d.target == "spinnaker2") && d.bool(name+" resets to zero") {
		rules.Reset = model.ResetValue
	}
	op.Values["beta"] = model.Scalar(beta)
	if current {
		op.Model, rules.Synapse, rules.SynDecay = "cuba-lif", model.SynapseDecayAdd, model.DecayBeta
		op.Values["alpha"] = model.Scalar(d.float(name+" alpha", 0.3, 0.95))
	}
	if last && !d.crossbar() && d.bool("potential is read") {
		op.Output, rules.Reset, op.Model = model.OutputMembrane, model.ResetNone, map[bool]string{true: "cuba-li", false: "li"}[current]
		delete(op.Values, "threshold")
	}
	op.Rules = rules
	d.add(name, op)
}

// crossbar is a target whose potentials cannot be read.
func (d *drawn) crossbar() bool { return d.target == "ranc" || d.target == "truenorth" }

// network draws the layers.
func (d *drawn) network() {
	d.net = &model.Network{Dt: 1, Input: model.Shape{rapid.IntRange(2, 6).Draw(d.t, "inputs")}}
	maps := d.target == "lava" || d.target == "lava-loihi1" || d.target == "generic" || d.target == "speck"
	if maps && d.bool("maps") {
		d.net.Input = model.Shape{2, 5, 6}
	}
	d.shape = d.net.Input
	hidden := 1
	if d.target != "xylo" {
		hidden = rapid.IntRange(0, 2).Draw(d.t, "hidden layers")
	}
	for i := range hidden {
		name := string(rune('a' + i))
		d.synapse(name, rapid.IntRange(3, 9).Draw(d.t, "neurons"))
		d.neurons(name+".n", false)
		if d.target == "speck" && len(d.shape) == 3 && d.shape[1] > 1 && d.shape[2] > 1 && d.bool("pool") {
			d.add(name+".p", &model.Pool2d{Mode: model.PoolAvg, Size: [2]int{2, 2}, Stride: [2]int{2, 2}})
		}
	}
	d.synapse("z", 3)
	d.neurons("z.n", true)
}

// batch draws an input that the target takes.
func (d *drawn) batch(q *model.Quantization, a quant.Arithmetic) *signal.Signal {
	steps, b := rapid.IntRange(1, 9).Draw(d.t, "steps"), 3
	if a.Input.Max < 2 || d.bool("spikes") {
		q.Input = model.InputSpikes
		x := signal.NewSpikes(steps, b, d.net.Input, false)
		for r := range x.Rows() {
			for i := range x.N() {
				if d.r.IntN(2) == 0 {
					x.Fire(r, i)
				}
			}
		}
		return x
	}
	q.Input = model.InputValues
	x := signal.NewAnalog(steps, b, d.net.Input, d.bool("constant"))
	for i := range x.F {
		x.F[i] = float32(d.r.NormFloat64())
	}
	return x
}

// TestTrainedIsEmulated: what a network that is trained in a target's integers
// gives, layer by layer and step by step, is what the emulator gives for its
// image. Random layers, weights, decays, resets, bits, scales and inputs of
// every target.
func TestTrainedIsEmulated(t *testing.T) {
	targets := all.Targets()
	for _, name := range targets.Names() {
		target, err := targets.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		q, ok := target.(chip.Quantizable)
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			spikes := 0
			rapid.Check(t, func(t *rapid.T) { spikes += trainedIsEmulated(t, q) })
			if spikes == 0 {
				t.Error("no network fired")
			}
		})
	}
}

func trainedIsEmulated(t *rapid.T, target chip.Quantizable) int {
	d := &drawn{t: t, target: target.Name(), r: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "weights"), 1))}
	d.network()
	a := target.Arithmetic()
	q := model.DefaultQuantization()
	q.Target, q.Range = d.target, d.pick("range", "max", "mse", "percentile")
	q.Bits = rapid.SampledFrom([]int{0, 2, 3, 4}).Draw(t, "bits")
	if a.PerNeuron {
		q.Per = d.pick("per", "tensor", "channel")
	}
	x := d.batch(&q, a)
	d.net.Record.Quantize = &q
	loss := &layers.Loss{Kind: "cross-entropy", Readout: "sum"}
	p, err := layers.Compile(d.net, layers.Options{Pool: par.New(1), Arithmetic: &a, Loss: loss})
	if err != nil {
		t.Fatal(err)
	}
	p.SetBPTT(layers.BPTT{Checkpoint: rapid.IntRange(0, 3).Draw(t, "checkpoint")})
	if _, err := p.Step(layers.Input{X: x, Labels: []int{0, 1, 2}}); err != nil {
		t.Fatal(err)
	}
	for _, param := range p.Params() { // one step of training
		for i, g := range param.Grad {
			param.Value[i] -= 0.1 * g
		}
	}
	scores, err := p.Infer(layers.Input{X: x})
	if err != nil {
		t.Fatal(err)
	}
	net, account, err := quant.Integers(p.Store(), a, q)
	if err != nil {
		t.Fatal(err)
	}
	return compared(t, p, net, account, x, scores)
}

func compared(t *rapid.T, p *layers.Program, net *quant.IntNet, account *quant.Account, x, scores *signal.Signal) (spikes int) {
	im := &chip.Image{Net: net, IO: chip.IO{Steps: x.T, Ticks: x.T + account.From, From: account.From, Readout: "sum", Potential: account.Unit}}
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	r, err := run.NewRunner(im, prog, x.Shape)
	if err != nil {
		t.Fatal(err)
	}
	var want []run.Expected
	for _, pop := range net.Populations {
		if out := p.Output(pop.Name); out != nil {
			want = append(want, run.Expected{Population: pop.Name, Out: out})
		}
	}
	for b := range x.B {
		found, got, err := r.Compare(x, b, want)
		if err != nil {
			t.Fatal(err)
		}
		if found != nil {
			t.Fatalf("sample %d: %+v", b, found)
		}
		for i, s := range scores.Row(b) {
			if got[i] != s {
				t.Fatalf("sample %d: score %d is %v, trained %v", b, i, got[i], s)
			}
		}
	}
	for _, n := range r.Machine().Counts().Spikes {
		spikes += int(n)
	}
	return spikes
}

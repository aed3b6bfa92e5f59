package train_test

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/surrogate"
	"github.com/snntrain/snntrain/train"
)

type goldenNetwork struct {
	Name, File string
	Losses     []float64
}

// goldenBuild is how a recorded network is expressed here, and which of its recordings are compared.
type goldenBuild struct {
	nodes   []model.Node
	readout string
	spikes  map[string]string // recorded array → our layer
	traces  map[string]string
}

func TestGoldenNetworks(t *testing.T) {
	dir := testkit.GoldenDir(t, "networks")
	var index struct {
		Networks []goldenNetwork `json:"networks"`
	}
	testkit.Index(t, dir, &index)
	tally := testkit.Tally{Folder: "networks"}
	builds := goldenBuilds()
	for _, g := range index.Networks {
		build, ok := builds[g.Name]
		if !ok {
			tally.Skip(g.Name)
			continue
		}
		tally.Run(t, g.Name, func(t *testing.T) { runNetwork(t, dir, g, build) })
	}
	tally.Report(t)
}

func runNetwork(t *testing.T, dir string, g goldenNetwork, build goldenBuild) {
	a := testkit.NPZ(t, filepath.Join(dir, g.File))
	net := &model.Network{Input: a["X"].Shape[2:], Dt: 1, Nodes: build.nodes}
	net.Params(func(name string, p model.Param) {
		if init, ok := a["init."+name]; ok {
			p.Tensor.Shape, p.Tensor.Data = init.Shape, init.F32()
		}
	})
	program, err := layers.Compile(net, layers.Options{Loss: &layers.Loss{Kind: "cross-entropy", Readout: build.readout}, Pool: par.New(2)})
	if err != nil {
		t.Fatal(err)
	}
	in := layers.Input{X: input(a["X"]), Watch: true}
	for _, y := range a["y"].Data {
		in.Labels = append(in.Labels, int(y))
	}
	optimizer := train.NewAdam(0.9, 0.999, 1e-8)
	for step := 1; step <= 3; step++ {
		r, err := program.Step(in)
		if err != nil {
			t.Fatal(err)
		}
		if want := g.Losses[step-1]; math.Abs(r.Loss-want) > 1e-5*math.Abs(want) {
			t.Errorf("loss of step %d is %v, recorded %v", step, r.Loss, want)
		}
		if step == 1 {
			compareOutputs(t, program, build, a)
		}
		compareArrays(t, fmt.Sprintf("grad%d.", step), a, 1e-4, program.Gradient)
		optimizer.Step(nil, program.Params(), 0.01)
		program.Store()
		compareArrays(t, fmt.Sprintf("adam%d.", step), a, 1e-3, func(name string) []float32 { return arrayOf(net, name) })
		if step == 1 {
			compareArrays(t, "buf_after_step1.", a, 1e-5, func(name string) []float32 { return arrayOf(net, name) })
		}
	}
	if r, err := program.Step(in); err != nil || math.Abs(r.Loss-g.Losses[3]) > 1e-4*g.Losses[3] {
		t.Errorf("loss after three steps is %v, recorded %v (%v)", r.Loss, g.Losses[3], err)
	}
}

// input turns [T, B, …] in (C, H, W) order into a signal.
func input(a testkit.Array) *signal.Signal {
	shape := a.Shape[2:]
	x := signal.NewAnalog(a.Shape[0], a.Shape[1], shape, false)
	n, data := x.N(), a.F32()
	for r := range x.Rows() {
		signal.ToChannelLast(x.Row(r), data[r*n:(r+1)*n], shape)
	}
	return x
}

// values turns a signal into [T, B, …] in (C, H, W) order.
func values(s *signal.Signal) []float32 {
	n, data := s.N(), s.Dense(nil)
	out := make([]float32, len(data))
	for r := range s.Rows() {
		signal.FromChannelLast(out[r*n:(r+1)*n], data[r*n:(r+1)*n], s.Shape)
	}
	return out
}

func compareOutputs(t *testing.T, p *layers.Program, build goldenBuild, a map[string]testkit.Array) {
	t.Helper()
	for name, layer := range build.spikes {
		if e := testkit.MaxError(values(p.Output(layer)), a[name].Data); e != 0 {
			t.Errorf("%s: spikes of %s differ by %v", name, layer, e)
		}
	}
	for name, layer := range build.traces {
		if e := testkit.MaxError(values(p.Trace(layer)), a[name].Data); e > 1e-4 {
			t.Errorf("%s: potentials of %s differ by %.3g", name, layer, e)
		}
	}
}

// compareArrays compares every recorded array under a prefix. A gradient that
// is zero but for rounding (a bias before a batch-norm) is left out: Adam
// divides by its size.
func compareArrays(t *testing.T, prefix string, a map[string]testkit.Array, tolerance float64, ours func(name string) []float32) {
	t.Helper()
	for name, want := range a {
		short, ok := strings.CutPrefix(name, prefix)
		if !ok || onlyRounding(a, "grad1."+short) {
			continue
		}
		if e := testkit.RelError(ours(short), want.Data); e > tolerance {
			t.Errorf("%s differs by %.3g relative", name, e)
		}
	}
}

func onlyRounding(a map[string]testkit.Array, name string) bool {
	largest := func(data []float64) (m float64) {
		for _, v := range data {
			m = max(m, math.Abs(v))
		}
		return m
	}
	all := 0.0
	for other, g := range a {
		if strings.HasPrefix(other, "grad1.") {
			all = max(all, largest(g.Data))
		}
	}
	g, ok := a[name]
	return ok && largest(g.Data) < 1e-5*all
}

func arrayOf(n *model.Network, name string) []float32 {
	var out []float32
	n.Params(func(full string, p model.Param) {
		if full == name {
			out = p.Tensor.Data
		}
	})
	return out
}

func goldenBuilds() map[string]goldenBuild {
	chain := func(nodes ...model.Node) []model.Node {
		last := model.InputName
		for i := range nodes {
			nodes[i].Inputs = []string{last}
			last = nodes[i].Name
		}
		return nodes
	}
	return map[string]goldenBuild{
		"mlp2_snntorch_leaky": {
			nodes: chain(
				model.Node{Name: "fc1", Op: model.NewLinear(20, 16, true)},
				model.Node{Name: "lif1", Op: leaky(model.ResetAtCharge, true, foreign("snntorch", "atan", nil), model.OutputSpikes, nil)},
				model.Node{Name: "fc2", Op: model.NewLinear(16, 5, true)},
				model.Node{Name: "lif2", Op: leaky(model.ResetAtCharge, true, foreign("snntorch", "atan", nil), model.OutputMembrane, nil)},
			),
			readout: "each", spikes: map[string]string{"out.S1": "lif1"}, traces: map[string]string{"out.V1": "lif1", "out.V2": "lif2"},
		},
		"conv_pool_spikingjelly_lif": {
			nodes: chain(
				model.Node{Name: "conv", Op: (&model.Conv2d{In: 2, Out: 4, Kernel: [2]int{3, 3}, Stride: [2]int{1, 1}, Padding: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}).Alloc()},
				model.Node{Name: "lif1", Op: jelly(model.ResetValue, true, model.GainUnit, foreign("spikingjelly", "ATan", nil))},
				model.Node{Name: "pool", Op: &model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}},
				model.Node{Name: "flat", Op: &model.Flatten{}},
				model.Node{Name: "fc", Op: model.NewLinear(64, 4, true)},
				model.Node{Name: "lif2", Op: jelly(model.ResetSubtract, false, model.GainLeak, foreign("spikingjelly", "Sigmoid", nil))},
			),
			readout: "rate", spikes: map[string]string{"out.S1": "lif1", "out.P1": "pool", "out.S2": "lif2"}, traces: map[string]string{"out.V1": "lif1", "out.V2": "lif2"},
		},
		"recurrent_cubalif_snntorch": {
			nodes: chain(
				model.Node{Name: "fc1", Op: model.NewLinear(12, 14, true)},
				model.Node{Name: "rec", Op: recurrentSynaptic(14)},
				model.Node{Name: "fc2", Op: model.NewLinear(14, 4, true)},
				model.Node{Name: "readout", Op: &model.Neuron{
					Model: "li", Output: model.OutputMembrane,
					Rules:  model.Rules{Fire: model.FireAbove, MaxSpikes: 1, Reset: model.ResetNone, ResetAt: model.ResetAtSpike, MemDecay: model.DecayBeta, Gain: model.GainUnit},
					Values: map[string]*model.Tensor{"beta": model.Scalar(0.9)},
				}},
			),
			readout: "sum", spikes: map[string]string{"out.S1": "rec"}, traces: map[string]string{"out.V1": "rec", "out.V2": "readout"},
		},
		"batchnorm_perneuron_snntorch": {
			nodes: chain(
				model.Node{Name: "fc1", Op: model.NewLinear(15, 12, true)},
				model.Node{Name: "bn", Op: (&model.BatchNorm{Channels: 12, Eps: 1e-5, Momentum: 0.1, Over: "step"}).Alloc()},
				model.Node{Name: "lif1", Op: zeroReset(leaky(model.ResetAtSpike, false, foreign("snntorch", "fast_sigmoid", map[string]float64{"slope": 10}), model.OutputSpikes, []string{"beta", "threshold"}))},
				model.Node{Name: "fc2", Op: model.NewLinear(12, 4, true)},
				model.Node{Name: "lif2", Op: leaky(model.ResetAtCharge, true, foreign("snntorch", "atan", nil), model.OutputSpikes, []string{"beta", "threshold"})},
			),
			readout: "rate", spikes: map[string]string{"out.S1": "lif1", "out.S2": "lif2"}, traces: map[string]string{"out.V1": "lif1", "out.V2": "lif2"},
		},
	}
}

func foreign(framework, name string, params map[string]float64) model.SurrogateSpec {
	s, err := surrogate.ForFramework(framework, name, params)
	if err != nil {
		panic(err)
	}
	return model.SurrogateSpec{Kind: s.Kind, Params: s.Params}
}

func leaky(at model.ResetAt, detach bool, s model.SurrogateSpec, out model.Output, learn []string) *model.Neuron {
	return &model.Neuron{
		Model: "lif", Surrogate: s, Output: out, Learn: learn,
		Rules: model.Rules{
			Fire: model.FireAbove, MaxSpikes: 1, Reset: model.ResetSubtract, ResetAt: at, DetachReset: detach,
			MemDecay: model.DecayBeta, Gain: model.GainUnit,
		},
		Values: map[string]*model.Tensor{"beta": model.Scalar(0.9), "threshold": model.Scalar(1)},
	}
}

// recurrentSynaptic is snnTorch's RSynaptic with everything learned.
func recurrentSynaptic(n int) *model.Neuron {
	l := leaky(model.ResetAtCharge, true, foreign("snntorch", "atan", nil), model.OutputSpikes, []string{"alpha", "beta", "threshold"})
	l.Model, l.Rules.Synapse, l.Rules.SynDecay = "cuba-lif", model.SynapseDecayAdd, model.DecayBeta
	l.Values["alpha"] = model.Scalar(0.8)
	l.Recurrent = model.NewRecurrent(model.RecurrenceDense, n, true)
	return l
}

func zeroReset(n *model.Neuron) *model.Neuron {
	n.Rules.Reset = model.ResetValue
	n.Values["v_reset"] = model.Scalar(0)
	return n
}

func jelly(reset model.Reset, detach bool, gain model.Gain, s model.SurrogateSpec) *model.Neuron {
	n := leaky(model.ResetAtSpike, detach, s, model.OutputSpikes, nil)
	n.Rules.Fire, n.Rules.Reset, n.Rules.Gain, n.Rules.MemDecay = model.FireAtLeast, reset, gain, model.DecayEuler
	n.Values = map[string]*model.Tensor{"tau": model.Scalar(2), "threshold": model.Scalar(1)}
	return n
}

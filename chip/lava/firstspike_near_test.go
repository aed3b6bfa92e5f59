package lava_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// TestFirstSpikesAreNearTheNetwork: of networks of every kind of layer, scores
// with 8 bits of weights and 9 of times are those of exact weights and times but
// for a few hundredths.
func TestFirstSpikesAreNearTheNetwork(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	fill := func(x *model.Tensor, mean float64) *model.Tensor {
		for i := range x.Data {
			x.Data[i] = float32(mean + draw.NormFloat64()/4)
		}
		return x
	}
	linear := func(in, out int) *model.Linear {
		return &model.Linear{In: in, Out: out, Weight: fill(model.NewTensor(out, in), 0), Bias: fill(model.NewTensor(out), 0), HasBias: true}
	}
	conv := func(in, out, k, padding int) *model.Conv2d {
		c := (&model.Conv2d{In: in, Out: out, Kernel: [2]int{k, k}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Padding: [2]int{padding, padding}, Groups: 1, HasBias: true}).Alloc()
		fill(c.Weight, 0.05)
		fill(c.Bias, 0)
		return c
	}
	pool := func(mode model.PoolMode) *model.Pool2d {
		return &model.Pool2d{Mode: mode, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}
	}
	relu := func() *model.Rectifier { return &model.Rectifier{Func: model.ReLU} }
	norm := &model.BatchNorm{Channels: 3, Eps: 1e-5, Weight: fill(model.NewTensor(3), 1), Bias: fill(model.NewTensor(3), 0), Mean: fill(model.NewTensor(3), 0), Var: fill(model.NewTensor(3), 2)}
	factors := &model.Affine{Weight: fill(model.NewTensor(3), 1), Bias: fill(model.NewTensor(3), 0)}
	for name, ops := range map[string][]model.Op{
		"linear":    {&model.Flatten{}, linear(72, 12), relu(), linear(12, 4)},
		"conv":      {conv(2, 3, 3, 1), norm, relu(), conv(3, 2, 3, 0), relu(), &model.Flatten{}, linear(32, 4)},
		"max":       {conv(2, 3, 3, 1), relu(), pool(model.PoolMax), conv(3, 2, 2, 1), relu(), &model.Flatten{}, linear(32, 4)},
		"average":   {conv(2, 3, 3, 1), relu(), pool(model.PoolAvg), &model.Flatten{}, linear(27, 4)},
		"averages":  {conv(2, 3, 3, 1), relu(), pool(model.PoolAvg), conv(3, 2, 2, 1), relu(), &model.Flatten{}, linear(32, 4)},
		"sums":      {conv(2, 3, 3, 1), relu(), pool(model.PoolSum), conv(3, 2, 2, 1), relu(), &model.Flatten{}, linear(32, 4)},
		"factors":   {conv(2, 3, 3, 1), relu(), factors, conv(3, 2, 2, 0), relu(), &model.Flatten{}, linear(50, 4)},
		"six":       {&model.Flatten{}, linear(72, 12), &model.Rectifier{Func: model.Clip, High: 1}, linear(12, 4)},
		"no scores": {&model.Flatten{}, linear(72, 12), relu(), linear(12, 4), relu()},
	} {
		n := &model.Network{Input: model.Shape{2, 6, 6}}
		last := model.InputName
		for i, op := range ops {
			n.Nodes = append(n.Nodes, model.Node{Name: string(rune('a' + i)), Op: op, Inputs: []string{last}})
			last = n.Nodes[i].Name
		}
		draw := rand.New(rand.NewPCG(3, uint64(len(name))))
		x := &signal.Signal{T: 1, B: 20, Shape: n.Input, F: make([]float32, 20*n.Input.Size())}
		for i := range x.F {
			x.F[i] = draw.Float32()*1.5 - 0.5
		}
		r, err := ttfs.Convert(n, ttfs.Options{Samples: x, Margin: 1.1, Pool: par.New(1)})
		if err != nil {
			t.Fatal(name, err)
		}
		near(t, name, r.Network, x)
	}
}

// near compares scores of the emulated network with those of exact times.
func near(t *testing.T, name string, n *model.Network, x *signal.Signal) {
	t.Helper()
	var samples [][]float32
	place := signal.ChannelLast(n.Input)
	for b := range x.B {
		row := make([]float32, len(place))
		for chw, at := range place {
			row[chw] = x.Row(b)[at]
		}
		samples = append(samples, row)
	}
	out, err := lava.Loihi2().FirstSpikes(n, chip.TimedOptions{Samples: samples, TimeBits: 9})
	if err != nil {
		t.Fatal(name, err)
	}
	if _, err := chip.Make(lava.Loihi2(), out.Net, "test"); err != nil {
		t.Fatal(name, err)
	}
	sim, err := ttfs.New(n)
	if err != nil {
		t.Fatal(err)
	}
	scores, _, err := sim.Run(x, par.New(1))
	if err != nil {
		t.Fatal(err)
	}
	prog, err := emulator.Compile(out.Net)
	if err != nil {
		t.Fatal(err)
	}
	m, most, worst := prog.NewMachine(), 0.0, 0.0
	size := sim.Shape().Size()
	for b, row := range samples {
		levels := make([]int32, len(row))
		for i, v := range row {
			levels[i] = int32(math.Round((float64(v) - out.Low) / out.Span * float64(out.Steps)))
		}
		got := scoresOf(out, n, emulateTimed(t, m, out, levels))
		for k := range size {
			want := scores[b*size+k]
			most, worst = max(most, math.Abs(want)), max(worst, math.Abs(want-got[k]))
		}
	}
	if t.Logf("%s: %.2g of %.2g", name, worst, most); worst > 0.1*most || most == 0 {
		t.Errorf("%s: a score differs by %v, of scores up to %v", name, worst, most)
	}
}

// scoresOf are an output's scores in units of the network.
func scoresOf(out *chip.TimedNet, n *model.Network, r timedRun) []float64 {
	scores := make([]float64, len(r.potential))
	for k, v := range r.potential {
		if out.Readout == "last" {
			scores[k] = float64(v) * out.Potential
		} else if ticks := r.spikes[out.Net.Output][int32(k)]; len(ticks) > 0 {
			f := n.Node(out.Net.Output).Op.(*model.FirstSpike)
			scores[k] = float64(out.Ticks-ticks[0]) * f.Window() / 512
		}
	}
	return scores
}

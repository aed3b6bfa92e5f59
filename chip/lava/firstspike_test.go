package lava_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// timedRun is what the emulator did with one sample: ticks of the spikes of
// each population, and the output's potential after the last tick.
type timedRun struct {
	spikes    map[string]map[int32][]int
	potential []int32
}

// emulateTimed shows activations of the input, in ticks.
func emulateTimed(t interface{ Fatal(args ...any) }, m *emulator.Machine, n *chip.TimedNet, levels []int32) timedRun {
	m.Reset()
	r := timedRun{spikes: map[string]map[int32][]int{}}
	for _, p := range n.Net.Populations {
		r.spikes[p.Name] = map[int32][]int{}
	}
	for tick := range n.Ticks {
		in := &integer.Spikes{}
		for i, a := range levels {
			if a > 0 && tick == n.Steps-int(a) {
				in.Add(int32(i), 1)
			}
		}
		if _, err := m.Step(in); err != nil {
			t.Fatal(err)
		}
		for _, p := range n.Net.Populations {
			for _, i := range m.Sent(p.Name).Index {
				r.spikes[p.Name][i] = append(r.spikes[p.Name][i], tick)
			}
		}
	}
	r.potential = append(r.potential, m.State(n.Net.Output).V...)
	return r
}

// drawTimed draws a chain of convolutions and linear layers with neurons of
// first spike times behind all, or all but the last.
func drawTimed(t *rapid.T) *model.Network {
	n := &model.Network{Input: model.Shape{rapid.IntRange(1, 6).Draw(t, "inputs")}}
	maps := rapid.Bool().Draw(t, "maps")
	if maps {
		n.Input = model.Shape{rapid.IntRange(1, 2).Draw(t, "channels"), rapid.IntRange(2, 4).Draw(t, "height"), rapid.IntRange(2, 4).Draw(t, "width")}
	}
	last := model.InputName
	emit := func(name string, op model.Op) {
		n.Nodes = append(n.Nodes, model.Node{Name: name, Op: op, Inputs: []string{last}})
		last = name
	}
	value := func(label string, lo, hi float32) float32 { return rapid.Float32Range(lo, hi).Draw(t, label) }
	fill := func(x *model.Tensor, lo, hi float32) *model.Tensor {
		for i := range x.Data {
			x.Data[i] = value("w", lo, hi)
		}
		if i := rapid.IntRange(0, len(x.Data)-1).Draw(t, "some"); math.Abs(float64(x.Data[i])) < 0.01 {
			x.Data[i] = hi // a layer of zeros is refused
		}
		return x
	}
	neurons := func(name string) {
		emit(name, &model.FirstSpike{TMax: rapid.Float64Range(0.5, 4).Draw(t, "window"), TimeBits: rapid.IntRange(1, 5).Draw(t, "bits")})
	}
	shift := rapid.Bool().Draw(t, "shift")
	if shift {
		emit("shift", &model.Affine{Weight: model.Scalar(1), Bias: model.Scalar(0.25)})
	}
	neurons("in")
	if shift {
		emit("back", &model.Affine{Weight: model.Scalar(1), Bias: model.Scalar(-0.25)})
	}
	if maps {
		k, pad := rapid.IntRange(1, 2).Draw(t, "kernel"), rapid.IntRange(0, 1).Draw(t, "padding")
		c := (&model.Conv2d{
			In: n.Input[0], Out: rapid.IntRange(1, 3).Draw(t, "maps"), Kernel: [2]int{k, k}, Stride: [2]int{rapid.IntRange(1, 2).Draw(t, "stride"), 1},
			Padding: [2]int{min(pad, k-1), min(pad, k-1)}, Dilation: [2]int{1, 1}, Groups: 1, HasBias: rapid.Bool().Draw(t, "bias"),
		}).Alloc()
		fill(c.Weight, -1, 1)
		if c.HasBias {
			fill(c.Bias, -0.5, 0.5)
		}
		emit("conv", c)
		if rapid.Bool().Draw(t, "norm") {
			emit("norm", &model.Scale{Factor: fill(model.NewTensor(c.Out), 0.5, 2)})
		}
		neurons("conv.relu")
		drawPool(t, n, emit)
		emit("flatten", &model.Flatten{})
	}
	for l := range rapid.IntRange(1, 3).Draw(t, "layers") {
		shapes, err := n.Shapes()
		if err != nil {
			t.Fatal(err)
		}
		d := &model.Linear{In: shapes[last].Size(), Out: rapid.IntRange(1, 5).Draw(t, "out"), HasBias: true}
		d.Weight, d.Bias = fill(model.NewTensor(d.Out, d.In), -1, 1), fill(model.NewTensor(d.Out), -0.5, 0.5)
		emit(fmt.Sprint("linear", l), d)
		neurons(fmt.Sprint("relu", l))
	}
	if rapid.Bool().Draw(t, "potentials") {
		n.Nodes = n.Nodes[:len(n.Nodes)-1]
	}
	return n
}

func drawSamples(t *rapid.T, n *model.Network) [][]float32 {
	out := make([][]float32, rapid.IntRange(1, 4).Draw(t, "samples"))
	for i := range out {
		for range n.Input.Size() {
			out[i] = append(out[i], rapid.Float32Range(-0.3, 2).Draw(t, "x"))
		}
	}
	return out
}

// TestFirstSpikesAreTheEquation: each neuron of each layer fires in the tick
// that its activation, computed by a plain loop over integers, asks for, and at
// no other; each twin once, at the end of the window; scores are exact.
func TestFirstSpikesAreTheEquation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawTimed(t)
		samples := drawSamples(t, n)
		out, err := lava.Loihi2().FirstSpikes(n, chip.TimedOptions{Samples: samples})
		if err != nil && strings.Contains(err.Error(), "at the least slope of 2") {
			return // few ticks in, many out: refused, TestFirstSpikesRefused
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := chip.Make(lava.Loihi2(), out.Net, "test"); err != nil && !zeroWeights(out.Net) {
			t.Fatal(err)
		}
		prog, err := emulator.Compile(out.Net)
		if err != nil {
			t.Fatal(err)
		}
		m := prog.NewMachine()
		for _, x := range samples {
			compareTimed(t, m, n, out, x)
		}
	})
}

// zeroWeights says that a layer was rounded to nothing, which the target refuses.
func zeroWeights(n *quant.IntNet) bool {
	return slices.ContainsFunc(n.Synapses, func(s quant.Synapses) bool { return s.Weights().MaxAbs() == 0 })
}

// compareTimed runs a sample on the emulator and by the plain loop.
func compareTimed(t *rapid.T, m *emulator.Machine, n *model.Network, out *chip.TimedNet, x []float32) {
	levels := make([]int32, len(x))
	for i, v := range x {
		levels[i] = int32(max(0, min(float64(out.Steps), math.Floor((float64(v)-out.Low)/out.Span*float64(out.Steps)+0.5))))
	}
	r := emulateTimed(t, m, out, levels)
	source, end := quant.InputName, out.Steps
	for i, l := range out.Account.Layers {
		v := potentials(t, n, out, l, source, levels)
		if last := i == len(out.Account.Layers)-1; last && out.Readout == "last" {
			for k := range v {
				if r.potential[k] != int32(v[k]<<6) {
					t.Fatalf("%s: potential of neuron %d is %d, by the equation %d", l.Layer, k, r.potential[k], v[k]<<6)
				}
			}
			return
		}
		compareTwins(t, r, source, end, levels)
		ticks := 1 << n.Node(l.Layer).Op.(*model.FirstSpike).TimeBits
		end += 1 + ticks
		levels = make([]int32, len(v))
		for k := range v {
			for a := int64(1); a <= int64(ticks) && 2*v[k] >= int64(l.Scale)*(2*a-1); a++ {
				levels[k] = int32(a)
			}
			var want []int
			if levels[k] > 0 {
				want = []int{end - int(levels[k])}
			}
			if got := r.spikes[l.Layer][int32(k)]; !slices.Equal(got, want) {
				t.Fatalf("%s: neuron %d with V = %d, G = %g, window %d to %d fires in %v, expected %v", l.Layer, k, v[k], l.Scale, end-ticks, end, got, want)
			}
		}
		source = l.Layer
		if pooled := poolTimed(n, source, levels); pooled != nil {
			source, levels = "pool", pooled
			end++
			for k, a := range levels {
				var want []int
				if a > 0 {
					want = []int{end - int(a)}
				}
				if got := r.spikes[source][int32(k)]; !slices.Equal(got, want) {
					t.Fatalf("pool: neuron %d fires in %v, expected %v", k, got, want)
				}
			}
		}
	}
}

// compareTwins: a twin fires once, at the end of the window, if its neuron has fired.
func compareTwins(t *rapid.T, r timedRun, source string, end int, levels []int32) {
	for k, a := range levels {
		var want []int
		if a > 0 {
			want = []int{end}
		}
		if got := r.spikes[source+".end"][int32(k)]; !slices.Equal(got, want) {
			t.Fatalf("%s: twin %d fires in %v, expected %v", source, k, got, want)
		}
	}
}

// potentials is V of a layer: the sum over its integer synapses, and the bias.
func potentials(t *rapid.T, n *model.Network, out *chip.TimedNet, l quant.LayerAccount, source string, levels []int32) []int64 {
	v := make([]int64, out.Net.Find(l.Layer).N())
	for i := range out.Net.Synapses {
		s := &out.Net.Synapses[i]
		if s.Name != l.Synapse {
			continue
		}
		if s.From != source {
			t.Fatalf("synapses %q come from %q, expected %q", s.Name, s.From, source)
		}
		chip.EachSynapse(out.Net, s, func(from, to int, w int32) { v[to] += int64(w) * int64(levels[from]) })
	}
	for i, b := range biases(n, l) {
		v[i] += 2 * int64(math.Round(l.Scale*b/2))
	}
	return v
}

// biases is what a layer adds to V in ticks of its own window, or in scores.
func biases(n *model.Network, l quant.LayerAccount) []float64 {
	shapes, err := n.Shapes()
	if err != nil {
		panic(err)
	}
	node := n.Node(l.Synapse)
	x := make([]float64, shapes[node.Inputs[0]].Size())
	if node.Inputs[0] == "back" {
		for i := range x {
			x[i] = -0.25
		}
	}
	out := forward(node.Op, shapes[node.Inputs[0]], shapes[node.Name], x)
	if norm := n.Node("norm"); norm != nil && norm.Inputs[0] == l.Synapse {
		f := norm.Op.(*model.Scale).Factor.Data
		for i := range out {
			out[i] *= float64(f[i*len(f)/len(out)])
		}
	}
	if f, ok := n.Node(l.Layer).Op.(*model.FirstSpike); ok {
		for i := range out {
			out[i] /= f.Window() / float64(int(1)<<f.TimeBits)
		}
	}
	return out
}

// forward is a synapse in floats, from its definition.
func forward(op model.Op, in, to model.Shape, x []float64) []float64 {
	out := make([]float64, to.Size())
	if d, ok := op.(*model.Linear); ok {
		for o := range out {
			out[o] = float64(d.Bias.Data[o])
			for i, v := range x {
				out[o] += v * float64(d.Weight.Data[o*d.In+i])
			}
		}
		return out
	}
	c := op.(*model.Conv2d)
	for o := range out {
		co, y, z := o/(to[1]*to[2]), o/to[2]%to[1], o%to[2]
		if c.Bias != nil {
			out[o] = float64(c.Bias.Data[co])
		}
		for k, w := range c.Weight.Data[co*len(c.Weight.Data)/c.Out : (co+1)*len(c.Weight.Data)/c.Out] {
			ci, a, b := k/(c.Kernel[0]*c.Kernel[1]), y*c.Stride[0]-c.Padding[0]+k/c.Kernel[1]%c.Kernel[0], z*c.Stride[1]-c.Padding[1]+k%c.Kernel[1]
			if a >= 0 && a < in[1] && b >= 0 && b < in[2] {
				out[o] += float64(w) * x[(ci*in[1]+a)*in[2]+b]
			}
		}
	}
	return out
}

// TestFirstSpikesFillThePotential: where potentials bound the slope, and may lie
// all above or all below 0, times are exact still.
func TestFirstSpikesFillThePotential(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const inputs, neurons = 150, 6
		draw := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		skew := rapid.Float64Range(-0.4, 0.4).Draw(t, "skew")
		n := &model.Network{Input: model.Shape{inputs}}
		first, last := &model.Linear{In: inputs, Out: neurons, HasBias: true}, &model.Linear{In: neurons, Out: 2, HasBias: true}
		for _, l := range []*model.Linear{first, last} {
			l.Weight, l.Bias = model.NewTensor(l.Out, l.In), model.NewTensor(l.Out)
			for i := range l.Weight.Data {
				l.Weight.Data[i] = float32(2*draw.Float64() - 1 + skew)
			}
			for i := range l.Bias.Data {
				l.Bias.Data[i] = float32(20 * (draw.Float64() - 0.5))
			}
		}
		n.Nodes = []model.Node{
			{Name: "in", Op: &model.FirstSpike{TMax: 1, TimeBits: 6}, Inputs: []string{model.InputName}},
			{Name: "linear0", Op: first, Inputs: []string{"in"}},
			{Name: "relu0", Op: &model.FirstSpike{TMin: 1, TMax: 1 + rapid.Float64Range(20, 60).Draw(t, "window"), TimeBits: 6}, Inputs: []string{"linear0"}},
			{Name: "linear1", Op: last, Inputs: []string{"relu0"}},
		}
		samples := make([][]float32, 3)
		for i := range samples {
			for range inputs {
				samples[i] = append(samples[i], float32(draw.Float64()))
			}
		}
		out, err := lava.Loihi2().FirstSpikes(n, chip.TimedOptions{Samples: samples})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := chip.Make(lava.Loihi2(), out.Net, "test"); err != nil {
			t.Fatal(err)
		}
		if w := max(out.Account.Layers[0].Max, -out.Account.Layers[0].Min); w > 240 {
			t.Fatalf("weights reach %d: nothing but them bounds the slope", w)
		}
		prog, err := emulator.Compile(out.Net)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range samples {
			compareTimed(t, prog.NewMachine(), n, out, x)
		}
	})
}

package lava_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// TestFirstSpikesOnTheGridAreExact: where weights, biases and inputs lie on the
// grid, every time is that of the network itself (convert/ttfs, float64), and so is every score.
func TestFirstSpikesOnTheGridAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, slopes := drawOnGrid(t)
		sim, err := ttfs.New(n)
		if err != nil {
			t.Fatal(err)
		}
		ticks := 1 << n.Node("in").Op.(*model.FirstSpike).TimeBits
		x := &signal.Signal{T: 1, B: 2, Shape: n.Input, F: make([]float32, 2*n.Input.Size())}
		for i := range x.F {
			x.F[i] = float32(rapid.IntRange(0, ticks).Draw(t, "x")) / float32(ticks)
		}
		size := n.Input.Size()
		out, err := lava.Loihi2().FirstSpikes(n, chip.TimedOptions{Samples: [][]float32{x.F[:size], x.F[size:]}})
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range slopes {
			if got := out.Account.Layers[i].Scale; got != g || out.Account.Layers[i].Error != 0 {
				t.Fatalf("layer %d: slope %v and error %v, expected %v and none", i, got, out.Account.Layers[i].Error, g)
			}
		}
		prog, err := emulator.Compile(out.Net)
		if err != nil {
			t.Fatal(err)
		}
		scores, _, err := sim.Run(x, par.New(1))
		if err != nil {
			t.Fatal(err)
		}
		for b := range x.B {
			times, err := sim.Times(x, b)
			if err != nil {
				t.Fatal(err)
			}
			compareTimes(t, n, out, emulateTimed(t, prog.NewMachine(), out, onGrid(x.Row(b), ticks)), times, scores[b*sim.Shape().Size():])
		}
	})
}

func onGrid(x []float32, ticks int) []int32 {
	out := make([]int32, len(x))
	for i, v := range x {
		out[i] = int32(v * float32(ticks))
	}
	return out
}

// compareTimes compares spikes with times of the network and potentials with its scores.
func compareTimes(t *rapid.T, n *model.Network, out *chip.TimedNet, r timedRun, times map[string][]float64, scores []float64) {
	for i, w := range out.Windows {
		f, ok := (*model.FirstSpike)(nil), false
		if node := n.Node(w.Population); node != nil {
			f, ok = node.Op.(*model.FirstSpike)
		}
		if !ok { // twins
			continue
		}
		for k, at := range times[w.Population] {
			var want []int
			if !math.IsInf(at, 1) {
				want = []int{w.To - int(math.Round((f.TMax-at)/f.Window()*float64(w.To-w.From)))}
			}
			if got := r.spikes[w.Population][int32(k)]; !slices.Equal(got, want) {
				t.Fatalf("window %d, %s: neuron %d fires in %v, the network's in %v", i, w.Population, k, got, want)
			}
		}
	}
	slope := out.Account.Layers[len(out.Account.Layers)-1].Scale
	for k, v := range r.potential {
		if want := math.Round(scores[k] * slope); math.Abs(scores[k]*slope-want) > 1e-6 || v != int32(want)<<6 {
			t.Fatalf("score %d: potential %d, the network's is %v·%v", k, v, scores[k], slope)
		}
	}
}

// drawOnGrid draws linear layers whose weights are whole at the slopes that the
// target will find, and returns these.
func drawOnGrid(t *rapid.T) (*model.Network, []float64) {
	size := rapid.IntRange(1, 6).Draw(t, "inputs")
	n := &model.Network{Input: model.Shape{size}, Nodes: []model.Node{{
		Name: "in", Inputs: []string{model.InputName}, Op: &model.FirstSpike{TMax: 1, TimeBits: rapid.IntRange(1, 4).Draw(t, "bits")},
	}}}
	end, unit, last := 1.0, 1/float64(int(1)<<n.Nodes[0].Op.(*model.FirstSpike).TimeBits), "in"
	var slopes []float64
	layers := rapid.IntRange(1, 4).Draw(t, "layers")
	for l := range layers {
		bits := rapid.IntRange(1, 4).Draw(t, "bits")
		slope, own := float64(int(1)<<rapid.IntRange(1, 9).Draw(t, "slope")), math.Exp2(float64(rapid.IntRange(-3, 3).Draw(t, "unit")))
		if l == layers-1 {
			own = 1
		}
		d := &model.Linear{In: size, Out: rapid.IntRange(1, 5).Draw(t, "out"), HasBias: true}
		d.Weight, d.Bias = model.NewTensor(d.Out, d.In), model.NewTensor(d.Out)
		for i := range d.Weight.Data {
			d.Weight.Data[i] = float32(2 * float64(rapid.IntRange(-127, 127).Draw(t, "w")) * own / unit / slope)
		}
		d.Weight.Data[rapid.IntRange(0, len(d.Weight.Data)-1).Draw(t, "greatest")] = float32(254 * own / unit / slope)
		for i := range d.Bias.Data {
			d.Bias.Data[i] = float32(2 * float64(rapid.IntRange(-500, 500).Draw(t, "b")) * own / slope)
		}
		name := fmt.Sprint("linear", l)
		n.Nodes = append(n.Nodes, model.Node{Name: name, Op: d, Inputs: []string{last}})
		slopes, last, size = append(slopes, slope), name, d.Out
		if l < layers-1 {
			f := &model.FirstSpike{TMin: end, TMax: end + own*float64(int(1)<<bits), TimeBits: bits}
			n.Nodes = append(n.Nodes, model.Node{Name: fmt.Sprint("relu", l), Op: f, Inputs: []string{name}})
			end, unit, last = f.TMax, own, fmt.Sprint("relu", l)
		}
	}
	return n, slopes
}

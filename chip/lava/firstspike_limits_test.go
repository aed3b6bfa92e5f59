package lava_test

import (
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/model"
)

// timedChain is inputs of first spike times and what follows them.
func timedChain(input model.Shape, ops ...model.Op) *model.Network {
	n := &model.Network{Input: input}
	last := model.InputName
	for _, op := range append([]model.Op{&model.FirstSpike{TMax: 1, TimeBits: 3}}, ops...) {
		name := op.Kind() + string(rune('a'+len(n.Nodes)))
		n.Nodes = append(n.Nodes, model.Node{Name: name, Op: op, Inputs: []string{last}})
		last = name
	}
	return n
}

func linearOf(in, out int, w float32) *model.Linear {
	l := &model.Linear{In: in, Out: out, Weight: model.NewTensor(out, in)}
	for i := range l.Weight.Data {
		l.Weight.Data[i] = w
	}
	return l
}

func times(length float64) *model.FirstSpike {
	return &model.FirstSpike{TMin: 1, TMax: 1 + length, TimeBits: 3}
}

func one(v ...float32) *model.Tensor { return &model.Tensor{Shape: []int{len(v)}, Data: v} }

// TestFirstSpikesRefused: each message names layer, property and what to do.
func TestFirstSpikesRefused(t *testing.T) {
	pool := func(mode model.PoolMode) model.Op {
		return &model.Pool2d{Mode: mode, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}
	}
	maps, flat, wide := model.Shape{2, 4, 4}, model.Shape{4}, model.Shape{1000}
	finer := func(length float64) *model.FirstSpike {
		return &model.FirstSpike{TMin: 1, TMax: 1 + length, TimeBits: 13}
	}
	conv := (&model.Conv2d{In: 2, Out: 1, Kernel: [2]int{2, 2}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}).Alloc()
	dilated, padded := *conv, *conv
	dilated.Dilation, dilated.Kernel, padded.Padding = [2]int{2, 2}, [2]int{1, 1}, [2]int{1, 1}
	dilated.Weight = model.NewTensor(1, 2, 1, 1)
	each := model.NewTensor(2, 4, 4)
	for i := range each.Data {
		each.Data[i] = float32(i + 1)
	}
	residual := timedChain(flat, linearOf(4, 4, 1), times(2))
	residual.Nodes = append(residual.Nodes,
		model.Node{Name: "second", Op: linearOf(4, 4, 1), Inputs: []string{"ttfsc"}},
		model.Node{Name: "sum", Op: &model.Add{}, Inputs: []string{"second", "ttfsa"}})
	branch := timedChain(flat, linearOf(4, 4, 1), times(2), linearOf(4, 4, 1))
	branch.Nodes[3].Inputs = []string{"ttfsa"}
	exact, fine := timedChain(flat, linearOf(4, 2, 1)), timedChain(flat, linearOf(4, 2, 1))
	exact.Nodes[0].Op.(*model.FirstSpike).TimeBits = 0
	fine.Nodes[0].Op.(*model.FirstSpike).TimeBits = 15
	bare := &model.Network{Input: flat, Nodes: []model.Node{{Name: "fc", Op: linearOf(4, 2, 1), Inputs: []string{model.InputName}}}}
	normal := timedChain(maps, conv)
	normal.Nodes[0].Inputs[0] = "norm"
	normal.Nodes = append([]model.Node{{Name: "norm", Op: &model.Affine{Weight: one(1, 2), Bias: one(0)}, Inputs: []string{model.InputName}}}, normal.Nodes...)
	turned := timedChain(flat, linearOf(4, 2, 1))
	turned.Nodes[0].Inputs[0] = "flip"
	turned.Nodes = append([]model.Node{{Name: "flip", Op: &model.Scale{Factor: one(-1)}, Inputs: []string{model.InputName}}}, turned.Nodes...)
	for _, c := range []struct {
		n    *model.Network
		want []string
	}{
		{timedChain(maps, conv, pool(model.PoolMax)), []string{`layer "max-poolc" (max-pool)`, "max-pool of values that are no spikes", "behind the relu"}},
		{timedChain(maps, pool(model.PoolGated)), []string{`layer "gated-max-poolb" (gated-max-pool)`, "use max-pool, avg-pool"}},
		{timedChain(maps, &model.Pool2d{Mode: model.PoolAvg, Size: [2]int{2, 2}, Stride: [2]int{1, 1}}), []string{`layer "avg-poolb" (avg-pool)`, "avg-pool of [2 2] with stride [1 1]", "side by side"}},
		{timedChain(maps, pool(model.PoolAvg), pool(model.PoolMax), &model.Flatten{}, linearOf(2, 2, 1)), []string{`layer "max-poolc"`, "pools what a pool of [2 2] has summed"}},
		{timedChain(maps, pool(model.PoolAvg)), []string{"network: has no synapse"}},
		{timedChain(maps, conv, times(1), &model.Pool2d{Mode: model.PoolSum, Size: [2]int{3, 3}, Stride: [2]int{3, 3}}), []string{"scores that are sums of spikes"}},
		{timedChain(maps, pool(model.PoolAvg), &dilated), []string{"a dilated convolution of a pool's sums"}},
		{timedChain(model.Shape{2, 5, 5}, pool(model.PoolAvg), &padded), []string{"a padded convolution of the sums of a pool that leaves out the border of [2 5 5]"}},
		{timedChain(maps, &model.Affine{Weight: each, Bias: one(0)}, pool(model.PoolMax), conv), []string{"takes the earliest of spikes, but reads values of which that is not the largest"}},
		{timedChain(maps, pool(model.PoolAvg), &model.Scale{Factor: one(2)}, conv), []string{`layer "scalec"`, "follows a pool that no synapse has read"}},
		{residual, []string{`layer "sum" (add)`, "reads [second ttfsa], whose windows end at different times", "no branches, sums or shortcuts"}},
		{branch, []string{`layer "lineard" (linear)`, "reads [ttfsa], whose windows end at different times"}},
		{timedChain(flat, linearOf(4, 2, 1), &model.Neuron{Model: "lif"}), []string{`"neuronc"`, "fires more than once"}},
		{timedChain(flat, linearOf(4, 2, 1), linearOf(2, 2, 1)), []string{`"linearc"`, `follows "linearb" without neurons between`}},
		{timedChain(flat, times(1)), []string{`"ttfsb"`, "without a synapse before them"}},
		{timedChain(flat), []string{"network: has no synapse"}},
		{bare, []string{`"fc"`, "reads values that are no spikes"}},
		{exact, []string{`"ttfsa"`, "spikes at any time", "time_bits: 6"}},
		{fine, []string{`"ttfsa"`, "times of 15 bits", "1 to 14"}},
		{normal, []string{`"ttfsa"`, "scaled or shifted by channel"}},
		{turned, []string{`"ttfsa"`, "a larger value must fire earlier"}},
		{timedChain(maps, &model.Affine{Weight: each, Bias: one(0)}, conv), []string{`"conv2dc"`, "a factor for each neuron"}},
		{timedChain(maps, conv, &model.Scale{Factor: &model.Tensor{Shape: []int{1, 3, 3}, Data: each.Data[:9]}}, times(1)), []string{`"scalec"`, "a factor for each neuron of a convolution"}},
		{timedChain(flat, linearOf(4, 2, 1), times(1), &model.Affine{Weight: one(1, 2), Bias: one(0)}), []string{`"affined"`, "scores that are scaled or shifted neuron by neuron"}},
		{timedChain(flat, linearOf(4, 2, 1), times(1e-3)), []string{`layer "linearb"`, "its greatest weight is 2000 at the least slope of 2, the grid ends at 254", "a larger margin"}},
		{timedChain(wide, linearOf(1000, 2, 1), finer(16)), []string{`layer "linearb"`, "its potentials go from 0 to 1024000 at a slope of 2", "24 bits hold ±131071·2^6 at the least slope of 2", "fewer time bits"}},
		{timedChain(flat, linearOf(4, 2, 0)), []string{`layer "linearb"`, "its greatest weight is 0", "leave the layer out"}},
	} {
		x := make([]float32, c.n.Input.Size())
		for i := range x {
			x[i] = 1
		}
		_, err := lava.Loihi2().FirstSpikes(c.n, chip.TimedOptions{Samples: [][]float32{x}})
		for _, part := range c.want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%q is not in: %v", part, err)
			}
		}
	}
}

// TestFirstSpikesRefusesAllAtOnce: one run names every layer.
func TestFirstSpikesRefusesAllAtOnce(t *testing.T) {
	n := timedChain(model.Shape{2, 4, 4}, &model.Pool2d{Mode: model.PoolGated, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}, &model.Flatten{}, linearOf(8, 2, 1), linearOf(2, 2, 1))
	_, err := lava.Loihi1().FirstSpikes(n, chip.TimedOptions{})
	if err == nil || strings.Count(err.Error(), "first spike times on lava-loihi1 cannot express it") != 2 {
		t.Error(err)
	}
}

func TestFirstSpikesNeedsSamplesAndBits(t *testing.T) {
	n := timedChain(model.Shape{4}, linearOf(4, 2, 1))
	for want, o := range map[string]chip.TimedOptions{
		"calibration: has no samples":                                      {},
		"calibration: sample 1 has 3 values, the network reads 4":          {Samples: [][]float32{make([]float32, 4), make([]float32, 3)}},
		"weights: weights of 9 bits; 2 to 8 are possible":                  {Samples: [][]float32{make([]float32, 4)}, Bits: 9},
		`layer "ttfsa" (ttfs): times of 16 bits: first spike times on lav`: {Samples: [][]float32{make([]float32, 4)}, TimeBits: 16},
	} {
		if _, err := lava.Loihi2().FirstSpikes(n, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

// TestFirstSpikesAreNoChain: netx cannot carry what a layer of them reads.
func TestFirstSpikesAreNoChain(t *testing.T) {
	n := timedChain(model.Shape{4}, linearOf(4, 3, 1), times(3), linearOf(3, 2, -1))
	out, err := lava.Loihi2().FirstSpikes(n, chip.TimedOptions{Samples: [][]float32{{1, 0.5, 0, 0.25}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chip.Make(lava.Loihi1(), out.Net, "test"); err != nil {
		t.Error(err)
	}
	if _, err := lava.FromNet(out.Net); err == nil || !strings.Contains(err.Error(), `layer "ttfsc": reads input, input.end, clock.`) || !strings.Contains(err.Error(), "netx holds a chain") {
		t.Error(err)
	}
}

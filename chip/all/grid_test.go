package all_test

import (
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/quant"
)

// TestGridPassesCheck: two layers whose weights, parameters and rules are all
// taken from a target's grid, at both ends of each range, are a network that the
// target takes.
func TestGridPassesCheck(t *testing.T) {
	targets := all.Targets()
	for _, name := range targets.Names() {
		target, err := targets.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		g := target.Grid()
		if (g.Neuron == nil) == (g.Activation == nil) || len(g.Latency) != 2 || g.WeightStep < 1 {
			t.Errorf("%s: %+v", name, g)
			continue
		}
		for _, low := range []bool{true, false} {
			net := onGrid(name, g, low)
			if err := net.Validate(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := target.Check(net); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if g.Neuron != nil && len(g.Resets) == 0 {
			t.Errorf("%s: no reset", name)
		}
	}
}

// onGrid is 3-4-2 neurons.
func onGrid(name string, g chip.Grid, low bool) *quant.IntNet {
	net := &quant.IntNet{Input: quant.Input{Shape: []int{3, 1, 1}, Min: g.Input.Min, Max: g.Input.Max}, Output: "b"}
	last, in := quant.InputName, 3
	for i, p := range []string{"a", "b"} {
		out := 4 - 2*i
		w := quant.NewTensor(make([]int32, out*in), out, in, 1, 1)
		for k := range w.Data { // both ends, so that a layer has two values
			if w.Data[k] = g.Weight.Min; k%2 == 0 {
				w.Data[k] = g.Weight.Max / g.WeightStep * g.WeightStep
			}
		}
		s := quant.Synapses{Name: p + "w", From: last, To: p, Latency: g.Latency[i]}
		if name == "speck" {
			s.Conv = &quant.Conv{Weight: w, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}
		} else {
			s.Dense = &quant.Dense{Weight: quant.NewTensor(w.Data, out, in)}
		}
		net.Synapses = append(net.Synapses, s)
		net.Populations = append(net.Populations, unit(p, g, out, low))
		last, in = p, out
	}
	if name == "xylo" {
		net.Populations[1].Spiking.MaxSpikes = 1 // of its output layer
	}
	return net
}

func unit(name string, g chip.Grid, n int, low bool) quant.Population {
	p := quant.Population{Name: name, Shape: []int{n, 1, 1}}
	if g.Activation != nil {
		a := *g.Activation
		p.Activation = &a
		return p
	}
	s := *g.Neuron
	end := func(r quant.Range, step int32) quant.Tensor {
		v := r.Max
		if low {
			v = r.Min
		}
		if step > 1 {
			v = v / step * step
		}
		return quant.Scalar(v)
	}
	s.Threshold = end(g.Threshold, g.ThresholdStep)
	if g.BiasStep > 0 {
		s.Bias = end(g.Bias, g.BiasStep)
	}
	p.Spiking = &s
	return p
}

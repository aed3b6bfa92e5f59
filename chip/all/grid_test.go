package all_test

import (
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/quant"
)

// TestGridPassesCheck: two layers whose weights and units are taken from a
// target's grid, at the ends of each range, are a network that the target takes.
func TestGridPassesCheck(t *testing.T) {
	targets, found := all.Targets(), 0
	for _, name := range targets.Names() {
		target, err := targets.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		inference, ok := target.(chip.Inference)
		if _, spiking := target.(chip.Quantizable); spiking == ok {
			t.Errorf("%s: quantizable %v, inference %v; expected one of both", name, spiking, ok)
		}
		if !ok {
			continue
		}
		found++
		g := inference.Grid()
		for _, bits := range g.WeightBits {
			net := onGrid(g, bits)
			if err := net.Validate(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := target.Check(net); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if found < 3 {
		t.Errorf("%d targets of networks without spikes", found)
	}
}

// onGrid is 3-4-2 neurons.
func onGrid(g chip.Grid, bits int) *quant.IntNet {
	net := &quant.IntNet{Input: quant.Input{Shape: []int{3, 1, 1}, Min: g.Input.Min, Max: g.Input.Max}, Output: "b"}
	r := quant.Signed(bits, quant.Saturate)
	last, in := quant.InputName, 3
	for i, p := range []string{"a", "b"} {
		out := 4 - 2*i
		w := quant.NewTensor(make([]int32, out*in), out, in)
		for k := range w.Data { // both ends, so that a layer has two values
			if w.Data[k] = r.Min; k%2 == 0 {
				w.Data[k] = r.Max
			}
		}
		a := *g.Activation
		if g.Bias.Max > 0 {
			a.Bias = quant.Vector(g.Bias.Min, -g.Bias.Min)
			if out == 4 {
				a.Bias = quant.Vector(g.Bias.Min, 0, 1, -g.Bias.Min)
			}
		}
		net.Populations = append(net.Populations, quant.Population{Name: p, Shape: []int{out, 1, 1}, Activation: &a})
		net.Synapses = append(net.Synapses, quant.Synapses{Name: p + "w", From: last, To: p, Dense: &quant.Dense{Weight: w}})
		last, in = p, out
	}
	return net
}

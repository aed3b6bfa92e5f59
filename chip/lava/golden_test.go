package lava_test

import (
	"fmt"
	"testing"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

type goldenLayer struct {
	Type      string            `json:"type"`
	Shape     []int             `json:"shape"`
	Stride    [2]int            `json:"stride"`
	Padding   [2]int            `json:"padding"`
	Dilation  [2]int            `json:"dilation"`
	Groups    int               `json:"groups"`
	IDecay    int32             `json:"iDecay"`
	VDecay    int32             `json:"vDecay"`
	VThMant   *int32            `json:"vThMant"`
	ArrayName map[string]string `json:"arrays"`
}

type goldenCase struct {
	Layers  []goldenLayer `json:"layers"`
	Du      int32         `json:"du"`
	Dv      int32         `json:"dv"`
	Vth     int32         `json:"vth"`
	BiasExp int           `json:"bias_exp"`
}

// netx is the case's layers as the file holds them.
func (g *goldenCase) netx(t *testing.T, c testkit.ChipCase) *lava.Netx {
	x := &lava.Netx{}
	for _, l := range g.Layers {
		array := func(key string) quant.Tensor {
			if name, ok := l.ArrayName[key]; ok {
				return c.Tensor(t, name)
			}
			return quant.Tensor{}
		}
		out := lava.Layer{
			Type: l.Type, Shape: l.Shape, Stride: l.Stride, Padding: l.Padding, Dilation: l.Dilation, Groups: l.Groups,
			Weight: array("weight"), WeightRec: array("weight_rec"), Bias: array("bias"), Delay: array("delay"),
		}
		if l.VThMant != nil {
			out.Neuron = &lava.Neuron{Type: "CUBA", IDecay: l.IDecay, VDecay: l.VDecay, VThMant: *l.VThMant}
		}
		x.Layers = append(x.Layers, out)
	}
	return x
}

// lif is a network of the LIF process alone: the input is its current.
func (g *goldenCase) lif(t *testing.T, c testkit.ChipCase) *quant.IntNet {
	bias := c.Tensor(t, "bias_mant")
	for i := range bias.Data {
		bias.Data[i] <<= g.BiasExp
	}
	shape := c.Tensor(t, "input").Shape[1:]
	return &quant.IntNet{
		Input:       quant.Input{Shape: shape},
		Populations: []quant.Population{{Name: "lif", Shape: shape, Spiking: lava.LIF(g.Du+1, g.Dv, g.Vth, bias)}},
		Synapses:    []quant.Synapses{{Name: "in", From: quant.InputName, To: "lif", One: &quant.One{Weight: quant.Scalar(1)}}},
		Output:      "lif",
	}
}

// TestGoldenLava: spikes, currents and potentials of Lava's fixed-point models.
func TestGoldenLava(t *testing.T) {
	compared := 0
	testkit.GoldenChips(t, "lava", func(t *testing.T, c testkit.ChipCase) {
		var g goldenCase
		c.Parameters(t, &g)
		var net *quant.IntNet
		var probes []testkit.Probe
		if g.Layers == nil {
			net = g.lif(t, c)
			probes = states(net, "u", "v")
		} else {
			var err error
			if net, err = g.netx(t, c).Net(); err != nil {
				t.Fatal(err)
			}
			probes = states(net, "layer%d.u", "layer%d.v")
		}
		out := net.Find(net.Output)
		probes = append(probes, testkit.Probe{Array: "output", Get: func(m *emulator.Machine) []int32 { return testkit.Spikes(m, out.Name, out.N()) }})
		input := c.Tensor(t, "input")
		for _, v := range input.Data {
			net.Input.Min, net.Input.Max = min(net.Input.Min, v), max(net.Input.Max, v)
		}
		compared += c.Compare(t, net, input, probes)
	})
	t.Logf("%d values compared", compared)
}

// states probes currents and potentials of every population.
func states(net *quant.IntNet, u, v string) []testkit.Probe {
	var probes []testkit.Probe
	for k, p := range net.Populations {
		if len(net.Populations) > 1 || u != "u" {
			u, v := fmt.Sprintf(u, k), fmt.Sprintf(v, k)
			probes = append(probes, state(p.Name, u, true), state(p.Name, v, false))
			continue
		}
		probes = append(probes, state(p.Name, u, true), state(p.Name, v, false))
	}
	return probes
}

func state(population, array string, current bool) testkit.Probe {
	return testkit.Probe{Array: array, Get: func(m *emulator.Machine) []int32 {
		if st := m.State(population); current {
			return st.I[0]
		}
		return m.State(population).V
	}}
}

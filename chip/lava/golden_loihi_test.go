package lava_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

type brianCase struct {
	Groups []struct {
		N          int   `json:"N"`
		DecayV     int32 `json:"decay_v"`
		DecayI     int32 `json:"decay_I"`
		Threshold  int32 `json:"threshold_v_mant"`
		Refractory int   `json:"refractory"`
	} `json:"groups"`
	Synapses []struct {
		Pre   json.RawMessage `json:"pre"`
		Post  int             `json:"post"`
		Exp   int             `json:"w_exp"`
		Sign  quant.SignMode  `json:"sign_mode"`
		Bits  int             `json:"num_weight_bits"`
		Delay int             `json:"delay"`
	} `json:"synapses"`
}

func (b *brianCase) net(t *testing.T, c testkit.ChipCase) *quant.IntNet {
	net := &quant.IntNet{Input: quant.Input{Shape: c.Tensor(t, "input").Shape[1:], Max: 1}, Output: "0"}
	for i, g := range b.Groups {
		net.Populations = append(net.Populations, quant.Population{
			Name: fmt.Sprint(i), Shape: []int{g.N}, Spiking: lava.LoihiNeuron(g.DecayI, g.DecayV, g.Threshold, g.Refractory),
		})
	}
	for i, s := range b.Synapses {
		w := c.Tensor(t, fmt.Sprintf("synapses.%d.weights", i))
		for k, v := range w.Data {
			w.Data[k] = quant.LoihiWeight(v, s.Bits, s.Exp, s.Sign)
		}
		from, latency := string(s.Pre), 1+s.Delay
		if from == `"input"` {
			from, latency = quant.InputName, s.Delay
		}
		net.Synapses = append(net.Synapses, quant.Synapses{
			Name: fmt.Sprint(i), From: from, To: fmt.Sprint(s.Post), Latency: latency, Dense: &quant.Dense{Weight: w},
		})
	}
	return net
}

// TestGoldenLoihi: spikes, currents and potentials of brian2-loihi, with refractory periods and delays.
func TestGoldenLoihi(t *testing.T) {
	compared := 0
	testkit.GoldenChips(t, "brian2loihi", func(t *testing.T, c testkit.ChipCase) {
		var b brianCase
		c.Parameters(t, &b)
		net := b.net(t, c)
		var probes []testkit.Probe
		for i, g := range b.Groups {
			name := fmt.Sprint(i)
			probes = append(probes, state(name, "I."+name, true), state(name, "v."+name, false),
				testkit.Probe{Array: "expected." + name, Get: func(m *emulator.Machine) []int32 { return testkit.Spikes(m, name, g.N) }})
		}
		compared += c.Compare(t, net, c.Tensor(t, "input"), probes)
	})
	t.Logf("%d values compared", compared)
}

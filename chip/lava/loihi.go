package lava

import "github.com/snntrain/snntrain/quant"

// LoihiNeuron is Loihi 1's compartment as brian2-loihi defines it: the
// equations of LIF, but what arrives is already in units of 2^6 (LoihiWeight),
// and after a spike v is held for refractory − 1 more ticks while the current
// goes on. refractory is 1..64.
func LoihiNeuron(decayI, decayV, threshold int32, refractory int) *quant.Spiking {
	s := LIF(decayI, decayV, threshold, quant.Tensor{})
	s.Currents[0].Shift = 0
	s.Refractory = refractory - 1
	return s
}

package energy

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/neurobench"
	"github.com/snntrain/snntrain/quant"
)

// Energy of operations at 45 nm and 0.9 V, without any access to memory
// (Horowitz 2014): a MAC is an 8-bit multiplication and a 32-bit addition of
// integers, an AC the addition alone.
const (
	multiply = 0.2e-12
	addition = 0.1e-12
	horowitz = "8-bit multiplication 0.2 pJ, 32-bit addition 0.1 pJ at 45 nm, memory not counted (Horowitz 2014)"
)

// Operations are the operations of an inference with spikes, in the same
// technology as those without: what sparsity saves, apart from the chip.
type Operations struct {
	MACs   float64 `json:"macs"`
	ACs    float64 `json:"acs"`
	Joule  float64 `json:"joule"`
	Source string  `json:"source"`
}

// ANN is the same network with 8-bit weights and activations instead of spikes.
type ANN struct {
	MACs   float64 `json:"macs"`   // of all passes
	Passes int     `json:"passes"` // 1 for a sample that does not change, else one a tick of input
	Joule  float64 `json:"joule"`
	Source string  `json:"source"`
}

func operations(im *chip.Image, c emulator.Counts) Operations {
	o := neurobench.SynapticOperations(im.Net, c)
	return Operations{MACs: o.MACs, ACs: o.ACs, Joule: o.MACs*(multiply+addition) + o.ACs*addition, Source: horowitz}
}

// ann takes one pass for a static sample; for a sequence, or with recurrent
// synapses, every tick of input is a pass.
func ann(im *chip.Image) ANN {
	a := ANN{Passes: 1, Source: horowitz}
	order := map[string]int{}
	for i, p := range im.Net.Populations {
		order[p.Name] = i + 1
	}
	if im.IO.Coding == chip.FirstSpike {
		return timedANN(im)
	}
	sequence := im.IO.Coding == "delta" || im.IO.Coding == "bins" || im.IO.Coding == chip.Sequence
	for _, s := range im.Net.Synapses {
		sequence = sequence || order[s.From] >= order[s.To]
	}
	if sequence {
		a.Passes = max(1, im.IO.Ticks)
	}
	a.MACs = float64(a.Passes) * float64(neurobench.DenseOperations(im.Net))
	a.Joule = a.MACs * (multiply + addition)
	return a
}

// timedANN leaves out what only makes spike times work: clocks, which read no
// neuron, and neurons whose window is one tick.
func timedANN(im *chip.Image) ANN {
	length := map[string]int{quant.InputName: 2}
	for _, w := range im.IO.Windows {
		length[w.Population] = w.To - w.From
	}
	own := *im.Net
	own.Synapses = nil
	for _, s := range im.Net.Synapses {
		if length[s.From] > 1 && length[s.To] != 1 {
			own.Synapses = append(own.Synapses, s)
		}
	}
	macs := float64(neurobench.DenseOperations(&own))
	return ANN{Passes: 1, Source: horowitz, MACs: macs, Joule: macs * (multiply + addition)}
}

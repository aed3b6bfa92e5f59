package neurobench

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/quant"
)

// Metrics is every metric under its NeuroBench name.
type Metrics struct {
	Footprint          int64      `json:"Footprint"`
	ConnectionSparsity float64    `json:"ConnectionSparsity"`
	ActivationSparsity float64    `json:"ActivationSparsity"`
	SynapticOperations Operations `json:"SynapticOperations"`
	MembraneUpdates    float64    `json:"MembraneUpdates"`
}

// Of is the metrics of a network that ran on some samples.
func Of(net *quant.IntNet, c emulator.Counts) Metrics {
	return Metrics{
		Footprint: FootprintOf(net).Total(), ConnectionSparsity: ConnectionSparsity(net), ActivationSparsity: ActivationSparsity(net, c),
		SynapticOperations: SynapticOperations(net, c), MembraneUpdates: MembraneUpdates(net, c),
	}
}

// weights is the array of a synapse group that stands for a layer with weights
// (Linear, Conv), nil for one that only passes values on.
func weights(net *quant.IntNet, s *quant.Synapses) *quant.Tensor {
	if chip.Routing(net, s) {
		return nil
	}
	return s.Weights()
}

// perSample is n divided by the samples, 0 without any.
func perSample(n int64, c emulator.Counts) float64 {
	if c.Samples == 0 {
		return 0
	}
	return float64(n) / float64(c.Samples)
}

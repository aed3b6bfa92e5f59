package neurobench

import (
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/quant"
)

// ActivationSparsity is the share of activations that are zero: 1 − nonzero /
// total, over all neurons that spike or quantize, ticks and samples; 0 where
// there are none.
func ActivationSparsity(net *quant.IntNet, c emulator.Counts) float64 {
	var fired, all int64
	for i := range net.Populations {
		p := &net.Populations[i]
		if a := p.Activation; a != nil && a.Levels == nil && a.Requantize == nil {
			continue
		}
		fired += c.Spikes[i]
		all += int64(p.N()) * c.Ticks
	}
	if all == 0 {
		return 0
	}
	return float64(all-fired) / float64(all)
}

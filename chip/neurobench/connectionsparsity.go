package neurobench

import (
	"math"

	"github.com/snntrain/snntrain/quant"
)

// ConnectionSparsity is the share of weights that are zero, over all layers
// with weights, rounded to 4 decimals; 0 without weights. A kernel's weights
// count once; of a list of synapses only those that it names.
func ConnectionSparsity(net *quant.IntNet) float64 {
	var zeros, all float64
	for i := range net.Synapses {
		w := weights(net, &net.Synapses[i])
		if w == nil {
			continue
		}
		all += float64(len(w.Data))
		for _, v := range w.Data {
			if v == 0 {
				zeros++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return math.Round(zeros/all*1e4) / 1e4
}

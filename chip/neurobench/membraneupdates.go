package neurobench

import (
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/quant"
)

// MembraneUpdates is the membrane potentials that change in a tick, a sample:
// in the first tick of a sample all of them, as NeuroBench counts, in any other
// those that are after the tick what they were not before it.
func MembraneUpdates(net *quant.IntNet, c emulator.Counts) float64 {
	var n int64
	for i := range net.Populations {
		if p := &net.Populations[i]; p.Spiking != nil {
			n += c.Updates[i] - c.First[i] + int64(p.N())*c.Samples
		}
	}
	return perSample(n, c)
}

package neurobench

import (
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/quant"
)

// Operations are synaptic operations a sample.
type Operations struct {
	MACs  float64 `json:"Effective_MACs"` // weight ≠ 0 and input ≠ 0, in calls with an input other than −1, 0 and 1
	ACs   float64 `json:"Effective_ACs"`  // the same in all other calls
	Dense float64 `json:"Dense"`          // every weight and every input, zero or not; padding has no input
}

// SynapticOperations counts the operations of all layers with weights; biases are none.
func SynapticOperations(net *quant.IntNet, c emulator.Counts) Operations {
	var macs, all int64
	for i := range net.Synapses {
		if s := &net.Synapses[i]; weights(net, s) != nil {
			macs += c.MACs[i]
			all += c.Events[i]
		}
	}
	return Operations{MACs: perSample(macs, c), ACs: perSample(all-macs, c), Dense: perSample(DenseOperations(net)*c.Ticks, c)}
}

// DenseOperations is the operations of one pass with every weight and every
// input: the multiply-accumulates of the same network without spikes.
func DenseOperations(net *quant.IntNet) int64 {
	var n int64
	for i := range net.Synapses {
		s := &net.Synapses[i]
		w := weights(net, s)
		switch {
		case w == nil:
		case s.Conv != nil:
			n += convOperations(s.Conv, net.SourceShape(s.From), net.SourceShape(s.To))
		default:
			n += int64(len(w.Data))
		}
	}
	return n
}

// convOperations is Σ over kernel places of the outputs whose input there is no padding, for all pairs of channels.
func convOperations(c *quant.Conv, from, to []int) int64 {
	places := int64(1)
	for axis := range 2 {
		n := int64(0)
		for k := range c.Weight.Shape[2+axis] {
			for o := range to[1+axis] {
				if x := o*c.Stride[axis] - c.Padding[axis] + k*c.Dilation[axis]; x >= 0 && x < from[1+axis] {
					n++
				}
			}
		}
		places *= n
	}
	return places * int64(c.Weight.Shape[0]) * int64(c.Weight.Shape[1])
}

package northpole

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// need is the memory of a network in bytes.
type need struct{ memory, buffer int64 }

// measure adds up weights, with a bias and a scale of 4 bytes a channel, and
// the activations that are alive at once.
func measure(net *quant.IntNet) need {
	var n need
	for i := range net.Synapses {
		if w := net.Synapses[i].Weights(); w != nil {
			n.memory += (int64(len(w.Data))*int64(stored(&net.Synapses[i])) + 7) / 8
		}
	}
	for i := range net.Populations {
		a := net.Populations[i].Activation
		n.memory += 4 * int64(len(a.Bias.Data))
		if a.Requantize != nil {
			n.memory += 4 * int64(len(a.Requantize.Multiplier.Data))
		}
	}
	n.memory += alive(net)
	n.buffer = int64(quant.Len(net.Input.Shape)) + bytesOf(net, net.Output)
	return n
}

// stored is the bits of a weight in memory.
func stored(s *quant.Synapses) int {
	if s.Bits != 0 {
		return s.Bits
	}
	lo, hi := s.WeightRange()
	used, out := quant.Range{Min: lo, Max: hi}.Bits(), 8
	for _, w := range widths() {
		if used <= w {
			out = w
		}
	}
	return out
}

// bytesOf is what a source's values take.
func bytesOf(net *quant.IntNet, source string) int64 {
	n, bits := int64(quant.Len(net.SourceShape(source))), int64(8)
	if p := net.Find(source); p != nil {
		switch r := p.Activation.Requantize; {
		case r != nil:
			bits = int64(width(r.Min, r.Max))
		case source == net.Output:
			bits = 32
		}
	}
	return (n*bits + 7) / 8
}

// alive is the most bytes of activations that later layers still read, with
// those of the layer that is computed.
func alive(net *quant.IntNet) int64 {
	last := map[string]int{} // of each source: the last population that reads it
	for i := range net.Populations {
		for _, s := range net.Into(net.Populations[i].Name) {
			last[s.From] = i
		}
	}
	var most int64
	for i := range net.Populations {
		now := bytesOf(net, net.Populations[i].Name)
		for j := -1; j < i; j++ {
			name := quant.InputName
			if j >= 0 {
				name = net.Populations[j].Name
			}
			if at, read := last[name]; read && at >= i {
				now += bytesOf(net, name)
			}
		}
		most = max(most, now)
	}
	return most
}

// Place spreads every layer evenly over as many cores as the memory needs: the
// chip computes layer after layer on all of its cores.
func (t *Target) Place(net *quant.IntNet) (*chip.Placement, error) {
	n := measure(net)
	cores := min(max(int((n.memory+coreBytes-1)/coreBytes), 1), coreCount)
	p := &chip.Placement{}
	for c := range cores {
		core := chip.Core{Index: c}
		for i := range net.Populations {
			pop := &net.Populations[i]
			if from, to := c*pop.N()/cores, (c+1)*pop.N()/cores; from < to {
				core.Slices = append(core.Slices, chip.Slice{Population: pop.Name, From: from, To: to})
			}
		}
		p.Cores = append(p.Cores, core)
	}
	p.Usage = []chip.Use{
		{Resource: limitCores.Name, Used: int64(cores), Limit: limitCores.Value},
		{Resource: limitMemory.Name, Used: n.memory, Limit: limitMemory.Value},
		{Resource: limitBuffer.Name, Used: n.buffer, Limit: limitBuffer.Value},
	}
	return p, nil
}

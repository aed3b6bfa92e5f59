package lava

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// paths lists, for each neuron of a source, where its spikes go: target neuron
// and place of the weight in the synapse's array.
type paths struct {
	start      []int
	to, weight []int32
}

func newPaths(s *stage) *paths {
	if s.conv == nil {
		return densePaths(len(s.weight)/s.channels(), s.channels())
	}
	index := make([]int32, len(s.weight)) // from 1: a weight of 0 is no synapse
	for k := range index {
		index[k] = int32(k + 1)
	}
	c := *s.conv
	c.Weight = quant.NewTensor(index, s.conv.Weight.Shape...)
	net := &quant.IntNet{Input: quant.Input{Shape: s.from}, Populations: []quant.Population{{Name: "to", Shape: s.shape}}}
	group := &quant.Synapses{From: quant.InputName, To: "to", Conv: &c}
	p := &paths{start: make([]int, quant.Len(s.from)+1)}
	chip.EachSynapse(net, group, func(from, _ int, _ int32) { p.start[from+1]++ })
	for i := range p.start[1:] {
		p.start[i+1] += p.start[i]
	}
	next, total := append([]int(nil), p.start...), p.start[len(p.start)-1]
	p.to, p.weight = make([]int32, total), make([]int32, total)
	chip.EachSynapse(net, group, func(from, to int, k int32) {
		p.to[next[from]], p.weight[next[from]] = int32(to), k-1
		next[from]++
	})
	return p
}

func densePaths(in, out int) *paths {
	p := &paths{start: make([]int, in+1), to: make([]int32, in*out), weight: make([]int32, in*out)}
	for i := range in {
		p.start[i+1] = (i + 1) * out
		for o := range out {
			p.to[i*out+o], p.weight[i*out+o] = int32(o), int32(o*in+i)
		}
	}
	return p
}

// each calls visit for every synapse of a source's neuron.
func (p *paths) each(from int, visit func(to, weight int32)) {
	for k := p.start[from]; k < p.start[from+1]; k++ {
		visit(p.to[k], p.weight[k])
	}
}

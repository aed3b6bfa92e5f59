package chip

import "github.com/snntrain/snntrain/quant"

// Summing is a target whose cores read few sources. What reads more is summed
// in parts: by further neurons, whose spikes stand for partial sums. What they
// send is right over a run and not in each tick, so the network is another one.
type Summing interface {
	Quantizable
	// Wide names the sources of layers whose sums fit in no other way.
	Wide(net *quant.IntNet) []string
	// InParts is the network with these sums in parts, and what they are; each layer acts a tick later.
	InParts(net *quant.IntNet, rates Rates) (*quant.IntNet, []Parts, error)
}

// Rates is what sources send: for each sample the mean of each of its elements over the ticks.
type Rates map[string][][]float32

// Parts says how the sums of a layer are taken.
type Parts struct {
	Layer string `json:"layer"`
	Parts int    `json:"parts"` // of the sources, each with a neuron for positive and one for negative weights
	Least int32  `json:"least"` // least and greatest sum that a spike stands for, in units of a weight
	Most  int32  `json:"most"`
}

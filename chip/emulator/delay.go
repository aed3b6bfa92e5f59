package emulator

import "github.com/snntrain/snntrain/quant"

// delays is how many ticks each synapse of a group waits beyond the latency.
type delays struct {
	per     quant.DelayPer
	ticks   []int32 // all, source, target, sparse: as the network lists them; dense: [in, out]
	start   []int32 // sparse: where the synapses of a source begin
	out     int
	longest int
}

func newDelays(s *quant.Synapses, from, to []int) delays {
	d := delays{per: s.Delay.Per, ticks: s.Delay.Ticks.Data, out: quant.Len(to)}
	for _, t := range d.ticks {
		d.longest = max(d.longest, int(t))
	}
	if d.per == quant.DelaySynapse {
		if s.Dense != nil {
			d.ticks = transposed[int32](d.ticks, quant.Len(from), d.out)
		} else {
			d.start = s.Sparse.Start.Data
		}
	}
	return d
}

// of is the delay of the j-th synapse of a source, which goes to target.
func (d *delays) of(source int32, j int, target int32) int32 {
	switch d.per {
	case quant.DelaySource:
		return d.ticks[source]
	case quant.DelayTarget:
		return d.ticks[target]
	case quant.DelaySynapse:
		if d.start != nil {
			return d.ticks[int(d.start[source])+j]
		}
		return d.ticks[int(source)*d.out+j]
	}
	return d.ticks[0]
}

package autograd

import "github.com/snntrain/snntrain/internal/kernels"

// reaches lists, for each place of the input, the windows that hold it and as
// which of their values.
type reaches struct {
	start  []uint32
	window []uint32
	value  []uint16
	place  []uint32 // of each input: its place
}

func reachesOf(w *kernels.Pools, channels, places int) reaches {
	lists := make([][][2]int, places)
	for i := range w.Len() {
		for k, at := range w.Place[w.Start[i]:w.Start[i+1]] {
			place := int(at) / channels
			lists[place] = append(lists[place], [2]int{i, k})
		}
	}
	out := reaches{start: []uint32{0}, place: make([]uint32, places*channels)}
	for _, l := range lists {
		for _, hit := range l {
			out.window, out.value = append(out.window, uint32(hit[0])), append(out.value, uint16(hit[1]))
		}
		out.start = append(out.start, uint32(len(out.window)))
	}
	for i := range out.place {
		out.place[i] = uint32(i / channels)
	}
	return out
}

// eachReach calls visit with every output that an event reaches and as which
// value of its window; events ascend, so the first of a window comes first.
func (p *Pool2d) eachReach(r int, visit func(out, value int)) {
	channels := p.in[0]
	for _, e := range p.run.events.Group(r) {
		place := int(p.reaches.place[e])
		c := int(e) - place*channels
		for k := p.reaches.start[place]; k < p.reaches.start[place+1]; k++ {
			visit(int(p.reaches.window[k])*channels+c, int(p.reaches.value[k]))
		}
	}
}

// anySpike is the maximum of spikes: an output fires when a value of its
// window does, and the first that does is the maximum.
func (p *Pool2d) anySpike(r int) {
	at := p.places(r)
	clear(at)
	p.eachReach(r, func(out, value int) {
		if !p.y.Fired(r, out) {
			p.y.Fire(r, out)
			at[out] = uint16(value)
		}
	})
}

// countSpikes is the sum of spikes, each times the factor.
func (p *Pool2d) countSpikes(r int) {
	y := p.y.Row(r)
	clear(y)
	worth := p.run.x.Gain * p.factor()
	p.eachReach(r, func(out, _ int) { y[out] += worth })
}

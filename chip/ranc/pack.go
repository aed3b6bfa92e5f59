package ranc

// A chip is built from the outputs back: the axons of packed cores say how
// often each neuron must be there, since a neuron sends to one axon only.

// pin is what an axon hears: a signal, so many ticks later, and the axon's type.
// Axons of one type and signal are told apart by copy.
type pin struct {
	signal int32 // of the group's source: an input, or a unit of another group
	source int32 // which group it comes from, −1 = the input
	kind   int32
	copy   int32
	tick   int32
}

// group is neurons of one kind, a layer or a stage of one.
type group struct {
	layer  int // whose neurons it makes
	count  int
	order  []int // in which units are put on cores, nil = as they are numbered
	pins   func(unit int, buf []pin) []pin
	make   func(unit int) Neuron // without its route
	neuron func(unit int) int    // of the layer
	chunk  func(unit int) int    // of a stage: of which lines
	wanted [][]place             // of each unit: where its spikes go
	cores  []*core
}

// place is an axon of a core, or an output.
type place struct {
	core *core // nil = the bus
	axon int
	tick int
}

// core is a core that is being filled.
type core struct {
	number int
	index  map[pin]int
	axons  []pin
	units  []instance
}

type instance struct {
	unit int
	to   place
}

// pack fills cores with a unit for each place that wants its spikes.
func (g *group) pack() {
	var now *core
	var buf []pin
	for k := range g.count {
		u := k
		if g.order != nil {
			u = g.order[k]
		}
		if len(g.wanted[u]) == 0 {
			continue
		}
		buf = g.pins(u, buf)
		for _, to := range g.wanted[u] {
			if now == nil || len(now.units) == coreNeurons || !now.take(buf) {
				now = &core{index: map[pin]int{}}
				now.take(buf)
				g.cores = append(g.cores, now)
			}
			now.units = append(now.units, instance{u, to})
		}
	}
}

// take adds the axons for the pins that are not there yet, or none where not all fit.
func (c *core) take(pins []pin) bool {
	missing := 0
	for _, p := range pins {
		if _, ok := c.index[p]; !ok {
			missing++
		}
	}
	if len(c.axons)+missing > coreAxons {
		return false
	}
	for _, p := range pins {
		if _, ok := c.index[p]; !ok {
			c.index[p] = len(c.axons)
			c.axons = append(c.axons, p)
		}
	}
	return true
}

// demand tells the sources of a group's axons where their spikes are wanted.
func (g *group) demand(groups []*group, inputs [][]place) {
	for _, c := range g.cores {
		for a, p := range c.axons {
			to := place{c, a, int(p.tick)}
			if p.source < 0 {
				inputs[p.signal] = append(inputs[p.signal], to)
			} else {
				s := groups[p.source]
				s.wanted[p.signal] = append(s.wanted[p.signal], to)
			}
		}
	}
}

// build makes the core at a place of the grid.
func (g *group) build(c *core, at, bus [2]int, grid func(number int) [2]int) Core {
	out := Core{Coordinates: at}
	for _, p := range c.axons {
		out.Axons = append(out.Axons, int(p.kind))
	}
	if len(out.Axons) == 0 {
		out.Axons = []int{0} // hears nothing
	}
	var buf []pin
	for _, i := range c.units {
		n := g.make(i.unit)
		to := bus
		if i.to.core != nil {
			to = grid(i.to.core.number)
		}
		n.Axon, n.Tick, n.Offset = i.to.axon, i.to.tick, [2]int{to[0] - at[0], to[1] - at[1]}
		row := make([]int, len(out.Axons))
		buf = g.pins(i.unit, buf)
		for _, p := range buf {
			row[c.index[p]] = 1
		}
		out.Neurons, out.Connections = append(out.Neurons, n), append(out.Connections, row)
	}
	return out
}

package chip

import (
	"fmt"

	"github.com/snntrain/snntrain/quant"
)

// CoreLimits is what one core and one chip hold. A limit whose value is 0 is not there.
type CoreLimits struct {
	Cores       Limit // of a chip
	Neurons     Limit // of a core
	InAxons     Limit // different sources that a core reads
	OutAxons    Limit // cores that a core's neurons send to, summed over the neurons
	SynapseBits Limit // of a core, every synapse stored on its own
}

// Table is the limits that are there.
func (l CoreLimits) Table() []Limit {
	var out []Limit
	for _, x := range []Limit{l.Cores, l.Neurons, l.InAxons, l.OutAxons, l.SynapseBits} {
		if x.Value > 0 {
			out = append(out, x)
		}
	}
	return out
}

// PlaceInOrder fills core after core with neurons in the order of the
// populations; a core holds neurons of one population. A neuron starts a new
// core when it would take the present one beyond a limit.
func PlaceInOrder(net *quant.IntNet, l CoreLimits, v *Violations) (*Placement, error) {
	p := &placer{limits: l, net: net, fanin: NewFanIn(net), v: v, out: &Placement{}}
	p.stamp = make([]int, p.fanin.Total)
	for i := range net.Populations {
		p.population(&net.Populations[i])
	}
	p.outAxons()
	if l.Cores.Value > 0 {
		v.Most(net.Output, int64(len(p.out.Cores)), l.Cores, "use a smaller network, or several chips")
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	p.usage()
	return p.out, nil
}

type placer struct {
	limits CoreLimits
	net    *quant.IntNet
	fanin  *FanIn
	v      *Violations
	out    *Placement
	stamp  []int // of each source: 1 + the last core that reads it
	loads  []load
}

// load is what a core holds.
type load struct{ neurons, inAxons, outAxons, bits int64 }

func (p *placer) population(pop *quant.Population) {
	var now load
	from := 0
	for n := range pop.N() {
		add := p.cost(pop.Name, n)
		if n == from {
			if !p.alone(pop.Name, n, add) {
				return
			}
		} else if p.full(now, add) {
			p.close(pop.Name, from, n, now)
			from, now = n, load{}
			if add = p.cost(pop.Name, n); !p.alone(pop.Name, n, add) {
				return
			}
		}
		now = load{neurons: now.neurons + 1, inAxons: now.inAxons + add.inAxons, bits: now.bits + add.bits}
	}
	p.close(pop.Name, from, pop.N(), now)
}

// cost is what a neuron adds to the present core; its sources count as read from then on.
func (p *placer) cost(population string, n int) load {
	c := load{neurons: 1, bits: p.fanin.Bits(population, n)}
	core := len(p.out.Cores) + 1
	for _, s := range p.fanin.Sources(population, n) {
		if p.stamp[s] != core {
			p.stamp[s] = core
			c.inAxons++
		}
	}
	return c
}

func (p *placer) full(now, add load) bool {
	over := func(l Limit, value int64) bool { return l.Value > 0 && value > l.Value }
	return over(p.limits.Neurons, now.neurons+add.neurons) || over(p.limits.InAxons, now.inAxons+add.inAxons) ||
		over(p.limits.SynapseBits, now.bits+add.bits)
}

// alone reports whether a neuron fits an empty core; a violation is recorded when it does not.
func (p *placer) alone(population string, n int, add load) bool {
	before := p.v.Len()
	name := fmt.Sprintf("of neuron %d", n)
	for _, c := range []struct {
		l     Limit
		value int64
	}{{p.limits.InAxons, add.inAxons}, {p.limits.SynapseBits, add.bits}} {
		if l := c.l; l.Value > 0 {
			l.Name += " " + name
			p.v.Most(population, c.value, l, "split the fan-in over neurons whose spikes are summed, or prune")
		}
	}
	return p.v.Len() == before
}

func (p *placer) close(population string, from, to int, l load) {
	p.out.Cores = append(p.out.Cores, Core{Index: len(p.out.Cores), Slices: []Slice{{Population: population, From: from, To: to}}})
	p.loads = append(p.loads, l)
}

// outAxons counts, for every core, the cores that its neurons send to.
func (p *placer) outAxons() {
	owner := make([]int, p.fanin.Total) // core of each element, −1 for the input
	for i := range owner {
		owner[i] = -1
	}
	for k, core := range p.out.Cores {
		for _, s := range core.Slices {
			for n := s.From; n < s.To; n++ {
				owner[p.fanin.First[s.Population]+n] = k
			}
		}
	}
	clear(p.stamp)
	for k, core := range p.out.Cores {
		for _, s := range core.Slices {
			for n := s.From; n < s.To; n++ {
				for _, src := range p.fanin.Sources(s.Population, n) {
					if p.stamp[src] != k+1 && owner[src] >= 0 {
						p.stamp[src] = k + 1
						p.loads[owner[src]].outAxons++
					}
				}
			}
		}
	}
	if p.limits.OutAxons.Value == 0 {
		return
	}
	for k, core := range p.out.Cores {
		p.v.Most(core.Slices[0].Population, p.loads[k].outAxons, p.limits.OutAxons, "make the next layer narrower, so that it takes fewer cores")
	}
}

func (p *placer) usage() {
	var most load
	for _, l := range p.loads {
		most.neurons, most.inAxons = max(most.neurons, l.neurons), max(most.inAxons, l.inAxons)
		most.outAxons, most.bits = max(most.outAxons, l.outAxons), max(most.bits, l.bits)
	}
	for _, u := range []struct {
		l    Limit
		used int64
	}{
		{p.limits.Cores, int64(len(p.out.Cores))},
		{p.limits.Neurons, most.neurons},
		{p.limits.InAxons, most.inAxons},
		{p.limits.OutAxons, most.outAxons},
		{p.limits.SynapseBits, most.bits},
	} {
		if u.l.Value > 0 {
			p.out.Usage = append(p.out.Usage, Use{Resource: u.l.Name, Used: u.used, Limit: u.l.Value})
		}
	}
}

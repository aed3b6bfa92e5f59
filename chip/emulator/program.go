package emulator

import (
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// Program is a network made ready to run. It is not changed by running.
type Program struct {
	net     *quant.IntNet
	pops    []population
	sources []source // the input, then every population
	output  int
}

// source is what can send spikes.
type source struct {
	n     int
	depth int // ticks that its spikes are kept
	dense bool
}

// population is a population with what reads into it.
type population struct {
	name       string
	n          int
	channels   int
	spiking    *integer.Spiking
	activation *integer.Activation
	inputs     []synapses
}

// synapses is a synapse group with its place in the machine.
type synapses struct {
	index   int // in the network
	from    int // of sources
	channel int
	latency int
	saturating, summed,
	delayed bool
	graded   bool        // the source can send anything but −1, 0 and 1
	register quant.Range // of the current, when saturating
	rule     *quant.Synapses
	delays   delays
	conn     connection
	pool     *pool
	fanout   []int32 // synapses with a weight that a source has
}

// Compile validates a network and makes it ready to run.
func Compile(net *quant.IntNet) (*Program, error) {
	if err := net.Validate(); err != nil {
		return nil, err
	}
	p := &Program{net: net, sources: []source{{n: quant.Len(net.Input.Shape), depth: 1}}}
	index := map[string]int{quant.InputName: 0}
	for i := range net.Populations {
		pop := &net.Populations[i]
		index[pop.Name] = i + 1
		p.sources = append(p.sources, source{n: pop.N(), depth: 1})
		p.pops = append(p.pops, newPopulation(pop))
	}
	for i := range net.Synapses {
		p.join(i, index)
	}
	p.output = index[net.Output]
	return p, nil
}

func newPopulation(pop *quant.Population) population {
	out := population{name: pop.Name, n: pop.N(), channels: 1}
	if pop.Spiking != nil {
		out.spiking = integer.NewSpiking(pop.Spiking, pop.Shape)
		out.channels = max(1, len(pop.Spiking.Currents))
		return out
	}
	out.activation = integer.NewActivation(pop.Activation, pop.Shape)
	return out
}

func (p *Program) join(i int, index map[string]int) {
	s := &p.net.Synapses[i]
	from, to := p.net.SourceShape(s.From), p.net.Find(s.To)
	src := &p.sources[index[s.From]]
	src.depth = max(src.depth, s.Latency+1)
	syn := synapses{
		index: i, from: index[s.From], channel: s.Current, latency: s.Latency, rule: s,
		summed: s.Exponent != 0 || s.Range != nil, delayed: s.Delay.Per != "",
		graded: graded(p.net, s.From),
	}
	if s.Pool != nil {
		src.dense = true
		syn.pool = newPool(s.Pool, from, to.Shape)
	} else {
		syn.conn = newConnection(s, from, to.Shape)
		syn.fanout = syn.conn.fanout()
	}
	if syn.delayed {
		syn.delays = newDelays(s, from, to.Shape)
	}
	if r := to.Spiking; r != nil && len(r.Currents) > 0 && r.Currents[s.Current].EachEvent {
		syn.saturating, syn.register = true, r.Currents[s.Current].Range
	}
	pop := &p.pops[index[s.To]-1]
	pop.inputs = append(pop.inputs, syn)
}

// each calls visit for every synapse group.
func (p *Program) each(visit func(s *synapses)) {
	for i := range p.pops {
		for k := range p.pops[i].inputs {
			visit(&p.pops[i].inputs[k])
		}
	}
}

// Net is the network that the program runs.
func (p *Program) Net() *quant.IntNet { return p.net }

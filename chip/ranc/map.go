package ranc

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Mapping is a chain of dense layers on cores. Every weight is a sum of up to
// four axon types (planes), so a source drives one axon a plane in every core
// of the next layer; as a neuron sends to one axon only, it is there as often.
type Mapping struct {
	Chip   *Chip
	Config *Config
	layers []mapped
	inputs int
}

type mapped struct {
	pop    *quant.Population
	weight quant.Tensor // [out, in]
	tick   int          // destination tick of what this layer sends
	values []int32      // planes
	copies int          // of each neuron
	first  int          // core
	cores  int
}

// Map puts a network on cores, or reports everything that keeps it from fitting.
func Map(net *quant.IntNet) (*Mapping, error) {
	v := chip.NewViolations("chip/ranc")
	m := &Mapping{inputs: quant.Len(net.Input.Shape)}
	if net.Input.Min != 0 || net.Input.Max != 1 {
		v.Add(quant.InputName, fmt.Sprintf("values are %d..%d", net.Input.Min, net.Input.Max), "the target takes spikes, 0 or 1")
	}
	m.chain(net, v)
	if v.Len() == 0 {
		m.size(v)
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	m.build()
	return m, nil
}

// chain walks the layers, each dense from the one before.
func (m *Mapping) chain(net *quant.IntNet, v *chip.Violations) {
	last := quant.InputName
	for i := range net.Populations {
		p := &net.Populations[i]
		if p.Spiking == nil {
			v.Add(p.Name, "has no spiking neurons", "train a spiking network")
			return
		}
		checkNeuron(v, p.Name, p.Spiking)
		s := into(net, p.Name)
		if len(s) != 1 || s[0].From != last || s[0].Dense == nil {
			v.Add(p.Name, fmt.Sprintf("is not dense from %q alone", last), "a chain of dense layers is mapped")
			return
		}
		m.layer(p, s[0], v)
		last = p.Name
	}
	if last != net.Output {
		v.Add(last, "comes after the output", "a chain of dense layers is mapped")
	}
}

func into(net *quant.IntNet, name string) []*quant.Synapses {
	var out []*quant.Synapses
	for i := range net.Synapses {
		if net.Synapses[i].To == name {
			out = append(out, &net.Synapses[i])
		}
	}
	return out
}

func (m *Mapping) layer(p *quant.Population, s *quant.Synapses, v *chip.Violations) {
	if s.Exponent != 0 || s.Range != nil || s.Delay.Per != "" {
		v.Add(s.Name, "has an exponent, a range or delays of its own", "set the latency of the layer")
	}
	if len(m.layers) == 0 {
		chip.Want(v, s.Name, "latency", s.Latency, 0, "input packets act in the tick they enter for")
	} else {
		if s.Latency < 1 {
			v.Add(s.Name, "latency is 0, the target needs at least 1 tick a layer", "")
		}
		v.Most(s.Name, int64(s.Latency), limitDelay, "")
		m.layers[len(m.layers)-1].tick = s.Latency - 1
	}
	lo, hi := s.WeightRange()
	v.Most(s.Name, max(int64(hi), -int64(lo)-1), limitWeight, "")
	values, ok := planes(s.Dense.Weight)
	if !ok {
		v.Add(s.Name, "the weights need more than 4 axon types", "use at most 4 values, or 4 bits times a common factor")
	}
	if need := len(values) * s.Dense.Weight.Shape[1]; ok {
		l := limitAxons
		l.Name = fmt.Sprintf("axons a core (%d inputs, %d each)", s.Dense.Weight.Shape[1], len(values))
		v.Most(s.Name, int64(need), l, "split the fan-in: give the layer fewer inputs, or use fewer weight values")
	}
	m.layers = append(m.layers, mapped{pop: p, weight: s.Dense.Weight, values: values})
}

// size finds copies and cores, from the last layer back.
func (m *Mapping) size(v *chip.Violations) {
	copies, total := 1, 0
	for i := len(m.layers) - 1; i >= 0; i-- {
		l := &m.layers[i]
		l.copies = max(copies, 1)
		l.cores = (l.pop.N()*l.copies + coreNeurons - 1) / coreNeurons
		total += l.cores
		copies = l.cores * len(l.values)
		if total > gridX*gridY {
			v.Most(l.pop.Name, int64(total), limitCores, "use a smaller network, or fewer weight values")
			return
		}
	}
	first := 0
	for i := range m.layers {
		m.layers[i].first = first
		first += m.layers[i].cores
	}
}

// place is the grid position of a core; the bus comes after the last.
func (m *Mapping) place(core int) [2]int {
	x := m.Config.NumCoresX
	return [2]int{core % x, core / x}
}

// build makes cores, neurons and routes.
func (m *Mapping) build() {
	last := &m.layers[len(m.layers)-1]
	total := last.first + last.cores + 1
	width := min(total, gridX)
	m.Config = &Config{
		NumNeurons: coreNeurons, NumAxons: coreAxons, NumCoresX: width, NumCoresY: (total + width - 1) / width,
		NumWeights: axonTypes, MaxTickOffset: maxTicks,
	}
	if last.pop.Spiking.Floor.Also {
		m.Config.NeuronResetType = 1
	}
	m.Chip = &Chip{OutputBus: OutputBus{Coordinates: m.place(total - 1), NumOutputs: last.pop.N()}}
	for i := range m.layers {
		m.buildLayer(i)
	}
}

func (m *Mapping) buildLayer(i int) {
	l := &m.layers[i]
	in := l.weight.Shape[1]
	neurons := l.neurons()
	for c := range l.cores {
		core := Core{Coordinates: m.place(l.first + c)}
		for p := range l.values {
			for range in {
				core.Axons = append(core.Axons, p)
			}
		}
		for k := c * coreNeurons; k < min((c+1)*coreNeurons, len(neurons)*l.copies); k++ {
			n, copied := k/l.copies, k%l.copies
			neuron := neurons[n]
			m.route(&neuron, i, n, copied, core.Coordinates)
			core.Neurons = append(core.Neurons, neuron)
			core.Connections = append(core.Connections, l.connections(n))
		}
		m.Chip.Cores = append(m.Chip.Cores, core)
	}
}

// route sends copy c of neuron n to its own axon of the next layer, or to the bus.
func (m *Mapping) route(neuron *Neuron, layer, n, c int, from [2]int) {
	to := m.Chip.OutputBus.Coordinates
	neuron.Axon = n
	if layer+1 < len(m.layers) {
		next := &m.layers[layer+1]
		used := next.cores * len(next.values)
		core, plane := c%used/max(len(next.values), 1), c%max(len(next.values), 1)
		to = m.place(next.first + core)
		neuron.Axon = plane*next.weight.Shape[1] + n
		neuron.Tick = m.layers[layer].tick
	}
	neuron.Offset = [2]int{to[0] - from[0], to[1] - from[1]}
}

func (l *mapped) connections(n int) []int {
	in := l.weight.Shape[1]
	row := make([]int, len(l.values)*in)
	for p := range l.values {
		for i, w := range l.weight.Data[n*in : (n+1)*in] {
			if connects(l.values, p, w) {
				row[p*in+i] = 1
			}
		}
	}
	return row
}

// neurons are the layer's neurons without their routes.
func (l *mapped) neurons() []Neuron {
	s, shape := l.pop.Spiking, l.pop.Shape
	theta, bias, floor := s.Threshold.Spread(shape), s.Bias.Spread(shape), s.Floor.At.Spread(shape)
	reset, to, initial := s.Reset.Spread(shape), s.ResetTo.Spread(shape), s.Initial.Spread(shape)
	weights := append(append([]int32{}, l.values...), make([]int32, axonTypes-len(l.values))...)
	out := make([]Neuron, l.pop.N())
	for n := range out {
		out[n] = Neuron{
			ResetPotential: to[n], Weights: weights, Leak: bias[n], PositiveThreshold: theta[n], NegativeThreshold: floor[n],
			Potential: initial[n], ResetMode: reset[n],
		}
	}
	return out
}

// Packets adds the packets of an input raster, [T, inputs], to the chip.
func (m *Mapping) Packets(raster quant.Tensor) {
	l := &m.layers[0]
	m.Chip.Packets = make([][]Packet, raster.Shape[0])
	for t := range m.Chip.Packets {
		list := []Packet{}
		for i, v := range raster.Data[t*m.inputs : (t+1)*m.inputs] {
			if v == 0 {
				continue
			}
			for c := range l.cores {
				for p := range l.values {
					list = append(list, Packet{Core: m.place(l.first + c), Axon: p*m.inputs + i})
				}
			}
		}
		m.Chip.Packets[t] = list
	}
}

func (m *Mapping) placement() *chip.Placement {
	p := &chip.Placement{}
	var mostAxons, mostNeurons int
	for i := range m.layers {
		l := &m.layers[i]
		for c := range l.cores {
			from, to := c*coreNeurons, min((c+1)*coreNeurons, l.pop.N()*l.copies)
			p.Cores = append(p.Cores, chip.Core{Index: l.first + c, Slices: []chip.Slice{{
				Population: l.pop.Name, From: from / l.copies, To: (to + l.copies - 1) / l.copies,
			}}})
			mostAxons, mostNeurons = max(mostAxons, len(l.values)*l.weight.Shape[1]), max(mostNeurons, to-from)
		}
	}
	for _, u := range []struct {
		l    chip.Limit
		used int
	}{{limitCores, len(p.Cores)}, {limitAxons, mostAxons}, {limitNeurons, mostNeurons}} {
		p.Usage = append(p.Usage, chip.Use{Resource: u.l.Name, Used: int64(u.used), Limit: u.l.Value})
	}
	return p
}

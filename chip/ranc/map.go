package ranc

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Mapping is a chain of layers on cores. A weight is a sum of axon types
// (code), so a source has axons of several types in every core that reads it; as
// a neuron sends to one axon only, it is there as often. A layer whose fan-in is
// above a core's axons is split (split). Convolutions are unrolled.
type Mapping struct {
	Chip   *Chip
	Config *Config
	Extra  int // ticks that the output comes later than in the network, two for each split layer

	layers []*layer
	groups []*group
	inputs [][]place // of each input: the axons that take its packets
}

// Map puts a network on cores, or reports everything that keeps it from fitting.
func Map(net *quant.IntNet) (*Mapping, error) {
	v := chip.NewViolations("chip/ranc")
	m := &Mapping{inputs: make([][]place, max(quant.Len(net.Input.Shape), 0))}
	if net.Input.Min != 0 || net.Input.Max != 1 {
		v.Add(quant.InputName, fmt.Sprintf("values are %d..%d", net.Input.Min, net.Input.Max), "the target takes spikes, 0 or 1")
	}
	m.chain(net, v)
	if v.Len() == 0 {
		m.plan(v)
	}
	if v.Len() == 0 {
		m.pack(v)
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	m.build()
	return m, nil
}

// chain walks the layers, each reading the one before.
func (m *Mapping) chain(net *quant.IntNet, v *chip.Violations) {
	last := quant.InputName
	for i := range net.Populations {
		p := &net.Populations[i]
		if p.Spiking == nil {
			v.Add(p.Name, "has no spiking neurons", "train a spiking network")
			return
		}
		s := net.Into(p.Name)
		if len(s) != 1 || s[0].From != last || s[0].Pool != nil {
			v.Add(p.Name, fmt.Sprintf("does not read %q alone, through weights", last), "a chain of layers is mapped; pool by a convolution with a stride")
			return
		}
		m.layers = append(m.layers, newLayer(i, p, s[0], net.SourceShape(last), v))
		last = p.Name
	}
	for _, l := range m.layers {
		if l != nil && m.layers[0] != nil && l.pop.Spiking.Floor.Also != m.layers[0].pop.Spiking.Floor.Also {
			v.Add(l.pop.Name, "meets its floor by another comparison than the first layer", "neuron_reset_type is one for the whole chip")
		}
	}
	if last != net.Output {
		v.Add(last, "comes after the output", "a chain of layers is mapped")
	}
}

// plan decides which layers are split and when each acts.
func (m *Mapping) plan(v *chip.Violations) {
	for _, l := range m.layers {
		if v.Most(l.pop.Name, int64(l.pop.N()), limitTotal, "use a smaller network"); v.Len() > 0 {
			return
		}
		if need := l.axons(); need > coreAxons {
			l.split = smallest(l)
			m.Extra += extraTicks
			if l.split == nil {
				limit := limitAxons
				limit.Name = fmt.Sprintf("axons a core (fan-in of a neuron, %d axons a source), and its partial sums do not fit a core either", l.code.lines())
				v.Most(l.pop.Name, int64(need), limit, "use fewer inputs, smaller weights or fewer different ones; quantize takes sums of rates in parts")
			}
			v.Most(l.pop.Name, int64(l.tick)+1, splitDelay(), "a split layer delivers its input twice, a tick apart")
		}
		l.extra = m.Extra
		l.own = l.neurons()
		l.checkWaiting(v)
	}
}

// splitDelay is the longest latency of a split layer.
func splitDelay() chip.Limit {
	l := limitDelay
	l.Name, l.Value = "ticks of delay of a split layer", l.Value-1
	return l
}

// smallest is the split of a layer with the fewest neurons among those that fit, nil when none does.
func smallest(l *layer) *split {
	var best *split
	least := 0
	for _, size := range sizes() {
		s := newSplit(l, size)
		if !s.fits() {
			continue
		}
		if n := s.cores(); best == nil || n < least {
			best, least = s, n
		}
	}
	return best
}

// pack fills cores from the last layer back.
func (m *Mapping) pack(v *chip.Violations) {
	source := int32(-1)
	for _, l := range m.layers {
		l.source = source
		if l.split == nil {
			m.groups = append(m.groups, l.group())
		} else {
			l.split.last = -1 // lines name the source
			m.groups = append(m.groups, l.split.stages(len(m.groups))...)
		}
		source = int32(len(m.groups) - 1)
	}
	for _, g := range m.groups {
		g.wanted = make([][]place, g.count)
	}
	last := m.groups[len(m.groups)-1]
	for u := range last.count {
		last.wanted[u] = []place{{axon: last.neuron(u)}}
	}
	total := 0
	for _, g := range slices.Backward(m.groups) {
		g.pack()
		total += len(g.cores)
		if total > gridX*gridY-1 {
			v.Most(m.layers[g.layer].pop.Name, int64(total)+1, limitCores, "use a smaller network, or fewer weight values")
			return
		}
		g.demand(m.groups, m.inputs)
	}
}

// build numbers the cores, layer by layer, and makes them; the bus comes after the last.
func (m *Mapping) build() {
	total := 0
	for _, g := range m.groups {
		for _, c := range g.cores {
			c.number = total
			total++
		}
	}
	width := min(total+1, gridX)
	m.Config = &Config{
		NumNeurons: coreNeurons, NumAxons: coreAxons, NumCoresX: width, NumCoresY: (total + width) / width,
		NumWeights: axonTypes, MaxTickOffset: maxTicks,
	}
	last := m.layers[len(m.layers)-1].pop
	if last.Spiking.Floor.Also {
		m.Config.NeuronResetType = 1
	}
	bus := m.place(total)
	m.Chip = &Chip{OutputBus: OutputBus{Coordinates: bus, NumOutputs: last.N()}}
	for _, g := range m.groups {
		for _, c := range g.cores {
			m.Chip.Cores = append(m.Chip.Cores, g.build(c, m.place(c.number), bus, m.place))
		}
	}
}

// place is the grid position of a core.
func (m *Mapping) place(number int) [2]int {
	x := m.Config.NumCoresX
	return [2]int{number % x, number / x}
}

// Packets adds the packets of an input raster, [T, inputs], to the chip.
func (m *Mapping) Packets(raster quant.Tensor) {
	n := len(m.inputs)
	m.Chip.Packets = make([][]Packet, raster.Shape[0])
	for t := range m.Chip.Packets {
		list := []Packet{}
		for i, v := range raster.Data[t*n : (t+1)*n] {
			if v == 0 {
				continue
			}
			for _, to := range m.inputs[i] {
				list = append(list, Packet{Core: m.place(to.core.number), Axon: to.axon, Tick: to.tick})
			}
		}
		m.Chip.Packets[t] = list
	}
}

func (m *Mapping) placement() *chip.Placement {
	p := &chip.Placement{}
	var mostAxons, mostNeurons int
	for _, g := range m.groups {
		for _, c := range g.cores {
			mostAxons, mostNeurons = max(mostAxons, len(c.axons)), max(mostNeurons, len(c.units))
			p.Cores = append(p.Cores, chip.Core{Index: c.number, Slices: g.slices(c, m.layers[g.layer].pop.Name)})
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

// slices are the neurons of a core, or those whose sums it makes.
func (g *group) slices(c *core, name string) []chip.Slice {
	var list []int
	for _, i := range c.units {
		list = append(list, g.neuron(i.unit))
	}
	slices.Sort(list)
	var out []chip.Slice
	for _, n := range slices.Compact(list) {
		if k := len(out) - 1; k >= 0 && out[k].To == n {
			out[k].To++
			continue
		}
		out = append(out, chip.Slice{Population: name, From: n, To: n + 1})
	}
	return out
}

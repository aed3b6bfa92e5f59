package ranc

import (
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Net is the network of a chip. Its input is all axons, core by core; its
// output is the bus, a tick after the spike.
//
//	V ← V + Σ w[type] + leak
//	V ≥ θ₊: a spike, and V ← reset_potential, V − θ₊, or V
//	else V < θ₋ (or ≤): V ← −reset_potential, V − θ₋, or V
//
// Two packets to one axon in one tick count once; a packet that would act
// MaxTickOffset ticks later is lost.
func (c *Chip) Net(cfg *Config) (*quant.IntNet, error) {
	if err := c.Check(cfg); err != nil {
		return nil, err
	}
	w := newWiring(c, cfg)
	once := &quant.Activation{Range: quant.Range{Max: 1, Overflow: quant.Saturate}}
	net := &quant.IntNet{
		Input: quant.Input{Shape: []int{w.axonCount}, Max: 1},
		Populations: []quant.Population{
			{Name: axons, Shape: []int{w.axonCount}, Activation: once},
			{Name: neurons, Shape: []int{w.neuronCount}, Spiking: w.rule()},
			{Name: bus, Shape: []int{c.OutputBus.NumOutputs}, Activation: once},
		},
		Synapses: []quant.Synapses{
			{Name: "packets", From: quant.InputName, To: axons, One: &quant.One{Weight: quant.Scalar(1)}},
			{Name: "routes", From: neurons, To: axons, Latency: 1, Delay: w.delay(), Sparse: w.routes(false)},
			{Name: "crossbars", From: axons, To: neurons, Sparse: w.crossbars()},
			{Name: "outputs", From: neurons, To: bus, Latency: 1, Sparse: w.routes(true)},
		},
		Output: bus,
	}
	return net, net.Validate()
}

// wiring numbers all axons and all neurons, core by core.
type wiring struct {
	chip                   *Chip
	cfg                    *Config
	firstAxon              map[[2]int]int
	axonCount, neuronCount int
}

func newWiring(c *Chip, cfg *Config) *wiring {
	w := &wiring{chip: c, cfg: cfg, firstAxon: map[[2]int]int{}}
	for i := range c.Cores {
		w.firstAxon[c.Cores[i].Coordinates] = w.axonCount
		w.axonCount += len(c.Cores[i].Axons)
		w.neuronCount += len(c.Cores[i].Neurons)
	}
	return w
}

// each calls visit for every neuron in order.
func (w *wiring) each(visit func(core *Core, n *Neuron)) {
	for i := range w.chip.Cores {
		for j := range w.chip.Cores[i].Neurons {
			visit(&w.chip.Cores[i], &w.chip.Cores[i].Neurons[j])
		}
	}
}

func (w *wiring) gather(get func(n *Neuron) int32) quant.Tensor {
	t := quant.Tensor{Shape: []int{w.neuronCount}}
	w.each(func(_ *Core, n *Neuron) { t.Data = append(t.Data, get(n)) })
	return t
}

func (w *wiring) rule() *quant.Spiking {
	floorMode := func(n *Neuron) int32 {
		if n.ResetMode == quant.ResetSubtract {
			return quant.FloorSubtract
		}
		return quant.FloorValue
	}
	return &quant.Spiking{
		Charge:    quant.ChargeSum,
		Bias:      w.gather(func(n *Neuron) int32 { return n.Leak }),
		Range:     quant.Full(),
		Threshold: w.gather(func(n *Neuron) int32 { return n.PositiveThreshold }),
		Fire:      model.FireAtLeast,
		MaxSpikes: 1,
		Reset:     w.gather(func(n *Neuron) int32 { return n.ResetMode }),
		ResetTo:   w.gather(func(n *Neuron) int32 { return n.ResetPotential }),
		Initial:   w.gather(func(n *Neuron) int32 { return n.Potential }),
		Floor: &quant.Floor{
			At:   w.gather(func(n *Neuron) int32 { return n.NegativeThreshold }),
			Also: w.cfg.NeuronResetType == 1,
			Mode: w.gather(floorMode),
			To:   w.gather(func(n *Neuron) int32 { return -n.ResetPotential }),
		},
	}
}

// delay is the destination tick of every neuron.
func (w *wiring) delay() quant.Delay {
	return quant.Delay{Per: quant.DelaySource, Ticks: w.gather(func(n *Neuron) int32 { return int32(n.Tick) })}
}

// routes lists where spikes go: to axons, or to the bus. A packet for the last
// slot of a core's scheduler is lost; the bus has no scheduler.
func (w *wiring) routes(toBus bool) *quant.Sparse {
	s := &sparse{}
	w.each(func(core *Core, n *Neuron) {
		s.source()
		to := add(core.Coordinates, n.Offset)
		if lost := n.Tick+1 >= w.cfg.MaxTickOffset; lost && !toBus || (to == w.chip.OutputBus.Coordinates) != toBus {
			return
		}
		s.add(w.firstAxon[to]+n.Axon, 1)
	})
	return s.done()
}

// crossbars lists what each axon adds to the neurons of its core.
func (w *wiring) crossbars() *quant.Sparse {
	s, first := &sparse{}, 0
	for i := range w.chip.Cores {
		core := &w.chip.Cores[i]
		for a, kind := range core.Axons {
			s.source()
			for n := range core.Neurons {
				if weight := core.Neurons[n].Weights[kind]; core.Connections[n][a] == 1 && weight != 0 {
					s.add(first+n, weight)
				}
			}
		}
		first += len(core.Neurons)
	}
	return s.done()
}

// sparse gathers the synapses of source after source.
type sparse struct{ start, target, weight []int32 }

func (s *sparse) source() { s.start = append(s.start, int32(len(s.target))) }

func (s *sparse) add(target int, weight int32) {
	s.target, s.weight = append(s.target, int32(target)), append(s.weight, weight)
}

func (s *sparse) done() *quant.Sparse {
	s.source()
	n := len(s.target)
	return &quant.Sparse{
		Start: quant.NewTensor(s.start, len(s.start)), Target: quant.NewTensor(s.target, n), Weight: quant.NewTensor(s.weight, n),
	}
}

// Raster is the packets of a chip as the network's input, [T, axons]: what acts in each tick.
func (c *Chip) Raster(cfg *Config, ticks int) quant.Tensor {
	w := newWiring(c, cfg)
	t := quant.NewTensor(make([]int32, ticks*w.axonCount), ticks, w.axonCount)
	for sent, list := range c.Packets {
		for _, p := range list {
			if acts := sent + p.Tick; acts < ticks && p.Tick+1 < cfg.MaxTickOffset {
				t.Data[acts*w.axonCount+w.firstAxon[p.Core]+p.Axon] = 1
			}
		}
	}
	return t
}

package ranc

import (
	"encoding/json"
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
)

// Read reads an input file and a configuration file of ranc_sim and checks
// that they fit each other.
func Read(input, config []byte) (*Chip, *Config, error) {
	c, cfg := &Chip{}, &Config{}
	if err := json.Unmarshal(config, cfg); err != nil {
		return nil, nil, fmt.Errorf("chip/ranc: configuration: %w", err)
	}
	if err := json.Unmarshal(input, c); err != nil {
		return nil, nil, fmt.Errorf("chip/ranc: input: %w", err)
	}
	if err := c.Check(cfg); err != nil {
		return nil, nil, err
	}
	return c, cfg, nil
}

// Encode returns the two files as ranc_sim reads them.
func (c *Chip) Encode(cfg *Config) (input, config []byte, err error) {
	if err := c.Check(cfg); err != nil {
		return nil, nil, err
	}
	if input, err = json.Marshal(c); err != nil {
		return nil, nil, err
	}
	config, err = json.MarshalIndent(cfg, "", "  ")
	return input, config, err
}

// Check reports everything that the simulator would read wrongly or not at all.
func (c *Chip) Check(cfg *Config) error {
	k := &checker{cfg: cfg, places: map[[2]int]bool{}}
	k.config()
	if k.faults.Len() > 0 {
		return k.faults.Err()
	}
	if len(c.Cores) == 0 {
		k.add("chip", "has no core")
	}
	for i := range c.Cores {
		k.core(i, &c.Cores[i])
	}
	if c.OutputBus.NumOutputs < 1 || c.OutputBus.NumOutputs > 1<<20 {
		k.add("output bus", "%d outputs", c.OutputBus.NumOutputs)
	}
	size := c.sizes()
	k.routes(c, size)
	for t, list := range c.Packets {
		for _, p := range list {
			k.packet(t, c, p, size)
		}
	}
	return k.faults.Err()
}

type checker struct {
	cfg    *Config
	places map[[2]int]bool
	faults fault.List
}

// maxFaults ends the search: a file with more is broken as a whole.
const maxFaults = 50

func (k *checker) add(subject, format string, args ...any) {
	if k.faults.Len() < maxFaults {
		k.faults.Add(fault.Fault{Pkg: "chip/ranc", Subject: subject, Fact: fmt.Sprintf(format, args...)})
	}
}

func (k *checker) config() {
	for _, v := range []struct {
		name          string
		value, lo, hi int
	}{
		{"num_neurons", k.cfg.NumNeurons, 1, 4096},
		{"num_axons", k.cfg.NumAxons, 1, 4096},
		{"num_cores_x", k.cfg.NumCoresX, 1, 512},
		{"num_cores_y", k.cfg.NumCoresY, 1, 512},
		{"num_weights", k.cfg.NumWeights, 1, 256},
		{"max_tick_offset", k.cfg.MaxTickOffset, 1, 256},
		{"neuron_reset_type", k.cfg.NeuronResetType, 0, 1},
	} {
		if v.value < v.lo || v.value > v.hi {
			k.add("configuration", "%s is %d, expected %d to %d", v.name, v.value, v.lo, v.hi)
		}
	}
}

func (k *checker) core(i int, c *Core) {
	at := fmt.Sprintf("core %d at %v", i, c.Coordinates)
	if !k.inside(c.Coordinates) {
		k.add(at, "lies outside the grid of %d×%d", k.cfg.NumCoresX, k.cfg.NumCoresY)
	}
	if k.places[c.Coordinates] {
		k.add(at, "is there twice")
	}
	k.places[c.Coordinates] = true
	if len(c.Axons) > k.cfg.NumAxons || len(c.Neurons) > k.cfg.NumNeurons {
		k.add(at, "%d axons and %d neurons, a core has %d and %d", len(c.Axons), len(c.Neurons), k.cfg.NumAxons, k.cfg.NumNeurons)
	}
	for a, kind := range c.Axons {
		if kind < 0 || kind >= k.cfg.NumWeights {
			k.add(at, "axon %d has type %d, types are 0 to %d", a, kind, k.cfg.NumWeights-1)
		}
	}
	if len(c.Connections) != len(c.Neurons) {
		k.add(at, "%d rows of connections for %d neurons", len(c.Connections), len(c.Neurons))
	}
	for n, row := range c.Connections {
		if len(row) != len(c.Axons) {
			k.add(at, "neuron %d has %d connections for %d axons", n, len(row), len(c.Axons))
		}
		for _, v := range row {
			if v != 0 && v != 1 {
				k.add(at, "neuron %d has a connection %d, expected 0 or 1", n, v)
				break
			}
		}
	}
	for n := range c.Neurons {
		k.neuron(fmt.Sprintf("%s, neuron %d", at, n), &c.Neurons[n])
	}
}

func (k *checker) neuron(at string, n *Neuron) {
	if len(n.Weights) != k.cfg.NumWeights {
		k.add(at, "%d weights, expected %d", len(n.Weights), k.cfg.NumWeights)
	}
	if n.ResetMode < 0 || n.ResetMode > 2 {
		k.add(at, "reset_mode %d, expected 0, 1 or 2", n.ResetMode)
	}
	if n.Tick < 0 || n.Tick >= k.cfg.MaxTickOffset {
		k.add(at, "destination_tick %d, expected 0 to %d", n.Tick, k.cfg.MaxTickOffset-1)
	}
}

func (k *checker) inside(p [2]int) bool {
	return p[0] >= 0 && p[1] >= 0 && p[0] < k.cfg.NumCoresX && p[1] < k.cfg.NumCoresY
}

// routes checks that every neuron's spikes go to an axon or an output.
func (k *checker) routes(c *Chip, size map[[2]int]int) {
	for i := range c.Cores {
		for n, neuron := range c.Cores[i].Neurons {
			to := add(c.Cores[i].Coordinates, neuron.Offset)
			if room, ok := size[to]; !ok || neuron.Axon < 0 || neuron.Axon >= room {
				k.add(fmt.Sprintf("core %d, neuron %d", i, n), "sends to axon %d of %v, which is not there", neuron.Axon, to)
			}
		}
	}
}

func (k *checker) packet(t int, c *Chip, p Packet, size map[[2]int]int) {
	if p.Core == c.OutputBus.Coordinates || p.Axon < 0 || p.Axon >= size[p.Core] || p.Tick < 0 || p.Tick >= k.cfg.MaxTickOffset {
		k.add(fmt.Sprintf("packet of tick %d", t), "to axon %d of core %v after %d ticks: no such axon or tick", p.Axon, p.Core, p.Tick)
	}
}

// sizes is the number of axons of each core, and of outputs of the bus.
func (c *Chip) sizes() map[[2]int]int {
	m := map[[2]int]int{}
	for i := range c.Cores {
		m[c.Cores[i].Coordinates] = len(c.Cores[i].Axons)
	}
	m[c.OutputBus.Coordinates] = c.OutputBus.NumOutputs
	return m
}

func add(a, b [2]int) [2]int { return [2]int{a[0] + b[0], a[1] + b[1]} }

package ranc

import "github.com/snntrain/snntrain/chip"

// Placement is where the axons and neurons of a chip's network (Net) are: on
// the cores of the file.
func (c *Chip) Placement(cfg *Config) *chip.Placement {
	p, axon, neuron := &chip.Placement{}, 0, 0
	var mostAxons, mostNeurons int
	for i := range c.Cores {
		core := &c.Cores[i]
		a, n := len(core.Axons), len(core.Neurons)
		p.Cores = append(p.Cores, chip.Core{Index: core.Coordinates[1]*cfg.NumCoresX + core.Coordinates[0], Slices: []chip.Slice{
			{Population: axons, From: axon, To: axon + a}, {Population: neurons, From: neuron, To: neuron + n},
		}})
		axon, neuron = axon+a, neuron+n
		mostAxons, mostNeurons = max(mostAxons, a), max(mostNeurons, n)
	}
	p.Usage = []chip.Use{
		{Resource: "cores", Used: int64(len(c.Cores)), Limit: int64(cfg.NumCoresX) * int64(cfg.NumCoresY)},
		{Resource: "axons a core", Used: int64(mostAxons), Limit: int64(cfg.NumAxons)},
		{Resource: "neurons a core", Used: int64(mostNeurons), Limit: int64(cfg.NumNeurons)},
	}
	return p
}

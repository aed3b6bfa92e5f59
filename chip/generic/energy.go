package generic

import "github.com/snntrain/snntrain/chip"

// Energy is what the description says that events cost.
func (c *Chip) Energy() []chip.Constant {
	var out []chip.Constant
	for _, k := range c.Costs {
		out = append(out, chip.Constant{Event: chip.Event(k.Event), Joule: k.Joule, Second: k.Second, Source: k.source(c.Label)})
	}
	return out
}

func (k *Cost) source(label string) string {
	if k.Source == "" {
		return label
	}
	return k.Source
}

package speck

import "github.com/snntrain/snntrain/chip"

// Energy is the power at rest: a lower bound, as no figure an event is published.
func (*Target) Energy() []chip.Constant {
	return []chip.Constant{{Event: chip.Second, Joule: 0.42e-3, Source: "Speck, power at rest, a lower bound (Yao et al. 2024)"}}
}

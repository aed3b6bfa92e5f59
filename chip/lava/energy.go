package lava

import "github.com/snntrain/snntrain/chip"

// Energy is the table of Davies 2018 for Loihi 1: energies are those of the
// paper's minimum, times its maximum; a tick takes the mesh-wide barrier of 32
// tiles (113 ns with one). For Loihi 2 no table is published.
func (t *Target) Energy() []chip.Constant {
	if t.revision != 1 {
		return nil
	}
	return []chip.Constant{
		{Event: chip.SynapticEvent, Joule: 23.6e-12, Second: 3.5e-9, Source: davies},
		{Event: chip.ActiveUpdate, Joule: 81e-12, Second: 8.4e-9, Source: davies},
		{Event: chip.InactiveUpdate, Joule: 52e-12, Second: 5.3e-9, Source: davies},
		{Event: chip.CoreSpike, Joule: 1.7e-12, Source: davies + ", within a tile"},
		{Event: chip.HopX, Joule: 3.0e-12, Source: davies},
		{Event: chip.HopY, Joule: 4.0e-12, Source: davies},
		{Event: chip.Tick, Second: 465e-9, Source: davies + ", barrier of 32 tiles"},
	}
}

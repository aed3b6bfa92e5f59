package xylo

import "github.com/snntrain/snntrain/chip"

// Energy is the power that was measured on a keyword task; no figure an event
// is published.
func (*Target) Energy() []chip.Constant {
	return []chip.Constant{{Event: chip.Second, Joule: 291e-6, Source: "Xylo Audio 2, dynamic power of inference, keyword spotting (Bos and Muir 2024)"}}
}

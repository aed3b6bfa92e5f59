package energy

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Cores lie four a tile, tiles row by row in a mesh of 8 columns, as Loihi's 128 do.
const (
	coresPerTile = 4
	meshColumns  = 8
)

// tile is the column and row of a core's tile.
func tile(core int) (x, y int) {
	t := core / coresPerTile
	return t % meshColumns, t / meshColumns
}

// deliveries counts spikes that reach cores, one message for each core that
// reads a source, and the hops of those that come from a core.
func (k *counter) deliveries() {
	net := k.im.Net
	for src, sent := range k.c.Sent {
		name := quant.InputName
		if src > 0 {
			name = net.Populations[src-1].Name
		}
		readers := k.readers(name, len(sent))
		for n, messages := range sent {
			if messages > 0 {
				k.deliver(name, n, float64(messages), readers[n])
			}
		}
	}
}

// readers lists the cores that read each element of a source, each once.
func (k *counter) readers(name string, n int) [][]int32 {
	out := make([][]int32, n)
	seen := make([]map[int32]bool, n)
	for i := range k.im.Net.Synapses {
		s := &k.im.Net.Synapses[i]
		if s.From != name {
			continue
		}
		on := k.core[s.To]
		chip.EachSynapse(k.im.Net, s, func(from, to int, _ int32) {
			core := on[to]
			if l := len(out[from]); core < 0 || l > 0 && out[from][l-1] == core || seen[from][core] {
				return
			}
			if seen[from] == nil {
				seen[from] = map[int32]bool{}
			}
			seen[from][core] = true
			out[from] = append(out[from], core)
		})
	}
	return out
}

func (k *counter) deliver(from string, n int, messages float64, to []int32) {
	home := int32(-1)
	if from != quant.InputName {
		home = k.core[from][n]
	}
	for _, core := range to {
		k.add(chip.CoreSpike, core, messages)
		if home < 0 {
			continue
		}
		x0, y0 := tile(k.im.Placement.Cores[home].Index)
		x1, y1 := tile(k.im.Placement.Cores[core].Index)
		k.add(chip.HopX, -1, messages*float64(max(x1-x0, x0-x1)))
		k.add(chip.HopY, -1, messages*float64(max(y1-y0, y0-y1)))
	}
}

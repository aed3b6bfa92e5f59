package run

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// Expected is what a layer of a network that computes in the image's integers
// gave for a batch: spikes or counts, or the potential of an output that is read.
type Expected struct {
	Population string
	Out        *signal.Signal
}

// Difference is the first place in which an emulated sample differs from what was expected.
type Difference struct {
	Population string  `json:"population"`
	Tick       int     `json:"tick"`
	Neuron     int     `json:"neuron"` // in (C, H, W) order
	Got        float32 `json:"got"`
	Want       float32 `json:"want"`
}

// Compare shows sample b as Sample does, and compares every value of every
// expected layer in every step. Step t of a layer is the tick in which its
// input of step t arrives: what a layer sends late, because the next layer's
// synapses take a tick, is compared in the tick in which it was decided.
func (r *Runner) Compare(x *signal.Signal, b int, want []Expected) (*Difference, []float32, error) {
	var found *Difference
	first, late := latencies(r.m.Net())
	each := r.Each
	r.Each = func(tick int, out *integer.Spikes) {
		if each != nil {
			each(tick, out)
		}
		for _, w := range want {
			if t := tick - first + late[w.Population]; found == nil && t >= 0 && t < w.Out.T {
				found = r.difference(w, t, b, tick)
			}
		}
	}
	scores, err := r.Sample(x, b)
	r.Each = each
	return found, scores, err
}

// latencies are the ticks from the input to the first layer, and from each
// layer to those that read it.
func latencies(net *quant.IntNet) (first int, late map[string]int) {
	late = map[string]int{}
	for i := range net.Synapses {
		if s := &net.Synapses[i]; s.From == quant.InputName {
			first = s.Latency
		} else {
			late[s.From] = s.Latency
		}
	}
	return first, late
}

func (r *Runner) difference(w Expected, t, b, tick int) *Difference {
	if w.Out.Const {
		t = 0
	}
	row := make([]float32, w.Out.N())
	w.Out.AddTo(row, t*w.Out.B+b)
	got := make([]float32, len(row))
	if w.Population == r.output && r.io.Potential != 0 {
		for i, v := range r.m.State(w.Population).V {
			got[i] = float32(v) * float32(r.io.Potential)
		}
	} else {
		s := r.m.Sent(w.Population)
		for k, i := range s.Index {
			got[i] = float32(s.Value[k])
		}
	}
	var found *Difference
	compare := func(chw, at int) {
		if found == nil && got[chw] != row[at] {
			found = &Difference{Population: w.Population, Tick: tick, Neuron: chw, Got: got[chw], Want: row[at]}
		}
	}
	if len(w.Out.Shape) == 3 {
		signal.ChannelOrder(w.Out.Shape, compare)
		return found
	}
	for i := range row {
		compare(i, i)
	}
	return found
}

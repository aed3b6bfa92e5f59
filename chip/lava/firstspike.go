package lava

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// FirstSpikes lays a network of neurons that fire once out on Lava's LIF with
// iDecay = vDecay = 0, where a spike adds its weight to the current for good and
// the potential is a sum of ramps. All is exact in integers; u and v are counted
// in units of 2^6, the weights are even.
//
// A source whose window of T ticks ends at E fires in tick E − a for the
// activation a = 1..T (in ticks), not at all for 0. With synapses of a tick,
//
//	v(E) = Σ_j w_j·(E − t_j) = Σ_j w_j·a_j        u(E) = Σ_{j fired} w_j
//
// What is left in u depends on the input, so no ramp of one slope could follow.
// Lava's LIF cannot clear a current, and a source that sent as many spikes
// whatever its activation is would send them all, also for 0. So beside each
// source stands a twin for each of its neurons, which fires once, at E, if that
// neuron has fired, through the same synapses with weights −w:
//
//	u(t) = 0 for t > E        v(t) = Σ_j w_j·a_j from then on
//
// A twin takes weight 2 from its neuron and 2 from the clock at E, keeps both in
// v (iDecay = 4096, vDecay = 0) and fires above 2.
//
// The rest of Stanojevic's mapping comes from clocks: neurons that count ticks by
// a bias of 1, fire once and hold themselves back by a recurrent weight. Their
// weights give each neuron its constant D (bias), then the slope G, the same in
// the layer, from tick E + 1 to the end of the window E' = E + 1 + T':
//
//	v(t) = V + G·(t − E') + ϑ + ⌊G/2⌋ + 1,   V = Σ_j w_j·a_j + D
//	fires in tick E' − a,   a = min(round(V/G), T'),  halves up; never for V < G/2
//
// and take it away again at E'. From a reset to 0 a second spike would need
// ϑ/G ≥ T' ticks more. Until E + 1 the potentials are held so low that none of the
// samples shown brings one near ϑ.
//
// With windows of W and W' (in units of the network's activations) and a real
// weight w, the integer weight is G·w·(W/T)/(W'/T') and D is G·T'·b/W'. G is the
// largest even slope for which weights are within ±254 and potentials, a fourth
// more than those of the samples, within 24 bits. Scores are the potentials of
// the last synapse at the end of the last window, or, where the network ends
// with neurons, their first spikes.
func (t *Target) FirstSpikes(n *model.Network, o chip.TimedOptions) (*chip.TimedNet, error) {
	chain, err := newChain(n, t.Name(), o)
	if err != nil {
		return nil, err
	}
	if len(o.Samples) == 0 {
		return nil, fault.Fault{Pkg: "chip/lava", Subject: "calibration", Fact: "has no samples", Hint: "slopes come from the potentials of samples"}
	}
	g, err := grid(o.Bits)
	if err != nil {
		return nil, fault.Fault{Pkg: "chip/lava", Subject: "weights", Fact: err.Error()}
	}
	levels := make([][]int32, len(o.Samples))
	for i, x := range o.Samples {
		if len(x) != n.Input.Size() {
			return nil, fault.Fault{Pkg: "chip/lava", Subject: "calibration", Fact: fmt.Sprintf("sample %d has %d values, the network reads %v", i, len(x), n.Input)}
		}
		levels[i] = chain.input.levels(x)
	}
	l := newTimed(chain, g)
	var faults fault.List
	for i := range chain.stages {
		if s := &chain.stages[i]; s.pool {
			l.addPool(s)
			s.largest(levels)
			continue
		}
		num, err := chain.stages[i].numbers(g, levels)
		if err != nil {
			faults.AddError(err)
			break // what follows depends on it
		}
		l.add(&chain.stages[i], num)
		if i < len(chain.stages)-1 {
			num.fire(levels)
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return l.finish()
}

// window is how activations of a layer are times: length of the network's
// activation over ticks.
type window struct {
	length float64
	ticks  int
}

// unit is the activation that a tick stands for.
func (w window) unit() float64 { return w.length / float64(w.ticks) }

// timedInput says when an element of the input fires.
type timedInput struct {
	low, span float64
	ticks     int
	shape     []int // on the chip
}

// levels are the activations of a sample in ticks.
func (in timedInput) levels(x []float32) []int32 {
	out := make([]int32, len(x))
	for i, v := range x {
		out[i] = roundHalfUp((float64(v)-in.low)/in.span*float64(in.ticks), in.ticks)
	}
	return out
}

// timed puts a network together.
type timed struct {
	chain  *chain
	out    *chip.TimedNet
	grid   quant.Grid
	source string // of the stage that comes next
	shape  []int
	end    int // of its window
	clocks map[int]*clock
	late   []quant.Population // all but the clocks
}

func newTimed(c *chain, g quant.Grid) *timed {
	return &timed{
		chain: c, grid: g, source: quant.InputName, shape: c.input.shape, end: c.input.ticks, clocks: map[int]*clock{},
		out: &chip.TimedNet{
			Low: c.input.low, Span: c.input.span, Steps: c.input.ticks,
			Net:     &quant.IntNet{Input: quant.Input{Shape: c.input.shape, Min: 0, Max: 1}},
			Account: &quant.Account{Input: quant.Input{Shape: c.input.shape, Min: 0, Max: 1}},
		},
	}
}

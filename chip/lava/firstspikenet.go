package lava

import (
	"math"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// twin are the ends of the spikes of a source: what is added to the name of the source.
const twin = ".end"

// add appends a stage whose source's window ends at l.end.
func (l *timed) add(s *stage, n *timedNumbers) {
	last := s.out.ticks == 0
	rule := LIF(0, 0, n.threshold, quant.Tensor{})
	l.late = append(l.late, quant.Population{Name: s.name, Shape: s.shape, Spiking: rule})
	l.synapses(n.group(s.synapse, l.source, n.weights))
	if !last {
		l.ends(s, n)
	}
	l.drive(s, n)
	l.account(s, n)
	l.source, l.shape = s.name, s.shape
	if last {
		return
	}
	l.end += 1 + s.out.ticks
	l.out.Windows = append(l.out.Windows, chip.Window{Population: s.name, From: l.end - s.out.ticks, To: l.end})
}

// group is the synapses of a stage with other weights. A matrix that Lava would
// load with other numbers is a convolution over the whole map.
func (n *timedNumbers) group(name, from string, w []int32) quant.Synapses {
	s := n.stage
	out := quant.Synapses{Name: name, From: from, To: s.name}
	switch {
	case s.conv != nil:
		c := *s.conv
		c.Weight = quant.NewTensor(w, s.conv.Weight.Shape...)
		out.Conv = &c
		return out
	case !exact(w):
		out.Conv = &quant.Conv{Weight: quant.NewTensor(w, append([]int{s.channels()}, s.from...)...), Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}
		return out
	}
	out.Dense = &quant.Dense{Weight: quant.NewTensor(w, s.channels(), len(w)/s.channels())}
	return out
}

// ends adds the twins of the stage's source, which take its currents back.
func (l *timed) ends(s *stage, n *timedNumbers) {
	name, channels := l.source+twin, l.shape[0]
	ones := make([]int32, channels)
	for i := range ones {
		ones[i] = 2
	}
	l.late = append(l.late, quant.Population{Name: name, Shape: l.shape, Spiking: LIF(1<<decayBits, 0, 2, quant.Tensor{})})
	l.synapses(quant.Synapses{Name: name, From: l.source, To: name, Conv: depthwise(ones)})
	all := make([]int32, quant.Len(l.shape))
	for i := range all {
		all[i] = 2
	}
	l.at(l.end, name, all)
	l.out.Windows = append(l.out.Windows, chip.Window{Population: name, From: l.end, To: l.end + 1})
	back := make([]int32, len(n.weights))
	for k, w := range n.weights {
		back[k] = -w
	}
	l.synapses(n.group(s.synapse+twin, name, back))
}

// drive gives a stage its constants and its ramp. With α from the first tick of
// the source's window on and 0 ≤ β < 2T from its last, the potential gains α·T + β =
// D + offset by the end E, and never more than its share before; then a step to
// where the window begins, and from E + 2 on the slope.
func (l *timed) drive(s *stage, n *timedNumbers) {
	size, in := len(n.bias), s.in.ticks
	var start, before, jump, settle, stop []int32
	for i := range size {
		want := n.bias[i] + n.offset
		alpha := 2 * int32(math.Floor(float64(want)/float64(2*in)))
		beta := want - alpha*int32(in)
		start, before = append(start, alpha), append(before, beta)
		if s.out.ticks == 0 {
			continue
		}
		slope := int32(n.slope)
		step := n.threshold - n.offset - slope*int32(s.out.ticks) + slope/2 + 1 // to v(E+1)
		j := step - alpha - beta
		jump, settle, stop = append(jump, j), append(settle, slope-step), append(stop, -slope)
	}
	l.at(l.end-in+1, s.name, start)
	l.at(l.end, s.name, before)
	if s.out.ticks == 0 {
		return
	}
	l.at(l.end+1, s.name, jump)
	l.at(l.end+2, s.name, settle)
	l.at(l.end+1+s.out.ticks, s.name, stop)
}

func (l *timed) account(s *stage, n *timedNumbers) {
	a := quant.LayerAccount{
		Layer: s.name, Synapse: s.synapse, Weights: len(n.weights), Clipped: float64(n.clipped) / float64(len(n.weights)), Error: n.error,
		Threshold: n.threshold << scaleBits, Scale: n.slope, Latency: 1,
	}
	a.Count(n.weights)
	l.out.Account.Layers = append(l.out.Account.Layers, a)
}

// finish puts the populations together and says how the output is read: after
// tick E where potentials are complete, else when the last window has ended.
func (l *timed) finish() (*chip.TimedNet, error) {
	out := l.out
	last := &l.chain.stages[len(l.chain.stages)-1]
	out.Readout, out.Ticks = chip.FirstSpike, l.end
	if last.out.ticks == 0 {
		out.Readout, out.Ticks = "last", l.end+1
		out.Potential = 1 / (out.Account.Layers[len(out.Account.Layers)-1].Scale * (1 << scaleBits))
		out.Account.Unit = out.Potential
	}
	out.Account.From, out.Account.Latency = out.Ticks-1, len(l.chain.stages)
	for t := range l.clocks {
		if t >= out.Ticks { // nothing reads what comes then
			delete(l.clocks, t)
		}
	}
	l.addClocks()
	out.Net.Populations = append(out.Net.Populations, l.late...)
	out.Net.Output = last.name
	return out, out.Net.Validate()
}

package autograd

import (
	"fmt"
	"math"
)

// AutoSegment is a Machine.Segment that leaves the length of segments to a rule on
// sizes alone, the same on every machine. With M the bytes of one step, counted
// as 8 for each value that a layer hands on (the value and its error), and P
// those of the weights, a sequence of
//
//	T·M ≤ max(AutoWhole, AutoWeights·P)
//
// stays whole: what is run twice takes time, and every segment reads all
// weights, and reads and writes their gradients. A longer one has segments of
//
//	K = max(⌈√T⌉, ⌊AutoPart/M⌋) steps,
//
// evened out over the ⌈T/K⌉ segments: short enough to stay in a cache, which
// pays for the second run where synapses are event-driven. A sequence also stays
// whole when an op needs all its steps at once.
const AutoSegment = -1

// The sizes of AutoSegment's rule, in bytes.
const (
	AutoWhole = 128 << 20
	AutoPart  = 16 << 20
)

// AutoWeights is what the values of a sequence that stays whole may hold at
// least, in sizes of the weights.
const AutoWeights = 16

// segmentLength is the number of steps to run at a time.
func (m *Machine) segmentLength(p *phases, steps int) (int, error) {
	length := m.Segment
	if length == AutoSegment {
		length = autoSegment(steps, 8*p.stepSize*m.batch(), m.weights)
	}
	if length <= 0 || length >= steps {
		return steps, nil
	}
	for _, ins := range p.list[timed] {
		if op, ok := ins.op.(whole); ok {
			why := op.cannotCut(&m.Context)
			if why != "" && m.Segment == AutoSegment {
				return steps, nil
			}
			if why != "" {
				return 0, fmt.Errorf("autograd: %s: the sequence cannot be cut into segments of %d steps: %s", ins.name, length, why)
			}
		}
	}
	return length, nil
}

// StepsIn is the number of steps, at least 1, whose values fit in the given
// bytes when the outputs are computed, at 4 for each value.
func (m *Machine) StepsIn(bytes int) int {
	return max(1, bytes/max(1, 4*m.phasesOf(0).stepSize*m.batch()))
}

// autoSegment is the rule of AutoSegment for steps and weights of the given bytes.
func autoSegment(steps, bytes, weights int) int {
	length := max(int(math.Ceil(math.Sqrt(float64(steps)))), AutoPart/max(bytes, 1))
	if length >= steps || steps*bytes <= max(AutoWhole, AutoWeights*weights) {
		return steps
	}
	count := (steps + length - 1) / length
	return (steps + count - 1) / count
}

// batch is the number of samples of the inputs.
func (m *Machine) batch() int {
	b := 1
	for _, node := range m.inputs {
		if s := m.values[node].Signal; s != nil {
			b = max(b, s.B)
		}
	}
	return b
}

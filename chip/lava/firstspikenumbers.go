package lava

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

const (
	mostPotential = 1<<17 - 1 // of v, in units of 2^6
	room          = 1.25      // how far potentials may go beyond those of the samples
	slack         = 1 << 10   // what rounding of clocks to even weights may add to a potential
)

// timedNumbers are the integers of a stage, in units of 2^6.
type timedNumbers struct {
	stage     *stage
	slope     float64 // G; where potentials are read, what 1 of a score is
	weights   []int32
	bias      []int32 // D
	threshold int32   // ϑ
	offset    int32   // what clocks add to V at the end of the source's window, beyond D
	high      int64   // that potentials are kept below, without offset
	clipped   int
	error     float64 // of weights, over their root mean square
	sums      [][]int32
}

// numbers rounds a stage. levels are what its source sends of each sample.
func (s *stage) numbers(g quant.Grid, levels [][]int32) (*timedNumbers, error) {
	unit := 1.0
	if s.out.ticks > 0 {
		unit = s.out.unit()
	}
	scaled, most := make([]float64, len(s.weight)), 0.0
	for k, w := range s.weight {
		scaled[k] = w * s.in.unit() / unit
		most = max(most, math.Abs(scaled[k]))
	}
	if !(most > 0) || math.IsInf(most, 0) {
		return nil, s.refuse(fmt.Sprintf("its greatest weight is %v", most), "leave the layer out")
	}
	slope := float64(g.Max*g.Step) / most
	for _, b := range s.bias { // a bias alone may take all of the potential
		slope = min(slope, 2*mostPotential*unit/math.Abs(b))
	}
	for range 4 { // after the first time, with the potentials of the one before
		if slope = s.attainable(slope); s.out.ticks > 0 && slope < 2 {
			return nil, s.refuse(fmt.Sprintf("at the least slope of 2, weights reach ±%.0f and potentials %.0f of ±%d and %d", 2*most, 2*float64(s.in.ticks)*most, g.Max*g.Step, mostPotential),
				"fewer time bits, a larger margin, or smaller weights in this layer")
		}
		n := s.round(g, scaled, slope, unit)
		t := n.trace(levels)
		n.sums = t.sums
		n.high = max(int64(math.Ceil(room*float64(t.high))), s.reach(slope))
		low := int64(math.Floor(room * float64(t.low)))
		span := n.span(low, t.current)
		if span <= 1 {
			n.place(low)
			return n, nil
		}
		slope /= span
	}
	return nil, s.refuse("its potentials grow when its weights shrink", "report this network")
}

// attainable is the largest slope, not above x, that a layer can have: even where neurons fire.
func (s *stage) attainable(x float64) float64 {
	if s.out.ticks == 0 {
		return x
	}
	x = min(x, float64(mostPotential-slack)/float64(s.out.ticks+1))
	return 2 * math.Floor(x/2+1e-9) // a slope that is even but for rounding is meant
}

// reach is what a potential must be able to hold: an activation as long as the window.
func (s *stage) reach(slope float64) int64 {
	if s.out.ticks == 0 {
		return 0
	}
	return int64(slope) * int64(s.out.ticks+1)
}

// span is how many times the registers hold too little.
func (n *timedNumbers) span(low, current int64) float64 {
	most := float64(mostPotential - slack)
	over := max(room*float64(current)/most, float64(n.high-low)/(2*most))
	if n.stage.out.ticks == 0 { // no offset: it would be part of the scores
		over = max(over, float64(n.high)/most, float64(-low)/most)
	}
	if over <= 1 {
		return over
	}
	return over * 1.01 // weights are rounded again
}

// place finds threshold and offset: ϑ has the parity that makes all clocks even.
func (n *timedNumbers) place(low int64) {
	if n.stage.out.ticks == 0 {
		n.threshold = mostPotential
		return
	}
	most := int64(mostPotential - slack)
	theta := n.high
	if n.high > most || -low > most {
		theta = most
	}
	half := int64(n.slope)/2 + 1
	if (theta+half)%2 != 0 {
		theta++
	}
	n.threshold = int32(theta)
	if n.high > most || -low > most {
		n.offset = int32((theta - n.high) / 2 * 2)
	}
}

// round puts weights and biases on their grids.
func (s *stage) round(g quant.Grid, scaled []float64, slope, unit float64) *timedNumbers {
	n := &timedNumbers{stage: s, slope: slope, weights: make([]int32, len(scaled)), bias: make([]int32, len(s.bias))}
	square, wrong := 0.0, 0.0
	for k, w := range scaled {
		q := math.Round(w * slope / float64(g.Step))
		if q < -float64(g.Max) || q > float64(g.Max) {
			q = max(-float64(g.Max), min(float64(g.Max), q))
			n.clipped++
		}
		n.weights[k] = int32(q) * g.Step
		square += w * w
		wrong += (w - float64(n.weights[k])/slope) * (w - float64(n.weights[k])/slope)
	}
	n.error = math.Sqrt(wrong / square)
	for i, b := range s.bias {
		n.bias[i] = 2 * int32(math.Round(slope*b/unit/2))
	}
	return n
}

// fire replaces what the source sends of each sample by what the neurons send.
func (n *timedNumbers) fire(levels [][]int32) {
	for i, sums := range n.sums {
		out := make([]int32, len(sums))
		for k, v := range sums {
			out[k] = roundHalfUp(float64(v)/n.slope, n.stage.out.ticks)
		}
		levels[i] = out
	}
}

// roundHalfUp is x rounded to 0..most.
func roundHalfUp(x float64, most int) int32 {
	return int32(max(0, min(float64(most), math.Floor(x+0.5))))
}

func (s *stage) refuse(fact, hint string) error {
	return fault.Fault{Pkg: "chip/lava", Subject: fmt.Sprintf("layer %q", s.synapse), Fact: fact, Hint: hint}
}

package lava

import (
	"fmt"
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

const (
	mostPotential = 1<<17 - 1 // of v, in units of 2^6
	room          = 1.25      // how far potentials may go beyond those of the samples
	slack         = 1 << 10   // for thresholds, and activations longer than a window
)

// timedNumbers are the integers of a stage, in units of 2^6.
type timedNumbers struct {
	stage     *stage
	slope     float64 // G; where potentials are read, what 1 of a score is
	weights   []int32
	bias      []int32 // D
	threshold int32   // ϑ
	offset    int32   // what clocks add to V at the end of the source's window, beyond D
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
	limit := fmt.Sprintf("its greatest weight is %.4g at the least slope of 2, the grid ends at %d", 2*most, g.Max*g.Step)
	for range 4 { // after the first time, with the potentials of the one before
		if slope = s.attainable(slope); s.out.ticks > 0 && slope < 2 {
			return nil, s.refuse(limit, "fewer time bits, a larger margin, or smaller weights in this layer")
		}
		n := s.round(g, scaled, slope, unit)
		t := n.trace(levels)
		n.sums = t.sums
		over := n.place(&t)
		if over <= 1 {
			return n, nil
		}
		limit = fmt.Sprintf("its potentials go from %d to %d at a slope of %v, and 24 bits hold ±%d·2^6 at the least slope of 2", slices.Min(t.low), slices.Max(t.high), slope, mostPotential)
		slope /= over
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

// reach is what room is made for: an activation longer than the window by a tick.
func (s *stage) reach(slope float64) int64 {
	if s.out.ticks == 0 {
		return 0
	}
	return int64(math.Ceil(slope * float64(s.out.ticks+1) / room))
}

// place finds threshold and offset, or says how many times too large the potentials are.
func (n *timedNumbers) place(t *extremes) float64 {
	ticks, over := n.stage.in.ticks, 1.0
	t.high[ticks] = max(t.high[ticks], n.stage.reach(n.slope))
	for !n.offsets(t, over) {
		over *= 1.02 // weights are rounded again: no closer
	}
	return over
}

// offsets sets threshold and offset as if registers held over times as much, and
// says whether there are any.
func (n *timedNumbers) offsets(t *extremes, over float64) bool {
	ticks, most := n.stage.in.ticks, over*(mostPotential-slack)
	shares := float64(2 * ticks) // what is still lacking of D before the last tick
	lowest, highest := math.Inf(-1), math.Inf(1)
	for i := 1; i <= ticks; i++ {
		lowest = max(lowest, (shares-most-room*float64(t.low[i]))*float64(ticks)/float64(i))
		highest = min(highest, (most-room*float64(t.high[i]))*float64(ticks)/float64(i))
	}
	if n.stage.out.ticks == 0 { // an offset would be part of the scores
		lowest, highest = max(lowest, 0), min(highest, 0)
	} else { // the step that follows an offset is a current
		lowest = max(lowest, -n.slope*float64(n.stage.out.ticks-1))
	}
	if lowest > highest || room*float64(t.current)+shares > most {
		return false
	}
	n.offset, n.threshold = 2*int32(math.Round(max(lowest, min(highest, 0))/2)), mostPotential
	if n.stage.out.ticks > 0 {
		n.threshold = n.above(t)
	}
	return true
}

// above is the least threshold that no potential reaches before its window, of
// the parity that makes all clocks even.
func (n *timedNumbers) above(t *extremes) int32 {
	ticks, theta := len(t.high)-1, 0.0
	for i := 1; i <= ticks; i++ {
		theta = max(theta, room*float64(t.high[i])+float64(n.offset)*float64(i)/float64(ticks))
	}
	theta = max(math.Ceil(theta)+2, n.slope*float64(n.stage.out.ticks+1)) // from a reset no second spike
	if (int64(theta)+int64(n.slope)/2+1)%2 != 0 {
		theta++
	}
	return int32(min(theta, math.MaxInt32))
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

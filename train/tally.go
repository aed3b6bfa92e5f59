package train

import (
	"math"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
)

// layerTally adds up what a spiking layer does.
type layerTally struct {
	name      string
	spikes    []float64 // of each neuron
	rows      int       // steps times samples
	samples   int
	saturated float64 // neurons that fired in every step, summed over samples
	active    []int   // steps in which a neuron of a sample fired
	traced    bool
	low, high float32
}

// add counts the spikes [T, B, N] of a run; v are its potentials, without values where none are traced.
func (l *layerTally) add(out, v *signal.Signal) {
	n := out.N()
	if l.spikes == nil {
		l.spikes = make([]float64, n)
	}
	l.active = append(l.active[:0], make([]int, out.B*n)...)
	for r := range out.Rows() {
		l.addRow(out, r, l.active[r%out.B*n:][:n])
	}
	for _, steps := range l.active {
		if steps == out.Steps() {
			l.saturated++
		}
	}
	l.rows, l.samples = l.rows+out.Rows(), l.samples+out.B
	for _, u := range v.F {
		if !l.traced {
			l.low, l.high, l.traced = u, u, true
		}
		l.low, l.high = min(l.low, u), max(l.high, u)
	}
}

func (l *layerTally) addRow(out *signal.Signal, r int, active []int) {
	for i := range active {
		spikes := 0.0
		if !out.Spiking() {
			spikes = float64(out.Row(r)[i])
		} else if out.Fired(r, i) {
			spikes = 1
		}
		if spikes != 0 {
			l.spikes[i] += spikes
			active[i]++
		}
	}
}

func (l *layerTally) health() LayerHealth {
	n := float64(len(l.spikes))
	h := LayerHealth{Name: l.name, Neurons: len(l.spikes), Saturated: l.saturated / (n * float64(l.samples))}
	dead := 0
	for _, spikes := range l.spikes {
		h.Rate += spikes / (n * float64(l.rows))
		if spikes == 0 {
			dead++
		}
	}
	h.Dead = float64(dead) / n
	if low, high := float64(l.low), float64(l.high); isFinite(low) && isFinite(high) {
		h.Low, h.High = low, high
	}
	return h
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// paramTally adds up the gradients by an array.
type paramTally struct {
	ParamHealth
	squares float64
}

func newParamTally(p layers.Param) *paramTally {
	t := &paramTally{ParamHealth: ParamHealth{Name: p.Name, Values: len(p.Value), weight: p.Decay}}
	squares, bad := sumSquares(p.Value)
	t.RMS, t.NonFinite = math.Sqrt(squares/float64(max(len(p.Value)-bad, 1))), bad
	return t
}

func (t *paramTally) addGradient(g []float32) {
	squares, bad := sumSquares(g)
	t.squares, t.BadGradient = t.squares+squares, t.BadGradient+bad
}

func (t *paramTally) health(batches int) ParamHealth {
	if batches > 0 && t.BadGradient == 0 {
		g := math.Sqrt(t.squares / float64(batches*max(t.Values, 1)))
		t.Gradient = &g
	}
	return t.ParamHealth
}

// sumSquares sums the squares of the finite values, and counts the others.
func sumSquares(values []float32) (sum float64, bad int) {
	for _, v := range values {
		if !isFinite(float64(v)) {
			bad++
			continue
		}
		sum += float64(v) * float64(v)
	}
	return sum, bad
}

package convert

import (
	"math"

	"github.com/snntrain/snntrain/internal/signal"
)

// trajectories are currents of some neurons of one channel over all steps, and
// what their activation is in the float network.
type trajectories struct {
	steps   int
	current []float32 // len(target) × steps
	target  []float32
	most    float32 // largest activation of the channel, of all samples
}

// perCell is how many trajectories a channel is calibrated with.
const perCell = 2048

// trace collects trajectories of a stage, a list for each channel.
func (w *walk) trace(s Stage) ([]trajectories, error) {
	channels := s.Shape.Channels()
	places := s.Shape.Size() / channels
	every := max(1, samplesIn(w.samples)*places/perCell)
	list := make([]trajectories, channels)
	for c := range list {
		list[c].steps = w.steps
	}
	first := 0
	err := w.each(true, s, s.Input, func(batch int, out *signal.Signal) {
		target := w.values[s.Name][batch]
		for b := range out.B {
			want := target.Row(b)
			for n, v := range want {
				l := &list[n%channels]
				l.most = max(l.most, v)
				if ((first+b)*places+n/channels)%every != (first+b)%every {
					continue
				}
				l.target = append(l.target, v)
				for t := range w.steps {
					r := b
					if !out.Const {
						r = t*out.B + b
					}
					l.current = append(l.current, out.F[r*len(want)+n])
				}
			}
		}
		first += out.B
	})
	return list, err
}

// point is what a channel's neurons are set to, in units of the threshold
// where that is a size.
type point struct {
	theta float64
	start float64 // v₀/θ
	total float64 // (v₀ + T·bias)/θ: what is added over all steps
}

func (p point) cell(steps int) (theta, initial, bias float32) {
	return float32(p.theta), float32(p.start * p.theta), float32((p.total - p.start) * p.theta / float64(steps))
}

// loss is the sum of squared differences of decoded spikes and activation, or
// a part of it that is above most.
func (l *trajectories) loss(p point, most float64) float64 {
	theta, initial, bias := p.cell(l.steps)
	worth := theta / float32(l.steps)
	sum := 0.0
	for i, want := range l.target {
		d := float64(float32(fires(l.current[i*l.steps:(i+1)*l.steps], theta, initial, bias))*worth - want)
		if sum += d * d; sum > most {
			break
		}
	}
	return sum
}

// fires is the number of spikes of an integrate-and-fire neuron.
func fires(current []float32, theta, v, bias float32) int {
	n := 0
	for _, x := range current {
		v += x + bias
		if v >= theta {
			v -= theta
			n++
		}
	}
	return n
}

// search finds the point with the least loss, one coordinate after the other.
func (l *trajectories) search(high float64) point {
	top := min(float64(l.most), high)
	if top <= 0 {
		return point{theta: 1, start: 0, total: 0}
	}
	best := point{top, 0.5, 0.5}
	least := l.loss(best, math.Inf(1))
	try := func(p point) {
		if p.theta > high {
			return
		}
		if e := l.loss(p, least); e < least {
			best, least = p, e
		}
	}
	for k := 1; k < 16; k++ {
		try(point{top * float64(k) / 12, best.start, best.total})
	}
	for range 3 {
		at := best
		for _, v := range []float64{0, 0.25, 0.5, 0.75} {
			try(point{at.theta, v, at.total})
		}
		at = best
		for k := -6; k <= 6; k++ {
			try(point{at.theta, at.start, at.total + float64(k)*0.1})
		}
		at = best
		for k := -6; k <= 6; k++ {
			try(point{at.theta * (1 + float64(k)*0.05), at.start, at.total})
		}
	}
	return best
}

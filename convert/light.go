package convert

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// lightMethod is the light pipeline of Li et al. 2021 (arXiv 2106.06984):
//
//	θ = argmin ‖θ/T·clip(⌊aT/θ + ½⌋, 0, T) − a‖²  over θ = α·max a
//	b_c ← b_c + mean(a_c) − mean(ŝ_c)             for each channel c
//
// with ŝ = θN/T, the decoded spikes of the layer that sees spikes; v₀ = θ/2.
func lightMethod() Method {
	return Method{
		Name: "light", Doc: "threshold of least squared error, bias by channel from the spikes of the layers before (Li et al. 2021, light)",
		keys: []string{"share"},
		decide: func(w *walk, s Stage) (*Cell, error) {
			cell := w.leastError(s)
			shift, err := w.meanError(s, cell, s.Shape.Channels())
			cell.Bias = shift
			return cell, err
		},
	}
}

// leastError sets thresholds by the squared error of rounding and clipping.
func (w *walk) leastError(s Stage) *Cell {
	lists := w.activations(s)
	theta := model.NewTensor(len(lists))
	w.pool.For(len(lists), 1, func(lo, hi int) {
		for g := lo; g < hi; g++ {
			theta.Data[g] = leastThreshold(thinned(lists[g], 20000), w.steps, s.High)
		}
	})
	return &Cell{Threshold: theta, Initial: times(theta, 0.5)}
}

// thinned keeps about n values of a list, evenly spread.
func thinned(list []float32, n int) []float32 {
	every := max(1, len(list)/n)
	var out []float32
	for i := 0; i < len(list); i += every {
		out = append(out, list[i])
	}
	return out
}

// leastThreshold tries α = 1, 0.99, …, 0.06, as Li et al. do.
func leastThreshold(list []float32, steps int, high float64) float32 {
	top := 0.0
	for _, v := range list {
		top = max(top, float64(v))
	}
	if top == 0 {
		return 1
	}
	best, least := min(top, high), math.Inf(1)
	for k := 100; k >= 6; k-- {
		theta := top * float64(k) / 100
		if theta > high {
			continue
		}
		sum := 0.0
		for _, a := range list {
			d := theta/float64(steps)*min(math.Floor(float64(a)*float64(steps)/theta+0.5), float64(steps)) - float64(a)
			sum += d * d
		}
		if sum < least {
			best, least = theta, sum
		}
	}
	return float32(best)
}

// meanError is the mean of activation minus decoded spikes with a cell, over
// the samples, for n parts of the layer: 1, a channel each, or a neuron each.
func (w *walk) meanError(s Stage, cell *Cell, n int) (*model.Tensor, error) {
	before := w.cells[s.Name]
	w.cells[s.Name] = cell
	defer func() { w.cells[s.Name] = before }()
	sums, count := make([]float64, s.Shape.Size()), 0
	err := w.decode(s, func(batch, b int, got []float32) {
		count++
		for i, a := range w.values[s.Name][batch].Row(b) {
			sums[i] += float64(a) - float64(got[i])
		}
	})
	size, channels := s.Shape.Size(), s.Shape.Channels()
	t := model.NewTensor(n)
	if n == size && n != channels {
		t = model.NewTensor(s.Shape...)
	}
	for i, v := range sums {
		at := i % channels
		if n == size {
			at = i%channels*(size/channels) + i/channels // to (C, H, W) order
		}
		t.Data[at] += float32(v / float64(count*size/n))
	}
	return t, err
}

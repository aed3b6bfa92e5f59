package ttfs

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// wire is what is known of a layer's output before any sample is. The value
// of place i, counted channel-last, is
//
//	gain_i·q_i + rest_i
//
// where q_i is what a run leaves in slot: of a spike at time t, end − t; of a
// potential, what spikes have brought it to by the time end.
type wire struct {
	shape  model.Shape
	slot   int
	spikes bool      // the slot holds spikes in the order of time, else potentials
	analog bool      // values of the input that no neuron has turned into spikes
	gain   []float64 // nil = 1
	rest   []float64 // nil = 0
	end    float64   // no spike behind it comes later
}

// then returns the wire behind y = a·x + b; nil is 1 and 0.
func (w wire) then(a, b []float64) wire {
	if a != nil {
		w.gain = each(w.shape.Size(), func(i int) float64 { return at(w.gain, i, 1) * a[i] })
	}
	if b != nil || (a != nil && w.rest != nil) {
		rest := w.rest
		w.rest = each(w.shape.Size(), func(i int) float64 { return at(a, i, 1)*at(rest, i, 0) + at(b, i, 0) })
	}
	return w
}

// positive says that no value is negative, because none can be.
func (w wire) positive() bool {
	for i := range w.shape.Size() {
		if at(w.gain, i, 1) < 0 || at(w.rest, i, 0) != 0 {
			return false
		}
	}
	return w.spikes
}

// at is a[i], or what stands for a nil a.
func at(a []float64, i int, missing float64) float64 {
	if a == nil {
		return missing
	}
	return a[i]
}

// each makes n values.
func each(n int, f func(i int) float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

// spread gives every place of a shape, channel-last, its value of a tensor of
// one value, one a channel, or one a place.
func spread(t *model.Tensor, shape model.Shape) []float64 {
	out := make([]float64, shape.Size())
	last := signal.ChannelLast(shape)
	per := shape.Size() / len(t.Data) // (1), (C) and (C, H, W) are all runs in (C, H, W) order
	for i, place := range last {
		out[place] = float64(t.Data[i/per])
	}
	return out
}

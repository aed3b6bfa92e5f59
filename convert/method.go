package convert

import (
	"context"
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Method is a way to set the neurons of a rate-coded network, stage by stage.
type Method struct {
	Name, Doc string
	// keys of RateOptions that it reads, of those that not all methods read.
	keys []string
	// decide sets the cells of a stage whose sources are set already.
	decide func(w *walk, s Stage) (*Cell, error)
	// output corrects the synapse that gives the scores; nil = left as it is.
	output func(w *walk, s Stage) error
	// finish changes the network when all stages are set; nil = not at all.
	finish func(ctx context.Context, r *RateResult, cal *Calibration, o *RateOptions) error
	// decay of the output membrane when the options name none.
	decay float64
}

// Methods lists the methods, in the order in which auto prefers them when they do equally well.
func Methods() *registry.Registry[Method] {
	r := registry.New[Method]("conversion method")
	for _, m := range builtin() {
		r.Add(m.Name, m)
	}
	return r
}

// groups is the number of thresholds of a stage.
func (w *walk) groups(s Stage) int {
	if w.options.Share == "channel" {
		return s.Shape.Channels()
	}
	return 1
}

// activations lists the activations above zero of the float network, one list a threshold.
func (w *walk) activations(s Stage) [][]float32 {
	lists := make([][]float32, w.groups(s))
	for _, x := range w.values[s.Name] {
		for i, v := range x.F {
			if v > 0 {
				g := i % s.Shape.Channels() % len(lists)
				lists[g] = append(lists[g], v)
			}
		}
	}
	return lists
}

// percentile is the threshold that a share of the activations above zero stays
// below, 100 = all; at most what the activation is clipped to.
func (w *walk) percentile(s Stage, percent float64) *model.Tensor {
	lists := w.activations(s)
	t := model.NewTensor(len(lists))
	for g, list := range lists {
		t.Data[g] = 1 // no activation: never reached
		if len(list) > 0 {
			slices.Sort(list)
			k := int(math.Ceil(percent/100*float64(len(list)))) - 1
			t.Data[g] = list[min(max(k, 0), len(list)-1)]
		}
		t.Data[g] = float32(min(float64(t.Data[g]), s.High))
	}
	return t
}

// times multiplies an array by a factor.
func times(t *model.Tensor, factor float64) *model.Tensor {
	out := t.Clone()
	for i := range out.Data {
		out.Data[i] *= float32(factor)
	}
	return out
}

// largestCurrent is the largest current of a stage in any step, one a threshold.
func (w *walk) largestCurrent(s Stage) (*model.Tensor, error) {
	t := model.NewTensor(w.groups(s))
	err := w.each(true, s, s.Input, func(_ int, out *signal.Signal) {
		for i, v := range out.F {
			g := i % s.Shape.Channels() % len(t.Data)
			t.Data[g] = max(t.Data[g], v)
		}
	})
	for g, v := range t.Data {
		if v <= 0 {
			t.Data[g] = 1
		}
		t.Data[g] = float32(min(float64(t.Data[g]), s.High))
	}
	return t, err
}

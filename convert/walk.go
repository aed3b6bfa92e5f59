package convert

import (
	"context"
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// walk goes through the stages of a network in order, with the calibration
// samples: the float network beside the spiking one as far as it is decided.
// It holds the outputs of the stages that are still to be read.
type walk struct {
	ctx     context.Context
	float   *model.Network // as it was
	net     *model.Network // whose weights are corrected
	stages  []Stage
	cells   map[string]*Cell
	options *RateOptions
	steps   int
	pool    *par.Pool
	shown   presenter
	samples []*signal.Signal            // constant input, in batches
	values  map[string][]*signal.Signal // stage → activations of the float network
	spikes  map[string][]*signal.Signal // stage → spikes
}

// each calls visit with the output of a layer for every batch, spiking or not.
func (w *walk) each(spiking bool, s Stage, layer string, visit func(batch int, out *signal.Signal)) error {
	net := w.float
	if spiking {
		b, err := w.build()
		if err != nil {
			return err
		}
		net = b.out
	}
	if net.Node(layer) == nil { // the output of the part that is the input itself
		return fmt.Errorf("convert: layer %q does not exist", layer)
	}
	p, err := layers.Compile(net, layers.Options{Pool: w.pool, Part: layer, Given: s.Sources})
	if err != nil {
		return err
	}
	for i := range w.samples {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if _, err := p.Infer(w.input(spiking, s, i)); err != nil {
			return err
		}
		out := p.Output(layer)
		if spiking && out.T != w.steps {
			return fmt.Errorf("convert: layer %q: %d steps, expected %d", layer, out.T, w.steps)
		}
		visit(i, out)
	}
	return nil
}

// input is what a part of the network, spiking or not, runs on for a batch.
func (w *walk) input(spiking bool, s Stage, batch int) layers.Input {
	x, given := w.samples[batch], w.values
	if spiking {
		x, given = w.shown.show(x, uint64(batch), w.steps), w.spikes
	}
	in := layers.Input{X: x, Given: map[string]*signal.Signal{}}
	for _, name := range s.Sources {
		if name != model.InputName {
			in.Given[name] = given[name][batch]
		}
	}
	return in
}

// decode calls visit with the decoded spikes θN/T of a stage for every sample.
func (w *walk) decode(s Stage, visit func(batch, b int, values []float32)) error {
	theta := w.cells[s.Name].Threshold
	return w.each(true, s, s.Name, func(batch int, out *signal.Signal) {
		for b, values := range decoded(out, theta) {
			visit(batch, b, values)
		}
	})
}

// keep stores a stage's output for the stages that read it.
func (w *walk) keep(s Stage, spiking bool) error {
	into := w.values
	if spiking {
		into = w.spikes
	}
	return w.each(spiking, s, s.Name, func(_ int, out *signal.Signal) {
		into[s.Name] = append(into[s.Name], copied(out))
	})
}

// forget drops the outputs that no stage after s reads.
func (w *walk) forget(after int) {
	for _, held := range []map[string][]*signal.Signal{w.values, w.spikes} {
		for name := range held {
			if !slices.ContainsFunc(w.stages[after+1:], func(s Stage) bool { return slices.Contains(s.Sources, name) }) {
				delete(held, name)
			}
		}
	}
}

// copied is a signal with storage of its own.
func copied(s *signal.Signal) *signal.Signal {
	c := &signal.Signal{}
	if s.Spiking() {
		c.ResetSpikes(s.T, s.B, s.Shape, s.Const)
		c.Gain = s.Gain
		copy(c.Words, s.Words)
		return c
	}
	c.ResetAnalog(s.T, s.B, s.Shape, s.Const)
	copy(c.F, s.F)
	return c
}

// build is the spiking network as far as it is decided.
func (w *walk) build() (*builder, error) { return build(w.net, w.stages, w.cells) }

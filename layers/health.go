package layers

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/autograd"
)

// Activity is how a spiking layer fired in the last run.
type Activity struct {
	Layer  string
	Rates  []float64 // spikes a step of every neuron, mean over steps and batch
	Mean   float64
	Silent float64 // share of neurons that did not fire at all
}

// Activities returns the activity of every spiking layer in the last run.
func (p *Program) Activities() []Activity {
	var out []Activity
	for _, name := range p.Spiking() {
		a := Activity{Layer: name, Rates: p.rates(name)}
		for _, r := range a.Rates {
			a.Mean += r / float64(len(a.Rates))
			if r == 0 {
				a.Silent += 1 / float64(len(a.Rates))
			}
		}
		out = append(out, a)
	}
	return out
}

// layerCount is how often the neurons of a spiking layer fired in a run.
type layerCount struct {
	name   string
	spikes []float64
	rows   int // steps times samples
}

// observe counts the spikes of a segment; those of a run of one are still there afterwards.
func (p *Program) observe(of int) {
	if of == 1 {
		p.counts = p.counts[:0]
		return
	}
	if p.machine.Context.Span.Before == 0 {
		names := p.Spiking()
		p.counts = slices.Grow(p.counts[:0], len(names))[:len(names)]
		for i, name := range names {
			c := &p.counts[i]
			*c = layerCount{name: name, spikes: slices.Grow(c.spikes[:0], p.Output(name).N())[:p.Output(name).N()]}
			clear(c.spikes)
		}
	}
	for i := range p.counts {
		out := p.Output(p.counts[i].name)
		autograd.AddCounts(p.counts[i].spikes, out)
		p.counts[i].rows += out.Rows()
	}
}

// rates returns the rates of a layer in the last run, in spikes a step.
func (p *Program) rates(name string) []float64 {
	for _, c := range p.counts {
		if c.name != name {
			continue
		}
		rates := slices.Clone(c.spikes)
		for i := range rates {
			rates[i] /= float64(c.rows)
		}
		return rates
	}
	return autograd.Rates(nil, p.Output(name))
}

// The limits beyond which a layer is reported, before training starts and by the doctor.
const (
	silentShare   = 0.99 // of neurons without a spike in the whole batch
	saturatedRate = 0.9  // mean spikes a step
)

// Complaint says what is wrong with an activity on samples, such as "the first
// batch", and what helps; "" when nothing is.
func (a Activity) Complaint(samples string) string {
	switch {
	case a.Silent >= silentShare:
		return fmt.Sprintf("layer %q is silent: %.0f %% of its neurons fire no spike in %s; raise the weights (init: {kind: fluctuation}), lower the threshold or normalize the input", a.Layer, 100*a.Silent, samples)
	case a.Mean >= saturatedRate:
		return fmt.Sprintf("layer %q is saturated: its neurons fire %.2f spikes a step in %s; lower the weights (init: {kind: fluctuation}) or raise the threshold", a.Layer, a.Mean, samples)
	}
	return ""
}

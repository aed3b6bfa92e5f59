package run

import (
	"context"
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// Counter finds what sources of an image send, as means over the ticks of each sample.
type Counter struct {
	runners chan *Runner
	net     *quant.IntNet
	pool    *par.Pool
	rates   chip.Rates
}

// NewCounter makes an image ready for samples of the shape of one step.
func NewCounter(im *chip.Image, sources []string, shape []int, pool *par.Pool) (*Counter, error) {
	prog, err := emulator.Compile(im.Net)
	if err != nil {
		return nil, err
	}
	c := &Counter{runners: make(chan *Runner, pool.Threads()), net: im.Net, pool: pool, rates: chip.Rates{}}
	for _, name := range sources {
		c.rates[name] = nil
	}
	for range pool.Threads() {
		r, err := NewRunner(im, prog, shape)
		if err != nil {
			return nil, err
		}
		c.runners <- r
	}
	return c, nil
}

// Batch shows the samples of a batch.
func (c *Counter) Batch(ctx context.Context, x *signal.Signal) error {
	found, errs := make([]chip.Rates, x.B), make([]error, x.B)
	c.pool.For(x.B, 1, func(lo, hi int) {
		r := <-c.runners
		defer func() { c.runners <- r }()
		for b := lo; b < hi; b++ {
			if errs[b] = ctx.Err(); errs[b] == nil {
				found[b], errs[b] = c.sample(r, x, b)
			}
		}
	})
	for b := range found {
		if errs[b] != nil {
			return fmt.Errorf("chip/run: %w", errs[b])
		}
		for name := range c.rates {
			c.rates[name] = append(c.rates[name], found[b][name][0])
		}
	}
	return nil
}

// sample is the rates of one sample.
func (c *Counter) sample(r *Runner, x *signal.Signal, b int) (chip.Rates, error) {
	out := chip.Rates{}
	for name := range c.rates {
		out[name] = [][]float32{make([]float32, quant.Len(c.net.SourceShape(name)))}
	}
	r.Each = func(int, *integer.Spikes) {
		for name, rows := range out {
			s := &r.in
			if name != quant.InputName {
				s = r.m.Sent(name)
			}
			for k, i := range s.Index {
				rows[0][i] += float32(s.Value[k])
			}
		}
	}
	_, err := r.Sample(x, b)
	for _, rows := range out {
		for i := range rows[0] {
			rows[0][i] /= float32(r.io.Ticks - r.io.From)
		}
	}
	return out, err
}

// Rates is what was found so far.
func (c *Counter) Rates() chip.Rates { return c.rates }

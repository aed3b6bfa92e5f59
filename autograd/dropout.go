package autograd

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Dropout zeroes values with probability P while training and scales the
// rest by 1/(1−P): one mask a sample, the same in every step (Lee et al. 2020).
type Dropout struct {
	Name string // keys the random stream
	P    float64

	kept  signal.Signal // one bit a value of a sample
	y, dx signal.Signal
	out   Value
	grad  Value
	back  []*Value
}

// Key implements Op.
func (d *Dropout) Key() string { return fmt.Sprintf("dropout %s p=%v", d.Name, d.P) }

// OutShape implements Op.
func (d *Dropout) OutShape(in []model.Shape) (model.Shape, error) { return in[0], nil }

// Forward implements Op. Spikes stay spikes, of value 1/(1−P).
func (d *Dropout) Forward(c *Context, in []*Value) (*Value, error) {
	if !c.Train || d.P == 0 {
		return in[0], nil
	}
	x := in[0].Signal
	if c.Span.starts() {
		d.draw(c, x.B, x.N())
	}
	if x.Spiking() {
		d.y.ResetSpikes(x.T, x.B, x.Shape, x.Const)
		d.y.Gain = x.Gain * d.factor()
	} else {
		d.y.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	}
	c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			if !x.Spiking() {
				d.mask(d.y.Row(r), x.Row(r), r%x.B)
				continue
			}
			to, from, keep := d.y.WordRow(r), x.WordRow(r), d.kept.WordRow(r%x.B)
			for i := range to {
				to[i] = from[i] & keep[i]
			}
		}
	})
	d.out.Signal = &d.y
	return &d.out, nil
}

// factor is what kept values are multiplied by.
func (d *Dropout) factor() float32 { return float32(1 / (1 - d.P)) }

// draw draws the mask of every sample from its key.
func (d *Dropout) draw(c *Context, batch, n int) {
	d.kept.ResetSpikes(1, batch, []int{n}, true)
	layer := rng.Name(d.Name)
	c.Pool.For(batch, 1, func(lo, hi int) {
		var stream rng.Stream
		for b := lo; b < hi; b++ {
			stream.Start(rng.Key(c.Keys[b], layer), rng.Dropout)
			for i := range n {
				if stream.Float64() >= d.P {
					d.kept.Fire(b, i)
				}
			}
		}
	})
}

// mask writes the kept values of x, scaled, and zero for the others.
func (d *Dropout) mask(y, x []float32, b int) {
	f := d.factor()
	for i, w := range d.kept.WordRow(b) {
		for k := i * 64; k < min(i*64+64, len(x)); k++ {
			y[k] = x[k] * f * float32(w&1)
			w >>= 1
		}
	}
}

// Backward implements Op.
func (d *Dropout) Backward(c *Context, _ []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	if !c.Train || d.P == 0 {
		d.back = append(d.back[:0], grad)
		return d.back, nil
	}
	g := grad.Signal
	d.dx.ResetAnalog(g.T, g.B, g.Shape, g.Const)
	c.Pool.For(g.Rows(), rowGrain(g.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			d.mask(d.dx.Row(r), g.Row(r), r%g.B)
		}
	})
	d.grad.Signal = &d.dx
	d.back = append(d.back[:0], &d.grad)
	return d.back, nil
}

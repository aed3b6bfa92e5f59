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

	mask  []float32 // B·N: 0 or 1/(1−P)
	y, dx signal.Signal
	out   Value
	grad  Value
}

// Key implements Op.
func (d *Dropout) Key() string { return fmt.Sprintf("dropout %s p=%v", d.Name, d.P) }

// OutShape implements Op.
func (d *Dropout) OutShape(in []model.Shape) (model.Shape, error) { return in[0], nil }

// Forward implements Op.
func (d *Dropout) Forward(c *Context, in []*Value) (*Value, error) {
	if !c.Train || d.P == 0 {
		return in[0], nil
	}
	x := in[0].Signal
	d.draw(c, x.B, x.N())
	d.y.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	d.apply(c, &d.y, x)
	d.out.Signal = &d.y
	return &d.out, nil
}

func (d *Dropout) draw(c *Context, batch, n int) {
	d.mask = grow(d.mask, batch*n)
	keep, layer := float32(1/(1-d.P)), rng.Name(d.Name)
	c.Pool.For(batch, 1, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			stream := rng.New(rng.Key(c.Keys[b], layer), rng.Dropout)
			for i := range n {
				d.mask[b*n+i] = keep
				if stream.Float64() < d.P {
					d.mask[b*n+i] = 0
				}
			}
		}
	})
}

// apply writes x times the mask.
func (d *Dropout) apply(c *Context, y, x *signal.Signal) {
	n := x.N()
	c.Pool.For(x.Rows(), rowGrain(n), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			mask, row := d.mask[r%x.B*n:][:n], y.Row(r)
			if x.Spiking() {
				for i := range row {
					row[i] = 0
					if x.Fired(r, i) {
						row[i] = mask[i]
					}
				}
				continue
			}
			for i, v := range x.Row(r) {
				row[i] = v * mask[i]
			}
		}
	})
}

// Backward implements Op.
func (d *Dropout) Backward(c *Context, _ []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	if !c.Train || d.P == 0 {
		return []*Value{grad}, nil
	}
	g := grad.Signal
	d.dx.ResetAnalog(g.T, g.B, g.Shape, g.Const)
	d.apply(c, &d.dx, g)
	d.grad.Signal = &d.dx
	return []*Value{&d.grad}, nil
}

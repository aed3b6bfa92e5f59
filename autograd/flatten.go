package autograd

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Flatten turns channel-last (C, H, W) rows into rows in (C, H, W) order, so
// that the weights behind it are PyTorch's. Spikes stay spikes.
type Flatten struct {
	y, dx signal.Signal
	shape []int
	out   Value
	grad  Value
	back  []*Value
	to    []int32 // channel-last index → (C, H, W) index
}

// Key implements Op.
func (f *Flatten) Key() string { return "flatten" }

// OutShape implements Op.
func (f *Flatten) OutShape(in []model.Shape) (model.Shape, error) {
	return model.Shape{in[0].Size()}, nil
}

// Forward implements Op.
func (f *Flatten) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	f.index(x.Shape)
	if len(f.shape) == 0 || f.shape[0] != x.N() {
		f.shape = []int{x.N()}
	}
	shape := f.shape
	if !x.Spiking() {
		f.y.ResetAnalog(x.T, x.B, shape, x.Const)
		c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
			for r := lo; r < hi; r++ {
				to, from := f.y.Row(r), x.Row(r)
				for i, v := range from {
					to[f.to[i]] = v
				}
			}
		})
	} else {
		f.y.ResetSpikes(x.T, x.B, shape, x.Const)
		f.y.Gain = x.Gain
		events := x.ByRow()
		c.Pool.For(x.Rows(), rowGrain(x.N()), func(lo, hi int) {
			for r := lo; r < hi; r++ {
				for _, i := range events.Group(r) {
					f.y.Fire(r, int(f.to[i]))
				}
			}
		})
	}
	f.out.Signal = &f.y
	return &f.out, nil
}

func (f *Flatten) index(shape []int) {
	if len(f.to) == signal.Size(shape) {
		return
	}
	f.to = make([]int32, signal.Size(shape))
	if len(shape) != 3 {
		for i := range f.to {
			f.to[i] = int32(i)
		}
		return
	}
	signal.ChannelOrder(shape, func(chw, hwc int) { f.to[hwc] = int32(chw) })
}

// Backward implements Op.
func (f *Flatten) Backward(c *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	g := grad.Signal
	f.dx.ResetAnalog(g.T, g.B, in[0].Signal.Shape, g.Const)
	c.Pool.For(g.Rows(), rowGrain(g.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			to, from := f.dx.Row(r), g.Row(r)
			for i := range to {
				to[i] = from[f.to[i]]
			}
		}
	})
	f.grad.Signal = &f.dx
	f.back = append(f.back[:0], &f.grad)
	return f.back, nil
}

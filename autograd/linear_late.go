package autograd

import "github.com/snntrain/snntrain/internal/kernels"

// late prepares the rows of the product for Value.Fill. It reports false, and
// leaves them to product, where they are not sums over lists of spikes.
func (l *Linear) late(c *Context, in []*Value) bool {
	x := in[0].Signal
	if !l.Late || !x.Spiking() || x.Const || x.Gain != 1 || kernels.ColumnsPay(l.y.N(), 1-x.Zeros()) {
		return false
	}
	if l.out.Fill == nil {
		l.out.Fill = l.fill
	}
	l.events = x.ByRowOn(c.Pool)
	l.w, l.bias = in[1].Param, nil
	if len(in) > 2 {
		l.bias = in[2].Param
	}
	return true
}

// fill computes steps t0 to t1 of samples b0 to b1. Whole rows are summed: a few
// steps of them stay in the second-level cache beside W.
func (l *Linear) fill(t0, t1, b0, b1 int) {
	for t := t0; t < t1; t++ {
		for r := t*l.y.B + b0; r < t*l.y.B+b1; r++ {
			row := l.y.Row(r)
			if l.bias == nil {
				clear(row)
			} else {
				copy(row, l.bias)
			}
			kernels.AddRows(row, l.w, len(row), l.events.Group(r))
		}
	}
}

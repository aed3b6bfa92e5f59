package autograd

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// VanRossum is the distance of output spike trains from target trains, both
// filtered with e^(−t/τ) (van Rossum 2001): ½/τ·Σ f², f[t] = a·f[t−1] + s − s*,
// a = e^(−1/τ), summed over neurons and averaged over the batch. The label's
// neuron should fire regularly at rate Correct, the others at rate Incorrect.
type VanRossum struct {
	Memory
	Tau                float64 // steps
	Correct, Incorrect float64 // spikes a step

	f    signal.Signal
	sum  float64 // of f² over the steps done
	out  Value
	grad Value
	back []*Value
}

// Key implements Op.
func (l *VanRossum) Key() string {
	return fmt.Sprintf("van-rossum tau=%v %v %v", l.Tau, l.Correct, l.Incorrect)
}

// OutShape implements Op: the loss is a number.
func (l *VanRossum) OutShape([]model.Shape) (model.Shape, error) { return nil, nil }

func (l *VanRossum) gathers() {}

// Forward implements Op. The filter f is the state.
func (l *VanRossum) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	if err := checkLabels(c, x); err != nil {
		return nil, err
	}
	if x.Const {
		return nil, fmt.Errorf("van-rossum needs an output that varies in time")
	}
	l.f.ResetAnalog(x.T, x.B, x.Shape, false)
	if c.Span.starts() {
		l.sum = 0
	}
	total := l.sum
	for t := range x.T {
		for b := range x.B {
			l.filter(l.f.Row(t*x.B+b), x, t, b, l.before(t, b), c)
			for _, v := range l.f.Row(t*x.B + b) {
				total += float64(v) * float64(v)
			}
		}
	}
	if !c.Span.Again {
		l.sum = total
		l.out.Scalar = total / (2 * l.Tau * float64(x.B))
	}
	if end := l.atEnd(1, x.B*x.N()); end != nil {
		copy(end[0], l.f.F[len(l.f.F)-len(end[0]):])
	}
	return &l.out, nil
}

// before is the filter of sample b before step t, nil at rest.
func (l *VanRossum) before(t, b int) []float32 {
	if t > 0 {
		return l.f.Row((t-1)*l.f.B + b)
	}
	if start := l.from(); start != nil {
		n := l.f.N()
		return start[0][b*n : (b+1)*n]
	}
	return nil
}

// filter computes a row of f from the one before.
func (l *VanRossum) filter(row []float32, x *signal.Signal, t, b int, before []float32, c *Context) {
	clear(row)
	x.AddTo(row, t*x.B+b)
	a := float32(math.Exp(-1 / l.Tau))
	for i := range row {
		row[i] -= l.target(c.Span.at()+t, i == c.Labels[b])
		if before != nil {
			row[i] += float32(a * before[i])
		}
	}
}

// target is 1 in the steps in which a regular train of the wanted rate fires.
func (l *VanRossum) target(t int, correct bool) float32 {
	rate := l.Incorrect
	if correct {
		rate = l.Correct
	}
	return float32(math.Floor(float64(t+1)*rate) - math.Floor(float64(t)*rate))
}

// Backward implements Op: the filter run backwards in time.
func (l *VanRossum) Backward(_ *Context, _ []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	scale, a := float32(grad.Scalar/(l.Tau*float64(l.f.B))), float32(math.Exp(-1/l.Tau))
	step := l.f.B * l.f.N()
	for i := range l.f.F {
		l.f.F[i] *= scale
	}
	adjoint := l.adjoints(1, step)
	for i := len(l.f.F) - 1; i >= 0; i-- {
		switch {
		case i+step < len(l.f.F):
			l.f.F[i] += float32(a * l.f.F[i+step])
		case adjoint != nil:
			l.f.F[i] += adjoint[0][i+step-len(l.f.F)]
		}
	}
	if adjoint != nil {
		for i := range adjoint[0] {
			adjoint[0][i] = a * l.f.F[i]
		}
	}
	l.grad.Signal = &l.f
	l.back = append(l.back[:0], &l.grad)
	return l.back, nil
}

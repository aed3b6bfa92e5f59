package autograd

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// CrossEntropy is −log softmax(score)[label], averaged over the batch. Scores
// with several steps count once a step, and the steps are summed.
// Smoothing ε mixes the label with the uniform distribution (Szegedy et al. 2016).
type CrossEntropy struct {
	Smoothing float64

	sum  float64 // over the rows done
	rows []float64

	scores, dense []float32 // all rows; those of spikes
	dx            signal.Signal
	out           Value
	grad          Value
	back          []*Value
}

// Key implements Op.
func (l *CrossEntropy) Key() string { return fmt.Sprintf("cross-entropy smoothing=%v", l.Smoothing) }

// OutShape implements Op: the loss is a number.
func (l *CrossEntropy) OutShape([]model.Shape) (model.Shape, error) { return nil, nil }

func (l *CrossEntropy) gathers() {}

// Forward implements Op.
func (l *CrossEntropy) Forward(c *Context, in []*Value) (*Value, error) {
	x := in[0].Signal
	if err := checkLabels(c, x); err != nil {
		return nil, err
	}
	l.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	l.scores = x.F
	if x.Spiking() {
		l.dense = x.Dense(l.dense)
		l.scores = l.dense
	}
	l.rows = zeros(l.rows, x.Rows())
	repeat := float64(x.T / x.Steps())
	c.Pool.For(x.Rows(), rowGrain(8*x.N()), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			d := l.dx.Row(r)
			l.rows[r] = repeat * l.judge(d, l.scores[r*len(d):(r+1)*len(d)], c.Labels[r%x.B])
			for i := range d {
				d[i] *= float32(repeat / float64(x.B))
			}
		}
	})
	if c.Span.Again {
		return &l.out, nil
	}
	if c.Span.starts() {
		l.sum = 0
	}
	for _, v := range l.rows {
		l.sum += v
	}
	l.out.Scalar = l.sum / float64(x.B)
	return &l.out, nil
}

// judge returns the loss of one row and writes softmax − target to d.
func (l *CrossEntropy) judge(d, score []float32, label int) float64 {
	high := score[0]
	for _, v := range score {
		high = max(high, v)
	}
	sum := 0.0
	for i, v := range score {
		e := math.Exp(float64(v - high))
		d[i] = float32(e)
		sum += e
	}
	logSum := math.Log(sum) + float64(high)
	uniform := l.Smoothing / float64(len(score))
	loss := 0.0
	for i, v := range score {
		target := uniform
		if i == label {
			target += 1 - l.Smoothing
		}
		d[i] = float32(float64(d[i])/sum - target)
		loss += target * (logSum - float64(v))
	}
	return loss
}

// checkLabels checks that there is a label for each sample, within the classes.
func checkLabels(c *Context, x *signal.Signal) error {
	if len(c.Labels) != x.B {
		return fmt.Errorf("%d labels for %d samples", len(c.Labels), x.B)
	}
	for i, k := range c.Labels {
		if k < 0 || k >= x.N() {
			return fmt.Errorf("label %d of sample %d is outside the network's %d outputs", k, i, x.N())
		}
	}
	return nil
}

// Backward implements Op.
func (l *CrossEntropy) Backward(_ *Context, _ []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	if grad.Scalar != 1 {
		for i := range l.dx.F {
			l.dx.F[i] *= float32(grad.Scalar)
		}
	}
	l.grad.Signal = &l.dx
	l.back = append(l.back[:0], &l.grad)
	return l.back, nil
}

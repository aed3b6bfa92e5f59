package autograd

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Distillation is the divergence of the scores from a teacher's, averaged over
// the batch (Hinton et al. 2015, arXiv 1503.02531):
//
//	L = τ²/B · Σ_b Σ_k p_k·ln(p_k/q_k),  p = softmax(teacher/τ), q = softmax(score/τ)
//
// with dL/dscore = τ(q − p)/B. Inputs: scores and the teacher's, one row a sample.
type Distillation struct {
	Temperature float64 // τ > 0

	p, q []float64
	dx   signal.Signal
	out  Value
	grad Value
	back []*Value
}

// Key implements Op.
func (l *Distillation) Key() string { return fmt.Sprintf("distillation %v", l.Temperature) }

// OutShape implements Op: the loss is a number.
func (l *Distillation) OutShape(in []model.Shape) (model.Shape, error) {
	if !(l.Temperature > 0) {
		return nil, fmt.Errorf("temperature is %v, expected more than 0", l.Temperature)
	}
	if len(in) != 2 || !in[0].Equal(in[1]) {
		return nil, fmt.Errorf("the teacher's scores are %v, the network's %v", in[1:], in[0])
	}
	return nil, nil
}

// Forward implements Op.
func (l *Distillation) Forward(_ *Context, in []*Value) (*Value, error) {
	x, teacher := in[0].Signal, in[1].Signal
	if x.Spiking() || x.T != 1 || teacher == nil || teacher.T != 1 || teacher.B != x.B {
		return nil, fmt.Errorf("distillation needs one score a class, of network and teacher; use a readout over time")
	}
	l.dx.ResetAnalog(x.T, x.B, x.Shape, x.Const)
	l.out.Scalar = 0
	scale := l.Temperature / float64(x.B)
	for b := range x.B {
		l.p, l.q = l.softmax(l.p, teacher.Row(b)), l.softmax(l.q, x.Row(b))
		d := l.dx.Row(b)
		for k, p := range l.p {
			if p > 0 {
				l.out.Scalar += l.Temperature * scale * p * (math.Log(p) - math.Log(l.q[k]))
			}
			d[k] = float32(scale * (l.q[k] - p))
		}
	}
	return &l.out, nil
}

// softmax writes softmax(x/τ); no entry is below the smallest number above 0.
func (l *Distillation) softmax(dst []float64, x []float32) []float64 {
	dst = dst[:0]
	high, sum := x[0], 0.0
	for _, v := range x {
		high = max(high, v)
	}
	for _, v := range x {
		e := math.Exp((float64(v) - float64(high)) / l.Temperature)
		dst = append(dst, e)
		sum += e
	}
	for i := range dst {
		dst[i] = max(dst[i]/sum, math.SmallestNonzeroFloat64)
	}
	return dst
}

// Backward implements Op.
func (l *Distillation) Backward(_ *Context, _ []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	for i := range l.dx.F {
		l.dx.F[i] *= float32(grad.Scalar)
	}
	l.grad.Signal = &l.dx
	l.back = append(l.back[:0], &l.grad, nil)
	return l.back, nil
}

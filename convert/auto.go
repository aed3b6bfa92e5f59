package convert

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// Trial is one method and number of steps that auto tried, judged on the samples kept aside.
type Trial struct {
	Method     string  `json:"method"`
	Steps      int     `json:"steps"`
	Drop       float64 `json:"drop"`       // points of accuracy lost
	Divergence float64 `json:"divergence"` // mean Σ p·ln(p/q) of the float network's and this one's class probabilities
}

// tried are the methods that auto chooses from at T steps, cheapest first.
func (r *RateResult) tried(o *RateOptions, samples int) []string {
	list := []string{"initial-potential", "light", "advanced"}
	if r.passes(o, samples) > 0 {
		list = append(list, "tuned")
	}
	for _, s := range r.Stages {
		if s.Kind == StageReLU && s.QCFS == nil {
			return list
		}
	}
	return append([]string{"qcfs"}, list...)
}

// search tries numbers of steps, doubled from 4, and at each all methods.
// Samples beside those of calibration judge, or a fifth of these. Of the methods that lose no
// more than allowed at the fewest steps it takes the one whose class
// probabilities are closest to the float network's (accuracy on so few
// samples tells methods apart less well), fitted with all calibration samples.
func (r *RateResult) search(ctx context.Context, cal *Calibration, o RateOptions) (*RateResult, error) {
	fit, aside := cal, cal.Aside
	if aside == nil {
		fit, aside = cal.parted(5)
	}
	j, err := newJury(r.Canonical, aside)
	if err != nil {
		return nil, err
	}
	for o.Steps = min(4, o.MaxSteps); ; o.Steps = min(2*o.Steps, o.MaxSteps) {
		var good []Trial
		for _, method := range r.tried(&o, fit.tuning().Len()) {
			o.Method = method
			if err := r.convert(ctx, fit, o); err != nil {
				return nil, err
			}
			t, err := j.judge(r, o.Method, o.Steps)
			if err != nil {
				return nil, err
			}
			r.Tried = append(r.Tried, t)
			if t.Drop <= o.MaxDrop {
				good = append(good, t)
			}
		}
		closest := func(a, b Trial) int { return cmp.Compare(a.Divergence, b.Divergence) }
		if len(good) > 0 {
			best := slices.MinFunc(good, closest)
			o.Method = best.Method
			r.Why = fmt.Sprintf("the fewest steps, then the class probabilities closest to the float network's (divergence %.2g), that lose at most %g points: %.2f lost on %d training samples kept aside", best.Divergence, o.MaxDrop, best.Drop, aside.Len())
			return r, r.convert(ctx, cal, o)
		}
		if o.Steps >= o.MaxSteps {
			break
		}
	}
	best := slices.MinFunc(r.Tried, func(a, b Trial) int {
		return cmp.Or(cmp.Compare(a.Drop, b.Drop), cmp.Compare(a.Divergence, b.Divergence))
	})
	o.Method, o.Steps = best.Method, best.Steps
	r.Why = fmt.Sprintf("none lost at most %g points within %d steps; this lost least: %.2f on %d training samples kept aside", o.MaxDrop, o.MaxSteps, best.Drop, aside.Len())
	return r, r.convert(ctx, cal, o)
}

// parted keeps one sample of n aside; of few samples all are used for both.
func (c *Calibration) parted(n int) (fit, judge *Calibration) {
	if c.Len() < 2*n {
		return c, c
	}
	fit, judge = &Calibration{Pool: c.Pool}, &Calibration{Pool: c.Pool}
	at := 0
	for i, x := range c.Samples {
		var rows [2][]int
		for b := range x.B {
			part := 0
			if at%n == n-1 {
				part = 1
			}
			rows[part] = append(rows[part], b)
			at++
		}
		fit.take(x, c.Labels[i], rows[0])
		judge.take(x, c.Labels[i], rows[1])
	}
	return fit, judge
}

// take adds some samples of a batch.
func (c *Calibration) take(x *signal.Signal, labels []int, rows []int) {
	if len(rows) == 0 {
		return
	}
	part := signal.NewAnalog(1, len(rows), x.Shape, true)
	var own []int
	for i, b := range rows {
		copy(part.Row(i), x.Row(b))
		own = append(own, labels[b])
	}
	c.Samples, c.Labels = append(c.Samples, part), append(c.Labels, own)
}

// jury judges networks by samples and the float network's scores of them.
type jury struct {
	*Calibration
	scores [][]float32 // of each batch
	right  float64     // share that the float network classifies right
}

func newJury(float *model.Network, c *Calibration) (*jury, error) {
	j := &jury{Calibration: c}
	scores, err := j.infer(float, presenter{}.show, 1)
	if err != nil {
		return nil, err
	}
	j.scores = scores
	j.right, _ = j.compare(scores)
	return j, nil
}

// judge runs a network of T steps.
func (j *jury) judge(r *RateResult, method string, steps int) (Trial, error) {
	scores, err := j.infer(r.Network, r.shown.show, steps)
	if err != nil {
		return Trial{}, err
	}
	right, divergence := j.compare(scores)
	return Trial{method, steps, 100 * (j.right - right), divergence}, nil
}

// infer returns the scores of every batch.
func (j *jury) infer(n *model.Network, show func(*signal.Signal, uint64, int) *signal.Signal, steps int) ([][]float32, error) {
	p, err := layers.Compile(n, layers.Options{Pool: j.Pool, Readout: "mean"})
	if err != nil {
		return nil, err
	}
	var out [][]float32
	for i, x := range j.Samples {
		y, err := p.Infer(layers.Input{X: show(x, uint64(i), steps)})
		if err != nil {
			return nil, err
		}
		out = append(out, slices.Clone(y.F))
	}
	return out, nil
}

// compare returns the share of samples classified right, and the mean divergence
// from the float network.
func (j *jury) compare(scores [][]float32) (right, divergence float64) {
	for i, labels := range j.Labels {
		classes := len(scores[i]) / max(1, len(labels))
		for b, label := range labels {
			row := scores[i][b*classes : (b+1)*classes]
			if slices.Index(row, slices.Max(row)) == label {
				right++
			}
			p, q := logSoftmax(j.scores[i][b*classes:(b+1)*classes]), logSoftmax(row)
			for k := range p {
				divergence += math.Exp(p[k]) * (p[k] - q[k])
			}
		}
	}
	n := float64(max(1, j.Len()))
	return right / n, divergence / n
}

func logSoftmax(x []float32) []float64 {
	high, sum := float64(slices.Max(x)), 0.0
	for _, v := range x {
		sum += math.Exp(float64(v) - high)
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v) - high - math.Log(sum)
	}
	return out
}

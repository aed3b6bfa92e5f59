package convert

import (
	"context"
	"fmt"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// Trial is one method and number of steps that auto tried.
type Trial struct {
	Method string  `json:"method"`
	Steps  int     `json:"steps"`
	Drop   float64 `json:"drop"` // points of accuracy lost on the samples kept aside
}

// tried are the methods that auto chooses from, cheapest first.
func (r *RateResult) tried() []string {
	list := []string{"initial-potential", "light", "advanced"}
	for _, s := range r.Stages {
		if s.Kind == StageReLU && s.QCFS == nil {
			return list
		}
	}
	return append([]string{"qcfs"}, list...)
}

// search tries numbers of steps, doubled from 4, and methods. A fifth of the
// calibration samples is kept aside to judge; the first that loses no more than
// allowed is taken, and fitted again with all samples.
func (r *RateResult) search(ctx context.Context, cal *Calibration, o RateOptions) (*RateResult, error) {
	fit, judge := cal.parted(5)
	ann, err := accuracy(r.Canonical, judge, 1)
	if err != nil {
		return nil, err
	}
	best := Trial{Drop: 101}
	for steps := min(4, o.MaxSteps); ; steps = min(2*steps, o.MaxSteps) {
		for _, m := range r.tried() {
			o.Method, o.Steps = m, steps
			if err := r.convert(ctx, fit, o); err != nil {
				return nil, err
			}
			snn, err := accuracy(r.Network, judge, steps)
			if err != nil {
				return nil, err
			}
			t := Trial{m, steps, 100 * (ann - snn)}
			r.Tried = append(r.Tried, t)
			if t.Drop < best.Drop {
				best = t
			}
			if t.Drop <= o.MaxDrop {
				r.Why = fmt.Sprintf("the fewest steps, then the cheapest method, that lose at most %g points: %.2f lost on %d calibration samples kept aside", o.MaxDrop, t.Drop, judge.Len())
				return r, r.convert(ctx, cal, o)
			}
		}
		if steps >= o.MaxSteps {
			break
		}
	}
	o.Method, o.Steps = best.Method, best.Steps
	r.Why = fmt.Sprintf("none lost at most %g points within %d steps; this lost least: %.2f on %d calibration samples kept aside", o.MaxDrop, o.MaxSteps, best.Drop, judge.Len())
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

// accuracy is the share of samples that a network of T steps classifies right.
func accuracy(n *model.Network, c *Calibration, steps int) (float64, error) {
	p, err := layers.Compile(n, layers.Options{Pool: c.Pool, Readout: "mean"})
	if err != nil {
		return 0, err
	}
	right := 0
	for i, x := range c.Samples {
		shown := *x
		shown.T = steps
		y, err := p.Infer(layers.Input{X: &shown})
		if err != nil {
			return 0, err
		}
		for b, label := range c.Labels[i] {
			row, at := y.Row(b), 0
			for k, v := range row {
				if v > row[at] {
					at = k
				}
			}
			if at == label {
				right++
			}
		}
	}
	return float64(right) / float64(max(1, c.Len())), nil
}

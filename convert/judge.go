package convert

import (
	"context"
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// Verdict is how a converted network does on samples beside the float network.
type Verdict struct {
	Samples    int     `json:"samples"`
	Drop       float64 `json:"drop"`       // points of accuracy lost
	Agreement  float64 `json:"agreement"`  // share of samples with the same class
	Divergence float64 `json:"divergence"` // mean Σ p·ln(p/q) of the float network's and this one's class probabilities
}

// Judge compares the converted network with the float one on samples, by preference
// other ones than those it was fitted to.
func (r *RateResult) Judge(ctx context.Context, c *Calibration) (Verdict, error) {
	j, err := newJury(ctx, r.Canonical, c)
	if err != nil {
		return Verdict{}, err
	}
	return j.judge(ctx, r)
}

// jury judges networks by samples and the float network's scores of them.
type jury struct {
	*Calibration
	scores [][]float32 // of each batch
}

func newJury(ctx context.Context, float *model.Network, c *Calibration) (*jury, error) {
	j := &jury{Calibration: c}
	var err error
	j.scores, err = j.infer(ctx, float, presenter{}, 1)
	return j, err
}

func (j *jury) judge(ctx context.Context, r *RateResult) (Verdict, error) {
	scores, err := j.infer(ctx, r.Network, r.shown, r.Steps)
	if err != nil {
		return Verdict{}, err
	}
	v := j.compare(scores)
	if math.IsNaN(v.Divergence) {
		return Verdict{}, fault.Fault{Pkg: "convert", Subject: "scores", Fact: "of the converted network or the float one are not finite on some samples"}
	}
	return v, nil
}

// infer returns the scores of every batch.
func (j *jury) infer(ctx context.Context, n *model.Network, shown presenter, steps int) ([][]float32, error) {
	p, err := layers.Compile(n, layers.Options{Pool: j.Pool, Readout: "mean"})
	if err != nil {
		return nil, err
	}
	var out [][]float32
	for i, x := range j.Samples {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		y, err := p.Infer(layers.Input{X: shown.show(x, uint64(i), steps)})
		if err != nil {
			return nil, err
		}
		out = append(out, slices.Clone(y.F))
	}
	return out, nil
}

// compare compares scores with those of the float network.
func (j *jury) compare(scores [][]float32) Verdict {
	lost, same, divergence := 0, 0, 0.0
	for i, labels := range j.Labels {
		classes := len(scores[i]) / max(1, len(labels))
		for b, label := range labels {
			float, row := j.scores[i][b*classes:(b+1)*classes], scores[i][b*classes:(b+1)*classes]
			was, is := signal.ArgMax(float), signal.ArgMax(row)
			if was == label {
				lost++
			}
			if is == label {
				lost--
			}
			if is == was {
				same++
			}
			p, q := logSoftmax(float), logSoftmax(row)
			for k := range p {
				divergence += math.Exp(p[k]) * (p[k] - q[k])
			}
		}
	}
	n := float64(max(1, j.Len()))
	return Verdict{j.Len(), 100 * float64(lost) / n, float64(same) / n, divergence / n}
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

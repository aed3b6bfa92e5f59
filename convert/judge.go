package convert

import "github.com/snntrain/snntrain/internal/signal"

// Verdict is how a converted network does on samples beside the float network.
type Verdict struct {
	Samples    int     `json:"samples"`
	Drop       float64 `json:"drop"`       // points of accuracy lost
	Agreement  float64 `json:"agreement"`  // share of samples with the same class
	Divergence float64 `json:"divergence"` // mean Σ p·ln(p/q) of the float network's and this one's class probabilities
}

// Judge compares the converted network with the float one on samples, by preference
// other ones than those it was fitted to.
func (r *RateResult) Judge(c *Calibration) (Verdict, error) {
	j, err := newJury(r.Canonical, c)
	if err != nil {
		return Verdict{}, err
	}
	scores, err := j.infer(r.Network, r.shown.show, r.Steps)
	if err != nil {
		return Verdict{}, err
	}
	right, divergence := j.compare(scores)
	return Verdict{c.Len(), 100 * (j.right - right), j.agreement(scores), divergence}, nil
}

// agreement is the share of samples with the float network's class.
func (j *jury) agreement(scores [][]float32) float64 {
	same := 0
	for i, labels := range j.Labels {
		classes := len(scores[i]) / max(1, len(labels))
		for b := range labels {
			if signal.ArgMax(scores[i][b*classes:(b+1)*classes]) == signal.ArgMax(j.scores[i][b*classes:(b+1)*classes]) {
				same++
			}
		}
	}
	return float64(same) / float64(max(1, j.Len()))
}

package convert

import (
	"math"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// TestDropIsOfCounts: 10 of 2000 samples are half a point, not a little more.
func TestDropIsOfCounts(t *testing.T) {
	const n, right = 2000, 1901
	j := &jury{Calibration: &Calibration{Samples: []*signal.Signal{signal.NewAnalog(1, n, model.Shape{1}, true)}, Labels: [][]int{make([]int, n)}}}
	scores := func(right int) [][]float32 {
		rows := make([]float32, 2*n)
		for b := range n {
			if b >= right {
				rows[2*b+1] = 1
			}
		}
		return [][]float32{rows}
	}
	j.scores = scores(right)
	if v := j.compare(scores(right - 10)); v.Drop != 0.5 || v.Agreement != 0.995 || v.Samples != n || !(v.Divergence > 0) {
		t.Errorf("%+v", v)
	}
}

// TestScoresThatAreNoNumbers are a fault, not a network that is best by its divergence.
func TestScoresThatAreNoNumbers(t *testing.T) {
	linear := model.NewLinear(1, 2, true)
	linear.Weight.Data[0] = float32(math.NaN())
	n := &model.Network{Input: model.Shape{1}, Nodes: []model.Node{{Name: "l", Op: linear, Inputs: []string{model.InputName}}}}
	x := signal.NewAnalog(1, 1, model.Shape{1}, true)
	x.F[0] = 1
	j := &jury{Calibration: &Calibration{Samples: []*signal.Signal{x}, Labels: [][]int{{0}}}, scores: [][]float32{{0, 1}}}
	if _, err := j.judge(t.Context(), &RateResult{Network: n, Steps: 1}); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Error(err)
	}
}

// TestParted: what is drawn at random for a part of the samples follows the seed.
func TestParted(t *testing.T) {
	c := &Calibration{Seed: 7, Samples: []*signal.Signal{signal.NewAnalog(1, 20, model.Shape{1}, true)}, Labels: [][]int{make([]int, 20)}}
	fit, aside := c.parted(5)
	if fit.Seed != 7 || fit.Len() != 16 || aside.Len() != 4 {
		t.Errorf("seed %d, %d samples and %d aside", fit.Seed, fit.Len(), aside.Len())
	}
}

package convert_test

import (
	"testing"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/model"
)

// TestAutoTakesWhatItJudged: with samples of their own to judge by, the network
// is the one that was tried, not trained again, whether it lost little or not.
func TestAutoTakesWhatItJudged(t *testing.T) {
	in := model.Shape{2, 6, 6}
	for _, drop := range []float64{-1, 100} {
		cal := samples(in, 96, uniform)
		cal.Aside = samples(in, 64, uniform)
		trained, tried := 0, 0
		cal.Progress = func(p convert.Progress) {
			if p.Sample == p.Samples {
				trained++
			}
		}
		r := rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.MaxDrop, o.MaxSteps, o.Epochs = "auto", drop, 4, new(20) })
		v, err := r.Judge(t.Context(), cal.Aside)
		if err != nil {
			t.Fatal(err)
		}
		same := false
		for _, x := range r.Tried {
			if x.Method == "tuned" {
				tried++
			}
			same = same || x == convert.Trial{Method: r.Method, Steps: r.Steps, Drop: v.Drop, Divergence: v.Divergence}
		}
		if trained != 20*tried || !same || r.Method != "tuned" {
			t.Errorf("trained %d times, tried %d; %s at T = %d is %+v, tried: %+v", trained, tried, r.Method, r.Steps, v, r.Tried)
		}
	}
}

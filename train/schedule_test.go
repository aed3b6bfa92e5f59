package train

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/config"
)

// planOf reads a `train:` section.
func planOf(t testing.TB, yaml string) Plan {
	t.Helper()
	c := Defaults()
	doc, err := config.Load(config.Options{Texts: []config.Text{{Name: "test", YAML: []byte(yaml)}}}, &c)
	if err != nil {
		t.Fatal(err)
	}
	doc.Root().Decode(&c)
	plan := c.Plan()
	if err := doc.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestLearningRatesAtKnownSteps holds every schedule to values worked out by
// hand, in a run of 100 steps in 10 epochs with a learning rate of 0.1.
func TestLearningRatesAtKnownSteps(t *testing.T) {
	for yaml, want := range map[string]map[int]float64{
		"schedule: constant": {0: 0.1, 57: 0.1, 99: 0.1, 100: 0.1},
		"schedule: step":     {0: 0.1, 49: 0.1, 50: 0.01, 74: 0.01, 75: 0.001, 99: 0.001},
		"schedule: {kind: step, at: [0.8, 0.2], gamma: 0.5}": {0: 0.1, 19: 0.1, 20: 0.05, 79: 0.05, 80: 0.025, 99: 0.025},
		"schedule: cosine":                                           {0: 0.1, 50: 0.05, 25: 0.05 + 0.05*math.Sqrt2/2, 75: 0.05 - 0.05*math.Sqrt2/2, 100: 0},
		"schedule: {kind: cosine, final: 0.2}":                       {0: 0.1, 50: 0.06, 100: 0.02},
		"schedule: one-cycle":                                        {0: 0.004, 15: 0.052, 30: 0.1, 65: (0.1 + 4e-7) / 2, 100: 4e-7},
		"schedule: {kind: one-cycle, rise: 0.5, start: 1, final: 0}": {0: 0.1, 25: 0.1, 50: 0.1, 75: 0.05, 100: 0},
		// Warm-up: step k has (k+1)/20 of the rate, so that the first is not lost.
		"warm_up: 2":                        {0: 0.005, 9: 0.05, 19: 0.1, 20: 0.1, 99: 0.1},
		"{warm_up: 2, schedule: cosine}":    {0: 0.005 * (1 + math.Cos(0.01*math.Pi)) / 2, 49: 0.05, 99: 0},
		"{warm_up: 10, schedule: constant}": {0: 0.001, 49: 0.05, 99: 0.1},
	} {
		plan := planOf(t, yaml)
		plan.LR, plan.Epochs = 0.1, 10
		for step, rate := range want {
			if got := plan.rate(step, 100); math.Abs(got-rate) > 1e-12 {
				t.Errorf("%s: step %d of 100 has %v, want %v", yaml, step, got, rate)
			}
		}
	}
}

// TestSchedulesRiseAndFall where they say, and stay between their ends.
func TestSchedulesRiseAndFall(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		total := rapid.IntRange(2, 300).Draw(rt, "steps")
		rise := rapid.Float64Range(0.05, 0.95).Draw(rt, "rise")
		final := rapid.Float64Range(0, 1).Draw(rt, "final")
		start := rapid.Float64Range(0.01, 1).Draw(rt, "start")
		cycle := oneCycleSchedule().New(&oneCycleOptions{Rise: rise, Start: start, Final: final})
		cosine := cosineSchedule().New(&cosineOptions{Final: final})
		step := stepSchedule().New(&stepOptions{At: []float64{rise, final/2 + 0.01}, Gamma: start/2 + 0.1})
		const slack = 1e-12
		for k := 1; k <= total; k++ {
			before, x := float64(k-1)/float64(total), float64(k)/float64(total)
			if cosine(x) > cosine(before)+slack || cosine(x) < final-slack {
				rt.Fatalf("cosine rises or leaves its range at %v", x)
			}
			if step(x) > step(before) {
				rt.Fatalf("step rises at %v", x)
			}
			switch {
			case x <= rise && cycle(x) < cycle(before)-slack, before >= rise && cycle(x) > cycle(before)+slack:
				rt.Fatalf("one-cycle turns at %v, not at %v", x, rise)
			case cycle(x) > 1+slack || cycle(x) < min(start, final)-slack:
				rt.Fatalf("one-cycle is %v at %v", cycle(x), x)
			}
		}
		for name, ends := range map[string][2]float64{"one-cycle": {cycle(0) - start, cycle(1) - final}, "cosine": {cosine(0) - 1, cosine(1) - final}} {
			if math.Abs(ends[0]) > slack || math.Abs(ends[1]) > slack {
				rt.Fatalf("%s misses its ends by %v", name, ends)
			}
		}
		if math.Abs(cycle(rise)-1) > slack {
			rt.Fatalf("one-cycle is %v at its top", cycle(rise))
		}
	})
}

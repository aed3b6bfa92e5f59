package convert_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// early is a network whose last neuron sees +1 in every step and −2 in every
// second: its activation is 0, and it fires before it can know.
func early() *model.Network {
	n := chain(model.Shape{2}, model.NewLinear(2, 2, false), relu(), model.NewLinear(2, 1, false), relu(), model.NewLinear(1, 1, false))
	copy(n.Node("linear0").Op.(*model.Linear).Weight.Data, []float32{1, 0, 0, 1})
	copy(n.Node("linear2").Op.(*model.Linear).Weight.Data, []float32{1, -2})
	n.Node("linear4").Op.(*model.Linear).Weight.Data[0] = 1
	return n
}

// TestDynamics by hand: what the last neuron of early counts in 4 steps, and all spikes.
func TestDynamics(t *testing.T) {
	cal := &convert.Calibration{Pool: par.New(2), Labels: [][]int{{0, 0}}}
	x := signal.NewAnalog(1, 2, []int{2}, true)
	copy(x.F, []float32{1, 0.5, 3, 0.25})
	cal.Samples = []*signal.Signal{x}
	r := rate(t, early(), cal, func(o *convert.RateOptions) { o.Method, o.Steps = "max", 4 })
	one := model.Scalar(1)
	for _, c := range r.Cells {
		c.Threshold, c.Initial, c.Bias = one, nil, nil
	}
	var err error
	if r.Network, err = convert.Build(r.Canonical, r.Stages, r.Cells); err != nil {
		t.Fatal(err)
	}
	p, err := layers.Compile(r.Network, layers.Options{Readout: "sum"})
	if err != nil {
		t.Fatal(err)
	}
	shown := *x
	shown.T = 4
	y, err := p.Infer(layers.Input{X: &shown})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float32{1, 3}, y.F); d != "" {
		t.Fatalf("plain neurons: %s", d)
	}
	for _, c := range []struct {
		name   string
		scores []float32 // mean over 4 steps
		spikes int
		extra  int
	}{
		// u = 1, −1, 1, −1: fired, taken back, twice. 3 in every step is 1 a step; −2 comes at step 4: 1 1 1, then u = −1.
		{"signed", []float32{0, 0.5}, 4 + 2 + 4 + 4 + 1 + 4, 0},
		// 3 spikes a step, of 12; −2 once: 3 3 3 1.
		{"burst", []float32{0.25, 2.5}, 4 + 2 + 1 + 12 + 1 + 10, 0},
		// residual −1 silences the last neuron, 0 the two of 1 and ½: what is left is 3, at 4 spikes a run.
		{"srp", []float32{0, 0}, 4 + 2 + 1 + 4 + 1 + 3 + 4, 4},
		// one spike too many in the first run.
		{"cos", []float32{0, 0.5}, 0, 16},
		// 1 fires at step 1 and ½ at 2: u = 1, 0, −1, −2, on from step 1. 3 at step 1, ¼ at 4: u = 1, 2, 3, 2.
		// The scores of the float network are 0 and 2.5: v = 1, 2, 3 reaches 2.5 half into step 3 of 4.
		{"ttfs-slope", []float32{1.5, 1.5}, 6, 0},
		// u falls below 1 at step 2: on for one step of 4, v stays at 1 of 2.5.
		{"ttfs-corrective", []float32{-0.6, 1.5}, 7, 0},
	} {
		o := convert.RateDefaults()
		d, err := r.Dynamic(c.name, cal, o)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := d.Scores(x)
		if err != nil {
			t.Fatal(err)
		}
		if got := []float32{rows[0][0], rows[1][0]}; !cmp.Equal(got, c.scores) || c.spikes > 0 && d.Spikes != c.spikes || d.Extra != c.extra {
			t.Errorf("%s: scores %v, %d spikes, %d extra steps; want %v, %d and %d", c.name, got, d.Spikes, d.Extra, c.scores, c.spikes, c.extra)
		}
	}
}

// TestDynamicsOnTheGrid: where plain neurons make no error there is nothing to correct.
func TestDynamicsOnTheGrid(t *testing.T) {
	cal := samples(model.Shape{4}, 32, func(r *rand.Rand) float32 { return float32(r.IntN(9)) })
	r := rate(t, onGrid(), cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Percentile = "initial-potential", 8, 100 })
	p, err := layers.Compile(r.Canonical, layers.Options{Readout: "mean"})
	if err != nil {
		t.Fatal(err)
	}
	o := convert.RateDefaults()
	o.ExtraSteps = 8
	for _, name := range []string{"signed", "cos"} {
		d, err := r.Dynamic(name, cal, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range cal.Samples {
			y, err := p.Infer(layers.Input{X: x})
			if err != nil {
				t.Fatal(err)
			}
			rows, err := d.Scores(x)
			if err != nil {
				t.Fatal(err)
			}
			for b, row := range rows {
				if d := cmp.Diff(y.Row(b), row); d != "" {
					t.Fatalf("%s: sample %d: %s", name, b, d)
				}
			}
		}
	}
}

// TestDynamicsNeedSingleBitsForMaxPools: a gate counts single spikes.
func TestDynamicsNeedSingleBitsForMaxPools(t *testing.T) {
	cal := samples(model.Shape{2, 6, 6}, 16, uniform)
	r := rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.Steps = "light", 4 })
	for _, name := range convert.AllDynamics().Names() {
		d, err := r.Dynamic(name, cal, convert.RateDefaults())
		if name == "signed" || name == "burst" {
			if err == nil || !strings.Contains(err.Error(), "single-bit") {
				t.Errorf("%s: error %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if rows, err := d.Scores(cal.Samples[0]); err != nil || len(rows) != 16 || d.Spikes == 0 {
			t.Errorf("%s: %d rows, %d spikes, error %v", name, len(rows), d.Spikes, err)
		}
	}
}

package convert_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// TestTunedComesCloser: training all weights at once brings the scores of new
// samples closer to those of the float network, on any number of threads the same.
func TestTunedComesCloser(t *testing.T) {
	n, in := small(), model.Shape{2, 6, 6}
	fresh := samples(in, 200, uniform)
	distance := func(threads, epochs int) (float64, string) {
		cal := samples(in, 96, uniform)
		cal.Pool = par.New(threads)
		r := rate(t, n, cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Epochs, o.Flip = "tuned", 4, &epochs, true })
		return scoreDistance(t, r, fresh), encoded(t, r.Network)
	}
	before, _ := distance(2, 0)
	after, one := distance(1, 12)
	_, three := distance(3, 12)
	if !(after < 0.9*before) {
		t.Errorf("mean squared difference of scores is %g, %g without training", after, before)
	}
	if one != three {
		t.Error("3 threads give another network than 1")
	}
}

// TestTunedThatIsWorse: one weight that is far larger than the others makes
// steps in which these are lost; the network is then that of advanced, and says so.
func TestTunedThatIsWorse(t *testing.T) {
	in, n := model.Shape{4}, chain(model.Shape{4}, model.NewLinear(4, 12, true), relu(), model.NewLinear(12, 3, false))
	cal := samples(in, 96, func(r *rand.Rand) float32 { return 4*r.Float32() - 2 })
	for _, x := range cal.Samples {
		for b := range x.B {
			x.Row(b)[1] = 0 // its weights decide nothing
		}
	}
	scores, err := layers.Compile(n, layers.Options{Pool: cal.Pool, Readout: "mean"})
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range cal.Samples {
		y, err := scores.Infer(layers.Input{X: x})
		if err != nil {
			t.Fatal(err)
		}
		for b := range x.B {
			cal.Labels[i][b] = signal.ArgMax(y.Row(b))
		}
	}
	n.Nodes[0].Op.(*model.Linear).Weight.Data[1] = 1e8 // of input 1
	bits := map[string]string{}
	for _, method := range []string{"advanced", "tuned"} {
		r := rate(t, n, cal, func(o *convert.RateOptions) {
			if o.Method, o.Steps = method, 16; method == "tuned" {
				o.Epochs = new(6)
			}
		})
		if undone := strings.Contains(r.Why, "undone, since "); undone != (method == "tuned") {
			t.Errorf("%s: %s", method, r.Why)
		}
		bits[method] = encoded(t, r.Network)
	}
	if bits["advanced"] != bits["tuned"] {
		t.Error("the network is not that of advanced")
	}
}

// TestTunedProgress: every sample of every pass is told of, in order.
func TestTunedProgress(t *testing.T) {
	cal := samples(model.Shape{2, 6, 6}, 96, uniform)
	var told []convert.Progress
	cal.Progress = func(p convert.Progress) { told = append(told, p) }
	rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Epochs = "tuned", 4, new(2) })
	if len(told) != 4 {
		t.Fatalf("told %d times: %+v", len(told), told)
	}
	for i, p := range told {
		if want := (convert.Progress{Pass: 1 + i/2, Passes: 2, Sample: []int{50, 96}[i%2], Samples: 96, Loss: p.Loss}); p != want || !(p.Loss > 0) {
			t.Errorf("%d: %+v, expected %+v", i, p, want)
		}
	}
}

// TestTunedLearnsLabels: labels that are all the same, and nothing else to
// train towards, leave one class for new samples; without labels more remain.
func TestTunedLearnsLabels(t *testing.T) {
	n, in := small(), model.Shape{2, 6, 6}
	fresh := samples(in, 100, uniform)
	one(fresh)
	drops := map[float64]float64{}
	for _, part := range []float64{0, 1} {
		cal := samples(in, 96, uniform)
		one(cal)
		r := rate(t, n, cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Epochs, o.Labels = "tuned", 4, new(12), part })
		v, err := r.Judge(t.Context(), fresh)
		if err != nil {
			t.Fatal(err)
		}
		if v.Samples != 100 {
			t.Errorf("judged on %d samples", v.Samples)
		}
		drops[part] = v.Drop
	}
	if !(drops[1] < drops[0]-5) {
		t.Errorf("points lost to a network of one class: %v", drops)
	}
}

// one labels all samples as of class 1.
func one(c *convert.Calibration) {
	for _, labels := range c.Labels {
		for b := range labels {
			labels[b] = 1
		}
	}
}

// TestRatePenaltySavesSpikes: where firing rates weigh in the loss, fewer spikes are left.
func TestRatePenaltySavesSpikes(t *testing.T) {
	in := model.Shape{2, 6, 6}
	var spikes []float64
	for _, weight := range []float64{0, 0.1} {
		cal := samples(in, 96, uniform)
		r := rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Epochs, o.RatePenalty = "tuned", 4, new(12), weight })
		b, err := r.Account(t.Context(), cal, 96)
		if err != nil {
			t.Fatal(err)
		}
		spikes = append(spikes, b.Spikes)
	}
	if !(spikes[1] < 0.8*spikes[0]) {
		t.Errorf("%v spikes per neuron, with a penalty %v", spikes[0], spikes[1])
	}
}

// TestTuningSamples: tuned trains with the samples meant for it; thresholds come from the others.
func TestTuningSamples(t *testing.T) {
	in := model.Shape{2, 6, 6}
	fresh := samples(in, 100, uniform)
	one(fresh)
	var drops []float64
	var cells []map[string]*convert.Cell
	for _, apart := range []bool{false, true} {
		cal := samples(in, 96, uniform)
		if apart {
			cal.Tuning = samples(in, 64, uniform)
			one(cal.Tuning)
		}
		r := rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Epochs, o.Labels = "tuned", 4, new(12), 1 })
		v, err := r.Judge(t.Context(), fresh)
		if err != nil {
			t.Fatal(err)
		}
		drops, cells = append(drops, v.Drop), append(cells, r.Cells)
	}
	if !(drops[1] < drops[0]-5) {
		t.Errorf("points lost to a network of one class: %v, with tuning samples of that class %v", drops[0], drops[1])
	}
	for name, c := range cells[0] {
		if !slices.Equal(c.Threshold.Data, cells[1][name].Threshold.Data) {
			t.Errorf("%s: thresholds %v, with samples for tuning %v", name, c.Threshold.Data, cells[1][name].Threshold.Data)
		}
	}
}

// scoreDistance is the mean squared difference of both networks' scores, each
// sample's scores shifted to mean 0.
func scoreDistance(t *testing.T, r *convert.RateResult, c *convert.Calibration) float64 {
	t.Helper()
	var programs [2]*layers.Program
	for i, n := range []*model.Network{r.Canonical, r.Network} {
		var err error
		if programs[i], err = layers.Compile(n, layers.Options{Pool: c.Pool, Readout: "mean"}); err != nil {
			t.Fatal(err)
		}
	}
	sum, count := 0.0, 0
	for _, x := range c.Samples {
		shown := *x
		var rows [2][]float32
		for i, steps := range []int{1, r.Steps} {
			shown.T = steps
			y, err := programs[i].Infer(layers.Input{X: &shown})
			if err != nil {
				t.Fatal(err)
			}
			rows[i] = y.F
		}
		classes := len(rows[0]) / x.B
		for b := range x.B {
			mean := 0.0
			for k := range classes {
				mean += float64(rows[1][b*classes+k]-rows[0][b*classes+k]) / float64(classes)
			}
			for k := range classes {
				d := float64(rows[1][b*classes+k]-rows[0][b*classes+k]) - mean
				sum, count = sum+d*d, count+1
			}
		}
	}
	return sum / float64(count)
}

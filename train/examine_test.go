package train

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
)

// TestTallyCountsDeadAndSaturated over two runs of two samples and three steps.
func TestTallyCountsDeadAndSaturated(t *testing.T) {
	l := &layerTally{name: "l"}
	for run := range 2 {
		out, v := signal.NewSpikes(3, 2, []int{4}, false), signal.NewAnalog(3, 2, []int{4}, false)
		for step := range 3 {
			for b := range 2 {
				out.Fire(step*2+b, 0) // in every step of every sample
			}
			if run == 0 {
				out.Fire(step*2+1, 1) // in every step of one sample of four
			}
		}
		out.Fire(2, 2) // once a run; neuron 3 never
		v.F[5+run] = float32(run)*3 - 1
		out.Touch()
		l.add(out, v)
	}
	got, want := l.health(), LayerHealth{Name: "l", Neurons: 4, Rate: (12. + 3 + 2) / (4 * 12), Dead: 0.25, Saturated: (4. + 1) / (4 * 4), Low: -1, High: 2}
	if math.Abs(got.Rate-want.Rate) > 1e-15 {
		t.Errorf("rate %v, want %v", got.Rate, want.Rate)
	}
	if got.Rate = want.Rate; got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	counts := signal.NewAnalog(2, 1, []int{2}, false) // several spikes a step
	copy(counts.F, []float32{3, 0, 1, 2})
	several := &layerTally{name: "l"}
	several.add(counts, &signal.Signal{})
	if h := several.health(); h.Rate != 1.5 || h.Dead != 0 || h.Saturated != 0.5 {
		t.Errorf("with counts: %+v", h)
	}
}

const examined = `
  - {kind: linear, out: 20}
  - {kind: lif, beta: 0.9}
  - {kind: linear, out: 3}
  - {kind: li, beta: 0.9}
`

// TestExamine: activity and score are those that Evaluate finds, gradients
// those of the batches, also behind layers that draw random numbers.
func TestExamine(t *testing.T) {
	for name, lines := range map[string]string{"plain": examined, "random": toyModel} {
		t.Run(name, func(t *testing.T) {
			task, again := toyTask(t, lines, toyTrain), toyTask(t, lines, toyTrain)
			part, o := toy{n: 12}, EvalOptions{Encoder: task.Encoder, Batch: 6, Seed: 3}
			c, err := Examine(t.Context(), task.Program, part, o, true)
			if err != nil {
				t.Fatal(err)
			}
			e, err := Evaluate(t.Context(), again.Program, part, o)
			if err != nil {
				t.Fatal(err)
			}
			if *c.Score != e.Score || c.Steps != 5 || c.NonFinite != "" {
				t.Errorf("%+v, %d steps, %q not finite; Evaluate: %+v", *c.Score, c.Steps, c.NonFinite, e.Score)
			}
			if l := c.Layers[0]; len(c.Layers) != 1 || math.Abs(l.Rate*5-e.Spikes["lif1"]) > 1e-12 || l.Rate == 0 || l.High <= l.Low {
				t.Errorf("%+v; %v spikes a neuron in Evaluate", c.Layers, e.Spikes)
			}
			p := c.Params[0]
			if want := gradientRMS(t, again, part, p.Name); math.Abs(*p.Gradient-want) > 1e-9*want || want == 0 || p.RMS == 0 || p.NonFinite != 0 {
				t.Errorf("%+v, gradient %v; want %v", p, *p.Gradient, want)
			}
			if c, err = Examine(t.Context(), again.Program, part, o, false); err != nil || c.Params[0].Gradient != nil {
				t.Errorf("a gradient that was not asked for (%v)", err)
			}
		})
	}
}

// TestExamineOverTime: the gradient by the input, step by step. With potentials
// that hardly remember and the last step as readout, early steps have next to none.
func TestExamineOverTime(t *testing.T) {
	task := toyTask(t, examined, toyTrain)
	n := networkOf(t, strings.ReplaceAll(examined, "beta: 0.9", "beta: 0.01"))
	p, err := layers.Compile(n, layers.Options{Loss: &layers.Loss{Kind: "cross-entropy", Readout: "last"}, InputGradient: true})
	if err != nil {
		t.Fatal(err)
	}
	o := EvalOptions{Encoder: task.Encoder, Batch: 6, Seed: 3}
	c, err := Examine(t.Context(), p, toy{n: 6}, o, true)
	if err != nil {
		t.Fatal(err)
	}
	g := p.InputGradient() // of the only batch
	if len(c.OverTime) != 5 || g.T != 5 {
		t.Fatalf("%v, %d steps", c.OverTime, g.T)
	}
	for step, got := range c.OverTime {
		squares := 0.0
		for b := range g.B {
			for _, v := range g.Row(step*g.B + b) {
				squares += float64(v) * float64(v)
			}
		}
		if want := math.Sqrt(squares / float64(g.B*g.N())); math.Abs(got-want) > 1e-12 {
			t.Errorf("step %d: %v, want %v", step+1, got, want)
		}
	}
	if found := strings.Join(c.Findings(3), "\n"); !strings.Contains(found, "time: errors vanish on their way back") || c.OverTime[4] == 0 {
		t.Errorf("%v: found %q", c.OverTime, found)
	}
}

// gradientRMS is the root mean square of the gradient by an array over batches of six.
func gradientRMS(t *testing.T, task Task, s datasets.Source, name string) float64 {
	t.Helper()
	squares, values := 0.0, 0
	for b, err := range datasets.Batches(s, datasets.BatchOptions{Size: 6, Seed: 3, Epoch: EvalEpoch, Encoder: task.Encoder}) {
		if err != nil {
			t.Fatal(err)
		}
		in := layers.Input{X: b.X, Labels: b.Labels}
		for _, id := range b.IDs {
			in.Keys = append(in.Keys, rng.Key(3, EvalEpoch, uint64(id)))
		}
		if _, err := task.Program.Step(in); err != nil {
			t.Fatal(err)
		}
		for _, g := range task.Program.Gradient(name) {
			squares, values = squares+float64(g)*float64(g), values+1
		}
	}
	return math.Sqrt(squares / float64(values))
}

// TestExamineDiverged: what is not finite is counted and named, and no figure is a NaN.
func TestExamineDiverged(t *testing.T) {
	task := toyTask(t, examined, toyTrain)
	task.Program.Params()[0].Value[7] = float32(math.NaN())
	c, err := Examine(t.Context(), task.Program, toy{n: 12}, EvalOptions{Encoder: task.Encoder, Batch: 6}, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(c); err != nil {
		t.Error(err)
	}
	if p := c.Params[0]; p.NonFinite != 1 || c.NonFinite == "" || len(c.Findings(3)) < 2 {
		t.Errorf("%+v, found %q", c, c.Findings(3))
	}
}

// TestFindings: each fault is found and named, and what to do about it.
func TestFindings(t *testing.T) {
	sound := LayerHealth{Name: "a", Neurons: 10, Rate: 0.2}
	weight := func(name string, rms, gradient float64) ParamHealth {
		return ParamHealth{Name: name, Values: 4, RMS: rms, Gradient: &gradient, weight: true}
	}
	for name, c := range map[string]struct {
		checkup Checkup
		want    []string
	}{
		"nothing":   {Checkup{Score: &Score{Accuracy: 0.9, N: 10}, Layers: []LayerHealth{sound}, Params: []ParamHealth{weight("w", 1, 0.1), weight("v", 1, 1e-4)}}, nil},
		"silent":    {Checkup{Score: &Score{Accuracy: 0.9, N: 10}, Layers: []LayerHealth{{Name: "a", Dead: 1}}}, []string{`layer "a" is silent: 100 % of its neurons fire no spike in 10 samples; raise the weights`}},
		"saturated": {Checkup{Score: &Score{Accuracy: 0.9, N: 10}, Layers: []LayerHealth{{Name: "a", Rate: 0.95}}}, []string{`layer "a" is saturated: its neurons fire 0.95 spikes a step in 10 samples; lower`}},
		"in part":   {Checkup{Score: &Score{Accuracy: 0.9, N: 10}, Layers: []LayerHealth{{Name: "a", Dead: 0.6, Saturated: 0.51}}}, []string{`layer "a": 60 % of its neurons are dead: they fire for none of 10 samples, limit 50 %; use`, `layer "a": 51 % of its neurons fire in every step, limit 50 %; raise`}},
		"guessing":  {Checkup{Score: &Score{Accuracy: 0.12, N: 10}}, []string{"output: 12.0 % of 10 samples are right, guessing among 10 classes gives 10.0 %; train"}},
		"vanishing": {Checkup{Params: []ParamHealth{weight("w", 0.5, 1e-6), weight("v", 1, 0.1)}}, []string{"parameter w: its gradient is vanishing: root mean square 1e-06, relative to the weights 2e-05 of that of v, limit 0.0001; widen"}},
		"exploding": {Checkup{Params: []ParamHealth{weight("w", 0.5, 600)}}, []string{"parameter w: its gradient is exploding: root mean square 600, 1.2e+03 times that of the weights, limit 1000; set clip"}},
		"none":      {Checkup{Params: []ParamHealth{weight("w", 0.5, 0)}}, []string{"parameter w: its gradient is 0 on all samples; its input is silent, or"}},
		"fading":    {Checkup{OverTime: []float64{1e-6, 1e-3, 0.1, 0}}, []string{"time: errors vanish on their way back: the gradient by the input is 1e-06 in step 1 and 0.1 in step 3, limit 0.0001 of that; let"}},
		"growing":   {Checkup{OverTime: []float64{10, 1, 1e-4, 0}}, []string{"time: errors explode on their way back: the gradient by the input is 10 in step 1 and 0.0001 in step 3, limit 10000 times that; set clip"}},
		"even":      {Checkup{OverTime: []float64{1, 1, 0.1, 0}}, nil},
		"one step":  {Checkup{OverTime: []float64{0}}, nil},
		"not finite": {
			Checkup{NonFinite: "lif1", Params: []ParamHealth{{Name: "w", Values: 4, NonFinite: 2}, {Name: "v", BadGradient: 3}}},
			[]string{"lif1: gives a value that is not finite; lower", "parameter w: 2 of 4 values are not finite; the training diverged", "parameter v: its gradient has 3 values that are not finite; lower"},
		},
	} {
		t.Run(name, func(t *testing.T) { found(t, c.checkup.Findings(10), c.want) })
	}
}

// found compares findings with how each should begin.
func found(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("found %q, want %q", got, want)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("found %q, want %q", got[i], want[i])
		}
	}
}

// TestCourseFindings: what the lines of metrics.jsonl say.
func TestCourseFindings(t *testing.T) {
	epoch := func(k int, loss, accuracy, held, heldAccuracy float64) EpochReport {
		return EpochReport{Epoch: k, Train: Score{Loss: loss, Accuracy: accuracy}, Validation: &Score{Loss: held, Accuracy: heldAccuracy, N: 10000}}
	}
	for name, c := range map[string]struct {
		course Course
		want   []string
	}{
		"nothing":     {Course{[]EpochReport{epoch(1, 2, 0.3, 2, 0.3), epoch(2, 1, 0.9, 1.05, 0.86)}, 2, true}, nil},
		"one epoch":   {Course{[]EpochReport{epoch(1, 2, 0.3, 2, 0.1)}, 1, true}, nil},
		"no progress": {Course{[]EpochReport{epoch(1, 2.30, 0.1, 2.3, 0.1), epoch(2, 2.29, 0.1, 2.3, 0.1)}, 2, true}, []string{"training: the loss went from 2.3 in epoch 1 to 2.29 in epoch 2, it should fall by 1 % at least; try"}},
		"ended early": {Course{[]EpochReport{epoch(1, 2, 0.3, 2, 0.3)}, 5, false}, []string{"training: ended after 1 of 5 epochs, without a result; it is in progress"}},
		"rising":      {Course{[]EpochReport{epoch(1, 2, 0.3, 1, 0.3), epoch(2, 1, 0.9, 1.11, 0.9)}, 2, true}, []string{"validation: the loss rose from 1 in epoch 1 to 1.11 in epoch 2, by more than 10 %, while that of training fell; train fewer"}},
		"both rising": {Course{[]EpochReport{epoch(1, 2, 0.3, 2, 0.3), epoch(2, 1, 0.8, 1, 0.8), epoch(3, 1.5, 0.7, 1.5, 0.7)}, 3, true}, nil},
		"behind":      {Course{[]EpochReport{epoch(1, 2, 0.3, 1, 0.3), epoch(2, 1, 0.95, 0.9, 0.89)}, 2, true}, []string{"validation: 89.0 % are right and 95.0 % in training, 6.0 points behind, limit 5.6; train fewer"}},
		"by chance":   {Course{[]EpochReport{epoch(1, 2, 0.3, 1, 0.3), {Epoch: 2, Train: Score{Loss: 1, Accuracy: 0.95}, Validation: &Score{Loss: 0.9, Accuracy: 0.85, N: 20}}}, 2, true}, nil},
		"not held":    {Course{[]EpochReport{{Epoch: 1, Train: Score{Loss: 2}}, {Epoch: 2, Train: Score{Loss: 1, Accuracy: 1}}}, 2, true}, nil},
	} {
		t.Run(name, func(t *testing.T) { found(t, c.course.Findings(), c.want) })
	}
}

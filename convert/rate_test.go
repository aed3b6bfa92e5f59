package convert_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// samples are random images in batches of up to 16.
func samples(in model.Shape, n int, draw func(r *rand.Rand) float32) *convert.Calibration {
	r := rand.New(rand.NewPCG(7, 8))
	c := &convert.Calibration{Pool: par.New(2)}
	for at := 0; at < n; at += 16 {
		x := signal.NewAnalog(1, min(16, n-at), in, true)
		for i := range x.F {
			x.F[i] = draw(r)
		}
		c.Samples, c.Labels = append(c.Samples, x), append(c.Labels, make([]int, x.B))
	}
	return c
}

func uniform(r *rand.Rand) float32 { return r.Float32() }

// small is a network with all that a conversion has to match: a maximum, an
// average, an identity shortcut and a join.
func small() *model.Network {
	n := chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), relu(), pool(model.PoolMax, 0), conv(4, 4, 3, 1, 1), relu())
	n.Nodes = append(n.Nodes,
		model.Node{Name: "shortcut", Op: &model.Add{}, Inputs: []string{"relu4", "max-pool2"}},
		model.Node{Name: "after", Op: relu(), Inputs: []string{"shortcut"}},
		model.Node{Name: "join", Op: &model.Concat{}, Inputs: []string{"after", "relu4"}},
		model.Node{Name: "mean", Op: pool(model.PoolAvg, 0), Inputs: []string{"join"}},
		model.Node{Name: "flat", Op: &model.Flatten{}, Inputs: []string{"mean"}},
		model.Node{Name: "scores", Op: model.NewLinear(8, 3, true), Inputs: []string{"flat"}},
	)
	n.Params(func(name string, p model.Param) {
		if strings.HasPrefix(name, "scores") {
			for i := range p.Tensor.Data {
				p.Tensor.Data[i] = float32(i%5) / 4
			}
		}
	})
	return n
}

func rate(t *testing.T, n *model.Network, cal *convert.Calibration, change func(o *convert.RateOptions)) *convert.RateResult {
	t.Helper()
	o := convert.RateDefaults()
	if change != nil {
		change(o)
	}
	r, err := convert.Rate(context.Background(), n, cal, *o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEveryMethodConverges: with many steps the scores of every method are
// those of the float network.
func TestEveryMethodConverges(t *testing.T) {
	cal := samples(model.Shape{2, 6, 6}, 64, uniform)
	for _, name := range convert.Methods().Names() {
		if name == "qcfs" {
			continue // needs its own activations: TestQCFSConvertsWithoutLoss
		}
		t.Run(name, func(t *testing.T) {
			r := rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Percentile, o.Epochs = name, 512, 100, new(1) })
			b, err := r.Account(context.Background(), cal, 64)
			if err != nil {
				t.Fatal(err)
			}
			limit := 0.02
			if name == "tuned" {
				limit = 0.05 // its weights serve the scores, not the layers
			}
			if name == "rmp" {
				limit = 0.06 // its thresholds are below the largest activations, which are clipped
			}
			for _, l := range b.Layers {
				if !(l.Relative < limit) {
					t.Errorf("%s: relative error %.4f after 512 steps", l.Name, l.Relative)
				}
			}
		})
	}
}

// TestBudgetAddsUp: the four errors of every layer sum to the measured difference.
func TestBudgetAddsUp(t *testing.T) {
	cal := samples(model.Shape{2, 6, 6}, 32, uniform)
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom([]string{"max", "percentile", "light", "half-threshold", "advanced"}).Draw(rt, "method")
		steps := rapid.IntRange(1, 12).Draw(rt, "T")
		share := rapid.SampledFrom([]string{"layer", "channel"}).Draw(rt, "share")
		r := rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Share, o.Percentile = name, steps, share, 97 })
		b, err := r.Account(context.Background(), cal, 32)
		if err != nil {
			t.Fatal(err)
		}
		if o := b.Output; math.Abs(o.Input+o.Window-o.Total) > 1e-9 || o.Total == 0 || math.Abs(o.Window) > 1e-6 && name != "advanced" {
			rt.Errorf("scores: %+v after %d steps of %s", o, steps, name)
		}
		for _, l := range b.Layers {
			m := l.Mean
			if d := m.Input + m.Clipping + m.Quantization + m.Unevenness - m.Total; math.Abs(d) > 1e-9 {
				rt.Errorf("%s: the errors differ from their sum by %g: %+v", l.Name, d, m)
			}
			if l.RMS.Total == 0 && l.Spikes > 0 && steps == 1 {
				rt.Errorf("%s: one step makes no error: nothing was measured", l.Name)
			}
		}
	})
}

// onGrid is a network whose activations are whole numbers up to 8.
func onGrid() *model.Network {
	n := chain(model.Shape{4}, model.NewLinear(4, 4, false), relu(), model.NewLinear(4, 4, false), relu(), model.NewLinear(4, 2, false))
	for _, name := range []string{"linear0", "linear2", "linear4"} {
		w := n.Node(name).Op.(*model.Linear).Weight
		clear(w.Data)
		for i := range w.Shape[0] {
			w.Data[i*w.Shape[1]+i] = 1
		}
	}
	return n
}

// TestZeroErrorNetwork: whole activations on the grid of rates give an error of
// exactly 0 in every column.
func TestZeroErrorNetwork(t *testing.T) {
	cal := samples(model.Shape{4}, 64, func(r *rand.Rand) float32 { return float32(r.IntN(9)) })
	for _, name := range []string{"max", "initial-potential", "light", "potential"} {
		r := rate(t, onGrid(), cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Percentile = name, 8, 100 })
		b, err := r.Account(context.Background(), cal, 64)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Layers) != 2 || b.Output != (convert.OutputErrors{}) {
			t.Errorf("%s: %d layers, scores differ by %g", name, len(b.Layers), b.Output.Total)
		}
		for _, l := range b.Layers {
			if (l.RMS != convert.Errors{}) || (l.Mean != convert.Errors{}) {
				t.Errorf("%s: %s has errors %+v", name, l.Name, l.RMS)
			}
			if l.Spikes == 0 {
				t.Errorf("%s: %s does not fire", name, l.Name)
			}
		}
	}
}

// cell is the first spiking layer of onGrid converted by a method.
func cell(t *testing.T, method string, cal *convert.Calibration, change func(o *convert.RateOptions)) *model.Neuron {
	t.Helper()
	r := rate(t, onGrid(), cal, func(o *convert.RateOptions) {
		o.Method, o.Steps = method, 8
		if change != nil {
			change(o)
		}
	})
	return r.Network.Node("relu1").Op.(*model.Neuron)
}

// TestEquations: what each method sets, on activations 1 to 100.
func TestEquations(t *testing.T) {
	cal := &convert.Calibration{Pool: par.New(1)}
	x := signal.NewAnalog(1, 100, []int{4}, true)
	for b := range 100 {
		x.F[4*b] = float32(b + 1)
	}
	cal.Samples, cal.Labels = []*signal.Signal{x}, [][]int{make([]int, 100)}
	p90 := func(o *convert.RateOptions) { o.Percentile = 90 }
	for _, c := range []struct {
		method                   string
		threshold, initial, bias float32
	}{
		{"max", 100, 0, 0},
		{"percentile", 90, 0, 0},
		{"half-threshold", 90, 0, 90.0 / 16},
		{"initial-potential", 90, 45, 0},
		{"spike-norm", 100, 0, 0},
		{"rmp", 80, 0, 0},
	} {
		n := cell(t, c.method, cal, p90)
		got := [3]float32{n.Values["threshold"].Data[0], 0, 0}
		for i, name := range []string{"v_init", "bias"} {
			if v := n.Values[name]; v != nil {
				got[i+1] = v.Data[0]
			}
		}
		if got != [3]float32{c.threshold, c.initial, c.bias} {
			t.Errorf("%s: threshold, v_init and bias are %v, want %v, %v and %v", c.method, got, c.threshold, c.initial, c.bias)
		}
		if r := n.Rules; r.Reset != model.ResetSubtract || r.Fire != model.FireAtLeast || r.MaxSpikes != 1 {
			t.Errorf("%s: rules %+v", c.method, r)
		}
	}
}

// TestSpikeNormSeesSpikes: behind spikes worth 100 at most one a step, the
// largest current is a spike's, not the activation.
func TestSpikeNormSeesSpikes(t *testing.T) {
	cal := samples(model.Shape{4}, 16, func(*rand.Rand) float32 { return 2 })
	cal.Samples[0].F[0] = 8 // the threshold of the layer
	r := rate(t, onGrid(), cal, func(o *convert.RateOptions) { o.Method, o.Steps = "spike-norm", 8 })
	if got := r.Network.Node("relu3").Op.(*model.Neuron).Values["threshold"].Data[0]; got != 8 {
		t.Errorf("threshold of the second layer is %g, a spike of the first is worth 8", got)
	}
}

// TestClipBoundsThresholds: no method fires for more than an activation can be.
func TestClipBoundsThresholds(t *testing.T) {
	n := onGrid()
	n.Node("relu1").Op = &model.Rectifier{Func: model.Clip, High: 3}
	cal := samples(model.Shape{4}, 32, func(r *rand.Rand) float32 { return float32(r.IntN(9)) })
	for _, name := range convert.Methods().Names() {
		if name == "qcfs" {
			continue
		}
		r := rate(t, n, cal, func(o *convert.RateOptions) { o.Method, o.Steps = name, 6 })
		for _, v := range r.Network.Node("relu1").Op.(*model.Neuron).Values["threshold"].Data {
			if v > 3 || v <= 0 {
				t.Errorf("%s: threshold %g of a clip at 3", name, v)
			}
		}
	}
}

// TestQCFSConvertsWithoutLoss: behind a constant input, T = L steps of a
// neuron are the activation, exactly.
func TestQCFSConvertsWithoutLoss(t *testing.T) {
	q := &model.QCFS{Levels: 5, Threshold: model.Scalar(1.5)}
	n := chain(model.Shape{6}, model.NewLinear(6, 8, true), q, model.NewLinear(8, 3, true))
	q.Threshold.Data[0] = 1.5
	cal := samples(model.Shape{6}, 64, uniform)
	r := rate(t, n, cal, func(o *convert.RateOptions) { o.Method, o.Steps = "qcfs", 5 })
	b, err := r.Account(context.Background(), cal, 64)
	if err != nil {
		t.Fatal(err)
	}
	if l := b.Layers[0]; !(l.RMS.Total < 1e-6) || l.Spikes == 0 {
		t.Errorf("error %g with %g spikes a neuron", l.RMS.Total, l.Spikes)
	}
}

// TestAdvancedBeatsItsParts: on a network of several layers and few steps,
// fitting to the spikes that arrive leaves less error than thresholds alone.
func TestAdvancedBeatsItsParts(t *testing.T) {
	cal := samples(model.Shape{2, 6, 6}, 96, uniform)
	last := map[string]float64{}
	for _, name := range []string{"initial-potential", "light", "advanced"} {
		r := rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.Steps = name, 6 })
		b, err := r.Account(context.Background(), cal, 96)
		if err != nil {
			t.Fatal(err)
		}
		last[name] = b.Layers[len(b.Layers)-1].RMS.Total
	}
	if !(last["advanced"] < last["light"] && last["advanced"] < last["initial-potential"]) {
		t.Errorf("error of the last layer: %v", last)
	}
}

// TestAnyNumberOfThreads: the same network, bit for bit.
func TestAnyNumberOfThreads(t *testing.T) {
	var first string
	for threads := 1; threads <= 3; threads++ {
		cal := samples(model.Shape{2, 6, 6}, 48, uniform)
		cal.Pool = par.New(threads)
		r := rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.Steps = "advanced", 6 })
		got := encoded(t, r.Network)
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("%d threads give another network than 1", threads)
		}
	}
}

func TestAutoSaysWhy(t *testing.T) {
	cal := samples(model.Shape{4}, 64, func(r *rand.Rand) float32 { return float32(r.IntN(9)) })
	for i, x := range cal.Samples {
		for b := range x.B {
			if x.Row(b)[1] > x.Row(b)[0] {
				cal.Labels[i][b] = 1
			}
		}
	}
	r := rate(t, onGrid(), cal, func(o *convert.RateOptions) { o.Method, o.MaxDrop, o.MaxSteps = "auto", 0.5, 16 })
	if r.Method == "auto" || r.Steps > 16 || len(r.Tried) == 0 || !strings.Contains(r.Why, "training samples kept aside") {
		t.Errorf("chose %s, T = %d, because %s; tried %v", r.Method, r.Steps, r.Why, r.Tried)
	}
	chosen, others := convert.Trial{}, 0
	for _, trial := range r.Tried {
		switch {
		case trial.Method == r.Method && trial.Steps == r.Steps:
			chosen = trial
		case trial.Drop <= 0.5 && trial.Steps < r.Steps:
			t.Errorf("%+v would do with fewer steps than %d", trial, r.Steps)
		}
	}
	for _, trial := range r.Tried {
		if trial.Steps == r.Steps && trial.Drop <= 0.5 {
			others++
			if trial.Divergence < chosen.Divergence {
				t.Errorf("chose %+v, %+v is closer", chosen, trial)
			}
		}
	}
	if chosen.Drop > 0.5 || others < 2 {
		t.Errorf("chose %+v out of %d", chosen, others)
	}
	r = rate(t, onGrid(), cal, func(o *convert.RateOptions) { o.Method, o.MaxDrop, o.MaxSteps = "auto", 0, 1 })
	if r.Steps != 1 {
		t.Errorf("took %d steps, 1 is allowed", r.Steps)
	}
}

func TestRateFaults(t *testing.T) {
	cal := samples(model.Shape{4}, 8, uniform)
	wrong := samples(model.Shape{5}, 8, uniform)
	broken := samples(model.Shape{4}, 8, func(*rand.Rand) float32 { return float32(math.NaN()) })
	pooled := chain(model.Shape{2, 4, 4}, conv(2, 2, 3, 1, 1), relu(), conv(2, 2, 3, 1, 1), pool(model.PoolMax, 0), &model.Flatten{}, model.NewLinear(8, 2, true))
	clip := onGrid()
	clip.Node("relu1").Op = &model.Rectifier{Func: model.Clip, Low: -1, High: 1}
	for _, c := range []struct {
		net    *model.Network
		cal    *convert.Calibration
		change func(o *convert.RateOptions)
		want   string
	}{
		{onGrid(), &convert.Calibration{}, nil, "calibration data: has no sample"},
		{onGrid(), wrong, nil, "has samples of 5, the network reads 4"},
		{onGrid(), broken, nil, "calibration data: holds NaN"},
		{onGrid(), cal, func(o *convert.RateOptions) { o.InputRange = []float64{0, 0.5} }, "input_range from 0 to 0.5"},
		{onGrid(), cal, func(o *convert.RateOptions) { o.InputRange = []float64{1} }, "expected [low, high]"},
		{onGrid(), cal, func(o *convert.RateOptions) { o.Method = "qcfs" }, "is no qcfs activation"},
		{onGrid(), cal, func(o *convert.RateOptions) { o.Method = "percentil" }, "percentile"},
		{clip, cal, nil, `layer "relu1": clips to -1..1`},
		{pooled, samples(model.Shape{2, 4, 4}, 8, uniform), nil, `takes the maximum of what conv2d "conv2d2" gives`},
	} {
		o := convert.RateDefaults()
		if c.change != nil {
			c.change(o)
		}
		_, err := convert.Rate(context.Background(), c.net, c.cal, *o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

// account converts small at T = 4 and returns the report of its last layer.
func account(t *testing.T, method string, rounds int) convert.LayerReport {
	t.Helper()
	cal := samples(model.Shape{2, 6, 6}, 96, uniform)
	r := rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Rounds = method, 4, rounds })
	b, err := r.Account(context.Background(), cal, 96)
	if err != nil {
		t.Fatal(err)
	}
	return b.Layers[len(b.Layers)-1]
}

// TestCorrectionHelps: a round of least squares leaves less error than none.
func TestCorrectionHelps(t *testing.T) {
	with, without := account(t, "advanced", 1), account(t, "advanced", 0)
	if !(with.Relative < 0.995*without.Relative) {
		t.Errorf("relative error %.4f with a correction of the weights, %.4f without", with.Relative, without.Relative)
	}
}

// TestCalibrationBalances: light and potential take away most of the mean
// difference that thresholds alone leave.
func TestCalibrationBalances(t *testing.T) {
	plain := account(t, "initial-potential", 0).Mean.Total
	for _, method := range []string{"light", "potential"} {
		if got := account(t, method, 0).Mean.Total; !(math.Abs(got) < 0.5*math.Abs(plain)) {
			t.Errorf("%s: mean difference %.4f, thresholds alone leave %.4f", method, got, plain)
		}
	}
}

// TestJudgeOfWhatIsTheSame: with hardly any quantization the classes are those of the float network.
func TestJudgeOfWhatIsTheSame(t *testing.T) {
	in := model.Shape{2, 6, 6}
	coarse := rate(t, small(), samples(in, 96, uniform), func(o *convert.RateOptions) { o.Method, o.Steps = "max", 2 })
	fine := rate(t, small(), samples(in, 96, uniform), func(o *convert.RateOptions) { o.Method, o.Steps = "max", 512 })
	a, err := coarse.Judge(t.Context(), samples(in, 64, uniform))
	if err != nil {
		t.Fatal(err)
	}
	b, err := fine.Judge(t.Context(), samples(in, 64, uniform))
	if err != nil {
		t.Fatal(err)
	}
	if !(b.Agreement > 0.95 && b.Divergence < a.Divergence/10) {
		t.Errorf("T = 2: %+v, T = 512: %+v", a, b)
	}
}

// TestCorrectionOfGroups: each group of a convolution is fitted by itself, and one
// group alone as an ordinary convolution is.
func TestCorrectionOfGroups(t *testing.T) {
	grouped := conv(4, 4, 3, 1, 1)
	c := *grouped
	c.Groups = 4
	weight := model.NewTensor(4, 1, 3, 3)
	copy(weight.Data, c.Weight.Data)
	c.Weight = weight
	n := chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), relu(), &c, relu(), conv(4, 4, 3, 1, 1), relu(), &model.Flatten{}, model.NewLinear(144, 3, true))
	cal := samples(model.Shape{2, 6, 6}, 96, uniform)
	relative := func(rounds int) (float64, *model.Conv2d) {
		r := rate(t, n, cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Rounds = "advanced", 4, rounds })
		b, err := r.Account(context.Background(), cal, 96)
		if err != nil {
			t.Fatal(err)
		}
		return b.Layers[1].Relative, r.Network.Node("conv2d2").Op.(*model.Conv2d)
	}
	without, _ := relative(0)
	with, op := relative(1)
	if !(with < 0.995*without) || op.Groups != 4 {
		t.Errorf("relative error %.4f with a correction of %d groups, %.4f without", with, op.Groups, without)
	}
}

// TestRateCodedInput: with many steps the spikes drawn stand for the input, and
// the input makes spikes, no multiplications.
func TestRateCodedInput(t *testing.T) {
	cal := samples(model.Shape{2, 6, 6}, 48, uniform)
	last := map[int]float64{}
	for _, steps := range []int{8, 256} {
		r := rate(t, small(), cal, func(o *convert.RateOptions) { o.Method, o.Steps, o.Input = "advanced", steps, convert.InputRate })
		b, err := r.Account(context.Background(), cal, 48)
		if err != nil {
			t.Fatal(err)
		}
		last[steps] = b.Layers[len(b.Layers)-1].Relative
		if b.Analog != 0 || b.Synapses[0].SynOps == 0 {
			t.Errorf("T = %d: %g multiplications of the input, %g spikes through its synapses", steps, b.Analog, b.Synapses[0].SynOps)
		}
	}
	if !(last[256] < 0.12 && last[8] > last[256]) {
		t.Errorf("relative error of the last layer: %v", last)
	}
	o := convert.RateDefaults()
	o.Input = convert.InputRate
	bright := samples(model.Shape{2, 6, 6}, 8, func(*rand.Rand) float32 { return 1.5 })
	if _, err := convert.Rate(context.Background(), small(), bright, *o); err == nil || !strings.Contains(err.Error(), "needs values from 0 to 1") {
		t.Errorf("an input of 1.5: error %v", err)
	}
}

package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
)

// lossOf reads a `loss:` section.
func lossOf(yaml string) (*layers.Loss, error) {
	var keys struct {
		Loss config.Section `yaml:"loss" plug:"loss"`
	}
	keys.Loss = config.Default("cross-entropy")
	doc, err := config.Load(config.Options{Texts: []config.Text{{Name: "test", YAML: []byte("loss: " + yaml)}}}, &keys)
	if err != nil {
		return nil, err
	}
	doc.Root().Decode(&keys)
	l := DecodeLoss(keys.Loss)
	return l, doc.Err()
}

// The batch of these tests: 4 samples of 5 steps.
const lossSteps = 5

var lossLabels = []int{2, 0, 1, 1}

func lossInput() layers.Input {
	r := rand.New(rand.NewPCG(8, 1))
	x := signal.NewAnalog(lossSteps, len(lossLabels), []int{6}, false)
	for i := range x.F {
		x.F[i] = float32(r.NormFloat64())
	}
	return layers.Input{X: x, Labels: lossLabels}
}

// lossCases are losses as a config writes them, with their definition.
// spiking ones are of the spikes of a LIF layer, the others of the membrane
// potential of a leaky integrator.
var lossCases = []struct {
	yaml    string
	define  func(output) float64
	spiking bool
}{
	{"cross-entropy", crossEntropyOf("sum", 0), false},
	{"{kind: cross-entropy, readout: sum, smoothing: 0.3}", crossEntropyOf("sum", 0.3), false},
	{"{kind: cross-entropy, readout: mean}", crossEntropyOf("mean", 0), false},
	{"{kind: cross-entropy, readout: last}", crossEntropyOf("last", 0), false},
	{"{kind: cross-entropy, readout: max}", crossEntropyOf("max", 0), false},
	{"{kind: cross-entropy, readout: each}", crossEntropyOfEachStep, false},
	{"{kind: mse, readout: mean, correct: 0.7, incorrect: -0.2}", mseOf("mean", 0.7, -0.2), false},
	{"{kind: mse, readout: last}", mseOf("last", 1, 0), false},
	{"{kind: mse, readout: max}", mseOf("max", 1, 0), false},
	{"{kind: cross-entropy, readout: spike-count}", crossEntropyOf("spike-count", 0), true},
	{"{kind: cross-entropy, readout: rate}", crossEntropyOf("rate", 0), true},
	{"{kind: mse, readout: spike-count, correct: 4, incorrect: 1}", mseOf("spike-count", 4, 1), true},
	{"{kind: mse, readout: rate, correct: 0.8, incorrect: 0.1}", mseOf("rate", 0.8, 0.1), true},
	{"van-rossum", vanRossumOf(5, 0.5, 0.02), true},
	{"{kind: van-rossum, tau: 2, correct: 0.8, incorrect: 0.3}", vanRossumOf(2, 0.8, 0.3), true},
	{"{kind: van-rossum, tau: 2, correct: 0.8, incorrect: 0.3}", vanRossumOf(2, 0.8, 0.3), false},
}

const lossBeta = 0.75

// lossProgram is one linear layer and its neurons.
func lossProgram(t *testing.T, yaml string, spiking bool) *layers.Program {
	t.Helper()
	loss, err := lossOf(yaml)
	if err != nil {
		t.Fatal(err)
	}
	neuron := "{kind: li, name: out, beta: 0.75}"
	if spiking {
		neuron = "{kind: lif, name: out, beta: 0.75, threshold: 0.5}"
	}
	p, err := layers.Compile(networkOf(t, "  - {kind: linear, name: in, out: 3}\n  - "+neuron), layers.Options{Loss: loss})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestLossesAreTheirDefinitions on what the network put out.
func TestLossesAreTheirDefinitions(t *testing.T) {
	for _, c := range lossCases {
		p := lossProgram(t, c.yaml, c.spiking)
		r, err := p.Step(lossInput())
		if err != nil {
			t.Fatal(err)
		}
		if want := c.define(outputOf(p)); math.Abs(r.Loss-want) > 1e-6*math.Max(want, 1) {
			t.Errorf("%s: loss %v, defined as %v", c.yaml, r.Loss, want)
		}
		if r.Penalty != 0 {
			t.Errorf("%s: a penalty of %v without rates", c.yaml, r.Penalty)
		}
	}
}

// TestGradientsOfLossesReachTheWeights: for the leaky integrator, whose output
// is smooth, against central differences of the whole in float64.
func TestGradientsOfLossesReachTheWeights(t *testing.T) {
	in := lossInput()
	for _, c := range lossCases {
		if c.spiking {
			continue // by the spikes: twins in autograd; through the surrogate: neuron
		}
		p := lossProgram(t, c.yaml, false)
		if _, err := p.Step(in); err != nil {
			t.Fatal(err)
		}
		net := p.Store()
		weight, bias := net.Node("in").Op.Params()[0].Tensor, net.Node("in").Op.Params()[1].Tensor
		params := make([]float64, 0, len(weight.Data)+len(bias.Data))
		for _, v := range append(slices.Clone(weight.Data), bias.Data...) {
			params = append(params, float64(v))
		}
		got := append(p.Gradient("in.weight"), p.Gradient("in.bias")...)
		const h = 1e-5
		for i := range params {
			at := params[i]
			params[i] = at + h
			high := c.define(integrate(params, in.X))
			params[i] = at - h
			low := c.define(integrate(params, in.X))
			params[i] = at
			if want := (high - low) / (2 * h); math.Abs(float64(got[i])-want) > 2e-5*math.Max(1, math.Abs(want)) {
				t.Errorf("%s: gradient by parameter %d is %v, by differences %v", c.yaml, i, got[i], want)
			}
		}
	}
}

// TestRatePenalties: the parts of the loss that keep rates in a range, by
// default of every spiking layer but the output.
func TestRatePenalties(t *testing.T) {
	model := "  - {kind: linear, out: 9}\n  - {kind: lif, name: first, beta: 0.75, threshold: 0.4}\n  - {kind: linear, out: 7}\n  - {kind: lif, name: second, beta: 0.75, threshold: 0.4}\n  - {kind: linear, out: 3}\n  - {kind: lif, name: out}"
	for yaml, define := range map[string]func(rates map[string][]float64) float64{
		"[{lower: 0.2, weight: 3}]": func(r map[string][]float64) float64 {
			return 3 * (penaltyOf(r["first"], 0.2, math.Inf(1)) + penaltyOf(r["second"], 0.2, math.Inf(1)))
		},
		"[{upper: 0.1, weight: 2}]": func(r map[string][]float64) float64 {
			return 2 * (penaltyOf(r["first"], 0, 0.1) + penaltyOf(r["second"], 0, 0.1))
		},
		"[{layers: [second], lower: 0.3, upper: 0.35, weight: 1}, {layers: [first, out], upper: 0.05, weight: 5}]": func(r map[string][]float64) float64 {
			return penaltyOf(r["second"], 0.3, 0.35) + 5*(penaltyOf(r["first"], 0, 0.05)+penaltyOf(r["out"], 0, 0.05))
		},
	} {
		loss, err := lossOf("{kind: cross-entropy, readout: rate, rates: " + yaml + "}")
		if err != nil {
			t.Fatal(err)
		}
		p, err := layers.Compile(networkOf(t, model), layers.Options{Loss: loss})
		if err != nil {
			t.Fatal(err)
		}
		r, err := p.Step(lossInput())
		if err != nil {
			t.Fatal(err)
		}
		rates := map[string][]float64{}
		for _, name := range p.Spiking() {
			rates[name] = countRates(p.Output(name))
		}
		want := define(rates)
		if want == 0 || math.Abs(r.Penalty-want) > 1e-9 {
			t.Errorf("%s: penalty %v, defined as %v", yaml, r.Penalty, want)
		}
		if rest := crossEntropyOf("rate", 0)(outputOf(p)); math.Abs(r.Loss-rest-want) > 1e-6 {
			t.Errorf("%s: the loss is %v, cross-entropy %v and penalty %v", yaml, r.Loss, rest, want)
		}
	}
}

// TestRatePenaltiesMoveRates where they are wanted: training on the penalty
// nearly alone raises the rate of a quiet layer and lowers that of a busy one.
func TestRatePenaltiesMoveRates(t *testing.T) {
	for _, c := range []struct {
		threshold, rates string
		up               bool
	}{{"2", "{lower: 0.3, weight: 100}", true}, {"0.1", "{upper: 0.1, weight: 100}", false}} {
		loss, err := lossOf("{kind: cross-entropy, readout: mean, rates: [" + c.rates + "]}")
		if err != nil {
			t.Fatal(err)
		}
		p, err := layers.Compile(networkOf(t, fmt.Sprintf("  - {kind: linear, out: 20}\n  - {kind: lif, beta: 0.75, threshold: %s}\n  - {kind: linear, out: 3}\n  - {kind: li}", c.threshold)), layers.Options{Loss: loss})
		if err != nil {
			t.Fatal(err)
		}
		opt := planOf(t, "optimizer: {kind: adam}").Optimizer
		var rates, penalties []float64
		for range 60 {
			r, err := p.Step(lossInput())
			if err != nil {
				t.Fatal(err)
			}
			rates, penalties = append(rates, p.Activities()[0].Mean), append(penalties, r.Penalty)
			opt.Step(nil, p.Params(), 0.02)
		}
		first, last := rates[0], rates[len(rates)-1]
		if c.up != (last > first+0.05) || !c.up && last > first-0.05 || penalties[59] > 0.3*penalties[0] {
			t.Errorf("%s: the rate went from %.3f to %.3f, the penalty from %.3f to %.3f", c.rates, first, last, penalties[0], penalties[59])
		}
	}
}

func TestFaultsOfLosses(t *testing.T) {
	for yaml, want := range map[string]string{
		"{kind: mse, readout: each}":        "loss.readout: each goes with cross-entropy only (test:1:",
		"{kind: van-rossum, readout: each}": "loss.readout: each goes with cross-entropy only",
		"{readout: summ}":                   `loss.readout: "summ"`,
		"{kind: cross-entropi}":             `did you mean "cross-entropy"?`,
		"{smoothing: 1}":                    "loss.smoothing: 1 is not below 1",
		"{kind: van-rossum, tau: 0}":        "loss.tau: 0 is not above 0",
		"{rates: [{weight: 1}, {lower: 0.5, upper: 0.2, weight: 1}]}": "loss.rates.1.upper: is below lower (test:1:",
		"{rates: [{lower: 0.5}]}":                                     "loss.rates.0.weight",
		"{kind: mse, smoothing: 0.1}":                                 "loss.smoothing: unknown key",
		"{rates: [{lower: -1, weight: 1}]}":                           "loss.rates.0.lower: -1 is below 0",
		"{rates: [{weight: -2}], readout: 3}":                         "loss.rates.0.weight: -2 is not above 0",
	} {
		if _, err := lossOf(yaml); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", yaml, err, want)
		}
	}
}

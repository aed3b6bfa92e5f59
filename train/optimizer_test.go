package train_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/train"
)

// decoded reads a `train:` section and returns its plan.
func decoded(t testing.TB, yaml string) train.Plan {
	t.Helper()
	c := train.Defaults()
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

// two parameters: a weight that decays and a bias that does not.
func twoParams(seed uint64, n int) []layers.Param {
	r := rand.New(rand.NewPCG(seed, 0))
	params := []layers.Param{
		{Name: "a.weight", Value: make([]float32, n), Grad: make([]float32, n), Decay: true},
		{Name: "a.bias", Value: make([]float32, 3), Grad: make([]float32, 3)},
	}
	for _, p := range params {
		for i := range p.Value {
			p.Value[i] = float32(r.NormFloat64())
		}
	}
	return params
}

// drawGradients gives every parameter the gradients of a step.
func drawGradients(params []layers.Param, step int) {
	r := rand.New(rand.NewPCG(uint64(step), 1))
	for _, p := range params {
		for i := range p.Grad {
			p.Grad[i] = float32(r.NormFloat64())
		}
	}
}

// rateOf is a learning rate that changes from step to step.
func rateOf(step int) float64 { return 0.01 * (1 + 0.5*math.Sin(float64(step))) }

// scalar is one weight followed in float64 by the formulas in PyTorch's
// documentation of torch.optim.SGD, Adam and AdamW.
type scalar struct {
	p, m, v float64
	step    int
}

func (s *scalar) sgd(g, lr, mu, wd float64, nesterov bool) {
	g += wd * s.p
	s.m = mu*s.m + g
	if nesterov {
		s.p -= lr * (g + mu*s.m)
		return
	}
	s.p -= lr * s.m
}

func (s *scalar) adam(g, lr, b1, b2, eps float64) {
	s.step++
	s.m, s.v = b1*s.m+(1-b1)*g, b2*s.v+(1-b2)*g*g
	mean, square := s.m/(1-math.Pow(b1, float64(s.step))), s.v/(1-math.Pow(b2, float64(s.step)))
	s.p -= lr * mean / (math.Sqrt(square) + eps)
}

// optimizerCases are settings with their recurrence; wd is 0 where decay does not apply.
var optimizerCases = []struct {
	yaml   string
	follow func(s *scalar, g, lr, wd float64)
	wd     float64
}{
	{"{kind: sgd, momentum: 0}", func(s *scalar, g, lr, wd float64) { s.sgd(g, lr, 0, wd, false) }, 0},
	{"{kind: sgd}", func(s *scalar, g, lr, wd float64) { s.sgd(g, lr, 0.9, wd, false) }, 0},
	{"{kind: sgd, momentum: 0.8, weight_decay: 0.3}", func(s *scalar, g, lr, wd float64) { s.sgd(g, lr, 0.8, wd, false) }, 0.3},
	{"{kind: sgd, momentum: 0.8, weight_decay: 0.3, nesterov: true}", func(s *scalar, g, lr, wd float64) { s.sgd(g, lr, 0.8, wd, true) }, 0.3},
	{"{kind: adam}", func(s *scalar, g, lr, _ float64) { s.adam(g, lr, 0.9, 0.999, 1e-8) }, 0},
	{"{kind: adam, beta1: 0.7, beta2: 0.95, eps: 1e-3, weight_decay: 0.3}", func(s *scalar, g, lr, wd float64) { s.adam(g+wd*s.p, lr, 0.7, 0.95, 1e-3) }, 0.3},
	{"{kind: adamw}", func(s *scalar, g, lr, wd float64) { s.p *= 1 - lr*wd; s.adam(g, lr, 0.9, 0.999, 1e-8) }, 0.01},
	{"{kind: adamw, weight_decay: 0.3, beta1: 0}", func(s *scalar, g, lr, wd float64) { s.p *= 1 - lr*wd; s.adam(g, lr, 0, 0.999, 1e-8) }, 0.3},
}

// TestOptimizersFollowTheirFormulas: 100 steps with changing gradients and
// rates stay within rounding (a few units in the last place a step) of float64.
func TestOptimizersFollowTheirFormulas(t *testing.T) {
	for _, c := range optimizerCases {
		t.Run(c.yaml, func(t *testing.T) {
			opt := decoded(t, "optimizer: "+c.yaml).Optimizer
			params := twoParams(3, 40)
			var twins []*scalar
			for _, p := range params {
				for _, v := range p.Value {
					twins = append(twins, &scalar{p: float64(v)})
				}
			}
			for step := range 100 {
				drawGradients(params, step)
				opt.Step(nil, params, rateOf(step))
				at := 0
				for _, p := range params {
					wd := 0.0
					if p.Decay {
						wd = c.wd
					}
					for i, g := range p.Grad {
						s := twins[at]
						c.follow(s, float64(g), rateOf(step), wd)
						if e := math.Abs(float64(p.Value[i]) - s.p); e > 2e-7*float64(step+4) {
							t.Fatalf("step %d, %s[%d]: %v, formula %v", step, p.Name, i, p.Value[i], s.p)
						}
						at++
					}
				}
			}
			if opt.Count() != 100 {
				t.Errorf("count is %d after 100 steps", opt.Count())
			}
		})
	}
}

// TestOptimizersOnAConstantGradient holds them to closed forms.
func TestOptimizersOnAConstantGradient(t *testing.T) {
	const lr, steps = 0.125, 40
	for yaml, moved := range map[string]float64{
		"{kind: sgd, momentum: 0}": lr * steps,
		// b_k = (1 − μ^k)/(1 − μ); its sum over k.
		"{kind: sgd, momentum: 0.5}": lr * (steps - (1-math.Pow(0.5, steps))*0.5/0.5) / 0.5,
		// Bias correction makes both means exact: every step is lr·g/|g|.
		"{kind: adam}":                   lr * steps,
		"{kind: adamw, weight_decay: 0}": lr * steps,
	} {
		p := []layers.Param{{Name: "w", Value: []float32{0}, Grad: []float32{1}, Decay: true}}
		opt := decoded(t, "optimizer: "+yaml).Optimizer
		for range steps {
			opt.Step(nil, p, lr)
		}
		if got := -float64(p[0].Value[0]); math.Abs(got-moved) > 1e-5*moved {
			t.Errorf("%s moved by %v, want %v", yaml, got, moved)
		}
	}
}

func TestLearningRatesOfOptimizers(t *testing.T) {
	for yaml, want := range map[string]float64{"adam": 1e-3, "adamw": 1e-3, "sgd": 0.1, "{kind: adam, lr: 0.25}": 0.25} {
		if got := decoded(t, "optimizer: "+yaml).LR; got != want {
			t.Errorf("%s: learning rate %v, want %v", yaml, got, want)
		}
	}
}

// TestOptimizerStateIsAllThereIs: an optimizer that takes over state and count
// after any number of steps goes on with the same bits; so does one on more threads.
func TestOptimizerStateIsAllThereIs(t *testing.T) {
	for _, c := range optimizerCases {
		for _, after := range []int{0, 1, 7} {
			t.Run(fmt.Sprintf("%s/%d", c.yaml, after), func(t *testing.T) {
				const n = 40_000 // several pieces
				whole, cut := twoParams(5, n), twoParams(5, n)
				first, second, straight := decoded(t, "optimizer: "+c.yaml).Optimizer, decoded(t, "optimizer: "+c.yaml).Optimizer, decoded(t, "optimizer: "+c.yaml).Optimizer
				for step := range 12 {
					drawGradients(whole, step)
					drawGradients(cut, step)
					straight.Step(nil, whole, rateOf(step))
					if step == after {
						kept := first.State(cut)
						for name, into := range second.State(cut) {
							if copy(into, kept[name]) != len(into) {
								t.Fatalf("%s has %d values, want %d", name, len(kept[name]), len(into))
							}
						}
						second.SetCount(first.Count())
						first = second
					}
					first.Step(par.New(3), cut, rateOf(step))
				}
				for i := range whole {
					if !slices.Equal(whole[i].Value, cut[i].Value) {
						t.Errorf("%s differs", whole[i].Name)
					}
				}
			})
		}
	}
}

package autograd_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// form is the kind of signal that an op is tested with.
type form struct {
	name              string
	spiking, constant bool
	zeros             float64 // share of zeros of an analog signal
	gain              float32 // value of a spike; 0 = 1
}

var forms = []form{
	{name: "analog"},
	{name: "analog constant", constant: true},
	{name: "analog sparse", zeros: 0.85},
	{name: "analog sparse constant", constant: true, zeros: 0.85},
	{name: "spikes", spiking: true},
	{name: "spikes constant", spiking: true, constant: true},
	{name: "spikes of another value", spiking: true, gain: 1.5},
}

// randomSignal draws a signal of 3 steps and 2 samples.
func randomSignal(r *rand.Rand, f form, shape ...int) *autograd.Value {
	const steps, batch = 3, 2
	if f.spiking {
		s := signal.NewSpikes(steps, batch, shape, f.constant)
		if f.gain != 0 {
			s.Gain = f.gain
		}
		for row := range s.Rows() {
			for n := range s.N() {
				if r.Float64() < 0.3 {
					s.Fire(row, n)
				}
			}
		}
		return &autograd.Value{Signal: s}
	}
	s := signal.NewAnalog(steps, batch, shape, f.constant)
	for i := range s.F {
		if r.Float64() >= f.zeros {
			s.F[i] = float32(r.NormFloat64())
		}
	}
	return &autograd.Value{Signal: s}
}

func randomParam(r *rand.Rand, n int) *autograd.Value {
	p := make([]float32, n)
	for i := range p {
		p[i] = float32(r.NormFloat64())
	}
	return &autograd.Value{Param: p}
}

// opCase is an op with inputs for every form it takes, and its twin.
type opCase struct {
	name   string
	op     func() autograd.Op
	inputs func(r *rand.Rand, f form) []*autograd.Value
	twin   func(f form) autograd.Twin
	forms  []form
}

func TestOpsAgreeWithTheirTwins(t *testing.T) {
	for _, c := range opCases() {
		for _, f := range c.forms {
			for seed := range uint64(3) {
				t.Run(fmt.Sprintf("%s/%s/%d", c.name, f.name, seed), func(t *testing.T) {
					r := rand.New(rand.NewPCG(seed, 7))
					in := c.inputs(r, f)
					need := make([]bool, len(in))
					for i := range need {
						need[i] = true
					}
					ctx := &autograd.Context{Pool: par.New(2), Train: true, Keys: []uint64{1, 2}, Labels: []int{1, 0}}
					d, err := autograd.GradCheck(ctx, c.op(), in, need, c.twin(f), seed)
					if err != nil {
						t.Fatal(err)
					}
					if d.Forward > 2e-6 {
						t.Errorf("forward is %.3g from the twin", d.Forward)
					}
					for i, e := range d.Backward {
						if e > 2e-5 {
							t.Errorf("gradient by input %d is %.3g from the twin's", i, e)
						}
					}
				})
			}
		}
	}
}

func TestKeysTellEveryAttribute(t *testing.T) {
	different := []autograd.Op{
		&autograd.Linear{}, &autograd.Flatten{}, &autograd.Add{}, &autograd.Scale{}, &autograd.Total{},
		&autograd.Conv2d{Kernel: [2]int{3, 3}, Groups: 1}, &autograd.Conv2d{Kernel: [2]int{3, 2}, Groups: 1},
		&autograd.Conv2d{Kernel: [2]int{3, 3}, Stride: [2]int{2, 2}, Groups: 1}, &autograd.Conv2d{Kernel: [2]int{3, 3}, Groups: 2},
		&autograd.Conv2d{Kernel: [2]int{3, 3}, Padding: [2]int{1, 0}, Groups: 1}, &autograd.Conv2d{Kernel: [2]int{3, 3}, Dilation: [2]int{1, 2}, Groups: 1},
		pool(model.PoolAvg, 2, 2, 0), pool(model.PoolMax, 2, 2, 0), pool(model.PoolSum, 2, 2, 0), pool(model.PoolSum, 3, 2, 0), pool(model.PoolSum, 3, 1, 0), pool(model.PoolSum, 3, 1, 1),
		&autograd.Pool2d{Pool2d: model.Pool2d{Mode: model.PoolSum, Extra: [2]int{1, 0}}}, &autograd.Pool2d{Pool2d: model.Pool2d{Mode: model.PoolSum, Dilation: [2]int{2, 1}}},
		&autograd.Depthwise{Conv2d: autograd.Conv2d{Kernel: [2]int{3, 3}, Groups: 2}},
		gated(2, 2, 0), &autograd.QCFS{Levels: 4}, &autograd.QCFS{Levels: 5},
		&autograd.Affine{}, &autograd.PReLU{}, &autograd.Concat{}, &autograd.Concat{Axis: 1}, &autograd.Route{Label: "a"}, &autograd.Route{Label: "b"},
		rectifier(model.ReLU, 0, 0, 0), rectifier(model.Clip, 0, 6, 0), rectifier(model.Clip, 1, 6, 0), rectifier(model.Clip, 0, 5, 0), rectifier(model.LeakyReLU, 0, 0, 0.1), rectifier(model.LeakyReLU, 0, 0, 0.2),
		&autograd.Dropout{Name: "a", P: 0.5}, &autograd.Dropout{Name: "b", P: 0.5}, &autograd.Dropout{Name: "a", P: 0.25},
		&autograd.BatchNorm{Eps: 1}, &autograd.BatchNorm{Eps: 2}, &autograd.BatchNorm{Eps: 1, Momentum: 1}, &autograd.BatchNorm{Eps: 1, StepByStep: true},
		&autograd.Readout{Kind: "sum"}, &autograd.Readout{Kind: "max"}, &autograd.CrossEntropy{}, &autograd.CrossEntropy{Smoothing: 0.1},
		&autograd.Distillation{Temperature: 1}, &autograd.Distillation{Temperature: 2},
		&autograd.MSE{Correct: 1}, &autograd.MSE{Incorrect: 1}, &autograd.VanRossum{Tau: 1}, &autograd.VanRossum{Tau: 2}, &autograd.VanRossum{Tau: 1, Correct: 1},
		&autograd.RatePenalty{Lower: 1}, &autograd.RatePenalty{Upper: 1}, &autograd.RatePenalty{Weight: 1},
		&autograd.Neuron{Model: "lif"}, &autograd.Neuron{Model: "if"}, &autograd.Neuron{Model: "lif", Output: model.OutputMembrane},
		&autograd.Neuron{Model: "lif", Rules: model.Rules{Delay: 1}}, &autograd.Neuron{Model: "lif", Names: []string{"beta"}},
		&autograd.Neuron{Model: "lif", Recurrence: model.RecurrenceDense}, &autograd.Neuron{Model: "lif", Recurrence: model.RecurrenceOneToOne},
	}
	seen := map[string]int{}
	for i, op := range different {
		if j, dup := seen[op.Key()]; dup {
			t.Errorf("ops %d and %d differ but share the key %q", j, i, op.Key())
		}
		seen[op.Key()] = i
	}
}

func pool(mode model.PoolMode, size, stride, padding int) *autograd.Pool2d {
	return &autograd.Pool2d{Pool2d: model.Pool2d{Mode: mode, Size: [2]int{size, size}, Stride: [2]int{stride, stride}, Padding: [2]int{padding, padding}}}
}

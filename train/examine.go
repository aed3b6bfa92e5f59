package train

import (
	"context"
	"math"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
)

// Checkup is what a trained network does on a number of samples: how its
// layers fire, and how large the gradients of its arrays are.
type Checkup struct {
	Score     *Score        // nil when a score is not finite
	Steps     int           // time steps of a sample
	Layers    []LayerHealth // the spiking ones, in the order of computation
	Params    []ParamHealth // the trainable ones
	OverTime  []float64     // root mean square of the gradient by the input, step by step; nil without one or for an input that is the same in every step
	NonFinite string        // the first computation that gave a NaN or an infinity; "" = none
}

// LayerHealth is how a spiking layer fires.
type LayerHealth struct {
	Name      string  `json:"name"`
	Neurons   int     `json:"neurons"`
	Rate      float64 `json:"spikes_per_neuron_and_step"`
	Dead      float64 `json:"dead"`                     // share of neurons that fired for no sample
	Saturated float64 `json:"saturated"`                // share of neurons that fired in every step, mean over samples
	Low       float64 `json:"potential_low,omitempty"`  // the lowest membrane potential of any neuron after a step
	High      float64 `json:"potential_high,omitempty"` // and the highest, after a reset if there was one
}

// ParamHealth is one trainable array, and the gradient of the loss by it.
type ParamHealth struct {
	Name        string   `json:"name"`
	Values      int      `json:"values"`
	RMS         float64  `json:"rms"` // of the finite values
	NonFinite   int      `json:"non_finite"`
	Gradient    *float64 `json:"gradient_rms,omitempty"` // over values and batches; nil without a loss, and when one is not finite
	BadGradient int      `json:"gradient_non_finite,omitempty"`

	weight bool // a weight matrix, or kernels
}

// Examine runs the network over a source, once forward as Evaluate does and,
// when the network was compiled with a loss, once more as in training, with
// dropout and batch statistics. The order of samples is that of the source.
// Compiled with layers.Options.InputGradient, the gradient by the input shows
// how errors fade or grow on their way back through time.
// No array changes but running statistics, after they were used.
func Examine(ctx context.Context, p *layers.Program, s datasets.Source, o EvalOptions, gradients bool) (Checkup, error) {
	x := examination{program: p, score: Score{}}
	for _, param := range p.Params() {
		x.params = append(x.params, newParamTally(param))
	}
	if err := x.each(ctx, s, o, x.forward); err != nil {
		return Checkup{}, err
	}
	if gradients {
		x.seed = o.Seed
		if err := x.each(ctx, s, o, x.backward); err != nil {
			return Checkup{}, err
		}
	}
	return x.result(), nil
}

// examination is a Checkup being made.
type examination struct {
	program   *layers.Program
	seed      uint64
	score     Score
	steps     int
	layers    []*layerTally
	params    []*paramTally
	nonFinite string
	batches   int       // of the backward pass
	overTime  []float64 // squares of the gradient by the input in each step
	inputs    int       // values of each step
}

// each calls f with every batch of a source.
func (x *examination) each(ctx context.Context, s datasets.Source, o EvalOptions, f func(*datasets.Batch) error) error {
	for b, err := range datasets.Batches(s, datasets.BatchOptions{Size: max(o.Batch, 1), Seed: o.Seed, Epoch: EvalEpoch, Encoder: o.Encoder, Pool: o.Pool}) {
		if err == nil {
			err = f(b)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *examination) forward(b *datasets.Batch) error {
	scores, err := x.program.Infer(layers.Input{X: b.X, Watch: true})
	if err != nil {
		return err
	}
	x.steps = b.X.T
	for i, label := range b.Labels {
		x.score.count(scores.Row(i), label)
	}
	if name, found := x.program.NonFinite(); found && x.nonFinite == "" {
		x.nonFinite = name
	}
	for i, name := range x.program.Spiking() {
		if i == len(x.layers) {
			x.layers = append(x.layers, &layerTally{name: name})
		}
		x.layers[i].add(x.program.Output(name), x.program.Trace(name))
	}
	return nil
}

func (x *examination) backward(b *datasets.Batch) error {
	in := layers.Input{X: b.X, Labels: b.Labels}
	for _, id := range b.IDs {
		in.Keys = append(in.Keys, rng.Key(x.seed, EvalEpoch, uint64(id)))
	}
	if _, err := x.program.Step(in); err != nil {
		return err
	}
	if name, found := x.program.NonFinite(); found && x.nonFinite == "" {
		x.nonFinite = name
	}
	x.batches++
	x.addOverTime(x.program.InputGradient())
	for i, p := range x.program.Params() {
		x.params[i].addGradient(p.Grad)
	}
	return nil
}

// addOverTime adds the gradient by the input, if it is known step by step.
func (x *examination) addOverTime(g *signal.Signal) {
	if g == nil || g.Const || len(g.F) == 0 {
		return
	}
	if x.overTime == nil {
		x.overTime = make([]float64, g.T)
	}
	for t := range min(g.T, len(x.overTime)) {
		squares, _ := sumSquares(g.F[t*g.B*g.N():][:g.B*g.N()])
		x.overTime[t] += squares
	}
	x.inputs += g.B * g.N()
}

func (x *examination) result() Checkup {
	c := Checkup{Steps: x.steps, NonFinite: x.nonFinite}
	if x.score.average(); isFinite(x.score.Loss) {
		c.Score = &x.score
	}
	for _, squares := range x.overTime {
		c.OverTime = append(c.OverTime, math.Sqrt(squares/float64(x.inputs)))
	}
	for _, l := range x.layers {
		c.Layers = append(c.Layers, l.health())
	}
	for _, p := range x.params {
		c.Params = append(c.Params, p.health(x.batches))
	}
	return c
}

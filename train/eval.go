package train

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
)

// Score is how a network did on a number of samples. Loss is the cross-entropy
// of its scores, whatever it was trained on.
type Score struct {
	Accuracy float64 `json:"accuracy"`
	Loss     float64 `json:"loss"`
	Correct  int     `json:"correct"`
	N        int     `json:"n"`
}

// Evaluation is a Score with what led to it.
type Evaluation struct {
	Score
	Confusion [][]int            // [label][prediction]
	Spikes    map[string]float64 // spikes per neuron and sample of each spiking layer
	Classes   []int32            // the prediction of each sample, when asked for
	Logits    []float32          // the scores of each sample, when asked for
	PerSample int                // number of scores a sample
	AtSteps   []Score            // after each of EvalOptions.Steps
	Rasters   map[string]Raster  // of every spiking layer, when asked for
	MeanSteps float64            // time steps that a sample was run for
}

// EvalOptions say how to evaluate.
type EvalOptions struct {
	Encoder datasets.Encoder
	Batch   int
	Seed    uint64
	Pool    *par.Pool
	Keep    bool    // Classes and Logits
	Steps   []int   // numbers of time steps to judge after as well
	Record  bool    // Rasters
	Exit    float64 // stop a sample once its best score leads by this; 0 = run all steps (layers.Program.InferUntil)
	Each    func(done, of int)
}

// EvalEpoch keys the encoding of samples that are judged, not trained on: whoever
// shows them elsewhere, as on a chip, shows the same spikes.
const EvalEpoch = math.MaxUint64

// Network is what Evaluate judges: a layers.Program, or a simulator that answers the same questions.
type Network interface {
	Infer(in layers.Input) (*signal.Signal, error)
	ScoresAt(t int) (*signal.Signal, error)
	Activities() []layers.Activity
	Spiking() []string
	Output(layer string) *signal.Signal
	NonFinite() (string, bool)
}

// Evaluate runs the network over a source once, or until ctx ends.
func Evaluate(ctx context.Context, p Network, s datasets.Source, o EvalOptions) (Evaluation, error) {
	e := Evaluation{Spikes: map[string]float64{}, AtSteps: make([]Score, len(o.Steps)), Rasters: map[string]Raster{}}
	if o.Exit != 0 && (o.Record || len(o.Steps) > 0) {
		return e, fmt.Errorf("train: early exit does not go with a record or with several numbers of steps: samples stop at different steps")
	}
	for b, err := range datasets.Batches(s, datasets.BatchOptions{Size: max(o.Batch, 1), Seed: o.Seed, Epoch: EvalEpoch, Encoder: o.Encoder, Pool: o.Pool}) {
		if err != nil {
			return e, err
		}
		scores, steps, err := infer(p, b.X, o)
		if err != nil {
			return e, err
		}
		e.MeanSteps += steps * float64(len(b.Labels))
		e.add(scores, b.Labels, o.Keep)
		if !isFinite(e.Loss) {
			return e, notFinite(p, e.N)
		}
		if err := e.addSteps(p, b.Labels, o.Steps); err != nil {
			return e, err
		}
		if o.Record {
			e.record(p)
		}
		for _, a := range p.Activities() {
			e.Spikes[a.Layer] += a.Mean * steps * float64(len(b.Labels))
		}
		if o.Each != nil {
			o.Each(e.N, s.Len())
		}
		if err := ctx.Err(); err != nil {
			return e, err
		}
	}
	e.average()
	e.MeanSteps /= float64(max(e.N, 1))
	for i := range e.AtSteps {
		e.AtSteps[i].average()
	}
	for name := range e.Spikes {
		e.Spikes[name] /= float64(max(e.N, 1))
	}
	return e, nil
}

// errNotFinite says that the scores of a network are no numbers to compare.
var errNotFinite = errors.New("a score is not finite")

func notFinite(p Network, n int) error {
	where := ""
	if name, found := p.NonFinite(); found {
		where = ": the first value that is not finite is in " + name
	}
	return fmt.Errorf("train: %w in the batch that ends with sample %d%s", errNotFinite, n, where)
}

// infer returns the scores of a batch and the mean number of steps run for them.
func infer(p Network, x *signal.Signal, o EvalOptions) (*signal.Signal, float64, error) {
	if o.Exit == 0 {
		scores, err := p.Infer(layers.Input{X: x, Lean: len(o.Steps) == 0 && !o.Record})
		return scores, float64(x.T), err
	}
	program, ok := p.(*layers.Program)
	if !ok {
		return nil, 0, fmt.Errorf("train: early exit: this network does not run step by step")
	}
	exits, err := program.InferUntil(layers.Input{X: x}, o.Exit)
	sum := 0
	for _, t := range exits.Steps {
		sum += t
	}
	return exits.Scores, float64(sum) / float64(x.B), err
}

// average turns sums into means.
func (s *Score) average() {
	if s.N > 0 {
		s.Accuracy = float64(s.Correct) / float64(s.N)
		s.Loss /= float64(s.N)
	}
}

// count adds one sample.
func (s *Score) count(row []float32, label int) {
	if signal.ArgMax(row) == label {
		s.Correct++
	}
	s.Loss += crossEntropy(row, label)
	s.N++
}

// add judges one batch.
func (e *Evaluation) add(scores *signal.Signal, labels []int, keep bool) {
	classes := scores.N()
	e.PerSample = classes
	if e.Confusion == nil {
		e.Confusion = make([][]int, classes)
		for i := range e.Confusion {
			e.Confusion[i] = make([]int, classes)
		}
	}
	for b, label := range labels {
		row := scores.Row(b)
		guess := signal.ArgMax(row)
		if label < classes {
			e.Confusion[label][guess]++
		}
		e.count(row, label)
		if keep {
			e.Classes = append(e.Classes, int32(guess))
			e.Logits = append(e.Logits, row...)
		}
	}
}

func crossEntropy(row []float32, label int) float64 {
	if label >= len(row) {
		return 0
	}
	high := float64(row[signal.ArgMax(row)])
	sum := 0.0
	for _, v := range row {
		sum += math.Exp(float64(v) - high)
	}
	return math.Log(sum) + high - float64(row[label])
}

func countCorrect(scores *signal.Signal, labels []int) int {
	n := 0
	for b, label := range labels {
		if signal.ArgMax(scores.Row(b)) == label {
			n++
		}
	}
	return n
}

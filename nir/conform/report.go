package conform

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/nir"
)

// Batch is input with labels, or without.
type Batch struct {
	X      *signal.Signal
	Labels []int
}

// Outcome is what a graph does under one profile.
type Outcome struct {
	Profile  string     `json:"profile"`
	Dt       float64    `json:"dt,omitempty"`
	Refused  []string   `json:"refused,omitempty"` // why the framework does not take the graph
	Notes    []nir.Note `json:"notes,omitempty"`
	Spikes   float64    `json:"spikes"` // of all layers and samples
	Differ   int        `json:"output_differs"`
	Values   int        `json:"output_values"`
	Layers   []Layer    `json:"layers,omitempty"`
	Parts    *Parting   `json:"parts,omitempty"` // from the reference
	Correct  int        `json:"correct,omitempty"`
	N        int        `json:"n,omitempty"`
	Accuracy *float64   `json:"accuracy,omitempty"` // with labels
}

// Report compares profiles.
type Report struct {
	Reference string    `json:"reference"` // the profile that the others are compared with
	Steps     int       `json:"steps"`
	Samples   int       `json:"samples"`
	Outcomes  []Outcome `json:"profiles"`
}

// Profile is an import to compare: its name and the options it stands for.
type Profile struct {
	Name    string
	Options nir.Options
}

// entry is a profile that takes the graph.
type entry struct {
	outcome *Outcome
	run     *runner
	compare *comparison
}

// Compare runs a graph under every profile over all batches. The first profile
// that takes the graph is the reference.
func Compare(ctx context.Context, g *nir.Graph, profiles []Profile, batches func(*model.Network) (iter.Seq2[Batch, error], error), compile Compiler) (*Report, error) {
	r := &Report{Outcomes: make([]Outcome, len(profiles))}
	var taken []*entry
	for i, p := range profiles {
		r.Outcomes[i].Profile = p.Name
		made, err := nir.Import(g, p.Options)
		if err != nil {
			r.Outcomes[i].Refused = lines(err)
			continue
		}
		run, err := newRunner(made.Network, compile)
		if err != nil {
			return nil, err
		}
		r.Outcomes[i].Dt, r.Outcomes[i].Notes = made.Dt, made.Notes
		e := &entry{outcome: &r.Outcomes[i], run: run}
		if len(taken) == 0 {
			r.Reference = p.Name
		}
		taken = append(taken, e)
		e.compare = newComparison(taken[0].run, run)
	}
	if len(taken) == 0 {
		return r, nil
	}
	list, err := batches(taken[0].run.net)
	if err != nil {
		return nil, err
	}
	if err := r.run(ctx, taken, list); err != nil {
		return nil, err
	}
	for _, e := range taken {
		e.finish()
	}
	return r, nil
}

func (r *Report) run(ctx context.Context, taken []*entry, list iter.Seq2[Batch, error]) error {
	for b, err := range list {
		if err != nil {
			return err
		}
		var reference map[string][]float32
		for _, e := range taken {
			scores, values, err := e.run.rasters(b.X)
			if err != nil {
				return fmt.Errorf("profile %s: %w", e.outcome.Profile, err)
			}
			if reference == nil {
				reference = values
			}
			e.compare.add(reference, values, b.X.B)
			for i, label := range b.Labels {
				e.outcome.N++
				if signal.ArgMax(scores.Row(i)) == label {
					e.outcome.Correct++
				}
			}
		}
		r.Steps = b.X.T
		r.Samples += b.X.B
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (e *entry) finish() {
	o := e.outcome
	o.Layers, o.Parts = e.compare.result()
	last := o.Layers[len(o.Layers)-1]
	o.Differ, o.Values = last.Differ, last.Values
	for _, l := range o.Layers {
		o.Spikes += l.Spikes
	}
	if o.N > 0 {
		a := float64(o.Correct) / float64(o.N)
		o.Accuracy = &a
	}
}

// lines are the faults that an error joins.
func lines(err error) []string {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []string{err.Error()}
	}
	var out []string
	for _, e := range joined.Unwrap() {
		out = append(out, lines(e)...)
	}
	return out
}

// Difference is what a network does otherwise when another one runs in its
// place; layers of one name are compared. Correct counts equal predictions.
func Difference(ctx context.Context, trained, asRun *model.Network, list iter.Seq2[Batch, error], compile Compiler) (*Outcome, error) {
	a, err := newRunner(trained, compile)
	if err != nil {
		return nil, err
	}
	b, err := newRunner(asRun, compile)
	if err != nil {
		return nil, err
	}
	b.watched = slices.DeleteFunc(b.watched, func(name string) bool { return !slices.Contains(a.watched, name) })
	if len(b.watched) == 0 {
		return nil, fmt.Errorf("conform: the networks have no layer in common")
	}
	e := &entry{outcome: &Outcome{}, run: b, compare: newComparison(a, b)}
	for batch, err := range list {
		if err != nil {
			return nil, err
		}
		want, reference, err := a.rasters(batch.X)
		if err != nil {
			return nil, err
		}
		scores, values, err := b.rasters(batch.X)
		if err != nil {
			return nil, err
		}
		e.compare.add(reference, values, batch.X.B)
		for i := range batch.X.B {
			e.outcome.N++
			if signal.ArgMax(scores.Row(i)) == signal.ArgMax(want.Row(i)) {
				e.outcome.Correct++
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	e.finish()
	return e.outcome, nil
}

// Noise is input for a network of which the data is not known: spikes at a
// rate of 1/4, drawn by the seed.
func Noise(n *model.Network, seed uint64, steps, samples int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		r := rng.New(seed, rng.Noise)
		x := signal.NewSpikes(steps, samples, n.Input, false)
		for row := range x.Rows() {
			for i := range x.N() {
				if r.IntN(4) == 0 {
					x.Fire(row, i)
				}
			}
		}
		yield(Batch{X: x}, nil)
	}
}

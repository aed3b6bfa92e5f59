package convert

import (
	"context"
	"math"
	"math/bits"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// Errors is where the decoded spikes ŝ = θN/T of a layer differ from the
// activations a of the float network. With x the mean current of the spiking
// layer over T steps, f the float activation and q rounding to the grid of
// rates,
//
//	input         f(x) − a                 what earlier layers, and changed weights, brought
//	clipping      min(f(x), θ) − f(x)      a rate cannot exceed 1
//	quantization  q(x) − min(f(x), θ)      q(x) = θ/T·clip(⌊(T(x + bias) + v₀)/θ⌋, 0, T)
//	unevenness    ŝ − q(x)                 spikes that the order of arrival added or took
//	total         ŝ − a                    the sum of the four
//
// each in units of the activation.
type Errors struct {
	Input        float64 `json:"input"`
	Clipping     float64 `json:"clipping"`
	Quantization float64 `json:"quantization"`
	Unevenness   float64 `json:"unevenness"`
	Total        float64 `json:"total"`
}

// LayerReport is the account of one spiking layer.
type LayerReport struct {
	Name      string      `json:"name"`
	Shape     model.Shape `json:"shape"`
	Threshold [3]float64  `json:"threshold"` // smallest, mean, largest: the scale of the layer
	Mean      Errors      `json:"error_mean"`
	RMS       Errors      `json:"error_rms"`
	Relative  float64     `json:"relative_error"` // √(Σ(ŝ−a)²/Σa²)
	Dead      float64     `json:"dead"`           // share of neurons that fired for no sample
	Saturated float64     `json:"saturated"`      // share of neurons that fired in every step, mean over samples
	Spikes    float64     `json:"spikes_per_neuron"`
}

// SynapseReport compares the work of a synapse with that in the float network, a sample.
type SynapseReport struct {
	Name   string  `json:"name"`
	MACs   float64 `json:"macs"`   // of the float network
	SynOps float64 `json:"synops"` // additions, one for each spike and synapse that it reaches
	Analog float64 `json:"analog"` // multiplications of a constant input, done once
}

// Budget is the account of a conversion on a number of samples.
type Budget struct {
	Samples  int             `json:"samples"`
	Layers   []LayerReport   `json:"layers"`
	Synapses []SynapseReport `json:"synapses"`
	Output   OutputErrors    `json:"output"`
	Spikes   float64         `json:"spikes_per_neuron"`
	MACs     float64         `json:"macs"`
	SynOps   float64         `json:"synops"`
	Analog   float64         `json:"analog"`
}

// tally adds up what a layer does.
type tally struct {
	stage     Stage
	cell      *Cell
	sum, sq   [5]float64
	energy    float64 // Σa²
	count     int
	fired     []bool
	spikes    int
	saturated int
}

// Account runs both networks on at most limit samples.
func (r *RateResult) Account(ctx context.Context, cal *Calibration, limit int) (*Budget, error) {
	float, err := layers.Compile(r.Canonical, layers.Options{Pool: cal.Pool, Readout: "mean"})
	if err != nil {
		return nil, err
	}
	spiking, err := layers.Compile(r.Network, layers.Options{Pool: cal.Pool})
	if err != nil {
		return nil, err
	}
	a := account{result: r, float: float, spiking: spiking, budget: &Budget{}}
	for _, s := range r.Stages {
		if s.Kind == StageReLU {
			a.layers = append(a.layers, &tally{stage: s, cell: r.Cells[s.Name], fired: make([]bool, s.Shape.Size())})
		}
	}
	if err := a.synapses(); err != nil {
		return nil, err
	}
	for _, x := range cal.first(limit).Samples {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := a.batch(x); err != nil {
			return nil, err
		}
	}
	return a.finish(), nil
}

// account is a Budget being made.
type account struct {
	result         *RateResult
	float, spiking *layers.Program
	layers         []*tally
	fanOut         []float64 // of each synapse: MACs by value of its input
	inputs         []string
	budget         *Budget
	scores         OutputErrors // sums
}

// synapses lists the synapses and their fan-out.
func (a *account) synapses() error {
	shapes, err := a.result.Network.Shapes()
	if err != nil {
		return err
	}
	for _, n := range a.result.Network.Nodes {
		macs := multiplications(n, shapes)
		if macs == 0 {
			continue
		}
		a.budget.Synapses = append(a.budget.Synapses, SynapseReport{Name: n.Name, MACs: macs})
		a.fanOut = append(a.fanOut, macs/float64(shapes[n.Inputs[0]].Size()))
		a.inputs = append(a.inputs, n.Inputs[0])
	}
	return nil
}

// multiplications is the number of multiply-adds of a synapse, 0 for other layers.
func multiplications(n model.Node, shapes map[string]model.Shape) float64 {
	switch op := n.Op.(type) {
	case *model.Linear:
		return float64(op.In * op.Out)
	case *model.Conv2d:
		return float64(shapes[n.Name].Size() * op.In / op.Groups * op.Kernel[0] * op.Kernel[1])
	}
	return 0
}

// batch adds one batch.
func (a *account) batch(x *signal.Signal) error {
	shown := a.result.shown.show(x, uint64(a.budget.Samples), a.result.Steps)
	want, err := a.float.Infer(layers.Input{X: x})
	if err != nil {
		return err
	}
	got, err := a.spiking.Infer(layers.Input{X: shown})
	if err != nil {
		return err
	}
	a.output(want, got)
	for _, t := range a.layers {
		current := a.spiking.Output(currentOf(a.result.Network, t.stage.Name))
		if current == nil {
			current = shown
		}
		t.add(a.float.Output(t.stage.Name), current, a.spiking.Output(t.stage.Name))
	}
	for i, name := range a.inputs {
		in := a.spiking.Output(name)
		if name == model.InputName {
			in = shown
		}
		events := a.fanOut[i] * float64(nonZero(in))
		if in.Const {
			a.budget.Synapses[i].Analog += events
		} else {
			a.budget.Synapses[i].SynOps += events
		}
	}
	a.budget.Samples += x.B
	return nil
}

// currentOf is what the neurons of a layer read.
func currentOf(n *model.Network, name string) string { return n.Node(name).Inputs[0] }

func nonZero(s *signal.Signal) int {
	n := 0
	if s.Spiking() {
		for _, w := range s.Words {
			n += bits.OnesCount64(w)
		}
		return n
	}
	for _, v := range s.F {
		if v != 0 {
			n++
		}
	}
	return n
}

// add compares a layer for one batch.
func (t *tally) add(float, current, spikes *signal.Signal) {
	steps, n := spikes.T, spikes.N()
	counts, sums := make([]float32, n), make([]float64, n)
	for b := range spikes.B {
		clear(counts)
		clear(sums)
		for k := range steps {
			spikes.AddTo(counts, k*spikes.B+b)
		}
		for k := range current.Steps() {
			for i, v := range current.Row(k*current.B + b) {
				sums[i] += float64(v)
			}
		}
		for i, a := range float.Row(b) {
			t.neuron(i, float64(a), sums[i]/float64(current.Steps()), int(counts[i]), steps)
		}
	}
}

// neuron compares one neuron for one sample.
func (t *tally) neuron(i int, a, x float64, fired, steps int) {
	shape := t.stage.Shape
	theta := float64(worthAt(t.cell.Threshold, shape, i))
	f := min(max(x, 0), t.stage.High)
	if q := t.stage.QCFS; q != nil {
		f = q.At(x, float64(worthAt(q.Threshold, shape, i)))
	}
	clipped := min(f, theta)
	added := float64(steps) * x
	if t.cell.Initial != nil {
		added += float64(worthAt(t.cell.Initial, shape, i))
	}
	if t.cell.Bias != nil {
		added += float64(steps) * float64(worthAt(t.cell.Bias, shape, i))
	}
	rate := theta / float64(steps)
	q := rate * min(max(math.Floor(added/theta), 0), float64(steps))
	got := rate * float64(fired)
	for k, e := range [5]float64{f - a, clipped - f, q - clipped, got - q, got - a} {
		t.sum[k] += e
		t.sq[k] += e * e
	}
	t.energy += a * a
	t.count++
	t.spikes += fired
	if fired > 0 {
		t.fired[i] = true
	}
	if fired == steps {
		t.saturated++
	}
}

// finish turns sums into means.
func (a *account) finish() *Budget {
	b := a.budget
	n := float64(max(b.Samples, 1))
	neurons, spikes := 0.0, 0.0
	for _, t := range a.layers {
		r := t.report()
		b.Layers = append(b.Layers, r)
		neurons += float64(t.stage.Shape.Size())
		spikes += r.Spikes * float64(t.stage.Shape.Size())
	}
	b.Spikes = spikes / max(neurons, 1)
	for i := range b.Synapses {
		s := &b.Synapses[i]
		s.SynOps, s.Analog = s.SynOps/n, s.Analog/n
		b.MACs, b.SynOps, b.Analog = b.MACs+s.MACs, b.SynOps+s.SynOps, b.Analog+s.Analog
	}
	last := a.result.Stages[len(a.result.Stages)-1]
	n *= float64(last.Shape.Size())
	b.Output = OutputErrors{Input: a.scores.Input / n, Window: a.scores.Window / n, Total: a.scores.Total / n}
	return b
}

func (t *tally) report() LayerReport {
	n := float64(max(t.count, 1))
	r := LayerReport{Name: t.stage.Name, Shape: t.stage.Shape, Saturated: float64(t.saturated) / n, Spikes: float64(t.spikes) / n}
	of := func(s [5]float64, f func(float64) float64) Errors {
		return Errors{f(s[0] / n), f(s[1] / n), f(s[2] / n), f(s[3] / n), f(s[4] / n)}
	}
	r.Mean, r.RMS = of(t.sum, func(v float64) float64 { return v }), of(t.sq, math.Sqrt)
	if t.energy > 0 {
		r.Relative = math.Sqrt(t.sq[4] / t.energy)
	}
	for _, f := range t.fired {
		if !f {
			r.Dead += 1 / float64(len(t.fired))
		}
	}
	r.Threshold[0], r.Threshold[2] = math.Inf(1), math.Inf(-1)
	for _, v := range t.cell.Threshold.Data {
		r.Threshold[0], r.Threshold[2] = min(r.Threshold[0], float64(v)), max(r.Threshold[2], float64(v))
		r.Threshold[1] += float64(v) / float64(len(t.cell.Threshold.Data))
	}
	return r
}

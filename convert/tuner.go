package convert

import (
	"context"
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// tuner trains a converted network.
type tuner struct {
	result           *RateResult
	cal              *Calibration
	options          *RateOptions
	net              *model.Network
	teacher, student *layers.Program
	source           *augmenter
	states           []tuneState
	passes           int
	step, steps      int
	x, target        signal.Signal
	labels           [][3]share // of the samples in x
}

// tuneState is what Adam keeps of an array.
type tuneState struct {
	mean, square []float32
	rate         float64
}

func newTuner(r *RateResult, cal *Calibration, o *RateOptions) (*tuner, error) {
	data, err := r.Network.Encode()
	if err != nil {
		return nil, err
	}
	t := &tuner{result: r, cal: cal, options: o, source: newAugmenter(cal.tuning(), r.Canonical.Input, o)}
	if t.net, err = model.Decode(data); err != nil { // arrays of its own
		return nil, err
	}
	unitThresholds(t.net)
	if t.teacher, err = layers.Compile(r.Canonical, layers.Options{Pool: cal.Pool, Readout: "mean"}); err != nil {
		return nil, err
	}
	loss := &layers.Loss{Kind: "distillation", Readout: "mean", Tau: 1}
	if loss.Rates, err = t.ratePenalties(o.RatePenalty); err != nil {
		return nil, err
	}
	if t.student, err = layers.Compile(t.net, layers.Options{Pool: cal.Pool, Loss: loss}); err != nil {
		return nil, err
	}
	t.student.SetBPTT(layers.BPTT{Checkpoint: layers.AutoCheckpoint})
	for _, p := range t.student.Params() {
		sum := 0.0
		for _, v := range p.Value {
			sum += float64(v) * float64(v)
		}
		rms := math.Sqrt(sum / float64(len(p.Value)))
		t.states = append(t.states, tuneState{make([]float32, len(p.Value)), make([]float32, len(p.Value)), tuneRate * rms})
	}
	samples := cal.tuning().Len()
	t.passes = r.passes(o, samples)
	t.steps = t.passes * ((samples + tuneBatch - 1) / tuneBatch)
	return t, nil
}

// unitThresholds writes every neuron with threshold 1 and its input gain as
// 1/θ: the same spikes, and one surrogate derivative fits all channels.
func unitThresholds(n *model.Network) {
	shapes, err := n.Shapes()
	if err != nil {
		return
	}
	for i, node := range n.Nodes {
		old, ok := node.Op.(*model.Neuron)
		if !ok || old.Model != "if" {
			continue
		}
		op := *old
		gain := inverse(old.Values["threshold"])
		op.Values = map[string]*model.Tensor{"threshold": model.Scalar(1), "r": gain}
		for _, name := range []string{"v_init", "bias"} {
			if v := old.Values[name]; v != nil {
				op.Values[name] = product(v, gain, shapes[node.Name])
			}
		}
		op.Surrogate = model.SurrogateSpec{Kind: "boxcar", Params: map[string]float64{"width": 1, "height": 1}}
		n.Nodes[i].Op = &op
	}
}

// inverse is 1/t.
func inverse(t *model.Tensor) *model.Tensor {
	out := t.Clone()
	for i, v := range out.Data {
		out.Data[i] = 1 / v
	}
	return out
}

// run trains, and keeps the weights.
func (t *tuner) run(ctx context.Context) error {
	for epoch := range t.passes {
		if err := t.pass(ctx, epoch); err != nil {
			return err
		}
	}
	t.student.Store()
	for _, n := range t.result.Network.Nodes {
		if _, spikes := n.Op.(*model.Neuron); !spikes {
			continue
		}
		t.net.Node(n.Name).Op = n.Op
	}
	t.result.Network = t.net
	return nil
}

// pass shows all samples once.
func (t *tuner) pass(ctx context.Context, epoch int) error {
	r := rng.New(rng.Key(t.cal.Seed, uint64(epoch)), rng.Augment)
	order := r.Perm(len(t.source.samples))
	sum := 0.0
	for at := 0; at < len(order); at += tuneBatch {
		if err := ctx.Err(); err != nil {
			return err
		}
		pick := order[at:min(at+tuneBatch, len(order))]
		t.x.ResetAnalog(1, len(pick), t.result.Canonical.Input, true)
		t.labels = t.labels[:0]
		for b, i := range pick {
			t.labels = append(t.labels, t.source.draw(t.x.Row(b), i, r))
		}
		loss, err := t.learn()
		if err != nil {
			return err
		}
		sum += loss * float64(len(pick))
		if shown := at + len(pick); t.cal.Progress != nil {
			t.cal.Progress(Progress{epoch + 1, t.passes, shown, len(order), sum / float64(shown)})
		}
	}
	return nil
}

// learn does one step with the samples in x, and returns the loss before it.
func (t *tuner) learn() (float64, error) {
	y, err := t.teacher.Infer(layers.Input{X: &t.x})
	if err != nil {
		return 0, err
	}
	t.target.ResetAnalog(1, y.B, y.Shape, true)
	copy(t.target.F, y.F)
	t.mixLabels(t.options.Labels)
	shown := t.result.shown.show(&t.x, rng.Key(uint64(t.step), uint64(rng.Augment)), t.options.Steps)
	keys := make([]uint64, shown.B)
	r, err := t.student.Step(layers.Input{X: shown, Teacher: &t.target, Keys: keys})
	if err != nil {
		return 0, err
	}
	if r.Loss-r.Loss != 0 {
		return 0, fmt.Errorf("convert: tuned: the loss is %v in step %d", r.Loss, t.step+1)
	}
	t.update(t.cal.Pool)
	return r.Loss, nil
}

// mixLabels puts a share of the labels into the target: scores whose class
// probabilities are those mixed.
func (t *tuner) mixLabels(part float64) {
	if part == 0 {
		return
	}
	for b, from := range t.labels {
		row := t.target.Row(b)
		p := logSoftmax(row)
		for k := range p {
			p[k] = (1 - part) * math.Exp(p[k])
		}
		for _, f := range from {
			p[f.label] += part * f.part
		}
		for k, v := range p {
			row[k] = float32(math.Log(max(v, math.SmallestNonzeroFloat32)))
		}
	}
}

// update does a step of Adam (Kingma & Ba 2015).
func (t *tuner) update(pool *par.Pool) {
	const b1, b2 = 0.9, 0.999
	fade := 0.5 * (1 + math.Cos(math.Pi*float64(t.step)/float64(t.steps)))
	t.step++
	params := t.student.Params()
	pool.For(len(params), 1, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			p, s := params[i], &t.states[i]
			kernels.Adam(p.Value, p.Grad, s.mean, s.square, &kernels.AdamStep{
				B1: b1, C1: 1 - b1, B2: b2, C2: 1 - b2, Eps: 1e-8, Shrink: 1,
				Rate:  float32(fade * s.rate / (1 - math.Pow(b1, float64(t.step)))),
				Scale: float32(1 / math.Sqrt(1-math.Pow(b2, float64(t.step)))),
			})
		}
	})
}

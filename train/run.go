package train

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/layers"
)

// Task is one training run.
type Task struct {
	Program *layers.Program
	Parts   datasets.Parts
	Encoder datasets.Encoder
	Plan    Plan
	Seed    uint64
	Dir     string // the run's directory, made by OpenDir
	Hash    string // of the resolved config; a checkpoint belongs to one
	Resume  bool
	Pool    *par.Pool
	Hooks   []Hook
	Now     func() time.Time // the clock; nil = time.Now
}

// Hook is told what happens, in order. An error stops the run after a checkpoint.
type Hook interface {
	Step(StepReport) error
	Epoch(EpochReport) error
	Warn(message string)
}

// StepReport is what one optimizer step did.
type StepReport struct {
	Epoch, Epochs int // from 1
	Batch, Of     int // from 1
	Step          int // from 1, over the whole run
	Loss          float64
	Accuracy      float64 // of the epoch so far
	Norm          float64 // of all gradients, before clipping
	LR            float64
	PerSecond     float64 // samples, over the epoch so far
	Remaining     time.Duration
}

// EpochReport is a line of metrics.jsonl.
type EpochReport struct {
	Epoch      int                `json:"epoch"`
	Step       int                `json:"step"`
	LR         float64            `json:"lr"`
	Train      Score              `json:"train"`
	Validation *Score             `json:"validation,omitempty"`
	Rates      map[string]float64 `json:"rates"` // spikes a step of each spiking layer, on the last batch judged
	Best       bool               `json:"best"`
	Seconds    float64            `json:"seconds"` // of the run so far
	PerSecond  float64            `json:"samples_per_second"`

	Network *layers.Program `json:"-"` // for histograms
}

// Result is how a run ended.
type Result struct {
	Epochs    int
	Best      int // the epoch whose network was kept; 0 = the last
	Seconds   float64
	PerSecond float64
}

// ErrInterrupted says that the run was stopped, and a checkpoint saved.
var ErrInterrupted = errors.New("interrupted; the checkpoint is saved")

// loop is a run in progress.
type loop struct {
	Task
	progress
	params   []layers.Param
	mismatch mismatch
	keys     []uint64
	total    int // optimizer steps of the whole run
	perPass  int // batches of an epoch
	began    time.Time
	mark     struct {
		at      time.Time
		samples int
	}
}

// Run trains until the epochs are done, training stops early, or ctx ends.
// The network that was best on the validation part is in Dir/model.safetensors
// and in the Program.
func Run(ctx context.Context, t Task) (Result, error) {
	l, err := newLoop(t)
	if err != nil {
		return Result{}, err
	}
	for l.Epoch < l.Plan.Epochs && !l.stopped() {
		if err := l.epoch(ctx); err != nil {
			return Result{}, err
		}
	}
	if err := l.restoreBest(); err != nil {
		return Result{}, err
	}
	seconds := l.elapsed()
	return Result{Epochs: l.Epoch, Best: l.Best.Epoch, Seconds: seconds, PerSecond: float64(l.Epoch*l.Parts.Train.Len()) / seconds}, nil
}

func newLoop(t Task) (*loop, error) {
	if err := t.Plan.check(); err != nil {
		return nil, err
	}
	if t.Now == nil {
		t.Now = time.Now
	}
	n := t.Parts.Train.Len()
	if n == 0 {
		return nil, fmt.Errorf("train: there is no training sample")
	}
	l := &loop{Task: t}
	t.Program.SetBPTT(layers.BPTT{Checkpoint: int(t.Plan.BPTT.Checkpoint), Truncate: t.Plan.BPTT.Truncate})
	l.perPass = (n + t.Plan.Batch - 1) / t.Plan.Batch
	l.total = l.perPass * t.Plan.Epochs
	l.began = t.Now()
	l.mark.at = l.began
	l.Config = t.Hash
	if !t.Resume {
		return l, nil
	}
	return l, l.resume()
}

// epoch does the batches of one pass that are not done yet, and judges the network.
func (l *loop) epoch(ctx context.Context) error {
	batches := datasets.Batches(l.Parts.Train, datasets.BatchOptions{
		Size: l.Plan.Batch, Shuffle: true, Seed: l.Seed, Epoch: uint64(l.Epoch), Start: l.Batch, Encoder: l.Encoder, Pool: l.Pool,
	})
	l.mark.at, l.mark.samples = l.Now(), 0
	for b, err := range batches {
		if err != nil {
			return err
		}
		if err := l.step(b); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return l.interrupt()
		}
		if l.Plan.SaveEvery > 0 && l.Step%l.Plan.SaveEvery == 0 && l.Batch < l.perPass {
			if err := l.save(); err != nil {
				return err
			}
		}
	}
	return l.endEpoch(ctx)
}

// step trains on one batch.
func (l *loop) step(b *datasets.Batch) error {
	r, err := l.pass(b)
	if err != nil {
		return err
	}
	if l.Step == 0 {
		l.complain()
	}
	if !isFinite(r.Loss) {
		return l.diverged(l.Step+1, "the loss is "+fmt.Sprint(r.Loss))
	}
	norm := clip(l.params, l.Plan.Clip)
	if !isFinite(norm) {
		return l.diverged(l.Step+1, "a gradient is not finite")
	}
	lr := l.Plan.rate(l.Step, l.total)
	l.Plan.Optimizer.Step(l.Pool, l.params, lr)
	l.Step++
	l.Batch++
	l.Sums.Loss += r.Loss * float64(len(b.Labels))
	l.Sums.Correct += countCorrect(r.Scores, b.Labels)
	l.Sums.Samples += len(b.Labels)
	l.mark.samples += len(b.Labels)
	return l.report(r, norm, lr)
}

// pass computes loss and gradients of a batch, on weights that deviate where
// the plan says so.
func (l *loop) pass(b *datasets.Batch) (layers.StepResult, error) {
	in := layers.Input{X: b.X, Labels: b.Labels, Keys: l.sampleKeys(b.IDs)}
	if l.mismatch.sigma = l.Plan.Mismatch; l.mismatch.sigma == 0 {
		r, err := l.Program.Step(in)
		if l.params == nil {
			l.params = l.Program.Params()
		}
		return r, err
	}
	l.mismatch.disturb(l.Program.Params(), l.Seed, uint64(l.Step))
	r, err := l.Program.Step(in)
	l.params = l.Program.Params()
	l.mismatch.restore(l.params)
	return r, err
}

// sampleKeys are the keys of the random streams of a batch's samples.
func (l *loop) sampleKeys(ids []int) []uint64 {
	l.keys = l.keys[:0]
	for _, id := range ids {
		l.keys = append(l.keys, rng.Key(l.Seed, uint64(l.Epoch), uint64(id)))
	}
	return l.keys
}

// complain warns of layers that are silent or saturated in the first batch.
func (l *loop) complain() {
	for _, a := range l.Program.Activities() {
		if text := a.Complaint("the first batch"); text != "" {
			l.warn("layers: " + text)
		}
	}
}

func (l *loop) warn(text string) {
	for _, h := range l.Hooks {
		h.Warn(text)
	}
}

// diverged names the step and the first layer that is not finite.
func (l *loop) diverged(step int, what string) error {
	where := ""
	if name, found := l.Program.NonFinite(); found {
		where = fmt.Sprintf("; the first value that is not finite is in %s", name)
	}
	keep := "no checkpoint was saved before"
	if files := checkpoints(filepath.Join(l.Dir, checkpointDir)); len(files) > 0 {
		keep = "the last good checkpoint is " + files[len(files)-1]
	}
	epoch, batch := (step-1)/l.perPass+1, (step-1)%l.perPass+1
	return fmt.Errorf("train: step %d (epoch %d, batch %d): %s%s; %s; lower the learning rate or set clip", step, epoch, batch, what, where, keep)
}

// interrupt saves where the run stands.
func (l *loop) interrupt() error {
	if err := l.save(); err != nil {
		return err
	}
	return fmt.Errorf("train: step %d of %d: %w", l.Step, l.total, ErrInterrupted)
}

func (l *loop) elapsed() float64 { return l.Seconds + l.Now().Sub(l.began).Seconds() }

func (l *loop) report(r layers.StepResult, norm, lr float64) error {
	spent := l.Now().Sub(l.mark.at).Seconds()
	s := StepReport{
		Epoch: l.Epoch + 1, Epochs: l.Plan.Epochs, Batch: l.Batch, Of: l.perPass, Step: l.Step,
		Loss: r.Loss, Accuracy: float64(l.Sums.Correct) / float64(l.Sums.Samples), Norm: norm, LR: lr,
	}
	if spent > 0 {
		s.PerSecond = float64(l.mark.samples) / spent
		left := float64(l.total-l.Step) * float64(l.Plan.Batch) / s.PerSecond
		s.Remaining = time.Duration(left * float64(time.Second))
	}
	for _, h := range l.Hooks {
		if err := h.Step(s); err != nil {
			return errors.Join(err, l.save())
		}
	}
	return nil
}

// endEpoch judges the network, keeps it when it is the best so far, and saves a checkpoint.
func (l *loop) endEpoch(ctx context.Context) error {
	if err := l.checkFinite(); err != nil {
		return err
	}
	trained := Score{Accuracy: float64(l.Sums.Correct) / float64(l.Sums.Samples), Loss: l.Sums.Loss / float64(l.Sums.Samples), N: l.Sums.Samples, Correct: l.Sums.Correct}
	e := EpochReport{Epoch: l.Epoch + 1, Step: l.Step, LR: l.Plan.rate(l.Step-1, l.total), Train: trained, Rates: map[string]float64{}, Network: l.Program}
	if spent := l.Now().Sub(l.mark.at).Seconds(); spent > 0 {
		e.PerSecond = float64(l.mark.samples) / spent
	}
	if l.Parts.Validation != nil {
		score, err := Evaluate(ctx, l.Program, l.Parts.Validation, EvalOptions{Encoder: l.Encoder, Batch: l.Plan.Batch, Seed: l.Seed, Pool: l.Pool})
		if ctx.Err() != nil {
			return l.interrupt()
		}
		if errors.Is(err, errNotFinite) {
			return l.diverged(l.Step, errNotFinite.Error()+" on the validation part")
		}
		if err != nil {
			return err
		}
		e.Validation = &score.Score
	}
	for _, a := range l.Program.Activities() {
		e.Rates[a.Layer] = a.Mean
	}
	l.Epoch, l.Batch, l.Sums = l.Epoch+1, 0, sums{}
	e.Best = l.improved(e)
	if e.Best {
		if err := l.Program.Store().Save(filepath.Join(l.Dir, ModelFile)); err != nil {
			return err
		}
	}
	e.Seconds = l.elapsed()
	if err := appendMetrics(l.Dir, e); err != nil {
		return err
	}
	for _, h := range l.Hooks {
		if err := h.Epoch(e); err != nil {
			return errors.Join(err, l.save())
		}
	}
	return l.save()
}

// improved compares an epoch with the best so far. Without a validation part the last epoch is kept.
func (l *loop) improved(e EpochReport) bool {
	if e.Validation == nil || l.Plan.Select == "last" {
		l.Best = best{Epoch: e.Epoch}
		return true
	}
	value := e.Validation.Accuracy
	if l.Plan.Select == "loss" {
		value = -e.Validation.Loss
	}
	delta := 0.0
	if l.Plan.EarlyStop != nil {
		delta = l.Plan.EarlyStop.MinDelta
	}
	if l.Best.Epoch == 0 || value > l.Mark+delta {
		l.Stale, l.Mark = 0, value
	} else {
		l.Stale++
	}
	if l.Best.Epoch != 0 && value <= l.Best.Value {
		return false
	}
	l.Best = best{Epoch: e.Epoch, Value: value}
	return true
}

func (l *loop) stopped() bool {
	return l.Plan.EarlyStop != nil && l.Stale >= l.Plan.EarlyStop.Patience
}

package bench

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/sysinfo"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/train"
)

// learningRate is that of Adam in all workloads that train.
const learningRate = 5e-4

// Result is what a run found; times are medians.
type Result struct {
	Workload    string         `json:"workload"`
	Framework   string         `json:"framework"`
	Version     string         `json:"version"`
	Params      map[string]any `json:"params"`
	Forward     float64        `json:"fwd_s"`
	Backward    *float64       `json:"bwd_s"` // without the optimizer; nil for inference
	Step        float64        `json:"step_s"`
	PeakMB      float64        `json:"peak_rss_mb"`
	BaselineMB  float64        `json:"baseline_rss_mb"`
	Threads     int            `json:"threads"`
	Extra       map[string]any `json:"extra"`
	StepSamples []float64      `json:"-"`
}

// Run measures a workload. version names the program.
func Run(o Options, version string) (Result, error) {
	s, err := NewSpec(o)
	if err != nil {
		return Result{}, err
	}
	pool := par.New(o.Threads)
	in, err := newInput(s, o.Data)
	if err != nil {
		return Result{}, err
	}
	net, err := newNetwork(s, in, pool)
	if err != nil {
		return Result{}, err
	}
	runtime.GC()
	debug.FreeOSMemory()
	baseline := sysinfo.RSS() - 4*uint64(net.net.CountParams()) // parameters are part of what a step needs
	resettable := sysinfo.ResetPeakRSS() == nil
	m, err := newMeter(s, net, in, pool)
	if err != nil {
		return Result{}, err
	}
	for range o.Warm {
		if _, err := m.step(); err != nil {
			return Result{}, err
		}
	}
	var all []timing
	for range o.Runs {
		t, err := m.step()
		if err != nil {
			return Result{}, err
		}
		all = append(all, t)
	}
	r := Result{
		Workload: s.Name, Framework: "snntrain", Version: version, Params: s.params(), Threads: pool.Threads(),
		BaselineMB: megabytes(baseline), PeakMB: megabytes(sysinfo.PeakRSS()), Extra: m.extra(),
	}
	if !resettable {
		r.Extra["peak"] = "of the whole process: the high-water mark cannot be reset here"
	}
	r.Step = median(all, func(t timing) time.Duration { return t.step })
	r.Forward = median(all, func(t timing) time.Duration { return t.forward })
	if s.training {
		back := median(all, func(t timing) time.Duration { return t.backward })
		r.Backward = &back
	} else {
		r.Extra["images_per_s"] = float64(s.B) / r.Step
	}
	r.Extra["step_min_s"], r.Extra["step_max_s"] = spread(all)
	return r, nil
}

func (s Spec) params() map[string]any {
	p := map[string]any{"T": s.T, "B": s.B, "input": s.Input, "beta": s.Beta, "surrogate": s.Surrogate}
	switch s.Name {
	case "W1":
		p["n"], p["input_grad"] = s.In, s.InputGrad
	case "W4":
		p["alpha"], p["hidden"] = s.Alpha, s.Hidden
	}
	if s.Density > 0 {
		p["density"] = s.Density
	}
	return p
}

// timing is one step, taken apart.
type timing struct{ forward, backward, step time.Duration }

// meter does the steps of a workload.
type meter struct {
	spec    Spec
	program *layers.Program
	input   layers.Input
	pool    *par.Pool
	adam    train.Optimizer
	params  []layers.Param
}

func newMeter(s Spec, n network, in layers.Input, pool *par.Pool) (*meter, error) {
	o := layers.Options{Pool: pool, Readout: s.readout}
	if s.training {
		o.Loss, o.InputGradient = &layers.Loss{Kind: s.loss, Readout: s.readout}, s.InputGrad
	}
	p, err := layers.Compile(n.net, o)
	if err != nil {
		return nil, err
	}
	p.SetBPTT(layers.BPTT{Checkpoint: s.checkpoint})
	m := &meter{spec: s, program: p, input: in, pool: pool}
	if s.training && s.Name != "W1" {
		m.adam = train.NewAdam(0.9, 0.999, 1e-8)
	}
	return m, nil
}

// step does one training step, or one inference.
func (m *meter) step() (timing, error) {
	began := time.Now()
	if !m.spec.training {
		in := m.input
		in.Lean = true
		_, err := m.program.Infer(in)
		t := time.Since(began)
		return timing{forward: t, step: t}, err
	}
	var t timing
	_, err := m.program.Step(m.input)
	if err != nil {
		return t, err
	}
	t.forward = m.program.ForwardTime()
	t.backward = time.Since(began) - t.forward
	if m.adam != nil {
		if m.params == nil {
			m.params = m.program.Params()
		}
		m.adam.Step(m.pool, m.params, learningRate)
	}
	t.step = time.Since(began)
	return t, nil
}

// extra says what the network did, so that runs can be compared.
func (m *meter) extra() map[string]any {
	rates := map[string]float64{}
	for _, a := range m.program.Activities() {
		rates[a.Layer] = a.Mean
	}
	return map[string]any{"spikes_per_neuron_step": rates, "machine": sysinfo.Read(m.pool.Threads())}
}

func median(all []timing, of func(timing) time.Duration) float64 {
	d := make([]time.Duration, len(all))
	for i, t := range all {
		d[i] = of(t)
	}
	slices.Sort(d)
	return (d[(len(d)-1)/2] + d[len(d)/2]).Seconds() / 2
}

func spread(all []timing) (low, high float64) {
	low, high = all[0].step.Seconds(), all[0].step.Seconds()
	for _, t := range all {
		low, high = min(low, t.step.Seconds()), max(high, t.step.Seconds())
	}
	return low, high
}

func megabytes(b uint64) float64 { return float64(b) / (1 << 20) }

// String is a line for people.
func (r Result) String() string {
	text := fmt.Sprintf("%s %v: forward %.2f ms, ", r.Workload, r.Params, 1e3*r.Forward)
	if r.Backward != nil {
		text += fmt.Sprintf("backward %.2f ms, ", 1e3**r.Backward)
	}
	return text + fmt.Sprintf("step %.2f ms (%.2f to %.2f); %.0f MB above %.0f MB; %d threads",
		1e3*r.Step, 1e3*r.Extra["step_min_s"].(float64), 1e3*r.Extra["step_max_s"].(float64), r.PeakMB-r.BaselineMB, r.BaselineMB, r.Threads)
}

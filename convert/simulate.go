package convert

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// Dynamic simulates a converted network with Dynamics.
type Dynamic struct {
	Dynamics
	Steps, Extra int // of the run that counts, and of all before
	Spikes       int // of all runs so far
	Samples      int
	Neurons      int // of a sample

	result   *RateResult
	pool     *par.Pool
	runs     int
	programs []*layers.Program // one a stage
	most     float32           // the largest score of the float network on calibration samples; for holds
}

// Dynamic prepares a simulation.
func (r *RateResult) Dynamic(name string, cal *Calibration, o *RateOptions) (*Dynamic, error) {
	d, err := AllDynamics().Get(name)
	if err != nil {
		return nil, err
	}
	s := &Dynamic{Dynamics: d, Steps: r.Steps, result: r, pool: cal.Pool, runs: d.runs(o)}
	s.Extra = s.runs * o.ExtraSteps
	if d.holds {
		if s.most, err = r.largestScore(cal); err != nil {
			return nil, err
		}
	}
	for _, stage := range r.Stages {
		part := r.Network.Output()
		switch stage.Kind {
		case StageReLU:
			s.Neurons += stage.Shape.Size()
			part = currentOf(r.Network, stage.Name)
		case StageMaxPool:
			part = stage.Name
			if d.analog {
				return nil, fault.Fault{Pkg: "convert", Subject: "compare: " + name, Fact: fmt.Sprintf("layer %q is a max-pool, whose gate passes single-bit spikes only", stage.Name)}
			}
		}
		var p *layers.Program
		if part != model.InputName && !slices.Contains(stage.Sources, part) {
			if p, err = layers.Compile(r.Network, layers.Options{Pool: cal.Pool, Part: part, Given: stage.Sources}); err != nil {
				return nil, err
			}
		}
		s.programs = append(s.programs, p)
	}
	return s, nil
}

// Scores runs samples, a constant input of one step, and returns a row of scores for each.
func (s *Dynamic) Scores(x *signal.Signal) ([][]float32, error) {
	starts := map[string][]neuronStart{}
	for _, stage := range s.result.Stages {
		if stage.Kind == StageReLU {
			starts[stage.Name] = s.first(stage, x.B)
		}
	}
	s.Samples += x.B
	for range s.runs {
		if _, err := s.run(x, s.Extra/s.runs, starts, true); err != nil {
			return nil, err
		}
	}
	out, err := s.run(x, s.Steps, starts, false)
	if err != nil {
		return nil, err
	}
	if s.holds {
		return earliness(out, s.most), nil
	}
	return decoded(out, nil), nil
}

// largestScore is the threshold of output neurons that fire once.
func (r *RateResult) largestScore(cal *Calibration) (float32, error) {
	p, err := layers.Compile(r.Canonical, layers.Options{Pool: cal.Pool, Readout: "mean"})
	if err != nil {
		return 0, err
	}
	most := float32(0)
	for _, x := range cal.Samples {
		y, err := p.Infer(layers.Input{X: x})
		if err != nil {
			return 0, err
		}
		most = max(most, slices.Max(y.F))
	}
	if most == 0 {
		most = 1
	}
	return most, nil
}

// earliness is, for each output, T − t with t when its integrated current
// reaches the threshold, straight between steps; below 0, and the higher the more it
// integrated, where it does not.
func earliness(out *signal.Signal, threshold float32) [][]float32 {
	rows := make([][]float32, out.B)
	for b := range rows {
		v, row := make([]float32, out.N()), make([]float32, out.N())
		fired := make([]bool, out.N())
		for t := range out.T {
			at := t*out.B + b
			if out.Const {
				at = b
			}
			for k, x := range out.Row(at) {
				v[k] += x
				if !fired[k] && v[k] >= threshold {
					fired[k], row[k] = true, float32(out.T-t)-1+(v[k]-threshold)/x
				}
			}
		}
		for k := range row {
			if !fired[k] {
				row[k] = v[k]/threshold - 1
			}
		}
		rows[b] = row
	}
	return rows
}

// first is how the neurons of a stage start.
func (s *Dynamic) first(stage Stage, batch int) []neuronStart {
	n := stage.Shape.Size()
	list := make([]neuronStart, batch*n)
	if v := s.result.Cells[stage.Name].Initial; v != nil {
		for i := range list {
			list[i].initial = worthAt(v, stage.Shape, i%n)
		}
	}
	return list
}

// run presents samples for some steps, layer by layer, and returns what the output gives.
func (s *Dynamic) run(x *signal.Signal, steps int, starts map[string][]neuronStart, before bool) (*signal.Signal, error) {
	shown := s.result.shown.show(x, rng.Key(uint64(s.Samples), uint64(steps)), steps)
	given := map[string]*signal.Signal{model.InputName: shown}
	var out *signal.Signal
	for i, stage := range s.result.Stages {
		in := layers.Input{X: shown, Given: given}
		out = given[stage.Sources[0]]
		if p := s.programs[i]; p != nil {
			if _, err := p.Infer(in); err != nil {
				return nil, err
			}
			out = p.Output(s.part(stage))
		}
		switch stage.Kind {
		case StageReLU:
			given[stage.Name] = s.fire(stage, out, starts[stage.Name], before)
		case StageMaxPool:
			given[stage.Name] = copied(out)
		}
	}
	return out, nil
}

// part is the layer that a stage's program computes.
func (s *Dynamic) part(stage Stage) string {
	switch stage.Kind {
	case StageReLU:
		return currentOf(s.result.Network, stage.Name)
	case StageMaxPool:
		return stage.Name
	}
	return s.result.Network.Output()
}

// fire steps the neurons of a stage.
func (s *Dynamic) fire(stage Stage, current *signal.Signal, starts []neuronStart, before bool) *signal.Signal {
	cell, n := s.result.Cells[stage.Name], stage.Shape.Size()
	out := &signal.Signal{}
	if s.analog {
		out.ResetAnalog(current.T, current.B, stage.Shape, false)
		clear(out.F)
	} else {
		out.ResetSpikes(current.T, current.B, stage.Shape, false)
	}
	currents := current.F
	if current.Spiking() {
		currents = current.Dense(nil)
	}
	counts := make([]int, current.B)
	s.pool.For(current.B, 1, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			for i := range n {
				start := &starts[b*n+i]
				if start.silent {
					continue
				}
				e := integrator{theta: worthAt(cell.Threshold, stage.Shape, i), v: start.initial}
				if cell.Bias != nil {
					e.bias = worthAt(cell.Bias, stage.Shape, i)
				}
				counts[b] += s.integrate(&e, out, currents, current, b, i)
				if before {
					s.between(e.v, e.theta, e.net, start)
				}
			}
		}
	})
	for _, c := range counts {
		s.Spikes += c
	}
	return out
}

// integrator is a neuron during a run.
type integrator struct {
	theta, v, bias float32
	net            int // spikes fired less those taken back
}

// integrate steps neuron i of sample b, writes its spikes and returns their number.
func (s *Dynamic) integrate(e *integrator, out *signal.Signal, currents []float32, current *signal.Signal, b, i int) int {
	n, total := current.N(), 0
	for t := range current.T {
		row := t*current.B + b
		at := row
		if current.Const {
			at = b
		}
		e.v += currents[at*n+i] + e.bias
		if s.holds {
			total += s.hold(e, func() { out.Fire(row, i) })
			continue
		}
		k := s.count(e.v, e.theta, e.net)
		if k == 0 {
			continue
		}
		e.v -= float32(k) * e.theta
		e.net += k
		total += max(k, -k)
		if s.analog {
			out.F[row*n+i] = float32(k)
		} else {
			out.Fire(row, i)
		}
	}
	return total
}

// hold sends while the neuron is on, and returns 1 where it turned on or off.
func (s *Dynamic) hold(e *integrator, send func()) int {
	was := e.net
	switch {
	case e.v >= e.theta:
		e.net = 1
	case s.revokes:
		e.net = 0
	}
	if e.net == 1 {
		send()
	}
	return max(e.net-was, was-e.net)
}

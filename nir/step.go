package nir

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
)

// step is what a layer of neurons computes in one time step, free of how its
// parameters are stored:
//
//	i = αi + x (with a synapse); u = A·v + G·j + C; a spike where u passes θ
type step struct {
	cuba, fires   bool
	a, keep       series // A, 1 − A
	alpha, forget series // α, 1 − α
	g, c          series
	theta, reset  series
	unit          string // of potentials: "", or "/θ" when they are divided by it
}

// stepOf reads a layer; the second result says what has no form here.
func stepOf(op *model.Neuron, shape model.Shape, dt float64) (*step, []string) {
	values := func(name string, missing float64) series { return valuesOf(op, name, missing, shape) }
	s := &step{cuba: op.Rules.Synapse != model.SynapseNone, fires: op.Output == model.OutputSpikes}
	if op.Model == "slayer-cuba" {
		return slayerStep(op, shape), nil
	}
	var faults []string
	switch op.Model {
	case "if", "lif", "li", "cuba-lif", "cuba-li":
	default:
		return s, []string{fmt.Sprintf("NIR has no node for %s neurons", op.Model)}
	}
	if !s.fires && (op.Model == "if" || op.Model == "lif" || op.Model == "cuba-lif") {
		faults = append(faults, "hands on the potential of neurons that fire, which NIR has no node for")
	}
	s.a, s.keep = factors(op.Rules.MemDecay, values(decayName(op.Rules.MemDecay, true)), dt)
	s.g = values("r", 1)
	if op.Rules.Gain == model.GainLeak {
		s.g = mapSeries(product2, s.g, s.keep)
	}
	if s.cuba {
		s.alpha, s.forget = factors(op.Rules.SynDecay, values(decayName(op.Rules.SynDecay, false)), dt)
		if op.Rules.Synapse == model.SynapseAddDecay { // j = α·(i + x): the same current, α times
			s.g = mapSeries(product2, s.g, s.alpha)
		}
	}
	s.c = mapSeries(func(v ...float64) float64 { return v[0]*v[1] + v[2] }, s.keep, values("v_leak", 0), values("bias", 0))
	s.theta, s.reset = values("threshold", 1), values("v_reset", 0)
	return s, faults
}

func product2(v ...float64) float64 { return v[0] * v[1] }

// slayerStep is SLAYER's CUBA neuron without its rounding.
func slayerStep(op *model.Neuron, shape model.Shape) *step {
	kept := func(name string, missing float64) (series, series) {
		d := mapSeries(func(v ...float64) float64 { return math.RoundToEven(v[0]) / 4096 }, valuesOf(op, name, missing, shape))
		return mapSeries(func(v ...float64) float64 { return 1 - v[0] }, d), d
	}
	s := &step{cuba: true, fires: true, g: series{1}, c: series{0}, theta: valuesOf(op, "threshold", 1, shape), reset: series{0}}
	s.a, s.keep = kept("voltage_decay", 128)
	s.alpha, s.forget = kept("current_decay", 1024)
	return s
}

// factors are A and 1 − A of stored parameters.
func factors(form model.Decay, p series, dt float64) (a, keep series) {
	a = mapSeries(func(v ...float64) float64 { a, _ := form.Factor(v[0], dt); return a }, p)
	keep = mapSeries(func(v ...float64) float64 { _, k := form.Factor(v[0], dt); return k }, p)
	return a, keep
}

// decayName is the parameter that a decay is stored as, and what stands for it.
func decayName(form model.Decay, membrane bool) (string, float64) {
	names := map[model.Decay]struct {
		mem, syn string
		missing  float64
	}{
		model.DecayBeta: {"beta", "alpha", 0.9}, model.DecayLog: {"beta", "alpha", 0.9},
		model.DecayExp: {"tau", "tau_syn", 10}, model.DecayEuler: {"tau", "tau_syn", 10},
		model.DecayRate: {"rate", "rate_syn", 0.1}, model.DecayLogit: {"logit", "logit_syn", 0},
	}
	n := names[form]
	if membrane {
		return n.mem, n.missing
	}
	return n.syn, n.missing
}

// valuesOf are the values of a parameter: one, or one a neuron in (C, H, W) order.
func valuesOf(op *model.Neuron, name string, missing float64, shape model.Shape) series {
	t := op.Values[name]
	if t == nil || name == "" {
		return series{missing}
	}
	return spread(t, shape)
}

// spread are the values of an array of one value, one a channel or one a neuron.
func spread(t *model.Tensor, shape model.Shape) series {
	n := len(t.Data)
	if n == 1 {
		return series{float64(t.Data[0])}
	}
	out := make(series, shape.Size())
	plane := len(out) / n
	for i := range out {
		out[i] = float64(t.Data[i/plane])
	}
	return out
}

// primitive writes a step for a reader; notes say what of it the reader cannot
// be told, faults what has no form at all.
func (s *step) primitive(w writing, dt float64, shape []int) (Primitive, remarks) {
	var r remarks
	if !s.fires && !w.li {
		w = plainProfile().writes
	}
	unit := dt
	if w.steps {
		unit = 1
	}
	if s.still() {
		return s.integrator(w, dt, shape, &r), r
	}
	for _, k := range s.keep {
		if !(k > 0) {
			r.refuse("a decay factor %.6g is not below 1 while others are: NIR has no such neurons", 1-k)
			return nil, r
		}
	}
	p := s.parameters(w, unit, &r)
	if len(r.faults) > 0 {
		return nil, r
	}
	return p.primitive(s, shape), r
}

// still says that no membrane leaks.
func (s *step) still() bool { return !s.cuba && s.keep.uniform() && s.keep[0] == 0 }

// integrator writes a membrane that does not leak.
func (s *step) integrator(w writing, dt float64, shape []int, r *remarks) Primitive {
	if !s.c.uniform() || s.c[0] != 0 {
		r.refuse("a constant current into neurons that do not leak has no place in NIR")
	}
	gain, scale := series{1}, s.g
	switch {
	case w.gain == gainR:
		gain, scale = mapSeries(func(v ...float64) float64 { return v[0] / dt }, s.g), series{1}
	case w.rIF != nil:
		gain = series{w.rIF(dt)}
	}
	theta, reset := s.scaled(scale, r)
	if !s.fires {
		return &I{tensorOf(gain, shape)}
	}
	return &IF{tensorOf(gain, shape), tensorOf(theta, shape), tensorOf(reset, shape)}
}

// scaled divides threshold and reset value by an input gain that the reader does not know.
func (s *step) scaled(by series, r *remarks) (theta, reset series) {
	if by.uniform() && by[0] == 1 {
		return s.theta, s.reset
	}
	for _, v := range by {
		if !(v > 0) {
			r.refuse("an input gain of %.6g cannot be put into the threshold", v)
			return s.theta, s.reset
		}
	}
	if !s.fires {
		r.note("the input gain %.6g is not read: what it hands on is so many times less", by[0])
	} else if !by.near(1) {
		r.note("the input gain %.6g is not read: it is put into the threshold", by[0])
	}
	over := func(v ...float64) float64 { return v[0] / v[1] }
	return mapSeries(over, s.theta, by), mapSeries(over, s.reset, by)
}

// parameters of a node of neurons.
type parameters struct{ tau, syn, r, in, leak, theta, reset series }

// parameters finds what a reader takes for the step; unit is its time step.
func (s *step) parameters(w writing, unit float64, r *remarks) parameters {
	p := parameters{tau: timeConstant(w, s.a, s.keep, unit), in: series{1}, leak: mapSeries(func(v ...float64) float64 { return v[0] / v[1] }, s.c, s.keep)}
	full := mapSeries(func(v ...float64) float64 { return v[0] / v[1] }, s.g, s.keep) // r of NIR's equation
	if s.cuba {
		p.syn = timeConstant(w, s.alpha, s.forget, unit)
		p.in = mapSeries(func(v ...float64) float64 { return 1 / v[0] }, s.forget)
	}
	switch {
	case w.gain == gainR || s.cuba && w.in:
		p.r, p.theta, p.reset = full, s.theta, s.reset
		return p
	case w.gain == gainLeak:
		p.r = series{1}
		p.theta, p.reset = s.scaled(full, r)
		return p
	}
	scale := s.g
	p.r = series{1}
	if w.r != nil {
		p.r = mapSeries(func(v ...float64) float64 { return w.r(v[0], unit) }, p.tau)
	}
	if s.cuba && w.late {
		scale = mapSeries(func(v ...float64) float64 { return v[0] / v[1] }, scale, s.alpha)
		p.in = series{1}
	}
	if w.bias {
		p.leak = s.c
	}
	p.theta, p.reset = s.scaled(scale, r)
	return p
}

// timeConstant is τ for a decay factor.
func timeConstant(w writing, a, keep series, unit float64) series {
	return mapSeries(func(v ...float64) float64 {
		switch {
		case !w.exp:
			return unit / v[1]
		case v[0] <= 0:
			return unit / 1000 // e^(−1000) is 0
		}
		return -unit / math.Log(v[0])
	}, a, keep)
}

func tensorOf(s series, shape []int) Tensor {
	data := make([]float64, size(shape))
	for i := range data {
		data[i] = s.at(i)
	}
	return Float64(data, shape...)
}

// primitive is the node for the parameters.
func (p *parameters) primitive(s *step, shape []int) Primitive {
	t := func(v series) Tensor { return tensorOf(v, shape) }
	switch {
	case s.cuba && s.fires:
		return &CubaLIF{t(p.syn), t(p.tau), t(p.r), t(p.leak), t(p.theta), t(p.reset), t(p.in)}
	case s.cuba:
		return &CubaLI{t(p.syn), t(p.tau), t(p.r), t(p.leak), t(p.in)}
	case s.fires:
		return &LIF{t(p.tau), t(p.r), t(p.leak), t(p.theta), t(p.reset)}
	}
	return &LI{t(p.tau), t(p.r), t(p.leak)}
}

package quant

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
)

// Dynamics is a layer of neurons in numbers without units, before any rounding:
//
//	i ← α·i + x,  u = β·v + i + c,  s = [u > θ] or [u ≥ θ] or a count,  v ← u after its reset
//
// Thresholds, resets and starting values are in units of θ; gain, threshold
// and the order of a synapse's decay are in Gain, which multiplies the weights.
// Arrays hold one value, one a channel, or one a neuron in (C, H, W) order.
type Dynamics struct {
	Alpha     []float64 // nil = no synaptic current
	Beta      []float64 // 1 = no leak
	Gain      []float64 // of x, over θ
	Bias      []float64 // c over θ
	Init      []float64 // v before the first step, over θ
	Theta     []float64
	Fires     bool // false: the membrane potential is read
	Last      bool // the network's output
	Fire      model.Compare
	MaxSpikes int
	Reset     model.Reset
	ResetTo   float64 // over θ
	Min       float64 // least v over θ, −Inf without
	Delay     int     // steps between deciding a spike and sending it
	Stretch   int     // ticks that stand for a step, 1 unless rates may be lower (model.Quantization)
}

// stretch makes thresholds k times as high.
func (d *Dynamics) stretch(k int) {
	d.Stretch = max(k, 1)
	if !d.Fires || k < 2 {
		return
	}
	over := func(v []float64) []float64 { return zip(v, []float64{1 / float64(k)}, mul) }
	d.Gain, d.Bias, d.Init = over(d.Gain), over(d.Bias), over(d.Init)
	d.Theta = zip(d.Theta, []float64{float64(k)}, mul)
	d.ResetTo, d.Min = d.ResetTo/float64(k), d.Min/float64(k)
}

// DynamicsOf reads a layer of neurons. dt is the network's time step.
func DynamicsOf(op *model.Neuron, dt float64, r *Refusals) Dynamics {
	if op.Model == "slayer-cuba" {
		return slayer(op)
	}
	p := params{op}
	rules := op.Rules
	d := Dynamics{
		Beta: []float64{1}, Theta: p.get("threshold", 1), Fire: rules.Fire, MaxSpikes: rules.MaxSpikes, Reset: rules.Reset, Delay: rules.Delay,
		Fires: op.Output == model.OutputSpikes && op.Model != "li" && op.Model != "cuba-li", Min: math.Inf(-1),
	}
	if rules.MemDecay != model.DecayNone {
		d.Beta = p.factors(rules.MemDecay, "", dt)
	}
	if rules.Synapse != model.SynapseNone {
		d.Alpha = p.factors(rules.SynDecay, "_syn", dt)
	}
	if !d.Fires {
		d.Theta, d.Reset = []float64{1}, model.ResetNone
	}
	d.Gain = zip(p.get("r", 1), d.Theta, func(g, theta float64) float64 { return g / theta })
	if rules.Gain == model.GainLeak {
		d.Gain = zip(d.Gain, d.Beta, func(g, beta float64) float64 { return g * (1 - beta) })
	}
	if rules.Synapse == model.SynapseAddDecay { // α·(i + x) is α times what α·i + x gives
		d.Gain = zip(d.Gain, d.Alpha, func(g, alpha float64) float64 { return g * alpha })
	}
	leak := zip(p.get("v_leak", 0), d.Beta, func(v, beta float64) float64 { return v * (1 - beta) })
	bias := zip(leak, p.get("bias", 0), func(a, b float64) float64 { return a + b })
	over := func(v []float64) []float64 {
		return zip(v, d.Theta, func(v, theta float64) float64 { return v / theta })
	}
	d.Bias, d.Init = over(bias), over(p.get("v_init", 0))
	d.ResetTo = single("v_reset", over(p.get("v_reset", 0)), r)
	d.Min = single("v_min", over(p.get("v_min", math.Inf(-1))), r)
	d.check(op, r)
	return d
}

// check refuses what no target has.
func (d *Dynamics) check(op *model.Neuron, r *Refusals) {
	for _, theta := range d.Theta {
		if !(theta > 0) {
			r.Add(fmt.Sprintf("threshold %v", theta), "thresholds are above 0")
			break
		}
	}
	rules := op.Rules
	for _, q := range rules.Quirks {
		r.Add(fmt.Sprintf("quirk %q", q), "train without it")
	}
	late := rules.ResetAt == model.ResetAtCharge && rules.Reset != model.ResetNone
	if d.Fires && late && (rules.Reset != model.ResetSubtract || !all(d.Beta, 1)) {
		r.Add("a reset in the step after the spike, behind its charge", "set reset_at: spike")
	}
	if op.Recurrent != nil {
		r.Add("recurrent connections", "leave recurrent: out")
	}
}

// slayer is lava-dl's CUBA neuron: 12-bit decays, a reset to zero.
func slayer(op *model.Neuron) Dynamics {
	p := params{op}
	keep := func(v []float64) []float64 {
		return zip(v, []float64{0}, func(v, _ float64) float64 { return 1 - math.Round(v)/4096 })
	}
	theta := p.get("threshold", 1)
	inverse := zip([]float64{1}, theta, func(a, b float64) float64 { return a / b })
	return Dynamics{
		Alpha: keep(p.get("current_decay", 1024)), Beta: keep(p.get("voltage_decay", 128)), Theta: theta, Gain: inverse,
		Bias: []float64{0}, Init: []float64{0}, Fires: op.Output == model.OutputSpikes, Fire: model.FireAtLeast, MaxSpikes: 1,
		Reset: model.ResetValue, Min: math.Inf(-1), Delay: op.Rules.Delay,
	}
}

// params reads the parameters of a layer of neurons.
type params struct{ op *model.Neuron }

func (p params) get(name string, otherwise float64) []float64 {
	t := p.op.Values[name]
	if t == nil {
		return []float64{otherwise}
	}
	out := make([]float64, len(t.Data))
	for i, v := range t.Data {
		out[i] = float64(v)
	}
	return out
}

// factors are the decay factors per step of a stored decay; suffix names those of the current.
func (p params) factors(form model.Decay, suffix string, dt float64) []float64 {
	own := func(membrane, current string) string {
		if suffix == "" {
			return membrane
		}
		return current
	}
	each := func(v []float64, f func(float64) float64) []float64 {
		return zip(v, []float64{0}, func(v, _ float64) float64 { return f(v) })
	}
	tau, rate := p.get("tau"+suffix, 10), p.get("rate"+suffix, 0.1)
	beta := p.get(own("beta", "alpha"), 0.9)
	switch form {
	case model.DecayExp:
		return each(tau, func(tau float64) float64 { return math.Exp(-dt / tau) })
	case model.DecayEuler:
		return each(tau, func(tau float64) float64 { return 1 - dt/tau })
	case model.DecayRate:
		return each(rate, func(rate float64) float64 { return 1 - rate*dt })
	case model.DecayLogit:
		return each(p.get("logit"+suffix, 0), func(w float64) float64 { return 1 - 1/(1+math.Exp(-w)) })
	case model.DecayLog:
		return each(beta, func(b float64) float64 { return 1 + math.Log(b) })
	}
	return each(beta, func(b float64) float64 { return min(max(b, 0), 1) })
}

// zip combines two arrays of which each holds one value, or as many as the other.
// Where one has a value a channel and the other one a neuron, the channels are spread.
func zip(a, b []float64, f func(a, b float64) float64) []float64 {
	n := max(len(a), len(b))
	out := make([]float64, n)
	for i := range out {
		out[i] = f(a[i*len(a)/n], b[i*len(b)/n])
	}
	return out
}

func single(name string, v []float64, r *Refusals) float64 {
	if !all(v, v[0]) {
		r.Add("different values of "+name, "one a layer, over the threshold, is possible")
	}
	return v[0]
}

func all(v []float64, want float64) bool {
	for _, x := range v {
		if x != want {
			return false
		}
	}
	return true
}

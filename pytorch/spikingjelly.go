package pytorch

import (
	"fmt"
	"strconv"

	"github.com/snntrain/snntrain/model"
)

func spikingJelly() framework {
	return framework{
		name: "spikingjelly", title: "SpikingJelly",
		imports: "from spikingjelly.activation_based import functional, neuron, surrogate",
		begin:   "functional.reset_net(self)",
		neuron:  spikingJellyNeuron,
		others:  spikingJellyOthers(),
	}
}

// spikingJellyNeuron is IFNode, LIFNode, ParametricLIFNode or CUBALIFNode:
//
//	u = v + (x − (v − v_r))/τ  (decay_input), or u = v − (v − v_r)/τ + x
//	s = [u ≥ θ];  v = u − s·θ (v_reset=None), or v_r where s
//
// v_r is initial value, leak target and reset value in one. Parameters are
// numbers, the same for the whole layer, and not in the state dictionary.
func spikingJellyNeuron(b *builder, c *cell) {
	if !b.spikingJellyFits(c) {
		return
	}
	rules := b.spikingJellyRules(c)
	values := map[string][]float32{}
	class, args := b.spikingJellyClass(c, &rules, values)
	current := b.current(c)
	theta, reset := "float(\"inf\")", "0.0" // a membrane without spikes is a neuron that never fires
	if c.spikes() {
		values["threshold"] = c.theta
		theta, reset = number(c.theta[0]), "None"
		if rules.Reset == model.ResetValue {
			reset = number(c.reset[0])
			values["v_reset"] = c.reset
		}
	}
	b.init("self.%s = neuron.%s(%sv_threshold=%s, v_reset=%s%s)", c.name, class, args, theta, reset, b.spikeGrad(c, "surrogate_function"))
	if rules.DetachReset {
		b.init("self.%s.detach_reset = True", c.name)
	}
	current, recurrent := b.spikingJellyRecurrent(c, current)
	if c.op.Output == model.OutputMembrane {
		spk := ""
		if c.op.Recurrent != nil {
			spk = b.names.of(c.name+"_spk") + " = "
		}
		b.step("%sself.%s(%s)", spk, c.name, current)
		b.step("%s = self.%s.v", c.name, c.name)
	} else {
		b.step("%s = self.%s(%s)", c.name, c.name, current)
	}
	b.run(c, rules, values, recurrent)
}

// spikingJellyFits refuses parameters that SpikingJelly's neurons do not have.
func (b *builder) spikingJellyFits(c *cell) bool {
	before := b.faults.Len()
	for _, p := range []struct {
		name string
		v    []float32
	}{{"decay", c.beta}, {"synaptic decay", c.alpha}, {"threshold", c.theta}, {"v_reset", c.reset}} {
		if len(p.v) > 1 && !all(p.v, p.v[0]) {
			b.refuse(c.node, fmt.Sprintf("has a %s a neuron or channel; SpikingJelly has one for the layer", p.name), "share: layer")
		}
	}
	if c.spikes() && c.rules.Reset == model.ResetNone {
		b.refuse(c.node, "never resets; neurons of SpikingJelly do", "")
	}
	start := float32(0)
	if c.spikes() && c.rules.Reset == model.ResetValue {
		start = c.reset[0]
	}
	leaks := c.rules.MemDecay != model.DecayNone
	if c.cuba() && start != 0 {
		b.refuse(c.node, "resets a current-based neuron to v_reset, which SpikingJelly would leak to zero", "set reset: zero")
	}
	if !all(c.init, start) || leaks && start != 0 && !all(c.rest, start) {
		b.refuse(c.node, fmt.Sprintf("starts at %v, leaks to %v and resets to %v; in SpikingJelly all three are v_reset", c.init[0], c.rest[0], start), "")
	}
	if leaks && !c.cuba() && c.beta[0] == 0 {
		b.refuse(c.node, "forgets its potential in one step; tau must be above 1 in SpikingJelly", "")
	}
	return b.faults.Len() == before
}

// spikingJellyRules are the rules that SpikingJelly runs.
func (b *builder) spikingJellyRules(c *cell) model.Rules {
	r := model.Rules{Fire: model.FireAtLeast, MaxSpikes: 1, Reset: c.rules.Reset, ResetAt: model.ResetAtSpike, DetachReset: c.rules.DetachReset, Gain: model.GainUnit}
	if !c.spikes() {
		r.Fire, r.Reset = model.FireAbove, model.ResetNone
	}
	if c.cuba() {
		r.Synapse, r.SynDecay = model.SynapseDecayAdd, model.DecayBeta
	}
	b.compare(c, r)
	return r
}

// spikingJellyClass picks the class and its first arguments.
func (b *builder) spikingJellyClass(c *cell, r *model.Rules, values map[string][]float32) (class, args string) {
	switch {
	case c.cuba():
		r.MemDecay = model.DecayBeta
		values["alpha"], values["beta"] = c.alpha[:1], c.beta[:1]
		b.frozen(c)
		return "CUBALIFNode", fmt.Sprintf("c_decay=%s, v_decay=%s, ", number(c.alpha[0]), number(c.beta[0]))
	case c.rules.MemDecay == model.DecayNone || c.beta[0] == 1:
		r.MemDecay = model.DecayNone
		if c.op.Model == "lif" || c.op.Model == "li" {
			r.MemDecay, values["beta"] = model.DecayBeta, []float32{1}
		}
		b.frozen(c)
		return "IFNode", ""
	}
	if r.Reset == model.ResetValue && !all(c.reset, 0) { // v_leak, which C holds as (1 − β)·v_leak, is v_reset there
		c.shift = c.paramOr("bias", 0)
		values["v_leak"], values["v_init"] = c.rest, c.init
	}
	decay := c.rules.Gain == model.GainLeak
	if decay {
		c.gain = c.paramOr("r", 1)
		r.Gain = model.GainLeak
	}
	b.note(c.node, Rounding, "the leak is computed as (v − v_reset)/τ there: sums in another order")
	if c.rules.MemDecay == model.DecayLogit {
		w := c.paramOr("logit", 0)
		r.MemDecay, values["logit"] = model.DecayLogit, w
		b.tensor(c.name+".w", []int{}, w[:1])
		return "ParametricLIFNode", fmt.Sprintf("decay_input=%s, ", boolean(decay))
	}
	tau := 1 / c.leak[0]
	r.MemDecay, values["tau"] = model.DecayEuler, []float32{float32(tau)}
	b.frozen(c)
	return "LIFNode", fmt.Sprintf("tau=%s, decay_input=%s, ", decimal(tau), boolean(decay))
}

// paramOr are the stored values of a parameter.
func (c *cell) paramOr(name string, def float32) []float32 {
	if t := c.op.Values[name]; t != nil {
		return t.Data
	}
	return []float32{def}
}

// frozen notes parameters that were learned and are numbers there.
func (b *builder) frozen(c *cell) {
	if c.learnBeta || c.learnAlpha || c.learnTheta {
		b.note(c.node, Training, "learned parameters of the neurons are fixed numbers there")
	}
}

// spikingJellyRecurrent adds what the last spikes bring as a module of its own.
func (b *builder) spikingJellyRecurrent(c *cell, current string) (string, *model.Recurrent) {
	r := c.recurrent
	if r == nil {
		return current, nil
	}
	own, n := b.names.of(c.name+"_recurrent"), r.Weight.Shape[0]
	spk := c.name
	if c.op.Output == model.OutputMembrane {
		spk += "_spk"
	}
	b.state("%s = x.new_zeros((batch, %d))", spk, n)
	b.tensor(own+".weight", r.Weight.Shape, r.Weight.Data)
	if r.HasBias {
		b.tensor(own+".bias", []int{n}, r.Bias.Data)
	}
	if r.Recurrence == model.RecurrenceDense {
		b.init("self.%s = nn.Linear(%d, %d, bias=%s)", own, n, n, boolean(r.HasBias))
		return fmt.Sprintf("%s + self.%s(%s)", current, own, spk), r
	}
	bias, text := "", fmt.Sprintf("%s + self.%s[\"weight\"] * %s", current, own, spk)
	if r.HasBias {
		bias = fmt.Sprintf(", \"bias\": torch.zeros((%d,))", n)
		text += fmt.Sprintf(" + self.%s[\"bias\"]", own)
	}
	b.init("self.%s = nn.ParameterDict({\"weight\": torch.zeros((%d,))%s})", own, n, bias)
	return text, r
}

// decimal is a float64 as Python reads it.
func decimal(v float64) string {
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if _, err := strconv.Atoi(text); err == nil {
		text += ".0"
	}
	return text
}

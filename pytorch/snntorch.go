package pytorch

import (
	"fmt"
	"strings"

	"github.com/snntrain/snntrain/model"
)

func snnTorch() framework {
	return framework{
		name: "snntorch", title: "snnTorch",
		imports: "import snntorch as snn\nfrom snntorch import surrogate",
		neuron:  snnTorchNeuron,
		others:  snnTorchOthers(),
	}
}

// snnTorchNeuron is Leaky, Synaptic, RLeaky or RSynaptic:
//
//	i = α·i + x;  u = β·v + i − R·θ;  s = [u > θ]
//
// R is [v > θ] of the step before (reset_delay=True), or the reset comes in the
// step of the spike. "zero" clears the old potential of Leaky, but the whole
// new one of the others. The sums run in the order written; a recurrent current
// is added last.
func snnTorchNeuron(b *builder, c *cell) {
	if !all(c.reset, 0) && c.rules.Reset == model.ResetValue {
		b.refuse(c.node, "resets to v_reset; snnTorch resets to zero", "set reset: zero")
		return
	}
	current := b.current(c)
	rules, mechanism, delayed := b.snnTorchRules(c)
	class := map[bool]string{false: "Leaky", true: "Synaptic"}[c.cuba()]
	var args []string
	values := map[string][]float32{}
	param := func(name string, data []float32, learned bool) {
		dims := broadcast(len(data), c.shape)
		args = append(args, fmt.Sprintf("%s=%s", name, literal(data, dims)))
		if learned {
			args = append(args, fmt.Sprintf("learn_%s=True", name))
		}
		b.tensor(c.name+"."+name, dims, data)
		values[name] = data
	}
	if c.cuba() {
		param("alpha", c.alpha, c.learnAlpha)
	}
	param("beta", c.beta, c.learnBeta)
	if c.rules.MemDecay == model.DecayNone {
		delete(values, "beta") // IF has none
	}
	theta := c.theta
	if !c.spikes() {
		theta = []float32{1}
	}
	param("threshold", theta, c.learnTheta)
	if !c.spikes() {
		delete(values, "threshold")
	}
	recurrent := b.snnTorchRecurrent(c, &class, &args)
	b.init("self.%s = snn.%s(%s, reset_mechanism=%q, reset_delay=%s%s)", c.name, class, strings.Join(args, ", "), mechanism, boolean(delayed), b.spikeGrad(c, "spike_grad"))
	b.tensor(c.name+".graded_spikes_factor", []int{}, []float32{1})
	b.counter(c.name+".reset_mechanism_val", map[string]int64{"subtract": 0, "zero": 1, "none": 2}[mechanism])
	b.snnTorchStep(c, current)
	b.run(c, rules, values, recurrent)
}

// literal is a parameter in __init__: its value, or zeros that the state dictionary fills.
func literal(data []float32, dims []int) string {
	if len(dims) == 0 {
		return fmt.Sprintf("torch.tensor(%s)", number(data[0]))
	}
	return fmt.Sprintf("torch.zeros(%s)", tupleOf(dims))
}

// snnTorchRules are the rules that snnTorch runs, and its settings for them.
func (b *builder) snnTorchRules(c *cell) (r model.Rules, mechanism string, delayed bool) {
	r = model.Rules{Fire: model.FireAbove, MaxSpikes: 1, DetachReset: true, Gain: model.GainUnit, MemDecay: model.DecayBeta}
	if c.rules.MemDecay == model.DecayNone {
		r.MemDecay = model.DecayNone
	}
	if c.cuba() {
		r.Synapse, r.SynDecay = model.SynapseDecayAdd, model.DecayBeta
	}
	r.Reset, r.ResetAt = c.rules.Reset, model.ResetAtSpike
	if !c.spikes() || c.rules.Reset == model.ResetNone {
		r.Reset = model.ResetNone
		b.compare(c, r)
		return r, "none", true
	}
	plain := !c.cuba() && c.op.Recurrent == nil
	only := c.cuba() && c.op.Recurrent != nil // RSynaptic ignores reset_delay=False
	delayed = c.rules.ResetAt == model.ResetAtCharge || only
	if c.rules.Reset == model.ResetSubtract {
		if delayed {
			r.ResetAt = model.ResetAtCharge
		} else {
			r.DetachReset, r.Quirks = false, []string{model.QuirkHold}
		}
		b.compare(c, r)
		return r, "subtract", delayed
	}
	if plain && c.rules.ResetAt == model.ResetAtLeak {
		delayed = true
	}
	switch {
	case delayed && plain:
		r.ResetAt = model.ResetAtLeak
	case delayed:
		r.ResetAt = model.ResetAtCharge
	default:
		r.DetachReset = false
	}
	b.compare(c, r)
	return r, "zero", delayed
}

// snnTorchRecurrent adds the connections of a layer to itself.
func (b *builder) snnTorchRecurrent(c *cell, class *string, args *[]string) *model.Recurrent {
	r := c.recurrent
	if r == nil {
		return nil
	}
	*class = "R" + *class
	if r.Recurrence == model.RecurrenceOneToOne {
		if r.HasBias {
			b.refuse(c.node, "has a bias on one-to-one connections, which snnTorch has not", "set recurrent: {kind: one-to-one, bias: false}")
		}
		n := r.Weight.Shape[0]
		*args = append(*args, "all_to_all=False", fmt.Sprintf("V=torch.zeros((%d,))", n))
		for _, key := range []string{".V", ".recurrent.V"} { // one array under two names
			b.tensor(c.name+key, []int{n}, r.Weight.Data)
		}
		return &model.Recurrent{Recurrence: r.Recurrence, Weight: r.Weight}
	}
	n := r.Weight.Shape[0]
	*args = append(*args, fmt.Sprintf("linear_features=%d", n))
	own := &model.Recurrent{Recurrence: r.Recurrence, HasBias: true, Weight: r.Weight, Bias: r.Bias}
	if !r.HasBias {
		own.Bias = model.NewTensor(n)
	}
	b.tensor(c.name+".recurrent.weight", r.Weight.Shape, r.Weight.Data)
	b.tensor(c.name+".recurrent.bias", []int{n}, own.Bias.Data)
	b.note(c.node, Rounding, "the recurrent current is added after the others there")
	return own
}

// snnTorchStep writes one step, and the state before the first.
func (b *builder) snnTorchStep(c *cell, current string) {
	dims := list(c.shape)
	mem := b.names.of(c.name + "_mem")
	spk := c.name
	if c.op.Output == model.OutputMembrane {
		mem, spk = c.name, b.names.of(c.name+"_spk")
	}
	states := []string{mem}
	b.state("%s = x.new_full((batch, %s), %s)", mem, dims, number(c.init[0]))
	if c.cuba() {
		syn := b.names.of(c.name + "_syn")
		states = []string{syn, mem}
		b.state("%s = x.new_zeros((batch, %s))", syn, dims)
	}
	in := append([]string{current}, states...)
	if c.op.Recurrent != nil {
		b.state("%s = x.new_zeros((batch, %s))", spk, dims)
		in = append([]string{current, spk}, states...)
	}
	b.step("%s, %s = self.%s(%s)", spk, strings.Join(states, ", "), c.name, strings.Join(in, ", "))
}

package pytorch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// other is a neuron outside the IF/LIF/CuBa family as a framework has it.
type other func(b *builder, o *special)

// special is a layer of such neurons.
type special struct {
	*cell
	defaults map[string]float64
}

// value is a parameter of the layer, which is one number.
func (s *special) value(name string) float32 {
	if t := s.op.Values[name]; t != nil {
		return t.Data[0]
	}
	return float32(s.defaults[name])
}

// argument is a parameter in Python.
func (s *special) argument(theirs, ours string) string { return theirs + "=" + number(s.value(ours)) }

// specialNeuron adds such a layer; false when the framework has none.
func (b *builder) specialNeuron(c *cell, kind neuron.Kind) bool {
	add, known := b.framework.others[c.op.Model]
	if !known {
		return false
	}
	s := &special{c, map[string]float64{}}
	for _, p := range kind.Params(c.rules) {
		s.defaults[p.Name] = p.Default
	}
	for _, p := range c.op.Params() {
		if len(p.Tensor.Data) > 1 && !all(p.Tensor.Data, p.Tensor.Data[0]) {
			b.refuse(c.node, fmt.Sprintf("has a %s a neuron or channel; %s is exported with one for the layer", p.Name, c.op.Model), "share: layer")
			return true
		}
	}
	if c.op.Recurrent != nil {
		b.refuse(c.node, fmt.Sprintf("has recurrent connections, which %s has not in %s", c.op.Model, b.framework.title), "")
		return true
	}
	add(b, s)
	return true
}

// runSpecial adds the layer to the network as run: the same, with the framework's comparison.
func (b *builder) runSpecial(s *special, fire model.Compare) {
	there := s.rules
	there.Fire = fire
	b.compare(s.cell, there)
	op := *s.op
	op.Rules, op.Learn = there, nil
	op.Values = map[string]*model.Tensor{}
	for name, t := range s.op.Values {
		op.Values[name] = &model.Tensor{Shape: []int{1}, Data: t.Data[:1]}
	}
	node := *s.node
	node.Op = &op
	b.asRun.Nodes = append(b.asRun.Nodes, node)
}

// spikingJellyOthers are SpikingJelly's nonlinear neurons.
func spikingJellyOthers() map[string]other {
	quadratic := func(s *special) []string {
		return []string{s.argument("v_c", "v_c"), s.argument("a0", "a0"), s.argument("v_rest", "v_leak")}
	}
	return map[string]other{
		"qif": func(b *builder, s *special) { b.jellyNode(s, "QIFNode", append(quadratic(s), s.tau())) },
		"eif": func(b *builder, s *special) {
			b.jellyNode(s, "EIFNode", []string{s.tau(), s.argument("delta_T", "delta_t"), s.argument("theta_rh", "v_t"), s.argument("v_rest", "v_leak")})
		},
		"adaptive-qif": func(b *builder, s *special) {
			_, leak := neuron.Factor(s.rules.MemDecay, float64(s.value(adaptName(s.rules.MemDecay))), b.net.Dt)
			args := append(quadratic(s), s.tau(), "tau_w="+decimal(1/leak), s.argument("a", "adapt_gain"), s.argument("b", "adapt_step"), s.argument("w_rest", "w_init"))
			if s.value("w_init") != 0 {
				b.refuse(s.node, "has w_init, which IzhikevichNode would leak to as well", "")
			}
			b.jellyNode(s, "IzhikevichNode", args)
		},
		"klif": func(b *builder, s *special) {
			if s.value("v_leak") != s.rest0() {
				b.refuse(s.node, "leaks to another potential than it resets to; in KLIFNode both are v_reset", "")
			}
			b.tensor(s.name+".k", []int{}, []float32{s.value("k")})
			b.jellyNode(s, "KLIFNode", []string{"scale_reset=False", s.tau(), "decay_input=True"})
		},
		"raf": func(b *builder, s *special) {
			b.jellyNode(s, "RAFNode", []string{s.argument("b", "damping"), s.argument("omega", "omega"), "dt=" + decimal(b.net.Dt)})
		},
	}
}

// adaptName is what the decay of the adaptation is called in a form.
func adaptName(form model.Decay) string {
	if form == model.DecayRate {
		return "rate_adapt"
	}
	return "tau_adapt"
}

// tau is the membrane time constant in steps.
func (s *special) tau() string { return "tau=" + decimal(1/s.leak[0]) }

// rest0 is what SpikingJelly starts from: v_reset, or 0 when it subtracts.
func (s *special) rest0() float32 {
	if s.rules.Reset == model.ResetValue {
		return s.value("v_reset")
	}
	return 0
}

// jellyNode writes a node of SpikingJelly.
func (b *builder) jellyNode(s *special, class string, args []string) {
	reset := "None"
	switch {
	case s.rules.Reset == model.ResetNone:
		b.refuse(s.node, "never resets; neurons of SpikingJelly do", "")
	case s.value("v_init") != s.rest0():
		b.refuse(s.node, fmt.Sprintf("starts at %v; %s starts at v_reset, %v", s.value("v_init"), class, s.rest0()), "")
	}
	if s.rules.Reset == model.ResetValue {
		reset = number(s.value("v_reset"))
	}
	args = append(args, "v_threshold="+number(s.value("threshold")), "v_reset="+reset)
	b.init("self.%s = neuron.%s(%s%s)", s.name, class, strings.Join(args, ", "), b.spikeGrad(s.cell, "surrogate_function"))
	if s.rules.DetachReset {
		b.init("self.%s.detach_reset = True", s.name)
	}
	if learned := without(s.op.Learn, "k"); len(learned) > 0 {
		b.note(s.node, Training, "learned %s are fixed numbers there", strings.Join(learned, ", "))
	}
	b.note(s.node, Rounding, "the potential is charged in another order there")
	if s.op.Output == model.OutputMembrane {
		b.step("self.%s(%s)", s.name, b.input(s.node))
		b.step("%s = self.%s.v", s.name, s.name)
	} else {
		b.step("%s = self.%s(%s)", s.name, s.name, b.input(s.node))
	}
	b.runSpecial(s, model.FireAtLeast)
}

func without(list []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == name })
}

// snnTorchOthers is snnTorch's Alpha.
func snnTorchOthers() map[string]other {
	return map[string]other{"alpha": func(b *builder, s *special) {
		if s.value("alpha") <= s.value("beta") {
			b.refuse(s.node, fmt.Sprintf("has alpha %v; snnTorch wants it above beta, %v", s.value("alpha"), s.value("beta")), "")
		}
		mechanism := map[model.Reset]string{model.ResetSubtract: "subtract", model.ResetValue: "zero", model.ResetNone: "none"}[s.rules.Reset]
		params := map[string]string{"alpha": "alpha", "beta": "beta", "threshold": "threshold"}
		var args []string
		for _, name := range slices.Sorted(maps.Keys(params)) {
			args = append(args, fmt.Sprintf("%s=torch.tensor(%s)", name, number(s.value(name))))
			b.tensor(s.name+"."+name, []int{}, []float32{s.value(name)})
		}
		b.tensor(s.name+".graded_spikes_factor", []int{}, []float32{1})
		b.counter(s.name+".reset_mechanism_val", map[string]int64{"subtract": 0, "zero": 1, "none": 2}[mechanism])
		b.init("self.%s = snn.Alpha(%s, reset_mechanism=%q%s)", s.name, strings.Join(args, ", "), mechanism, b.spikeGrad(s.cell, "spike_grad"))
		exc, inh, mem, spk := b.names.of(s.name+"_exc"), b.names.of(s.name+"_inh"), b.names.of(s.name+"_mem"), s.name
		if s.op.Output == model.OutputMembrane {
			mem, spk = s.name, mem
		}
		for _, state := range []string{exc, inh, mem} {
			b.state("%s = x.new_zeros((batch, %s))", state, list(s.shape))
		}
		b.step("%s, %s, %s, %s = self.%s(%s, %s, %s, %s)", spk, exc, inh, mem, s.name, b.input(s.node), exc, inh, mem)
		b.runSpecial(s, model.FireAbove)
	}}
}

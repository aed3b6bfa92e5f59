package pytorch

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// cell is a layer of neurons of the IF/LIF/CuBa family in the form that
// frameworks have: u = β·v + (G·x + C), i = α·i + x. Arrays hold one value,
// one a channel, or one a neuron in (C, H, W) order.
type cell struct {
	node  *model.Node
	op    *model.Neuron
	name  string // in Python
	shape model.Shape
	rules model.Rules

	inputs    []string         // of the layer as the framework runs it
	recurrent *model.Recurrent // nil = none

	beta, alpha, gain, shift, theta []float32
	leak                            []float64 // 1 − β free of cancellation
	reset, init, floor, rest        []float32

	learnBeta, learnAlpha, learnTheta bool
}

// neuronNode adds a layer of neurons.
func (b *builder) neuronNode(node *model.Node, name string, op *model.Neuron) {
	kind, err := neuron.Builtin().Get(op.Model)
	if err != nil {
		b.faults.AddError(err)
		return
	}
	c := newCell(node, op, kind, b.shapes[node.Name], b.net.Dt)
	c.name = name
	switch op.Model {
	case "if", "lif", "li", "cuba-lif", "cuba-li":
		if !b.expressible(c) {
			return
		}
		b.framework.neuron(b, c)
	default:
		if !b.specialNeuron(c, kind) {
			b.refuse(node, fmt.Sprintf("%s is no neuron of %s as it is here", op.Model, b.framework.title), "")
			return
		}
	}
	if op.Output == model.OutputSpikes {
		b.spiking = append(b.spiking, name)
	}
}

func newCell(node *model.Node, op *model.Neuron, kind neuron.Kind, shape model.Shape, dt float64) *cell {
	c := &cell{node: node, op: op, shape: shape, rules: op.Rules, inputs: node.Inputs, recurrent: op.Recurrent}
	values := func(name string, def float64) []float64 {
		if t := op.Values[name]; t != nil {
			out := make([]float64, len(t.Data))
			for i, v := range t.Data {
				out[i] = float64(v)
			}
			return out
		}
		return []float64{def}
	}
	params := map[string]float64{}
	for _, p := range kind.Params(op.Rules) {
		params[p.Name] = p.Default
	}
	get := func(name string, missing float64) []float64 {
		if def, has := params[name]; has {
			return values(name, def)
		}
		return []float64{missing}
	}
	mem, syn := decayName(op.Rules.MemDecay, true), decayName(op.Rules.SynDecay, false)
	decays, r, rest, bias := get(mem, 0), get("r", 1), get("v_leak", 0), get("bias", 0)
	c.beta = c.each(func(v []float64) float32 { a, _ := neuron.Factor(op.Rules.MemDecay, v[0], dt); return float32(a) }, decays)
	c.leak = make([]float64, len(decays))
	for i, p := range decays {
		_, c.leak[i] = neuron.Factor(op.Rules.MemDecay, p, dt)
	}
	c.alpha = c.each(func(v []float64) float32 { a, _ := neuron.Factor(op.Rules.SynDecay, v[0], dt); return float32(a) }, get(syn, 0))
	c.gain = single(r)
	if op.Rules.Gain == model.GainLeak {
		c.gain = c.each(func(v []float64) float32 { return float32(v[0] * v[1]) }, r, c.leak)
	}
	c.shift = c.each(func(v []float64) float32 { return float32(v[0]*v[1] + v[2]) }, c.leak, rest, bias)
	c.rest = single(rest)
	c.theta, c.reset = single(get("threshold", math.Inf(1))), single(get("v_reset", 0))
	c.init, c.floor = single(get("v_init", 0)), single(get("v_min", math.Inf(-1)))
	c.learnBeta, c.learnAlpha = slices.Contains(op.Learn, mem), slices.Contains(op.Learn, syn)
	c.learnTheta = slices.Contains(op.Learn, "threshold")
	return c
}

// decayName is what the parameter of a decay form is called; "" without decay.
func decayName(form model.Decay, membrane bool) string {
	names := map[model.Decay][2]string{
		model.DecayBeta: {"beta", "alpha"}, model.DecayLog: {"beta", "alpha"},
		model.DecayExp: {"tau", "tau_syn"}, model.DecayEuler: {"tau", "tau_syn"},
		model.DecayRate: {"rate", "rate_syn"}, model.DecayLogit: {"logit", "logit_syn"},
	}[form]
	if membrane {
		return names[0]
	}
	return names[1]
}

// each combines arrays of different lengths value by value.
func (c *cell) each(f func(v []float64) float32, arrays ...[]float64) []float32 {
	n := 1
	for _, a := range arrays {
		n = max(n, len(a))
	}
	out, v := make([]float32, n), make([]float64, len(arrays))
	for i := range out {
		for k, a := range arrays {
			v[k] = a[i*len(a)/n] // (C, H, W): a channel's neurons follow one another
		}
		out[i] = f(v)
	}
	return out
}

func single(v []float64) []float32 {
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x)
	}
	return out
}

// cuba reports whether the input is filtered, spikes whether there are any.
func (c *cell) cuba() bool   { return c.rules.Synapse != model.SynapseNone }
func (c *cell) spikes() bool { return c.op.Model != "li" && c.op.Model != "cuba-li" }

// all reports whether every value is v.
func all(a []float32, v float32) bool {
	for _, x := range a {
		if x != v {
			return false
		}
	}
	return true
}

// expressible refuses what neither framework has.
func (b *builder) expressible(c *cell) bool {
	before := b.faults.Len()
	if c.rules.MaxSpikes != 1 {
		b.refuse(c.node, fmt.Sprintf("fires up to %s spikes a step; neurons of %s fire one", many(c.rules.MaxSpikes), b.framework.title), "set max_spikes: 1")
	}
	if c.rules.Has(model.QuirkAddReset) {
		b.refuse(c.node, "has the quirk add-reset of Sinabs, which "+b.framework.title+" has not", "")
	}
	if !all(c.floor, float32(math.Inf(-1))) {
		b.refuse(c.node, "has a lower bound v_min, which neurons of "+b.framework.title+" have not", "leave v_min out")
	}
	if len(c.init) > 1 {
		b.refuse(c.node, "has an initial potential a neuron", "give the layer one v_init")
	}
	for _, v := range [][]float32{c.beta, c.alpha} {
		for _, x := range v {
			if !(x >= 0 && x <= 1) {
				b.refuse(c.node, fmt.Sprintf("has a decay factor of %v a step, which is not in 0..1", x), "")
				break
			}
		}
	}
	if c.op.Recurrent != nil && len(c.shape) != 1 {
		b.refuse(c.node, fmt.Sprintf("has recurrent connections over %v; %s knows them over one axis", c.shape, b.framework.title), "put a flatten layer before it")
	}
	return b.faults.Len() == before
}

func many(n int) string {
	if n == 0 {
		return "any number of"
	}
	return fmt.Sprint(n)
}

// current writes what enters the neurons, and returns its Python expression.
// What a framework's neuron does not have is done before it: gain and bias.
func (b *builder) current(c *cell) string {
	in := b.input(c.node)
	if c.rules.Synapse == model.SynapseAddDecay { // i = α(i + x) is α·i + α·x
		c.gain = c.each(func(v []float64) float32 { return float32(v[0] * v[1]) }, double(c.gain), double(c.alpha))
		b.note(c.node, Rounding, "the synaptic current is i = α·i + α·x there, was i = α·(i + x)")
	}
	if c.op.Recurrent != nil && !all(c.gain, 1) {
		in = b.scaled(c, in)
	}
	gain, shift := !all(c.gain, 1), !all(c.shift, 0)
	if !gain && !shift {
		return in
	}
	if shift && c.cuba() {
		b.refuse(c.node, "has v_leak or bias beside a synaptic current, which "+b.framework.title+" cannot add behind it", "")
		return in
	}
	own := b.names.of(c.name + "_input")
	var parts []string
	text := in
	if gain {
		parts, text = append(parts, b.zeros("gain", own, c.gain, c.shape)), fmt.Sprintf("self.%s[\"gain\"] * %s", own, text)
	}
	if shift {
		parts, text = append(parts, b.zeros("bias", own, c.shift, c.shape)), fmt.Sprintf("%s + self.%s[\"bias\"]", text, own)
	}
	if gain && c.cuba() || shift {
		b.note(c.node, Rounding, "gain and bias are applied to the input there: sums in another order")
	}
	b.init("self.%s = nn.ParameterDict({%s})", own, strings.Join(parts, ", "))
	return text
}

// scaled writes the gain of a recurrent layer, which holds for what comes back
// to it as well: a scale layer before it, and recurrent weights times the gain.
func (b *builder) scaled(c *cell, in string) string {
	own := b.names.of(c.name + "_input")
	b.asRun.Nodes = append(b.asRun.Nodes, model.Node{Name: own, Op: &model.Scale{Factor: &model.Tensor{Shape: c.dims(c.gain), Data: c.gain}}, Inputs: c.node.Inputs})
	b.init("self.%s = nn.ParameterDict({%s})", own, b.zeros("factor", own, c.gain, c.shape))
	b.step("%s = self.%s[\"factor\"] * %s", own, own, in)
	c.inputs = []string{own}
	r := *c.recurrent
	r.Weight = r.Weight.Clone()
	r.Bias = r.Bias.Clone()
	n := c.shape.Size()
	for post := range n {
		g := c.gain[post*len(c.gain)/n]
		each := len(r.Weight.Data) / n
		for i := range each {
			r.Weight.Data[post*each+i] *= g
		}
		if r.HasBias {
			r.Bias.Data[post] *= g
		}
	}
	c.recurrent, c.gain = &r, []float32{1}
	b.note(c.node, Rounding, "the gain of the input is part of the recurrent weights there")
	return own
}

// zeros is an entry of a ParameterDict, whose values come from the state dictionary.
func (b *builder) zeros(key, own string, data []float32, shape model.Shape) string {
	dims := broadcast(len(data), shape)
	b.tensor(own+"."+key, dims, data)
	return fmt.Sprintf("%q: torch.zeros(%s)", key, tupleOf(dims))
}

func double(v []float32) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

// run adds the layer that the framework runs to the network as run.
func (b *builder) run(c *cell, rules model.Rules, values map[string][]float32, recurrent *model.Recurrent) {
	op := &model.Neuron{Model: c.op.Model, Rules: rules, Surrogate: c.op.Surrogate, Output: c.op.Output, Values: map[string]*model.Tensor{}, Recurrent: recurrent}
	for name, v := range values {
		shape := []int{len(v)}
		if len(v) == c.shape.Size() && len(v) > 1 {
			shape = c.shape
		}
		op.Values[name] = &model.Tensor{Shape: shape, Data: v}
	}
	if !all(c.gain, 1) {
		op.Values["r"] = &model.Tensor{Shape: c.dims(c.gain), Data: c.gain}
	}
	if !all(c.shift, 0) {
		op.Values["bias"] = &model.Tensor{Shape: c.dims(c.shift), Data: c.shift}
	}
	if !all(c.init, 0) {
		op.Values["v_init"] = &model.Tensor{Shape: []int{1}, Data: c.init}
	}
	node := *c.node
	node.Op, node.Inputs = op, c.inputs
	b.asRun.Nodes = append(b.asRun.Nodes, node)
}

func (c *cell) dims(v []float32) []int {
	if len(v) == c.shape.Size() && len(v) > 1 {
		return c.shape
	}
	return []int{len(v)}
}

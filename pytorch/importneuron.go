package pytorch

import (
	"fmt"
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/torchfile"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// neuron places what a state dictionary knows of a layer of neurons. Decay
// factors and thresholds of snnTorch are arrays there; SpikingJelly keeps
// numbers in its constructors, so that those of the config stay.
func (f *filler) neuron(node *model.Node, op *model.Neuron) {
	f.decay(node, op, ".beta", op.Rules.MemDecay, true)
	f.decay(node, op, ".alpha", op.Rules.SynDecay, false)
	f.value(node, op, "threshold", f.take(node, ".threshold"))
	if op.Rules.MemDecay == model.DecayLogit {
		f.value(node, op, "logit", f.take(node, ".w"))
	}
	f.value(node, op, "k", f.take(node, ".k"))
	f.value(node, op, "r", f.take(node, "_input.gain"))
	f.value(node, op, "bias", f.take(node, "_input.bias"))
	f.graded(node)
	f.mechanism(node, op)
	f.recurrent(node, op)
}

// value stores a parameter, if the state dictionary has it.
func (f *filler) value(node *model.Node, op *model.Neuron, name string, t *torchfile.Tensor) {
	if t == nil {
		return
	}
	kind, err := neuron.Builtin().Get(op.Model)
	if err != nil {
		f.faults.AddError(err)
		return
	}
	if !slices.ContainsFunc(kind.Params(op.Rules), func(p neuron.Param) bool { return p.Name == name }) {
		if op.Output == model.OutputMembrane && name == "threshold" {
			return // a membrane without spikes has one in snnTorch, without effect
		}
		f.fault(t.Name, fmt.Sprintf("%s with these rules has no %s", op.Model, name), "")
		return
	}
	if !f.fits(node, t) {
		return
	}
	op.Values[name] = f.shaped(node, t)
}

// shaped is a tensor with the shape that arrays of neurons have here.
func (f *filler) shaped(node *model.Node, t *torchfile.Tensor) *model.Tensor {
	shape := []int{len(t.Floats)}
	if s := f.shapes[node.Name]; len(t.Floats) == s.Size() {
		shape = s
	}
	return &model.Tensor{Shape: shape, Data: slices.Clone(t.Floats)}
}

// fits checks that a tensor holds one value, one a channel or one a neuron.
func (f *filler) fits(node *model.Node, t *torchfile.Tensor) bool {
	s := f.shapes[node.Name]
	if t.Floats == nil || !slices.Contains([]int{1, s.Channels(), s.Size()}, t.Len()) {
		f.fault(t.Name, fmt.Sprintf("is %v of %s, layer %q expects 1, %d or %v values", model.Shape(t.Shape), t.DType, node.Name, s.Channels(), s), "")
		return false
	}
	return true
}

// decay stores a decay factor in the form that the layer keeps it in.
func (f *filler) decay(node *model.Node, op *model.Neuron, suffix string, form model.Decay, membrane bool) {
	t := f.take(node, suffix)
	if t == nil || !f.fits(node, t) {
		return
	}
	name := decayName(form, membrane)
	if name == "" {
		if !all(t.Floats, 1) {
			f.fault(t.Name, fmt.Sprintf("%s with these rules has no decay, got %v", op.Model, t.Floats[0]), "use a neuron that leaks")
		}
		return
	}
	if old := op.Values[name]; old != nil && len(old.Data) == t.Len() && f.sameDecay(form, old.Data, t.Floats) {
		return // the parameter that it was computed from stays
	}
	value := f.shaped(node, t)
	for i, a := range value.Data {
		value.Data[i] = float32(inverse(form, float64(a), f.net.Dt))
	}
	op.Values[name] = value
}

func (f *filler) sameDecay(form model.Decay, params, factors []float32) bool {
	for i, p := range params {
		if a, _ := neuron.Factor(form, float64(p), f.net.Dt); float32(a) != factors[i] {
			return false
		}
	}
	return true
}

// inverse is the parameter p of a decay factor a.
func inverse(form model.Decay, a, dt float64) float64 {
	switch form {
	case model.DecayExp:
		return -dt / math.Log(a)
	case model.DecayEuler:
		return dt / (1 - a)
	case model.DecayRate:
		return (1 - a) / dt
	case model.DecayLog:
		return math.Exp(a - 1)
	case model.DecayLogit:
		return math.Log((1 - a) / a)
	}
	return a
}

// graded: spikes that are not 1 are a scale layer here.
func (f *filler) graded(node *model.Node) {
	if t := f.take(node, ".graded_spikes_factor"); t != nil && !all(t.Floats, 1) {
		f.fault(t.Name, "spikes are scaled, which is a layer of its own here", "add a scale layer behind it, and set the factor there")
	}
}

// mechanism compares snnTorch's reset with that of the config.
func (f *filler) mechanism(node *model.Node, op *model.Neuron) {
	t := f.take(node, ".reset_mechanism_val")
	if t == nil || len(t.Ints) != 1 {
		return
	}
	names := []string{"subtract", "zero", "none"}
	have := map[model.Reset]int64{model.ResetSubtract: 0, model.ResetValue: 1, model.ResetNone: 2}[op.Rules.Reset]
	got := t.Ints[0]
	if got < 0 || got > 2 {
		f.fault(t.Name, fmt.Sprintf("is %d, expected 0 (subtract), 1 (zero) or 2 (none)", got), "")
	} else if got != have {
		f.fault(t.Name, fmt.Sprintf("was saved with reset %s, layer %q has %s", names[got], node.Name, names[have]), "set reset: "+names[got])
	}
}

// recurrent places the connections of a layer to itself.
func (f *filler) recurrent(node *model.Node, op *model.Neuron) {
	r := op.Recurrent
	if r == nil {
		return
	}
	if r.Recurrence == model.RecurrenceOneToOne {
		f.take(node, ".recurrent.V") // the same array as V
	}
	f.copy(node, r.Weight, r.Recurrence == model.RecurrenceOneToOne, ".recurrent.weight", ".V", "_recurrent.weight")
	if r.HasBias {
		f.copy(node, r.Bias, false, ".recurrent.bias", "_recurrent.bias")
		return
	}
	if t := f.take(node, ".recurrent.bias", "_recurrent.bias"); t != nil && !all(t.Floats, 0) {
		f.fault(t.Name, fmt.Sprintf("layer %q has no bias on its recurrent connections", node.Name), "set recurrent: {kind: dense, bias: true}")
	}
}

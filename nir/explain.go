package nir

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/model"
)

// Explain says in what a layer of neurons computes something else in another
// network of the same layers: rules, decays, gains, thresholds. Empty where it
// is the same, or is no layer of neurons.
func Explain(a, b *model.Network, layer string) []string {
	x, inA := neuronsOf(a, layer)
	y, inB := neuronsOf(b, layer)
	if x == nil || y == nil {
		return nil
	}
	out := explainRules(x, y)
	if (x.Recurrent == nil) != (y.Recurrent == nil) {
		out = append(out, map[bool]string{true: "its spikes come back", false: "its spikes do not come back"}[x.Recurrent == nil])
	} else if x.Recurrent != nil && x.Recurrent.HasBias != y.Recurrent.HasBias {
		out = append(out, "the bias of its recurrent weights is "+map[bool]string{true: "left out", false: "added"}[x.Recurrent.HasBias])
	}
	s, faultsA := stepOf(x, inA, a.Dt)
	t, faultsB := stepOf(y, inB, b.Dt)
	if len(faultsA)+len(faultsB) > 0 {
		return out
	}
	return append(out, s.explain(t)...)
}

// neuronsOf is a layer of neurons and the shape that it reads.
func neuronsOf(n *model.Network, layer string) (*model.Neuron, model.Shape) {
	node := n.Node(layer)
	if node == nil {
		return nil, nil
	}
	op, ok := node.Op.(*model.Neuron)
	if !ok {
		return nil, nil
	}
	shapes, err := n.Shapes()
	if err != nil {
		return nil, nil
	}
	return op, shapes[layer]
}

func explainRules(a, b *model.Neuron) (out []string) {
	say := func(format string, x, y any) {
		if x != y {
			out = append(out, fmt.Sprintf(format, y, x))
		}
	}
	say("fires at v %v θ, not v %v θ", a.Rules.Fire, b.Rules.Fire)
	say("up to %v spikes a step, not %v", most(a), most(b))
	say("reset: %v, not %v", resetOf(a), resetOf(b))
	if a.Rules.Reset != model.ResetNone && b.Rules.Reset != model.ResetNone {
		say("resets %v, not %v", when(a.Rules.ResetAt), when(b.Rules.ResetAt))
	}
	say("spikes leave %v steps late, not %v", a.Rules.Delay, b.Rules.Delay)
	for _, name := range []string{"v_min", "v_init"} {
		x, y := a.Values[name], b.Values[name]
		if (x == nil) != (y == nil) || x != nil && !slices.Equal(x.Data, y.Data) {
			out = append(out, fmt.Sprintf("%s is %s, not %s", name, bound(y), bound(x)))
		}
	}
	if !slices.Equal(a.Rules.Quirks, b.Rules.Quirks) {
		out = append(out, fmt.Sprintf("quirks %v, not %v", b.Rules.Quirks, a.Rules.Quirks))
	}
	return out
}

func most(n *model.Neuron) any {
	if n.Rules.MaxSpikes == 0 {
		return "any number of"
	}
	return n.Rules.MaxSpikes
}

func resetOf(n *model.Neuron) string {
	switch n.Rules.Reset {
	case model.ResetSubtract:
		return "θ subtracted"
	case model.ResetValue:
		return "to v_reset"
	}
	return "none"
}

func when(at model.ResetAt) string {
	return map[model.ResetAt]string{
		model.ResetAtSpike: "in the step of the spike", model.ResetAtLeak: "in the next step, before the leak", model.ResetAtCharge: "in the next step, after the input",
	}[at]
}

func bound(t *model.Tensor) string {
	if t == nil {
		return "none"
	}
	return fmt.Sprintf("%.6g", t.Data[0])
}

// explain compares the numbers of two steps.
func (s *step) explain(t *step) (out []string) {
	compare := func(name string, a, b series) {
		if a == nil || b == nil || a.nearTo(b) {
			return
		}
		i := 0
		for a.at(i) == b.at(i) {
			i++
		}
		out = append(out, fmt.Sprintf("%s is %.6g, not %.6g", name, b.at(i), a.at(i)))
	}
	compare("the decay of the potential", s.a, t.a)
	compare("the decay of the current", s.alpha, t.alpha)
	if x, y := s.units(), t.units(); x.unit == y.unit {
		s, t = x, y
	}
	compare("the input gain"+s.unit, s.g, t.g)
	compare("the constant current"+s.unit, s.c, t.c)
	if s.fires && t.fires {
		compare("θ", s.theta, t.theta)
		compare("v_reset"+s.unit, s.reset, t.reset)
	}
	return out
}

// units divides potentials by θ: networks that differ in the unit of the
// potential alone fire alike. Where θ is not above 0 they stay as they are.
func (s *step) units() *step {
	if !s.fires || slices.ContainsFunc(s.theta, func(v float64) bool { return !(v > 0) }) {
		return s
	}
	over := func(a series) series {
		return mapSeries(func(v ...float64) float64 { return v[0] / v[1] }, a, s.theta)
	}
	out := *s
	out.g, out.c, out.reset, out.theta, out.unit = over(s.g), over(s.c), over(s.reset), series{1}, "/θ"
	return &out
}

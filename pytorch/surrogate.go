package pytorch

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/surrogate"
)

// candidate is what a framework might call a surrogate derivative.
type candidate struct {
	name   string
	params map[string]float64
}

// candidates lists the names to try for a kind with all its parameters.
func candidates(framework, kind string, p map[string]float64) []candidate {
	one := func(name, param string, v float64) []candidate {
		return []candidate{{name, map[string]float64{param: v}}}
	}
	if framework == "snntorch" {
		switch kind {
		case "atan":
			return one("atan", "alpha", p["alpha"])
		case "fast-sigmoid":
			return one("fast_sigmoid", "slope", p["slope"])
		case "sigmoid":
			return one("sigmoid", "slope", p["slope"])
		case "straight-through":
			return []candidate{{name: "straight_through_estimator"}}
		}
		return nil
	}
	switch kind {
	case "sigmoid":
		return one("Sigmoid", "alpha", p["slope"])
	case "atan":
		return one("ATan", "alpha", p["alpha"])
	case "triangle":
		return one("PiecewiseQuadratic", "alpha", 1/p["width"])
	case "exponential":
		return one("PiecewiseExp", "alpha", 1/p["width"])
	case "fast-sigmoid":
		return append(one("SoftSign", "alpha", p["slope"]), one("SuperSpike", "alpha", p["height"])...)
	case "boxcar":
		return one("Rect", "alpha", 1/p["width"])
	case "gaussian":
		return one("Erf", "alpha", 1/(p["sigma"]*math.Sqrt2))
	case "straight-through":
		return []candidate{{name: "DeterministicPass"}}
	}
	return nil
}

// surrogateFor is a layer's surrogate as Python of the framework; "" when it has none like it.
func surrogateFor(framework string, s model.SurrogateSpec) string {
	ours, err := surrogate.New(surrogate.Spec{Kind: s.Kind, Params: s.Params})
	if err != nil {
		return ""
	}
	for _, c := range candidates(framework, s.Kind, completed(s)) {
		spec, err := surrogate.ForFramework(framework, c.name, c.params)
		if err != nil {
			continue
		}
		if theirs, err := surrogate.New(spec); err == nil && equal(ours, theirs) {
			var args []string
			for _, name := range slices.Sorted(maps.Keys(c.params)) {
				args = append(args, fmt.Sprintf("%s=%s", name, decimal(c.params[name])))
			}
			return fmt.Sprintf("surrogate.%s(%s)", c.name, strings.Join(args, ", "))
		}
	}
	return ""
}

// completed are the parameters of a surrogate with the defaults of what is missing.
func completed(s model.SurrogateSpec) map[string]float64 {
	kind, err := surrogate.Builtin().Get(s.Kind)
	if err != nil {
		return nil
	}
	out := map[string]float64{}
	for _, p := range kind.Params {
		out[p.Name] = p.Default
	}
	maps.Copy(out, s.Params)
	return out
}

// equal compares two derivatives around and far from the threshold.
func equal(a, b surrogate.Func) bool {
	for _, x := range []float64{-3, -1.1, -0.45, -0.2, -0.01, 0, 0.01, 0.1, 0.3, 0.6, 1.3, 4} {
		if u, v := a.At(x, 1), b.At(x, 1); math.Abs(u-v) > 1e-9*math.Max(1, math.Abs(u)) {
			return false
		}
	}
	return true
}

// spikeGrad is the surrogate argument of a neuron: name=…, or nothing with a note.
func (b *builder) spikeGrad(c *cell, argument string) string {
	if !c.spikes() {
		return ""
	}
	text := surrogateFor(b.framework.name, c.op.Surrogate)
	if text == "" {
		b.note(c.node, Training, "%s has no surrogate derivative like %s; its default is used", b.framework.title, c.op.Surrogate.Kind)
		return ""
	}
	return fmt.Sprintf(", %s=%s", argument, text)
}

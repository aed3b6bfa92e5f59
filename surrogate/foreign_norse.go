package surrogate

import "math"

// norse lists the methods of norse.torch.functional.threshold, read at 1.1.0.
// Every method takes alpha, though not every one uses it.
func norse() []foreign {
	alpha := []Param{positive("alpha", 100, "α")}
	return []foreign{
		{"super", alpha, func(values) Spec { return Spec{"fast-sigmoid", values{"slope": 1}} }},
		{"triangle", alpha, func(p values) Spec {
			return Spec{"triangle", values{"width": 1, "height": p["alpha"]}}
		}},
		{"tanh", alpha, func(p values) Spec { return Spec{"tanh", values{"slope": p["alpha"]}} }},
		{"circ", alpha, func(p values) Spec { return Spec{"circ", values{"width": p["alpha"]}} }},
		{"heavi_erfc", alpha, func(p values) Spec { return erf(p["alpha"], 2/math.Sqrt(math.Pi)) }},
		{"heaviside", alpha, func(values) Spec { return Spec{Kind: "none"} }},
	}
}

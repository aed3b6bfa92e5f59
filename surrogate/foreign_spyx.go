package surrogate

import "math"

// spyx lists those of spyx.axn, read at 1.0.0.
func spyx() []foreign {
	k := func(def float64) []Param { return []Param{positive("k", def, "steepness")} }
	return []foreign{
		{"superspike", k(25), func(p values) Spec { return Spec{"fast-sigmoid", values{"slope": p["k"]}} }},
		{"tanh", k(1), func(p values) Spec { return Spec{"tanh", values{"slope": p["k"]}} }},
		{"boxcar", []Param{positive("width", 2, "width"), signed("height", 0.5, "height")}, func(p values) Spec {
			return Spec{"boxcar", values{"width": p["width"], "height": p["height"]}}
		}},
		{"triangular", k(2), func(p values) Spec { return Spec{"triangle", values{"width": 1 / p["k"]}} }},
		{"arctan", k(2), func(p values) Spec {
			return Spec{"atan", values{"alpha": 2 * p["k"], "scale": 1 / (math.Pi * p["k"])}}
		}},
	}
}

package surrogate

import (
	"errors"

	"github.com/snntrain/snntrain/internal/fault"
)

// Func is a surrogate derivative with its parameters fixed. x = v − θ is how
// far the membrane potential is above threshold.
type Func interface {
	// Grad writes ∂S/∂v to dst for x[i] = v − θ and thresholds theta[i]. The
	// slices have one length; dst may alias x. Finite for every finite x.
	Grad(dst, x, theta []float32)
	// At is the same derivative in float64, the oracle of Grad.
	At(x, theta float64) float64
	// Primitive is a continuous antiderivative of At in x; finite for |x| ≤ 1e4.
	Primitive(x, theta float64) float64
	// Support is the interval of x outside which the derivative is exactly
	// zero; ±Inf where it has no bound, (0, 0) when it is zero everywhere.
	Support(theta float64) (lo, hi float64)
}

// ThresholdGrader is met by surrogates whose derivative by the threshold is
// not −Grad: those of a spike count f(v/θ), where ∂S/∂θ = −(v/θ)·∂S/∂v.
type ThresholdGrader interface {
	// GradThreshold writes ∂S/∂θ to dst, which may alias x.
	GradThreshold(dst, x, theta []float32)
	// AtThreshold is the same derivative in float64.
	AtThreshold(x, theta float64) float64
}

// Spec names a surrogate with its parameters. A parameter that is missing has
// its default. As YAML it is flat: {kind: triangle, width: 1}.
type Spec struct {
	Kind   string             `json:"kind" yaml:"kind"`
	Params map[string]float64 `json:"params,omitempty" yaml:",inline"`
}

// Kind describes a registered surrogate.
type Kind struct {
	Name    string
	Formula string // of Grad
	Source  string // paper, and what frameworks call it
	Params  []Param
	Noise   bool // Grad is drawn, by a hash of x; Primitive is that of its mean

	// New makes the derivative. p holds every parameter, in its range.
	New func(p map[string]float64) Func
}

// Default is the surrogate of a layer that names none: atan with alpha 2, the
// default of snnTorch. Its peak is 1, its area 1, and it has no flat part.
func Default() Spec { return Spec{Kind: "atan", Params: map[string]float64{"alpha": 2}} }

// New makes the surrogate that s names, or tells all that is wrong with s.
func New(s Spec) (Func, error) {
	k, err := Builtin().Get(s.Kind)
	if err != nil {
		return nil, ours(err)
	}
	p, err := complete(k.Name, k.Params, s.Params)
	if err != nil {
		return nil, err
	}
	return k.New(p), nil
}

// ours puts the package's name before a fault of a registry.
func ours(err error) error {
	var f fault.Fault
	if errors.As(err, &f) {
		f.Pkg = pkg
		return f
	}
	return err
}

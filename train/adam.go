package train

import (
	"math"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
)

type adamOptions struct {
	LR          float64 `yaml:"lr" validate:"gt=0" doc:"learning rate"`
	Beta1       float64 `yaml:"beta1" validate:"gte=0,lt=1" doc:"decay of the mean of gradients"`
	Beta2       float64 `yaml:"beta2" validate:"gte=0,lt=1" doc:"decay of the mean of squared gradients"`
	Eps         float64 `yaml:"eps" validate:"gt=0" doc:"added to the root of the mean square"`
	WeightDecay float64 `yaml:"weight_decay" validate:"gte=0" doc:"adam: added to the gradient; adamw: taken from the weight itself"`
}

// adam is Adam (Kingma & Ba 2015, algorithm 1):
//
//	m = β₁m + (1−β₁)g;  v = β₂v + (1−β₂)g²
//	p −= lr/(1−β₁ᵏ) · m / (√v/√(1−β₂ᵏ) + ε)
//
// and, decoupled, AdamW (Loshchilov & Hutter 2019): first p −= lr·λ·p.
type adam struct {
	adamOptions
	decoupled bool
	mean      state
	square    state
	count     int
}

func adamKind() OptimizerKind {
	return OptimizerKind{
		Name: "adam", Doc: "Adam",
		Options: func() any { return &adamOptions{LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} },
		New:     func(o any) Optimizer { return newAdam(o, false) },
		LR:      func(o any) float64 { return o.(*adamOptions).LR },
	}
}

func adamWKind() OptimizerKind {
	return OptimizerKind{
		Name: "adamw", Doc: "Adam with decoupled weight decay",
		Options: func() any { return &adamOptions{LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.01} },
		New:     func(o any) Optimizer { return newAdam(o, true) },
		LR:      func(o any) float64 { return o.(*adamOptions).LR },
	}
}

func newAdam(o any, decoupled bool) Optimizer {
	return &adam{adamOptions: *o.(*adamOptions), decoupled: decoupled, mean: state{name: "mean"}, square: state{name: "square"}}
}

// Step implements Optimizer.
func (a *adam) Step(pool *par.Pool, params []layers.Param, lr float64) {
	a.count++
	step := kernels.AdamStep{
		B1: float32(a.Beta1), C1: float32(1 - a.Beta1), B2: float32(a.Beta2), C2: float32(1 - a.Beta2), Eps: float32(a.Eps),
		Rate:  float32(lr / (1 - math.Pow(a.Beta1, float64(a.count)))),
		Scale: float32(1 / math.Sqrt(1-math.Pow(a.Beta2, float64(a.count)))),
	}
	for _, p := range params {
		c := step
		c.Shrink = 1
		switch {
		case p.Decay && a.decoupled:
			c.Shrink = float32(1 - lr*a.WeightDecay)
		case p.Decay:
			c.Decay = float32(a.WeightDecay)
		}
		m, v := a.mean.of(p), a.square.of(p)
		pieces(pool, len(p.Value), func(lo, hi int) {
			kernels.Adam(p.Value[lo:hi], p.Grad[lo:hi], m[lo:hi], v[lo:hi], &c)
		})
	}
}

// State implements Optimizer.
func (a *adam) State(params []layers.Param) map[string][]float32 {
	out := map[string][]float32{}
	a.mean.collect(out, params)
	a.square.collect(out, params)
	return out
}

// Count implements Optimizer.
func (a *adam) Count() int { return a.count }

// SetCount implements Optimizer.
func (a *adam) SetCount(n int) { a.count = n }

// NewAdam returns Adam with the given constants and no weight decay.
func NewAdam(beta1, beta2, eps float64) Optimizer {
	return newAdam(&adamOptions{Beta1: beta1, Beta2: beta2, Eps: eps}, false)
}

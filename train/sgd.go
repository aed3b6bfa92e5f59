package train

import (
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
)

type sgdOptions struct {
	LR          float64 `yaml:"lr" validate:"gt=0" doc:"learning rate"`
	Momentum    float64 `yaml:"momentum" validate:"gte=0,lt=1" doc:"share of the last step that is kept"`
	Nesterov    bool    `yaml:"nesterov" doc:"look ahead along the momentum"`
	WeightDecay float64 `yaml:"weight_decay" validate:"gte=0" doc:"adds this times the weight to its gradient"`
}

// sgd is stochastic gradient descent: g += λ·p; b = μ·b + g; p −= lr·b, or
// lr·(g + μ·b) with Nesterov's momentum (as in PyTorch, without dampening).
type sgd struct {
	sgdOptions
	velocity state
	count    int
}

func sgdKind() OptimizerKind {
	return OptimizerKind{
		Name: "sgd", Doc: "stochastic gradient descent with momentum",
		Options: func() any { return &sgdOptions{LR: 0.1, Momentum: 0.9} },
		New:     func(o any) Optimizer { return &sgd{sgdOptions: *o.(*sgdOptions), velocity: state{name: "velocity"}} },
		LR:      func(o any) float64 { return o.(*sgdOptions).LR },
	}
}

// Step implements Optimizer.
func (s *sgd) Step(pool *par.Pool, params []layers.Param, lr float64) {
	s.count++
	rate, mu := float32(lr), float32(s.Momentum)
	for _, p := range params {
		decay := float32(0)
		if p.Decay {
			decay = float32(s.WeightDecay)
		}
		v := s.velocity.of(p)
		pieces(pool, len(p.Value), func(lo, hi int) {
			for i := lo; i < hi; i++ {
				g := p.Grad[i] + float32(decay*p.Value[i])
				v[i] = float32(mu*v[i]) + g
				if s.Nesterov {
					g += float32(mu * v[i])
				} else {
					g = v[i]
				}
				p.Value[i] -= float32(rate * g)
			}
		})
	}
}

// State implements Optimizer.
func (s *sgd) State(params []layers.Param) map[string][]float32 {
	out := map[string][]float32{}
	s.velocity.collect(out, params)
	return out
}

// Count implements Optimizer.
func (s *sgd) Count() int { return s.count }

// SetCount implements Optimizer.
func (s *sgd) SetCount(n int) { s.count = n }

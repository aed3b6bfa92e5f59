package train

import (
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/layers"
)

// mismatch makes every step see another chip: for forward and backward pass each
// weight w is w·(1 + σ·ε), ε normal and drawn for (seed, step, array). The gradient
// by w is that by what the pass saw, times 1 + σ·ε; the optimizer changes w itself.
type mismatch struct {
	sigma  float64
	clean  [][]float32
	factor [][]float32
}

// disturb replaces the weights of a step. Other parameters stay.
func (m *mismatch) disturb(params []layers.Param, seed, step uint64) {
	if m.clean == nil {
		m.clean, m.factor = make([][]float32, len(params)), make([][]float32, len(params))
	}
	for i, p := range params {
		if !p.Decay {
			continue
		}
		m.clean[i] = append(m.clean[i][:0], p.Value...)
		m.factor[i] = m.factor[i][:0]
		r := rng.New(rng.Key(seed, step, rng.Name(p.Name)), rng.Noise)
		for k := range p.Value {
			f := float32(1 + m.sigma*r.NormFloat64())
			m.factor[i] = append(m.factor[i], f)
			p.Value[k] *= f
		}
	}
}

// restore puts the weights back and brings the gradients to them.
func (m *mismatch) restore(params []layers.Param) {
	for i, p := range params {
		if !p.Decay {
			continue
		}
		copy(p.Value, m.clean[i])
		for k, f := range m.factor[i] {
			if p.Grad != nil {
				p.Grad[k] *= f
			}
		}
	}
}

package neuron

import (
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Impulse returns the free membrane potential of a neuron, one that never
// fires, after an input of 1 in the first step, for at most limit steps or
// until it has fallen below a millionth of its peak.
func Impulse(k Kind, n *model.Neuron, dt float64, limit int) ([]float64, error) {
	rules := n.Rules
	rules.Reset, rules.Quirks = model.ResetNone, nil
	l := Layer{Rules: rules, Surrogate: n.Surrogate, Shape: model.Shape{1}, Dt: dt, Values: map[string][]float32{}}
	for name, t := range n.Values {
		if name != pBias.Name && name != pLeak.Name && name != pInit.Name {
			l.Values[name] = t.Data[:1]
		}
	}
	cell, err := k.New(l)
	if err != nil {
		return nil, err
	}
	var curve []float64
	const chunk = 64
	x, v := signal.NewAnalog(chunk, 1, l.Shape, false), signal.NewAnalog(chunk, 1, l.Shape, false)
	state, peak := NewState(1, 1), 0.0
	for len(curve) < limit {
		x.F[0] = 0
		if len(curve) == 0 {
			x.F[0] = 1
		}
		cell.Forward(&Run{X: x, V: v, Start: state, End: state})
		for _, u := range v.F {
			curve = append(curve, float64(u))
			peak = max(peak, abs(float64(u)))
		}
		if last := abs(curve[len(curve)-1]); last < 1e-6*peak {
			break
		}
	}
	return curve[:min(len(curve), limit)], nil
}

func abs(x float64) float64 { return max(x, -x) }

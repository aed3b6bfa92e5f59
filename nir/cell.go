package nir

import (
	"math"
	"slices"

	"github.com/snntrain/snntrain/model"
)

// series holds a parameter of a node's neurons: one value for all, or one each.
type series []float64

func (s series) at(i int) float64 {
	if len(s) == 1 {
		return s[0]
	}
	return s[i]
}

// seriesOf are the numbers of a tensor, one when all are equal.
func seriesOf(t Tensor) series {
	v := t.floats()
	for _, x := range v {
		if x != v[0] {
			return v
		}
	}
	return v[:min(len(v), 1)]
}

// mapSeries computes a series from others.
func mapSeries(f func(v ...float64) float64, from ...series) series {
	n := 1
	for _, s := range from {
		n = max(n, len(s))
	}
	out, args := make(series, n), make([]float64, len(from))
	for i := range out {
		for k, s := range from {
			args[k] = s.at(i)
		}
		out[i] = f(args...)
	}
	return out
}

// uniform says that all values are one.
func (s series) uniform() bool {
	return !slices.ContainsFunc(s, func(v float64) bool { return v != s[0] })
}

// near is NumPy's allclose to one value.
func (s series) near(want float64) bool {
	return s.nearTo(series{want})
}

// nearTo is NumPy's allclose.
func (s series) nearTo(want series) bool {
	for i := range max(len(s), len(want)) {
		a, b := s.at(i), want.at(i)
		if !(math.Abs(a-b) <= 1e-8+1e-5*math.Abs(b)) && a != b {
			return false
		}
	}
	return true
}

// round rounds to float32, as a framework that keeps the type of a file does.
func (s series) round(single bool) series {
	if !single {
		return s
	}
	return mapSeries(func(v ...float64) float64 { return float64(float32(v[0])) }, s)
}

// tensor stores a series for a layer of a shape.
func (s series) tensor(shape model.Shape) *model.Tensor {
	t := &model.Tensor{Shape: []int{1}, Data: make([]float32, len(s))}
	if len(s) > 1 {
		t.Shape = append([]int(nil), shape...)
	}
	for i, v := range s {
		t.Data[i] = float32(v)
	}
	return t
}

// cell is what the file says of a node of neurons; series that its type lacks
// are nil.
type cell struct {
	kind      string // type of the node
	shape     model.Shape
	back      *feedback
	tau, syn  series // time constants of membrane and synapse
	r, in     series // r, w_in
	leak      series // v_leak
	threshold series // v_threshold
	reset     series // v_reset
	single    bool   // parameters are float32 in the file
}

// cellOf reads the neurons of a primitive; false for other primitives.
func cellOf(p Primitive, shape model.Shape, back *feedback) (*cell, bool) {
	c := &cell{kind: p.Type(), shape: shape, back: back}
	var first Tensor
	switch p := p.(type) {
	case *I:
		c.r, first = seriesOf(p.R), p.R
	case *IF:
		c.r, c.threshold, c.reset, first = seriesOf(p.R), seriesOf(p.VThreshold), seriesOf(p.VReset), p.R
	case *LI:
		c.tau, c.r, c.leak, first = seriesOf(p.Tau), seriesOf(p.R), seriesOf(p.VLeak), p.Tau
	case *LIF:
		c.tau, c.r, c.leak, first = seriesOf(p.Tau), seriesOf(p.R), seriesOf(p.VLeak), p.Tau
		c.threshold, c.reset = seriesOf(p.VThreshold), seriesOf(p.VReset)
	case *CubaLI:
		c.syn, c.tau, c.r, c.in, c.leak, first = seriesOf(p.TauSyn), seriesOf(p.TauMem), seriesOf(p.R), seriesOf(p.WIn), seriesOf(p.VLeak), p.TauMem
	case *CubaLIF:
		c.syn, c.tau, c.r, c.in, c.leak, first = seriesOf(p.TauSyn), seriesOf(p.TauMem), seriesOf(p.R), seriesOf(p.WIn), seriesOf(p.VLeak), p.TauMem
		c.threshold, c.reset = seriesOf(p.VThreshold), seriesOf(p.VReset)
	default:
		return nil, false
	}
	c.single = first.Type() == "float32"
	return c, true
}

// cuba says that there is a synapse.
func (c *cell) cuba() bool { return c.syn != nil }

// fires says that the neurons spike.
func (c *cell) fires() bool { return c.threshold != nil }

// models are the neuron models of the node types.
func (c *cell) model() string {
	return map[string]string{"I": "li", "IF": "if", "LI": "li", "LIF": "lif", "CubaLI": "cuba-li", "CubaLIF": "cuba-lif"}[c.kind]
}

package kernels

import "math"

// AdamStep holds the constants of a step of Adam. The assembly knows the order of the fields.
type AdamStep struct {
	Decay  float32 // added to the gradient: Decay·value
	B1, C1 float32 // m = B1·m + C1·g
	B2, C2 float32 // v = B2·v + C2·g²
	Shrink float32 // value = Shrink·value − Rate·m / (√v·Scale + Eps)
	Rate   float32
	Scale  float32
	Eps    float32
}

// Adam does one step of Adam for all of value; the other slices are at least
// as long. Every operation is rounded by itself: same bits on every
// instruction set.
func Adam(value, grad, m, v []float32, c *AdamStep) { active.Adam(value, grad, m, v, c) }

// Adam is the function of that name on level l.
func (l Level) Adam(value, grad, m, v []float32, c *AdamStep) {
	n := len(value)
	l.t.adam(value, grad[:n], m[:n], v[:n], c)
}

func adamGo(value, grad, m, v []float32, c *AdamStep) {
	for i, x := range value {
		g := grad[i] + float32(c.Decay*x)
		m[i] = float32(c.B1*m[i]) + float32(c.C1*g)
		v[i] = float32(c.B2*v[i]) + float32(float32(c.C2*g)*g)
		root := float32(math.Sqrt(float64(v[i])))
		value[i] = float32(c.Shrink*x) - float32(c.Rate*m[i])/(float32(root*c.Scale)+c.Eps)
	}
}

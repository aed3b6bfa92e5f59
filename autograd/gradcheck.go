package autograd

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/snntrain/snntrain/internal/signal"
)

// Twin is the definition of an op in float64: from the stored values of its
// inputs to those of its output.
type Twin func(in [][]float64) []float64

// Disagreement is how far an op is from its twin, relative to the largest
// value compared: in the output, and in each input's gradient.
type Disagreement struct {
	Forward  float64
	Backward []float64
}

// GradCheck compares an op with its twin: Forward with the twin's output, and
// Backward, for a random output error, with central differences of the twin
// by every value of every input in need.
func GradCheck(c *Context, op Op, in []*Value, need []bool, twin Twin, seed uint64) (Disagreement, error) {
	out, err := op.Forward(c, in)
	if err != nil {
		return Disagreement{}, err
	}
	values := make([][]float64, len(in))
	for i, v := range in {
		values[i] = v.stored()
	}
	want := twin(values)
	d := Disagreement{Forward: distance(out.stored(), want), Backward: make([]float64, len(in))}
	grad, weights := randomGradient(out, seed)
	back, err := op.Backward(c, in, out, grad, need)
	if err != nil {
		return d, err
	}
	for i, wanted := range need {
		if !wanted {
			continue
		}
		if back[i] == nil {
			return d, fmt.Errorf("no gradient by input %d", i)
		}
		got := back[i].expanded(in[i])
		d.Backward[i] = distance(got, differences(twin, values, i, weights))
	}
	return d, nil
}

// differences are the central differences of Σ weights·twin by input i.
func differences(twin Twin, values [][]float64, i int, weights []float64) []float64 {
	const h = 1e-5
	dot := func() float64 {
		s := 0.0
		for k, v := range twin(values) {
			s += v * weights[k]
		}
		return s
	}
	out := make([]float64, len(values[i]))
	for k := range out {
		x := values[i][k]
		values[i][k] = x + h
		high := dot()
		values[i][k] = x - h
		low := dot()
		values[i][k] = x
		out[k] = (high - low) / (2 * h)
	}
	return out
}

// randomGradient draws dL/d(out), and returns it as weights too.
func randomGradient(out *Value, seed uint64) (*Value, []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	weights := make([]float64, len(out.stored()))
	for i := range weights {
		weights[i] = float64(float32(r.NormFloat64()))
	}
	if out.Signal == nil {
		return &Value{Scalar: weights[0]}, weights
	}
	g := signal.NewAnalog(out.Signal.T, out.Signal.B, out.Signal.Shape, out.Signal.Const)
	for i, w := range weights {
		g.F[i] = float32(w)
	}
	return &Value{Signal: g}, weights
}

// stored returns the values of v as it stores them.
func (v *Value) stored() []float64 {
	data := v.Param
	switch {
	case v.Signal != nil:
		data = v.Signal.Dense(nil)
	case v.Param == nil:
		return []float64{v.Scalar}
	}
	out := make([]float64, len(data))
	for i, x := range data {
		out[i] = float64(x)
	}
	return out
}

// expanded returns a gradient with one value for every stored value of what it belongs to.
func (v *Value) expanded(of *Value) []float64 {
	data := v.stored()
	if v.Signal == nil || !v.Signal.Const || of.Signal.Const {
		return data
	}
	var out []float64
	for range of.Signal.T {
		out = append(out, data...)
	}
	return out
}

// distance is max|got − want| / max(|want|, 1e-6).
func distance(got, want []float64) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	diff, scale := 0.0, 1e-6
	for i, w := range want {
		diff, scale = max(diff, math.Abs(got[i]-w)), max(scale, math.Abs(w))
		if math.IsNaN(got[i]) {
			return math.Inf(1)
		}
	}
	return diff / scale
}

package onnx

import (
	"fmt"
	"math"

	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/model"
)

// line is y = weight·x + bias for each value of a layer, in its order.
type line struct{ weight, bias []float64 }

// affine puts a line behind a view: folded into the layer when nothing else
// reads that and it can take it, else as a layer.
func (c *call) affine(v *value, l line) error {
	shape := c.shapes[v.node]
	if v.sole {
		if what := c.fold(v.node, l, shape); what != "" {
			c.alias(v.reshaped(v.dims))
			c.folded(v.node, what)
			return nil
		}
	}
	return c.elementwise(v, &model.Affine{Weight: smallest(l.weight, shape), Bias: smallest(l.bias, shape)})
}

// fold takes a line into a layer and says how; "" when it cannot.
func (c *call) fold(node string, l line, shape model.Shape) string {
	switch op := c.op(node).(type) {
	case *model.Linear:
		scaleRows(op.Weight.Data, l.weight)
		op.HasBias, op.Bias = true, through(op.Bias, l)
	case *model.Conv2d:
		w, ok := perChannel(l.weight, shape)
		b, also := perChannel(l.bias, shape)
		if !ok || !also {
			return ""
		}
		scaleRows(op.Weight.Data, w)
		op.HasBias, op.Bias = true, through(op.Bias, line{w, b})
	case *model.Affine:
		w, b := whole(op.Weight, shape), whole(op.Bias, shape)
		for i := range w {
			w[i], b[i] = l.weight[i]*w[i], l.weight[i]*b[i]+l.bias[i]
		}
		op.Weight, op.Bias = smallest(w, shape), smallest(b, shape)
		return "constants in a row become one layer"
	default:
		return ""
	}
	return "into weights and bias"
}

// scaleRows multiplies the weights of each output.
func scaleRows(data []float32, factor []float64) {
	n := len(data) / len(factor)
	for i, f := range factor {
		for j := range n {
			data[i*n+j] = float32(float64(data[i*n+j]) * f)
		}
	}
}

// through is the bias behind a line.
func through(bias *model.Tensor, l line) *model.Tensor {
	out := model.NewTensor(len(l.bias))
	for i, b := range l.bias {
		if bias != nil {
			b += l.weight[i] * float64(bias.Data[i])
		}
		out.Data[i] = float32(b)
	}
	return out
}

// whole is an array with one value for each of the layer's.
func whole(t *model.Tensor, shape model.Shape) []float64 {
	out := make([]float64, shape.Size())
	for i := range out {
		out[i] = float64(t.Data[i*len(t.Data)/len(out)])
	}
	return out
}

// smallest is the shortest array that holds the values: one, one a channel, or all.
func smallest(values []float64, shape model.Shape) *model.Tensor {
	kept, dims := values, []int(shape)
	if c, ok := perChannel(values, shape); ok {
		kept, dims = c, []int{len(c)}
		if one, ok := perChannel(c, model.Shape{1, len(c), 1}); ok {
			kept, dims = one, []int{1}
		}
	}
	t := model.NewTensor(dims...)
	for i, v := range kept {
		t.Data[i] = float32(v)
	}
	return t
}

// constantInput returns constant input i with one value for each of the layer's behind v.
func (c *call) constantInput(i int, v *value) ([]float64, error) {
	t, err := c.floatInput(i, "the constant")
	if err != nil {
		return nil, err
	}
	if dims, err := broadcast(t.Dims, v.dims); err != nil || size(dims) != size(v.dims) {
		return nil, fmt.Errorf("a constant of the shape %v does not fit a signal of %v", t.Dims, v.dims)
	}
	dims := t.Dims
	for len(dims) > len(v.dims) { // more axes of 1 in front
		dims = dims[1:]
	}
	values := make([]float64, 0, size(v.dims))
	for _, k := range spread(dims, v.dims) {
		values = append(values, float64(t.Floats[k]))
	}
	return inNode(v, values), nil
}

// arithmetic maps Add, Sub, Mul and Div of a signal and a constant, and Add and Sub of two signals.
func arithmetic(c *call) error {
	if len(c.in) != 2 || !c.given(0) || !c.given(1) {
		return fmt.Errorf("needs two inputs")
	}
	c.passed("axis", "broadcast")
	x, k := 0, 1
	if c.in[0].constant != nil {
		x, k = 1, 0
	}
	if c.in[k].constant == nil {
		return c.both()
	}
	v := c.in[x]
	values, err := c.constantInput(k, v)
	if err != nil {
		return err
	}
	if len(c.in[k].constant.Dims) > len(v.dims) {
		return fmt.Errorf("a constant of the shape %v has more axes than a signal of %v", c.in[k].constant.Dims, v.dims)
	}
	l := line{make([]float64, len(values)), make([]float64, len(values))}
	for i, a := range values {
		switch {
		case c.n.Op == "Add":
			l.weight[i], l.bias[i] = 1, a
		case c.n.Op == "Mul":
			l.weight[i] = a
		case c.n.Op == "Sub" && x == 0:
			l.weight[i], l.bias[i] = 1, -a
		case c.n.Op == "Sub":
			l.weight[i], l.bias[i] = -1, a
		case x == 1:
			return fmt.Errorf("divides a constant by a signal")
		case a == 0:
			return fmt.Errorf("divides by zero")
		default:
			l.weight[i] = 1 / a
		}
	}
	c.in[0] = v // what alias looks at
	return c.affine(v, l)
}

// both maps arithmetic of two signals.
func (c *call) both() error {
	switch c.n.Op {
	case "Add":
		return c.sum(c.in)
	case "Sub":
		shape := c.shapes[c.in[1].node]
		name, err := c.layer(&model.Affine{Weight: model.Scalar(-1), Bias: model.Scalar(0)}, c.in[1].node)
		if err != nil {
			return err
		}
		c.shapes[name] = shape
		minus := *c.in[1]
		minus.node, minus.made = name, nil
		return c.sum([]*value{c.in[0], &minus})
	}
	return fmt.Errorf("of two values that both depend on the sample is not supported")
}

// normAffine is BatchNormalization whose channels are not those of the layer.
func (c *call) normAffine(v *value, p [4]*raw.Tensor, eps float64, channel []int) error {
	l := line{make([]float64, len(channel)), make([]float64, len(channel))}
	for k, ch := range channel {
		w := float64(p[0].Floats[ch]) / math.Sqrt(float64(p[3].Floats[ch])+eps)
		l.weight[v.at(k)], l.bias[v.at(k)] = w, float64(p[1].Floats[ch])-w*float64(p[2].Floats[ch])
	}
	return c.affine(v, l)
}

package northpole

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Widths implements chip.Rectified.
func (*Target) Widths() []int { return []int{8, 4, 2} }

// TakesNorm implements chip.Rectified.
func (*Target) TakesNorm() bool { return false }

// Quantize implements chip.Rectified.
func (*Target) Quantize(n *model.Network, bits int, c chip.Calibration) (*quant.IntNet, error) {
	return Quantize(n, bits, c)
}

// Quantize rounds a trained ReLU network, a chain of linear, conv2d, relu, flatten
// and max-pool layers, to weights and activations of 8, 4 or 2 bits: weights by the
// greatest of each output channel (of the layer in the last one, whose sums are
// the scores), activations by what was seen. With x = s·q in every layer,
//
//	V = Σ w_q·x_q + round(b / (s_x·s_w)),   y_q = round(V·s_x·s_w / s_y)
func Quantize(n *model.Network, bits int, c chip.Calibration) (*quant.IntNet, error) {
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	q := &quantizer{bits: bits, shapes: shapes, v: chip.NewViolations("chip/northpole"), last: quant.InputName, layer: model.InputName}
	q.net = &quant.IntNet{Input: quant.Input{Shape: n.Input, Max: 255}}
	if q.unit = c.Input / 255; c.Negative {
		q.net.Input.Min, q.net.Input.Max, q.unit = -128, 127, c.Input/127
	}
	q.net.Input.Scale = q.unit
	for i, node := range n.Nodes {
		if len(node.Inputs) != 1 || node.Inputs[0] != q.layer {
			q.v.Add(node.Name, "reads other layers than the one before", "a chain of layers is quantized")
			break
		}
		q.layer = node.Name
		q.node(n, i, c)
	}
	if err := q.v.Err(); err != nil {
		return nil, err
	}
	q.net.Output = q.last
	return q.net, q.net.Validate()
}

type quantizer struct {
	bits        int
	shapes      map[string]model.Shape
	v           *chip.Violations
	net         *quant.IntNet
	last, layer string  // population and float layer
	unit        float64 // what 1 of the last population stands for
}

func (q *quantizer) node(n *model.Network, i int, c chip.Calibration) {
	node := n.Nodes[i]
	switch op := node.Op.(type) {
	case *model.Flatten:
	case *model.Rectifier:
		if k := i - 1; op.Func != model.ReLU || k < 0 || !weighted(n.Nodes[k].Op) {
			q.v.Add(node.Name, fmt.Sprintf("is a %s that follows no weights, or none of a ReLU", op.Func), "")
		}
	case *model.Linear:
		q.weighted(n, i, op.Weight, op.Bias, c, quant.Synapses{Dense: &quant.Dense{}})
	case *model.Conv2d:
		conv := &quant.Conv{Stride: op.Stride, Padding: op.Padding, Dilation: op.Dilation, Groups: op.Groups}
		q.weighted(n, i, op.Weight, op.Bias, c, quant.Synapses{Conv: conv})
	case *model.Pool2d:
		if op.Mode != model.PoolMax {
			q.v.Add(node.Name, fmt.Sprintf("pools by %s", op.Mode), "max is possible")
			return
		}
		pool := &quant.Pool{Size: op.Size, Stride: op.Stride, Padding: op.Padding}
		q.add(node.Name, Pooled(q.bits), quant.Synapses{Pool: pool}, q.shapes[node.Name])
	default:
		q.v.Add(node.Name, fmt.Sprintf("is a %s", op.Kind()), "linear, conv2d, relu, flatten and max-pool are quantized; fold or replace it")
	}
}

func weighted(op model.Op) bool {
	switch op.(type) {
	case *model.Linear, *model.Conv2d:
		return true
	}
	return false
}

// weighted adds a layer of weights with the rectifier behind it, or the last layer.
func (q *quantizer) weighted(n *model.Network, i int, w, b *model.Tensor, c chip.Calibration, s quant.Synapses) {
	node, out := n.Nodes[i], w.Shape[0]
	top := float64(int(1)<<(q.bits-1) - 1)
	rectified := i+1 < len(n.Nodes) && isReLU(n.Nodes[i+1].Op)
	if !rectified && i+1 < len(n.Nodes) {
		q.v.Add(node.Name, "is followed by no relu", "only the last layer can do without")
		return
	}
	units := channelUnits(w.Data, out, top, rectified)
	ints, bias := make([]int32, len(w.Data)), make([]int32, out)
	each := len(w.Data) / out
	for k, x := range w.Data {
		ints[k] = int32(min(max(math.Round(float64(x)/units[k/each]), -top), top))
	}
	for k := range bias {
		if b != nil {
			bias[k] = int32(min(max(math.Round(float64(b.Data[k])/(q.unit*units[k])), -1<<30), 1<<30))
		}
	}
	a := Logits(quant.NewTensor(bias, out))
	if rectified {
		unit := max(c.Layers[n.Nodes[i+1].Name], 1e-9) / float64(int(1)<<q.bits-1)
		scales := make([]float32, out)
		for k := range scales {
			scales[k] = float32(q.unit * units[k] / unit)
		}
		var err error
		if a, err = ReLU(q.bits, a.Bias, scales...); err != nil {
			q.v.Add(node.Name, err.Error(), "")
			return
		}
		q.unit = unit
	}
	weights := quant.NewTensor(ints, w.Shape...)
	if s.Bits = q.bits; s.Dense != nil {
		s.Dense.Weight = weights
	} else {
		s.Conv.Weight = weights
	}
	q.add(node.Name, a, s, q.shapes[node.Name])
}

func isReLU(op model.Op) bool {
	r, ok := op.(*model.Rectifier)
	return ok && r.Func == model.ReLU
}

// channelUnits is what a weight of 1 stands for, of each channel or of the layer.
func channelUnits(w []float32, out int, top float64, perChannel bool) []float64 {
	units := make([]float64, out)
	each, most := len(w)/out, 0.0
	for k, x := range w {
		units[k/each] = max(units[k/each], math.Abs(float64(x)))
		most = max(most, math.Abs(float64(x)))
	}
	for k := range units {
		if !perChannel {
			units[k] = most
		}
		units[k] = max(units[k], 1e-12) / top
	}
	return units
}

func (q *quantizer) add(name string, a *quant.Activation, s quant.Synapses, shape []int) {
	s.Name, s.From, s.To = name, q.last, name
	q.net.Synapses = append(q.net.Synapses, s)
	q.net.Populations = append(q.net.Populations, quant.Population{Name: name, Shape: shape, Activation: a})
	q.last = name
}

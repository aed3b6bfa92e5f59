package akida

import (
	"fmt"
	"math"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// part is a layer of the float network with what goes into one layer of the chip.
type part struct {
	name   string
	act    string      // of its activation; empty in the last layer
	qcfs   float64     // λ of a QCFS activation, 0 = a ReLU
	weight []float64   // [out, …]
	bias   []float64   // [out]
	conv   *quant.Conv // without weights; nil = dense
	shape  []int
	pool   *quant.Pool
	pooled []int // shape behind the pool
}

// rounder takes a float network apart and builds that of the chip.
type rounder struct {
	v     *chip.Violations
	c     chip.Calibration
	net   *quant.IntNet
	parts []part

	last  string  // population
	shape []int   // of what the next part reads
	unit  float64 // what 1 of it stands for
}

// newRounder reads a chain of linear, conv2d, batch-norm, relu, qcfs, max-pool and flatten layers.
func newRounder(n *model.Network, c chip.Calibration) (*rounder, error) {
	r := &rounder{v: chip.NewViolations("chip/akida"), c: c, last: quant.InputName, net: &quant.IntNet{Input: quant.Input{Shape: n.Input}}}
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	last := model.InputName
	for i := range n.Nodes {
		node := &n.Nodes[i]
		if len(node.Inputs) != 1 || node.Inputs[0] != last {
			r.v.Add(node.Name, "reads other layers than the one before", "a chain of layers is quantized")
		}
		last = node.Name
		r.node(node, shapes[node.Name])
	}
	if len(r.parts) == 0 && r.v.Len() == 0 {
		r.v.Add(quant.InputName, "is followed by no weights", "")
	}
	for i := range r.parts {
		if p := &r.parts[i]; p.act == "" && i < len(r.parts)-1 {
			r.v.Add(p.name, "is followed by no relu or qcfs", "only the last layer can do without")
		}
	}
	if r.v.Len() == 0 { // the order of scores needs no rectifier, which would make many of them equal
		r.parts[len(r.parts)-1].act = ""
	}
	return r, r.v.Err()
}

func (r *rounder) node(node *model.Node, shape model.Shape) {
	var p *part
	if len(r.parts) > 0 {
		p = &r.parts[len(r.parts)-1]
	}
	open := p != nil && p.act == ""
	switch op := node.Op.(type) {
	case *model.Flatten, *model.Dropout:
	case *model.Linear:
		r.weights(node.Name, op.Weight, op.Bias, nil, []int{op.Out, 1, 1})
	case *model.Conv2d:
		r.weights(node.Name, op.Weight, op.Bias, &quant.Conv{Stride: op.Stride, Padding: op.Padding, Dilation: op.Dilation, Groups: op.Groups}, shape)
	case *model.BatchNorm:
		if !open {
			r.v.Add(node.Name, "is a batch-norm that follows no weights", "put it between weights and activation")
			return
		}
		p.fold(op)
	case *model.Rectifier:
		if op.Func != model.ReLU || !open {
			r.v.Add(node.Name, fmt.Sprintf("is a %s that follows no weights, or none of a ReLU", op.Func), "")
			return
		}
		p.act = node.Name
	case *model.QCFS:
		if !open || len(op.Threshold.Data) != 1 {
			r.v.Add(node.Name, "is a qcfs that follows no weights, or with several thresholds", "one threshold a layer is quantized")
			return
		}
		p.act, p.qcfs = node.Name, float64(op.Threshold.Data[0])
	case *model.Pool2d:
		if op.Mode != model.PoolMax || p == nil || p.pool != nil || p.conv == nil {
			r.v.Add(node.Name, "is a "+op.Kind()+" that is none of maxima, or follows no convolution", "one max-pool behind a convolution is possible")
			return
		}
		p.pool, p.pooled = &quant.Pool{Size: op.Size, Stride: op.Stride, Padding: op.Padding}, shape
	default:
		r.v.Add(node.Name, "is a "+node.Op.Kind(), "linear, conv2d, batch-norm, relu, qcfs, flatten and max-pool are quantized; fold or replace it")
	}
}

func (r *rounder) weights(name string, w, b *model.Tensor, conv *quant.Conv, shape []int) {
	p := part{name: name, weight: make([]float64, len(w.Data)), bias: make([]float64, shape[0]), conv: conv, shape: shape}
	for i, x := range w.Data {
		p.weight[i] = float64(x)
	}
	if b != nil {
		for i, x := range b.Data {
			p.bias[i] = float64(x)
		}
	}
	if conv != nil {
		conv.Weight.Shape = w.Shape
	}
	r.parts = append(r.parts, p)
}

// fold takes a batch normalization into weights and bias.
func (p *part) fold(op *model.BatchNorm) {
	each := len(p.weight) / len(p.bias)
	for c := range p.bias {
		g := float64(op.Weight.Data[c]) / math.Sqrt(float64(op.Var.Data[c])+op.Eps)
		for i := c * each; i < (c+1)*each; i++ {
			p.weight[i] *= g
		}
		p.bias[c] = (p.bias[c]-float64(op.Mean.Data[c]))*g + float64(op.Bias.Data[c])
	}
}

// input sets the grid of the input: up to most, from −most where that is possible and needed.
func (r *rounder) input(most int32, signed bool) {
	if r.image() {
		most, signed = 255, false
	}
	in := &r.net.Input
	if in.Max = most; r.c.Negative {
		if in.Min = -most; !signed {
			r.v.Add(quant.InputName, "has negative values", "train on values from 0 up: leave normalize out")
		}
	}
	r.unit = max(r.c.Input, 1e-12) / float64(most)
	in.Scale, r.shape = r.unit, shape3(in.Shape)
}

// image reports whether the first layer can be one for images of bytes.
func (r *rounder) image() bool {
	p := &r.parts[0]
	return p.conv != nil && slices.Contains([]int{1, 3}, r.net.Input.Shape[0]) && slices.Contains([]int{3, 5, 7}, p.conv.Weight.Shape[2]) && !r.c.Negative
}

// rounded is weights as integers up to top, and what 1 stands for, of each channel or of the layer.
func (p *part) rounded(top int32, perChannel bool) (w []int32, units []float64) {
	w, units = make([]int32, len(p.weight)), make([]float64, len(p.bias))
	each, g := len(w)/len(units), quant.Grid{Min: -top, Max: top, Step: 1}
	all := 1 / quant.ScaleOf(p.weight, g)
	for c := range units {
		if units[c] = all; perChannel {
			units[c] = 1 / quant.ScaleOf(p.weight[c*each:(c+1)*each], g)
		}
		for i := c * each; i < (c+1)*each; i++ {
			w[i] = int32(min(max(math.Round(p.weight[i]/units[c]), -float64(top)), float64(top)))
		}
	}
	return w, units
}

// level is what 1 of an activation up to top stands for.
func (r *rounder) level(p *part, top int32) float64 {
	if p.qcfs > 0 {
		return p.qcfs / float64(top)
	}
	if v := r.c.Values[p.act]; len(v) > 0 {
		return 1 / quant.ScaleOf(v, quant.Grid{Max: top, Step: 1})
	}
	return max(r.c.Layers[p.act], 1e-9) / float64(top)
}

// add appends the synapses and the population of a part, and its pool's; the
// activation comes behind the pool.
func (r *rounder) add(p *part, w []int32, bits int, sum, unit *quant.Activation) {
	s := quant.Synapses{Name: p.name, From: r.last, To: p.name, Bits: bits}
	if p.conv != nil {
		c := *p.conv
		c.Weight = quant.NewTensor(w, p.conv.Weight.Shape...)
		s.Conv = &c
	} else {
		s.Dense = &quant.Dense{Weight: quant.NewTensor(w, len(p.bias), len(w)/len(p.bias))}
	}
	r.net.Synapses = append(r.net.Synapses, s)
	r.last, r.shape = p.name, p.shape
	if p.pool == nil {
		unit.Bias = sum.Bias
		r.net.Populations = append(r.net.Populations, quant.Population{Name: p.name, Shape: p.shape, Activation: unit})
		return
	}
	r.last, r.shape = p.name+".pool", p.pooled
	r.net.Populations = append(r.net.Populations,
		quant.Population{Name: p.name, Shape: p.shape, Activation: sum},
		quant.Population{Name: r.last, Shape: p.pooled, Activation: unit})
	r.net.Synapses = append(r.net.Synapses, quant.Synapses{Name: r.last, From: p.name, To: r.last, Pool: p.pool})
}

// done is the network.
func (r *rounder) done() (*quant.IntNet, error) {
	if err := r.v.Err(); err != nil {
		return nil, err
	}
	r.net.Output = r.last
	return r.net, r.net.Validate()
}

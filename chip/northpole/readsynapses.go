package northpole

import (
	"fmt"
	"math"
	"strings"

	"github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/quant"
)

// synapses reads the operator of one synapse group.
func (r *reader) synapses(n *onnx.Node) (*sum, error) {
	from, known := r.sources[n.Inputs[0]]
	if !known {
		return nil, fmt.Errorf("%q is no activation", n.Inputs[0])
	}
	in := r.net.SourceShape(from)
	s := &sum{synapses: []quant.Synapses{{Name: n.Name, From: from}}, shape: in}
	var err error
	switch g := &s.synapses[0]; n.Op {
	case "MaxPool":
		err = r.pool(n, g, s, in)
	case "Conv":
		err = r.convolution(n, g, s, in)
	case "Mul":
		err = r.oneToOne(n, s)
	default:
		err = r.dense(n, g, s)
	}
	return s, err
}

// weights are the integers and scales of a dequantized input of a node.
func (r *reader) weights(n *onnx.Node, i int) (*onnx.Tensor, []float32, error) {
	if i >= len(n.Inputs) {
		return nil, nil, nil
	}
	ints, scale, ok := strings.Cut(r.scales[n.Inputs[i]], "\x00")
	w, f := r.m.Constants[ints], r.m.Constants[scale]
	if !ok || w == nil || f == nil || len(w.Ints) == 0 || len(f.Floats) == 0 {
		return nil, nil, fmt.Errorf("input %d is no dequantized constant", i)
	}
	return w, f.Floats, nil
}

// weighted sets weights, scales, bits and bias of a layer with outputs in axis of its weights.
func (r *reader) weighted(n *onnx.Node, g *quant.Synapses, s *sum) (*onnx.Tensor, error) {
	w, scales, err := r.weights(n, 1)
	if err != nil {
		return nil, err
	}
	if w == nil {
		return nil, fmt.Errorf("has no weights")
	}
	s.scales, g.Bits = scales, bitsOf(w.Ints)
	b, _, err := r.weights(n, 2)
	if b != nil {
		s.bias = tensor(b.Ints, len(b.Ints))
	}
	return w, err
}

// bitsOf is the narrowest of the chip's widths that holds all weights.
func bitsOf(w []int64) int {
	most := 0
	for _, v := range w {
		most = max(most, quant.Range{Min: int32(min(v, 0)), Max: int32(max(v, 0))}.Bits())
	}
	at := widths()[0]
	for _, b := range widths() {
		if b >= most {
			at = b
		}
	}
	return at
}

func tensor(v []int64, shape ...int) quant.Tensor {
	out := make([]int32, len(v))
	for i, x := range v {
		out[i] = int32(x)
	}
	return quant.NewTensor(out, shape...)
}

// dense reads a Gemm: its weights are [in, out].
func (r *reader) dense(n *onnx.Node, g *quant.Synapses, s *sum) error {
	w, err := r.weighted(n, g, s)
	if err != nil {
		return err
	}
	if len(w.Dims) != 2 || w.Dims[0] != quant.Len(s.shape) {
		return fmt.Errorf("weights are %v for %v", w.Dims, s.shape)
	}
	in, out := w.Dims[0], w.Dims[1]
	t := make([]int64, in*out)
	for k := range t {
		t[k] = w.Ints[k%in*out+k/in]
	}
	g.Dense, s.shape = &quant.Dense{Weight: tensor(t, out, in)}, []int{out}
	return nil
}

func (r *reader) convolution(n *onnx.Node, g *quant.Synapses, s *sum, in []int) error {
	w, err := r.weighted(n, g, s)
	if err != nil {
		return err
	}
	stride, dilation, pads, groups := pair(n, "strides"), pair(n, "dilations"), intsOf(n, "pads"), intsOf(n, "group")
	if len(w.Dims) != 4 || len(in) != 3 || len(pads) != 4 || len(groups) != 1 || stride[0] < 1 || stride[1] < 1 {
		return fmt.Errorf("weights are %v, pads %v, strides %v for %v", w.Dims, pads, stride, in)
	}
	g.Conv = &quant.Conv{Weight: tensor(w.Ints, w.Dims...), Stride: stride, Padding: [2]int{pads[0], pads[1]}, Dilation: dilation, Groups: groups[0]}
	span := [2]int{dilation[0]*(w.Dims[2]-1) + 1, dilation[1]*(w.Dims[3]-1) + 1}
	s.shape = places(w.Dims[0], in, span, stride, pads)
	return nil
}

func (r *reader) pool(n *onnx.Node, g *quant.Synapses, s *sum, in []int) error {
	size, stride, pads := pair(n, "kernel_shape"), pair(n, "strides"), intsOf(n, "pads")
	if len(in) != 3 || len(pads) != 4 || stride[0] < 1 || stride[1] < 1 {
		return fmt.Errorf("pads %v, strides %v for %v", pads, stride, in)
	}
	g.Pool = &quant.Pool{Size: size, Stride: stride, Padding: [2]int{pads[0], pads[1]}}
	s.shape = places(in[0], in, size, stride, pads)
	return nil
}

// places is the shape that windows of a span give.
func places(channels int, in []int, span, stride [2]int, pads []int) []int {
	out := []int{channels, 0, 0}
	for i := range 2 {
		out[i+1] = max(0, (in[i+1]+pads[i]+pads[i+2]-span[i])/stride[i]+1)
	}
	return out
}

// oneToOne reads the factors of elements; their weights are found by join.
func (r *reader) oneToOne(n *onnx.Node, s *sum) error {
	var err error
	s.factors, err = r.floats(n, 1)
	if err == nil && len(s.factors) != quant.Len(s.shape) {
		err = fmt.Errorf("%d factors for %v", len(s.factors), s.shape)
	}
	return err
}

// join finds the weights of one-to-one synapses that are added to another sum.
// Its scales are powers of two, so they come back as they were.
func (s *sum) join(to *sum) error {
	if s.factors == nil {
		return nil
	}
	n := len(s.factors)
	if len(to.scales) == 0 || n%len(to.scales) != 0 || n != quant.Len(to.shape) {
		return fmt.Errorf("%d factors join %v with %d scales", n, to.shape, len(to.scales))
	}
	w := make([]int64, n)
	for i, f := range s.factors {
		v := float64(f) / float64(to.scales[i*len(to.scales)/n])
		if v != math.Trunc(v) || math.Abs(v) > 128 {
			return fmt.Errorf("factor %d is %g, which is no weight of 8 bits times the layer's scale", i, f)
		}
		w[i] = int64(v)
	}
	s.synapses[0].One, s.synapses[0].Bits = &quant.One{Weight: tensor(w, to.shape...)}, bitsOf(w)
	return nil
}

// constant, ints and floats are a node's input that must be a constant.
func (r *reader) constant(n *onnx.Node, i int) *onnx.Tensor {
	if i >= len(n.Inputs) {
		return nil
	}
	return r.m.Constants[n.Inputs[i]]
}

func (r *reader) ints(n *onnx.Node, i int) ([]int64, error) {
	if t := r.constant(n, i); t != nil && len(t.Ints) > 0 {
		return t.Ints, nil
	}
	return nil, fmt.Errorf("input %d is no constant of whole numbers", i)
}

func (r *reader) floats(n *onnx.Node, i int) ([]float32, error) {
	if t := r.constant(n, i); t != nil && len(t.Floats) > 0 {
		return t.Floats, nil
	}
	return nil, fmt.Errorf("input %d is no constant", i)
}

// intsOf are the numbers of an attribute, nil when it is not there.
func intsOf(n *onnx.Node, name string) []int {
	for _, a := range n.Attrs {
		if a.Name != name {
			continue
		}
		if a.Kind == onnx.AttrInt {
			return []int{int(a.Int)}
		}
		out := make([]int, len(a.Ints))
		for i, v := range a.Ints {
			out[i] = int(v)
		}
		return out
	}
	return nil
}

// pair is an attribute of two numbers, 0 when it has others.
func pair(n *onnx.Node, name string) [2]int {
	if v := intsOf(n, name); len(v) == 2 {
		return [2]int(v)
	}
	return [2]int{}
}

package northpole

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/quant"
)

// Knows reports whether a model is one that Export wrote.
func Knows(m *onnx.Model) bool {
	return strings.HasPrefix(m.Producer, "snntrain") && len(m.Nodes) > 1 && m.Nodes[0].Op == "QuantizeLinear"
}

// Read is the network of a file that Export wrote. How many bits a weight is
// stored with is not in it: those that all weights of a layer take.
func Read(raw []byte) (*quant.IntNet, error) {
	m, err := onnx.Decode(raw)
	if err != nil {
		return nil, err
	}
	if !Knows(m) || len(m.Inputs) != 1 {
		return nil, fault.Fault{Pkg: "chip/northpole", Subject: "ONNX file", Fact: "is none that export wrote", Hint: "a trained network: quantize FILE.onnx --target northpole"}
	}
	r := &reader{m: m, net: &quant.IntNet{}, values: map[string]*sum{}, weights: map[string]dequantized{}, from: map[string]*onnx.Node{}}
	for i := range m.Nodes {
		n := &m.Nodes[i]
		if err := r.node(n); err != nil {
			return nil, fault.Fault{Pkg: "chip/northpole", Subject: fmt.Sprintf("node %q (%s)", n.Name, n.Op), Fact: err.Error(), Hint: "a file as export wrote it is read"}
		}
	}
	if err := r.net.Validate(); err != nil {
		return nil, err
	}
	return r.net, New().Check(r.net)
}

// sum is a value of the graph: what a source sends, or a layer that is not complete.
type sum struct {
	source string
	shape  []int
	syn    []quant.Synapses
	factor []float32 // of a one-to-one synapse: its weights times the scale
	bias   []int32
	scale  []float32
	pool   bool
	rect   bool
	clip   []float32
}

// dequantized is an array of weights or biases and its scales.
type dequantized struct {
	t     *onnx.Tensor
	scale []float32
}

type reader struct {
	m       *onnx.Model
	net     *quant.IntNet
	values  map[string]*sum
	weights map[string]dequantized
	from    map[string]*onnx.Node // QuantizeLinear of each quantized value
}

var errForm = errors.New("is not what export writes here")

func (r *reader) node(n *onnx.Node) error {
	if len(n.Inputs) == 0 || len(n.Outputs) != 1 {
		return errForm
	}
	switch n.Op {
	case "QuantizeLinear":
		r.from[n.Outputs[0]] = n
		return nil
	case "DequantizeLinear":
		return r.dequantize(n)
	}
	in := r.values[n.Inputs[0]]
	if in == nil {
		return errForm
	}
	out, err := r.apply(n, in)
	if err == nil {
		r.values[n.Outputs[0]] = out
	}
	return err
}

// apply is what an operator makes of its first input.
func (r *reader) apply(n *onnx.Node, in *sum) (*sum, error) {
	if in.source == "" && slices.Contains([]string{"Gemm", "Conv", "MaxPool", "Mul", "Flatten"}, n.Op) {
		return nil, errForm
	}
	switch n.Op {
	case "Flatten":
		return in, nil
	case "Gemm", "Conv":
		return r.weighted(n, in)
	case "MaxPool":
		p, err := windowOf(n, "kernel_shape")
		if err != nil || len(in.shape) != 3 {
			return nil, errForm
		}
		pool := &quant.Pool{Size: p.size, Stride: p.stride, Padding: [2]int{p.pads[0], p.pads[1]}}
		return &sum{pool: true, shape: p.shape(in.shape, in.shape[0]), syn: []quant.Synapses{{Name: n.Name, From: in.source, Pool: pool}}}, nil
	case "Mul":
		f := r.constant(n, 1)
		if f == nil || len(f.Floats) != quant.Len(in.shape) {
			return nil, errForm
		}
		return &sum{shape: in.shape, syn: []quant.Synapses{{Name: n.Name, From: in.source}}, factor: f.Floats}, nil
	case "Add":
		return r.join(n, in)
	case "Identity":
		if in.source != "" {
			r.net.Output = in.source
			return in, nil
		}
		return r.close(strings.TrimSuffix(n.Name, ".sums"), in, false, false)
	}
	out := *in
	switch n.Op {
	case "Relu":
		out.rect = true
	case "Clip":
		lo, hi := r.constant(n, 1), r.constant(n, 2)
		if lo == nil || hi == nil || len(lo.Floats) != 1 || len(hi.Floats) != 1 {
			return nil, errForm
		}
		out.clip = []float32{lo.Floats[0], hi.Floats[0]}
	case "Reshape":
		s := r.constant(n, 1)
		if s == nil || len(s.Ints) < 2 {
			return nil, errForm
		}
		out.shape = nil
		for _, d := range s.Ints[1:] {
			out.shape = append(out.shape, int(d))
		}
	default:
		return nil, errForm
	}
	return &out, nil
}

func (r *reader) constant(n *onnx.Node, i int) *onnx.Tensor {
	if i >= len(n.Inputs) {
		return nil
	}
	return r.m.Constants[n.Inputs[i]]
}

// dequantize takes weights, the input, or completes a layer.
func (r *reader) dequantize(n *onnx.Node) error {
	scale := r.constant(n, 1)
	if scale == nil {
		return errForm
	}
	if t := r.m.Constants[n.Inputs[0]]; t != nil {
		r.weights[n.Outputs[0]] = dequantized{t, scale.Floats}
		return nil
	}
	q, zero := r.from[n.Inputs[0]], r.constant(n, 2)
	if q == nil || zero == nil {
		return errForm
	}
	signed := zero.Type == onnx.Int8
	if q.Inputs[0] == r.m.Inputs[0].Name {
		return r.input(n, signed)
	}
	in := r.values[q.Inputs[0]]
	if in == nil || in.source != "" {
		return errForm
	}
	if strings.HasSuffix(n.Name, ".wide.dequantize") { // a clip follows
		r.values[n.Outputs[0]] = in
		return nil
	}
	out, err := r.close(strings.TrimSuffix(n.Name, ".dequantize"), in, true, signed)
	if err == nil {
		r.values[n.Outputs[0]] = out
	}
	return err
}

func (r *reader) input(n *onnx.Node, signed bool) error {
	in := &r.net.Input
	for _, d := range r.m.Inputs[0].Dims[min(1, len(r.m.Inputs[0].Dims)):] {
		in.Shape = append(in.Shape, int(d.Size))
	}
	if in.Max = 255; signed {
		in.Min, in.Max = -128, 127
	}
	if quant.Len(in.Shape) < 1 {
		return errForm
	}
	r.values[n.Outputs[0]] = &sum{source: quant.InputName, shape: in.Shape}
	return nil
}

// weighted is a dense layer or a convolution with its bias.
func (r *reader) weighted(n *onnx.Node, in *sum) (*sum, error) {
	if len(n.Inputs) < 2 {
		return nil, errForm
	}
	w, ok := r.weights[n.Inputs[1]]
	if !ok || len(w.t.Ints) != quant.Len(w.t.Dims) {
		return nil, errForm
	}
	data := make([]int32, len(w.t.Ints))
	for i, v := range w.t.Ints {
		data[i] = int32(v)
	}
	out := &sum{scale: w.scale, syn: []quant.Synapses{{Name: n.Name, From: in.source}}}
	if len(n.Inputs) > 2 {
		b, ok := r.weights[n.Inputs[2]]
		if !ok {
			return nil, errForm
		}
		for _, v := range b.t.Ints {
			out.bias = append(out.bias, int32(v))
		}
	}
	if n.Op == "Gemm" && len(w.t.Dims) == 2 {
		i, o := w.t.Dims[0], w.t.Dims[1]
		t := make([]int32, len(data))
		for k, v := range data {
			t[k%o*i+k/o] = v
		}
		out.shape, out.syn[0].Dense = []int{o}, &quant.Dense{Weight: quant.NewTensor(t, o, i)}
		return out, nil
	}
	p, err := windowOf(n, "kernel_shape")
	if err != nil || n.Op != "Conv" || len(w.t.Dims) != 4 || len(in.shape) != 3 {
		return nil, errForm
	}
	out.shape = p.shape(in.shape, w.t.Dims[0])
	out.syn[0].Conv = &quant.Conv{
		Weight: quant.NewTensor(data, w.t.Dims...), Stride: p.stride, Padding: [2]int{p.pads[0], p.pads[1]}, Dilation: p.dilation, Groups: p.groups,
	}
	return out, nil
}

// join adds the synapses of another sum to those of a layer.
func (r *reader) join(n *onnx.Node, in *sum) (*sum, error) {
	if len(n.Inputs) != 2 || r.values[n.Inputs[1]] == nil || in.source != "" {
		return nil, errForm
	}
	other, out := r.values[n.Inputs[1]], *in
	if other.source != "" || len(other.syn) != 1 || other.factor == nil && !slices.Equal(other.scale, in.scale) {
		return nil, errForm
	}
	s := other.syn[0]
	if other.factor != nil { // the weights are known where the scale is
		if len(in.scale) == 0 || len(other.factor)%len(in.scale) != 0 {
			return nil, errForm
		}
		w := make([]int32, len(other.factor))
		for i, f := range other.factor {
			w[i] = int32(math.Round(float64(f) / float64(in.scale[i*len(in.scale)/len(w)])))
		}
		s.One = &quant.One{Weight: quant.NewTensor(w, other.shape...)}
	}
	out.syn = append(slices.Clone(in.syn), s)
	return &out, nil
}

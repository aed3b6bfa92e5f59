package northpole

import (
	"fmt"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/quant"
)

// Read reads a network that Export wrote. Any other graph in QDQ form is
// refused with the first node that Export does not write; the file does not say
// what an input of 1 stands for, so that is left open (quant.Input.Scale 0).
func Read(raw []byte) (*quant.IntNet, error) {
	m, err := onnx.Decode(raw)
	if err != nil {
		return nil, err
	}
	r := &reader{m: m, net: &quant.IntNet{}, sums: map[string]*sum{}, sources: map[string]string{}, scales: map[string]string{}}
	if err := r.graph(); err != nil {
		return nil, err
	}
	return r.net, r.net.Validate()
}

// sum is a layer on its way from its synapses to its activation.
type sum struct {
	synapses []quant.Synapses
	shape    []int
	bias     quant.Tensor
	scales   []float32 // of its channels; nil = 1
	factors  []float32 // of one-to-one synapses: weights times the scales of the layer that they join
	relu     bool
	rounded  bool
	min, max int32
}

type reader struct {
	m       *onnx.Model
	net     *quant.IntNet
	sums    map[string]*sum
	sources map[string]string // dequantized value, flattened or not → population
	scales  map[string]string // dequantized constant → its node's integers and scale, "ints scale"
}

// graph reads the nodes in the order of the file.
func (r *reader) graph() error {
	if len(r.m.Inputs) != 1 || len(r.m.Inputs[0].Dims) < 2 {
		return fault.Fault{Pkg: "chip/northpole", Subject: "graph", Fact: "has no single input of [N, …]"}
	}
	for _, d := range r.m.Inputs[0].Dims[1:] {
		r.net.Input.Shape = append(r.net.Input.Shape, int(d.Size))
	}
	for i := range r.m.Nodes {
		n := &r.m.Nodes[i]
		if err := r.node(n); err != nil {
			return fault.Fault{Pkg: "chip/northpole", Subject: fmt.Sprintf("node %q (%s)", n.Title(), n.Op), Fact: err.Error(), Hint: "only what snntrain exports for northpole is read"}
		}
	}
	if r.net.Output == "" {
		return fault.Fault{Pkg: "chip/northpole", Subject: "graph", Fact: "has no output"}
	}
	return nil
}

func (r *reader) node(n *onnx.Node) error {
	if len(n.Inputs) == 0 || len(n.Outputs) != 1 {
		return fmt.Errorf("%d inputs and %d outputs", len(n.Inputs), len(n.Outputs))
	}
	in, out := n.Inputs[0], n.Outputs[0]
	s := r.sums[in]
	switch n.Op {
	case "QuantizeLinear":
		return r.quantize(n, s)
	case "DequantizeLinear":
		return r.dequantize(n, s)
	case "Conv", "Gemm", "MaxPool", "Mul":
		made, err := r.synapses(n)
		r.sums[out] = made
		return err
	case "Flatten":
		from, known := r.sources[in]
		if !known {
			return fmt.Errorf("%q is no activation", in)
		}
		r.sources[out] = from
		return nil
	case "Identity":
		return r.identity(n, s)
	}
	if s == nil {
		return fmt.Errorf("%q is no sum of a layer", in)
	}
	r.sums[out] = s
	return r.change(n, s)
}

// change follows what happens to a sum before its activation.
func (r *reader) change(n *onnx.Node, s *sum) error {
	switch n.Op {
	case "Add":
		other := r.sums[n.Inputs[len(n.Inputs)-1]]
		if len(n.Inputs) != 2 || other == nil || other == s {
			return fmt.Errorf("joins no two sums")
		}
		if err := other.join(s); err != nil {
			return err
		}
		s.synapses = append(s.synapses, other.synapses...)
	case "Relu":
		s.relu = true
	case "Reshape":
		shape, err := r.ints(n, 1)
		if err != nil {
			return err
		}
		s.shape = nil
		for _, d := range shape[min(1, len(shape)):] {
			s.shape = append(s.shape, int(d))
		}
	case "Clip":
		lo, err := r.floats(n, 1)
		if err != nil {
			return err
		}
		hi, err := r.floats(n, 2)
		if err != nil {
			return err
		}
		s.min, s.max = int32(lo[0]), int32(hi[0])
	default:
		return fmt.Errorf("is not written by Export")
	}
	return nil
}

// quantize rounds a sum, or the input, to integers of scale 1.
func (r *reader) quantize(n *onnx.Node, s *sum) error {
	zero := r.constant(n, 2)
	one, err := r.floats(n, 1)
	if err != nil || zero == nil || one[0] != 1 {
		return fmt.Errorf("needs the scale 1 and a zero point")
	}
	lo, hi := int32(0), int32(255)
	if zero.Type == onnx.Int8 {
		lo, hi = -128, 127
	}
	switch {
	case n.Inputs[0] == r.m.Inputs[0].Name:
		r.net.Input.Min, r.net.Input.Max = lo, hi
		r.sources[n.Outputs[0]] = quant.InputName
	case s == nil:
		return fmt.Errorf("%q is no sum of a layer", n.Inputs[0])
	default:
		if !s.rounded {
			s.rounded, s.min, s.max = true, lo, hi
		}
		r.sums[n.Outputs[0]] = s
	}
	return nil
}

// dequantize ends a layer, or gives the values of constants.
func (r *reader) dequantize(n *onnx.Node, s *sum) error {
	in, out := n.Inputs[0], n.Outputs[0]
	switch from, known := r.sources[in]; {
	case r.m.Constants[in] != nil && len(n.Inputs) > 1:
		r.scales[out] = in + "\x00" + n.Inputs[1]
	case known:
		r.sources[out] = from
	case s == nil:
		return fmt.Errorf("%q is neither a constant nor a layer", in)
	case strings.HasSuffix(out, value("")):
		return r.layer(strings.TrimSuffix(out, value("")), out, s)
	default:
		r.sums[out] = s
	}
	return nil
}

// identity is the output of the graph, or the end of a layer without activation.
func (r *reader) identity(n *onnx.Node, s *sum) error {
	in, out := n.Inputs[0], n.Outputs[0]
	if from, known := r.sources[in]; known && slices.Contains(r.m.Outputs, out) {
		r.net.Output = from
		return nil
	}
	if s == nil || !strings.HasSuffix(out, value("")) {
		return fmt.Errorf("%q is no sum of a layer", in)
	}
	return r.layer(strings.TrimSuffix(out, value("")), out, s)
}

// layer adds a population with its synapses.
func (r *reader) layer(name, out string, s *sum) error {
	p := quant.Population{Name: name, Shape: s.shape, Activation: &quant.Activation{Bias: s.bias, Range: register()}}
	if s.synapses[0].Pool != nil {
		p.Activation = &quant.Activation{Range: quant.Range{Max: int32(r.net.MaxValue(s.synapses[0].From)), Overflow: quant.Saturate}}
	}
	if s.rounded {
		scales := s.scales
		if same(scales) {
			scales = scales[:min(1, len(scales))]
		}
		a, err := ReLU(1, s.bias, scales...)
		if err != nil {
			return err
		}
		a.Requantize.Min, a.Requantize.Max = s.min, s.max
		p.Activation = a
	}
	if s.rounded && s.relu != (s.min == 0) {
		return fmt.Errorf("activations from %d, with a rectifier: %v", s.min, s.relu)
	}
	if r.net.Find(name) != nil {
		return fmt.Errorf("layer %q is there twice", name)
	}
	r.net.Populations = append(r.net.Populations, p)
	for _, synapses := range s.synapses {
		synapses.To = name
		r.net.Synapses = append(r.net.Synapses, synapses)
	}
	r.sources[out] = name
	return nil
}

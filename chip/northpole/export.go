package northpole

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/quant"
)

// Export writes a network as an ONNX file in QDQ form (QuantizeLinear and
// DequantizeLinear around float operators), opset 13. Activations have scale 1,
// so the graph's values are the network's integers; weights have the scale s of
// the layer's Requantize. Weights and activations of 4 and 2 bits are stored in
// int8 and uint8, whose operators every runtime has.
//
// onnxruntime fuses these graphs to integer operators and gives the network's
// integers. Without fusion they are the same where every s is a power of two
// and sums stay below 2^24; a layer that joins several synapses is never fused,
// so Export refuses another s there.
func Export(net *quant.IntNet, producer string) ([]byte, error) {
	if err := New().Check(net); err != nil {
		return nil, err
	}
	w := &writer{net: net, v: chip.NewViolations("chip/northpole"), m: &onnx.Model{
		IR: 8, Opset: 13, Producer: producer, Constants: map[string]*onnx.Tensor{}, Outputs: []string{"output"},
	}}
	w.input()
	for i := range net.Populations {
		w.population(&net.Populations[i])
	}
	if err := w.v.Err(); err != nil {
		return nil, err
	}
	w.node("graph.output", "Identity", []string{value(net.Output)}, "output")
	return onnx.Encode(w.m)
}

// exactFloat is the magnitude up to which float32 holds every integer.
const exactFloat = 1 << 24

type writer struct {
	net *quant.IntNet
	v   *chip.Violations
	m   *onnx.Model
}

// value is the name of a source's dequantized values in the graph.
func value(source string) string { return source + ".value" }

func (w *writer) node(name, op string, in []string, out string, attrs ...onnx.Attr) {
	w.m.Nodes = append(w.m.Nodes, onnx.Node{Name: name, Op: op, Inputs: in, Outputs: []string{out}, Attrs: attrs})
}

func (w *writer) floats(name string, dims []int, v []float32) string {
	w.m.Constants[name] = &onnx.Tensor{Type: onnx.Float32, Dims: dims, Floats: v}
	return name
}

func (w *writer) ints(name string, t onnx.Type, dims []int, v []int32) string {
	out := &onnx.Tensor{Type: t, Dims: dims}
	for _, x := range v {
		out.Ints = append(out.Ints, int64(x))
	}
	w.m.Constants[name] = out
	return name
}

// pair quantizes a value with scale 1 and dequantizes it again.
func (w *writer) pair(name, in, out string, signed bool) {
	one := w.floats("one", nil, []float32{1})
	zero := w.ints("zero.unsigned", onnx.Uint8, nil, []int32{0})
	if signed {
		zero = w.ints("zero.signed", onnx.Int8, nil, []int32{0})
	}
	w.node(name+".quantize", "QuantizeLinear", []string{in, one, zero}, name+".quantized")
	w.node(name+".dequantize", "DequantizeLinear", []string{name + ".quantized", one, zero}, out)
}

func (w *writer) input() {
	in := onnx.Input{Name: quant.InputName, Type: onnx.Float32, Dims: []onnx.Dim{{Size: -1, Name: "N"}}}
	for _, d := range w.net.Input.Shape {
		in.Dims = append(in.Dims, onnx.Dim{Size: int64(d)})
	}
	w.m.Inputs = []onnx.Input{in}
	w.pair(quant.InputName, quant.InputName, value(quant.InputName), w.net.Input.Min < 0)
}

// population adds a layer: operators of its synapses, their sum, and the activation.
func (w *writer) population(p *quant.Population) {
	in := w.net.Into(p.Name)
	if r := p.Activation.Requantize; len(in) > 1 && r != nil {
		if !powersOfTwo(r) {
			w.v.Add(p.Name, "joins several synapses with a scale that is no power of two", "runtimes sum such layers in float32: choose a power of two")
		}
		w.checkSums(p)
	}
	sum := ""
	for k, s := range in {
		name := s.Name + ".sum"
		w.synapses(p, s, name, k == 0)
		if sum != "" {
			joined := fmt.Sprintf("%s.sum%d", p.Name, k)
			w.node(joined, "Add", []string{sum, name}, joined)
			name = joined
		}
		sum = name
	}
	w.activation(p, sum)
}

func powersOfTwo(r *quant.Requantize) bool {
	for _, m := range r.Multiplier.Data {
		if m&(m-1) != 0 {
			return false
		}
	}
	return true
}

// activation quantizes a sum, which is in units of the next layer already.
func (w *writer) activation(p *quant.Population, sum string) {
	r := p.Activation.Requantize
	if r == nil {
		if p.Name == w.net.Output {
			w.checkSums(p)
		}
		w.node(p.Name+".sums", "Identity", []string{sum}, value(p.Name))
		return
	}
	if r.Min == 0 {
		w.node(p.Name+".relu", "Relu", []string{sum}, p.Name+".rectified")
		sum = p.Name + ".rectified"
	}
	if width(r.Min, r.Max) == 8 {
		w.pair(p.Name, sum, value(p.Name), r.Min < 0)
		return
	}
	w.pair(p.Name+".wide", sum, p.Name+".rounded", r.Min < 0)
	lo := w.floats(p.Name+".min", nil, []float32{float32(r.Min)})
	hi := w.floats(p.Name+".max", nil, []float32{float32(r.Max)})
	w.node(p.Name+".clip", "Clip", []string{p.Name + ".rounded", lo, hi}, p.Name+".clipped")
	w.pair(p.Name, p.Name+".clipped", value(p.Name), r.Min < 0)
}

// checkSums refuses sums that float32 could round, in layers that runtimes do not compute in integers.
func (w *writer) checkSums(p *quant.Population) {
	total := p.Activation.Bias.MaxAbs()
	for _, s := range w.net.Into(p.Name) {
		total += s.FanInWeight(w.net.SourceShape(s.From), p.Shape) * w.net.MaxValue(s.From)
	}
	if total > exactFloat {
		w.v.Add(p.Name, fmt.Sprintf("sums can reach %d, float32 is exact to %d", total, exactFloat), "use fewer bits or a smaller fan-in; a last layer can be requantized")
	}
}

package northpole

import (
	"github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/quant"
)

func intsAttr(name string, v ...int) onnx.Attr {
	a := onnx.Attr{Name: name, Kind: onnx.AttrInts}
	for _, x := range v {
		a.Ints = append(a.Ints, int64(x))
	}
	return a
}

func intAttr(name string, v int) onnx.Attr {
	return onnx.Attr{Name: name, Kind: onnx.AttrInt, Int: int64(v)}
}

// synapses adds the operator of a synapse group; the first of a layer adds the bias.
func (w *writer) synapses(p *quant.Population, s *quant.Synapses, out string, first bool) {
	in, from := value(s.From), w.net.SourceShape(s.From)
	switch {
	case s.Pool != nil:
		l := s.Pool
		attrs := append(window(l.Padding, l.Stride, l.Size, from, p.Shape), intsAttr("kernel_shape", l.Size[:]...), intsAttr("strides", l.Stride[:]...))
		w.node(s.Name, "MaxPool", []string{in}, out, attrs...)
	case s.Conv != nil:
		w.convolution(p, s, in, out, first)
	case s.One != nil:
		w.oneToOne(p, s, in, out, first)
	default:
		w.dense(p, s, in, out, first)
	}
}

// window is the padding in ONNX's form, before and behind.
func window(padding, stride, span [2]int, from, to []int) []onnx.Attr {
	var behind [2]int
	for i := range 2 {
		behind[i] = max(0, (to[i+1]-1)*stride[i]+span[i]-from[i+1]-padding[i])
	}
	return []onnx.Attr{intsAttr("pads", padding[0], padding[1], behind[0], behind[1])}
}

func (w *writer) convolution(p *quant.Population, s *quant.Synapses, in, out string, first bool) {
	name, c, from, to := s.Name, s.Conv, w.net.SourceShape(s.From), p.Shape
	k := c.Weight.Shape[2:]
	span := [2]int{c.Dilation[0]*(k[0]-1) + 1, c.Dilation[1]*(k[1]-1) + 1}
	for i := range 2 {
		behind := max(0, (to[i+1]-1)*c.Stride[i]+span[i]-from[i+1]-c.Padding[i])
		if got := (from[i+1]+c.Padding[i]+behind-span[i])/c.Stride[i] + 1; got != to[i+1] {
			w.v.Add(p.Name, "leaves out places that a convolution of its input has", "pad or crop to the whole output")
			return
		}
	}
	inputs := []string{in, w.weights(p, name, onnx.Tensor{Dims: c.Weight.Shape}, c.Weight.Data, 0)}
	if first {
		inputs = append(inputs, w.bias(p, name, to[0]))
	}
	w.node(name, "Conv", inputs, out, append(
		window(c.Padding, c.Stride, span, from, to), intsAttr("kernel_shape", k...), intsAttr("strides", c.Stride[:]...),
		intsAttr("dilations", c.Dilation[:]...), intAttr("group", c.Groups),
	)...)
}

// dense flattens maps and multiplies by [in, out].
func (w *writer) dense(p *quant.Population, s *quant.Synapses, in, out string, first bool) {
	if len(w.net.SourceShape(s.From)) > 1 {
		w.node(s.Name+".flatten", "Flatten", []string{in}, s.Name+".flat", intAttr("axis", 1))
		in = s.Name + ".flat"
	}
	o, i := s.Dense.Weight.Shape[0], s.Dense.Weight.Shape[1]
	t := make([]int32, o*i)
	for k, v := range s.Dense.Weight.Data {
		t[k%i*o+k/i] = v
	}
	inputs := []string{in, w.weights(p, s.Name, onnx.Tensor{Dims: []int{i, o}}, t, 1)}
	if first {
		inputs = append(inputs, w.bias(p, s.Name, o))
	}
	sum := out
	if len(p.Shape) > 1 {
		sum = s.Name + ".row"
	}
	w.node(s.Name, "Gemm", inputs, sum)
	if len(p.Shape) > 1 {
		shape := append([]int32{-1}, shape32(p.Shape)...)
		w.node(s.Name+".reshape", "Reshape", []string{sum, w.ints(s.Name+".shape", onnx.Int64, []int{len(shape)}, shape)}, out)
	}
}

func shape32(shape []int) []int32 {
	var out []int32
	for _, d := range shape {
		out = append(out, int32(d))
	}
	return out
}

// oneToOne multiplies elements, by a convolution of 1×1 a channel where that is all.
func (w *writer) oneToOne(p *quant.Population, s *quant.Synapses, in, out string, first bool) {
	if first {
		w.v.Add(p.Name, "begins with one-to-one synapses", "list its dense or convolutional synapses first")
		return
	}
	scales, weights := w.scales(p, p.N()), s.One.Weight.Spread(p.Shape)
	v := make([]float32, len(weights))
	for i := range v {
		v[i] = float32(weights[i]) * scales[i*len(scales)/len(v)]
	}
	w.node(s.Name, "Mul", []string{in, w.floats(s.Name+".factor", p.Shape, v)}, out)
}

// scales are the layer's, one a channel (perNeuron = channels) or one a neuron; 1 without activation.
func (w *writer) scales(p *quant.Population, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = 1
	}
	if r := p.Activation.Requantize; r != nil {
		all := r.Scales(p.Shape)
		for i := range out {
			out[i] = all[i*len(all)/n]
			if n < len(all) && !same(all[i*len(all)/n:(i+1)*len(all)/n]) {
				w.v.Add(p.Name, "scales differ within a channel", "ONNX has one a channel")
				return out
			}
		}
	}
	return out
}

func same[T comparable](v []T) bool {
	for _, x := range v {
		if x != v[0] {
			return false
		}
	}
	return true
}

// weights adds int8 weights and their dequantization along axis, which holds the channels.
func (w *writer) weights(p *quant.Population, name string, t onnx.Tensor, data []int32, axis int) string {
	n := t.Dims[axis]
	q := w.ints(name+".weight", onnx.Int8, t.Dims, data)
	scale := w.floats(name+".scale", []int{n}, w.scales(p, n))
	zero := w.ints(name+".zero", onnx.Int8, []int{n}, make([]int32, n))
	w.node(name+".weight.dequantize", "DequantizeLinear", []string{q, scale, zero}, name+".weight.value", intAttr("axis", axis))
	return name + ".weight.value"
}

// bias adds the layer's n biases in int32 with the scale of the weights.
func (w *writer) bias(p *quant.Population, name string, n int) string {
	all := p.Activation.Bias.Spread(p.Shape)
	b := make([]int32, n)
	for i := range b {
		part := all[i*len(all)/n : (i+1)*len(all)/n]
		if b[i] = part[0]; !same(part) {
			w.v.Add(p.Name, "biases differ within a channel", "ONNX has one a channel")
			break
		}
	}
	q := w.ints(name+".bias", onnx.Int32, []int{n}, b)
	zero := w.ints(name+".bias.zero", onnx.Int32, []int{n}, make([]int32, n))
	w.node(name+".bias.dequantize", "DequantizeLinear", []string{q, w.floats(name+".scale", []int{n}, w.scales(p, n)), zero}, name+".bias.value", intAttr("axis", 0))
	return name + ".bias.value"
}

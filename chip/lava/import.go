package lava

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// Net is the network that Lava runs for a netx file, traps included: what Lava
// changes when it loads a layer is changed here too.
func (x *Netx) Net() (*quant.IntNet, error) {
	b := &builder{net: &quant.IntNet{Input: quant.Input{Min: 0, Max: 1}}, last: quant.InputName}
	for i := range x.Layers {
		if err := b.layer(i, &x.Layers[i]); err != nil {
			b.faults.Add(fault.Fault{Pkg: "chip/lava", Subject: fmt.Sprintf("layer %d (%s)", i, x.Layers[i].Type), Fact: err.Error()})
			break // what follows hangs on it
		}
	}
	if b.faults.Len() == 0 && len(b.net.Populations) == 0 {
		b.faults.Add(fault.Fault{Pkg: "chip/lava", Subject: "netx", Fact: "holds no layer of neurons"})
	}
	if err := b.faults.Err(); err != nil {
		return nil, err
	}
	b.net.Output = b.last
	return b.net, b.net.Validate()
}

type builder struct {
	net    *quant.IntNet
	last   string // what the next layer reads
	shape  []int  // its shape; nil before the first layer
	faults fault.List
}

func (b *builder) layer(i int, l *Layer) error {
	name := fmt.Sprintf(layerName, i)
	switch l.Type {
	case Input:
		return b.input(name, l)
	case Flatten:
		if b.shape != nil {
			b.shape = []int{quant.Len(b.shape)}
		}
		return nil
	case Dense, DenseRec:
		return b.dense(name, l)
	case Conv:
		return b.conv(name, l)
	}
	return fmt.Errorf("type %q is not known to Lava's reader; known: %s, %s, %s, %s, %s", l.Type, Input, Flatten, Dense, DenseRec, Conv)
}

func (b *builder) input(name string, l *Layer) error {
	if b.shape != nil {
		return fmt.Errorf("comes after another layer; expected first")
	}
	b.net.Input.Shape, b.shape = l.Shape, l.Shape
	if l.Neuron == nil {
		return nil
	}
	w, transformed, err := b.transform(l)
	if err != nil {
		return err
	}
	b.net.Synapses = append(b.net.Synapses, quant.Synapses{
		Name: name + ".input", From: b.last, To: name, One: &quant.One{Weight: quant.Scalar(w)},
	})
	if err := b.neurons(name, l.Shape, &Layer{Neuron: l.Neuron}); err != nil {
		return err
	}
	if transformed {
		b.net.Populations[0].Spiking.Currents = nil
	}
	return nil
}

// transform reads weight w and bias b of an input layer: its neurons are then
// driven by their bias, 2wx − w + b for x in 0..1, which is the network's input.
func (b *builder) transform(l *Layer) (weight int32, transformed bool, err error) {
	if l.Weight.IsZero() && l.Bias.IsZero() {
		return 1, false, nil
	}
	w, bias := int32(64), int32(0) // netx's own defaults
	for _, p := range []struct {
		t quant.Tensor
		v *int32
	}{{l.Weight, &w}, {l.Bias, &bias}} {
		if len(p.t.Data) > 1 || p.t.MaxAbs() > 1<<20 {
			return 0, false, fmt.Errorf("weight %v, bias %v; an input is transformed by one of each", l.Weight.Shape, l.Bias.Shape)
		}
		for _, v := range p.t.Data {
			*p.v = v
		}
	}
	b.net.Input.Min, b.net.Input.Max = bias-max(w, -w), bias+max(w, -w)
	return 1 << scaleBits, true, nil
}

// neurons adds the population of a layer.
func (b *builder) neurons(name string, shape []int, l *Layer) error {
	n := l.Neuron
	if n == nil {
		return fmt.Errorf("has no neurons")
	}
	if n.Type != "CUBA" && n.Type != "LOIHI" {
		return fmt.Errorf("neurons of type %q are not read; known: CUBA, LOIHI", n.Type)
	}
	for _, v := range l.Bias.Data {
		if v >= 1<<25 || v < -1<<25 {
			return fmt.Errorf("bias %d is beyond 26 bits", v)
		}
	}
	if n.VThMant < 0 || n.VThMant >= 1<<17 {
		return fmt.Errorf("vThMant %d is outside 0..%d", n.VThMant, 1<<17-1)
	}
	bias := quant.Tensor{}
	if !l.Bias.IsZero() {
		bias = quant.Tensor{Shape: []int{len(l.Bias.Data)}}
		for _, v := range l.Bias.Data {
			bias.Data = append(bias.Data, v<<scaleBits)
		}
	}
	b.net.Populations = append(b.net.Populations, quant.Population{
		Name: name, Shape: shape, Spiking: LIF(n.IDecay, n.VDecay, n.VThMant, bias),
	})
	b.last, b.shape = name, shape
	return nil
}

func (b *builder) dense(name string, l *Layer) error {
	w := l.Weight
	if len(w.Shape) != 2 || w.Len() != len(w.Data) {
		return fmt.Errorf("weight is %v, expected [out, in]", w.Shape)
	}
	if b.shape == nil {
		b.shape = []int{w.Shape[1]}
		b.net.Input.Shape = b.shape
	}
	if n := quant.Len(b.shape); n != w.Shape[1] {
		return fmt.Errorf("weight takes %d inputs, the layer before has %d", w.Shape[1], n)
	}
	delay, err := delays(l)
	if err != nil {
		return err
	}
	if l.Shape != nil && quant.Len(l.Shape) != w.Shape[0] {
		return fmt.Errorf("weight gives %d outputs, shape is %v", w.Shape[0], l.Shape)
	}
	from := b.last
	if err := b.neurons(name, []int{w.Shape[0]}, l); err != nil {
		return err
	}
	s := synapses(name+".dense", from, name, w)
	s.Delay = delay
	b.net.Synapses = append(b.net.Synapses, s)
	if l.Type == DenseRec {
		if !slices.Equal(l.WeightRec.Shape, []int{w.Shape[0], w.Shape[0]}) {
			return fmt.Errorf("weight_rec is %v, expected [%d %d]", l.WeightRec.Shape, w.Shape[0], w.Shape[0])
		}
		b.net.Synapses = append(b.net.Synapses, synapses(name+".rec", name, name, l.WeightRec))
	}
	return nil
}

// synapses are dense ones as Lava loads their weights. Where loading changes
// nothing the weights stay as they are written; else they are the mantissas
// with their exponent.
func synapses(name, from, to string, w quant.Tensor) quant.Synapses {
	m, exp, exact := quant.LavaWeights(w.Data)
	s := quant.Synapses{Name: name, From: from, To: to, Latency: 1, Bits: 8, Dense: &quant.Dense{Weight: w}}
	if !exact {
		s.Exponent = exp
		s.Dense.Weight = quant.Tensor{Shape: w.Shape, Data: m}
	}
	return s
}

// delays reads the delays of a dense layer; [in] of a square matrix is per source.
func delays(l *Layer) (quant.Delay, error) {
	d := l.Delay
	if d.IsZero() {
		return quant.Delay{}, nil
	}
	if l.Type == DenseRec {
		return quant.Delay{}, fmt.Errorf("a recurrent layer with delays has no model in Lava; leave them out")
	}
	ticks := make([]int32, len(d.Data))
	for i, v := range d.Data {
		if v < 0 {
			return quant.Delay{}, fmt.Errorf("delay %d is negative", v)
		}
		ticks[i] = min(v, maxDelay)
	}
	out := quant.Delay{Ticks: quant.NewTensor(ticks, len(ticks))}
	switch {
	case slices.Equal(d.Shape, l.Weight.Shape):
		out.Per, out.Ticks.Shape = quant.DelaySynapse, d.Shape
	case len(ticks) == 1:
		out.Per = quant.DelayAll
	case len(ticks) == l.Weight.Shape[1]:
		out.Per = quant.DelaySource
	case len(ticks) == l.Weight.Shape[0]:
		out.Per = quant.DelayTarget
	default:
		return quant.Delay{}, fmt.Errorf("delay is %v for weight %v; expected one, [in], [out] or [out, in]", d.Shape, l.Weight.Shape)
	}
	return out, nil
}

func (b *builder) conv(name string, l *Layer) error {
	if len(b.shape) != mapAxes {
		return fmt.Errorf("reads %v; a convolution needs an input layer of channels×height×width", b.shape)
	}
	if len(l.Weight.Shape) != 4 || l.Groups < 1 || l.Stride[0] < 1 || l.Stride[1] < 1 {
		return fmt.Errorf("weight %v, %d groups, stride %v are no convolution", l.Weight.Shape, l.Groups, l.Stride)
	}
	shape := []int{l.Weight.Shape[0], 0, 0}
	for i := range 2 {
		span := l.Dilation[i]*(l.Weight.Shape[2+i]-1) + 1
		room := b.shape[i+1] + 2*l.Padding[i] - span
		if room < 0 {
			return fmt.Errorf("a kernel that spans %d does not fit %v", span, b.shape)
		}
		shape[i+1] = room/l.Stride[i] + 1
	}
	if l.Shape != nil && !slices.Equal(l.Shape, shape) {
		return fmt.Errorf("the convolution gives %v, shape is %v", shape, l.Shape)
	}
	from := b.last
	if err := b.neurons(name, shape, l); err != nil {
		return err
	}
	r := sum24()
	b.net.Synapses = append(b.net.Synapses, quant.Synapses{
		Name: name + ".conv", From: from, To: name, Latency: 1, Bits: 8, Range: &r,
		Conv: &quant.Conv{Weight: l.Weight, Stride: l.Stride, Padding: l.Padding, Dilation: l.Dilation, Groups: l.Groups},
	})
	return nil
}

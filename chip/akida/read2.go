package akida

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// second reads layers of the second generation.
func (r *reader) second(layers []readLayer) (*quant.IntNet, error) {
	b := &builder{net: &quant.IntNet{}, last: quant.InputName}
	for i := range layers {
		x := &layers[i]
		err := r.layer2(b, x)
		if err != nil {
			r.faults.Add(fault.Fault{Pkg: "chip/akida", Subject: fmt.Sprintf("layer %q", x.Args.Name), Fact: err.Error()})
		}
		if r.faults.Len() > 0 {
			return nil, r.faults.Err()
		}
	}
	b.net.Output = b.last
	return b.net, b.net.Validate()
}

func (r *reader) layer2(b *builder, x *readLayer) error {
	if first := x.Type == InputData || x.Type == "InputConv2D"; first == (b.shape != nil) {
		return fmt.Errorf("%s: an input layer comes first, and no other", x.Type)
	}
	if b.shape == nil {
		s := x.Args.InputShape
		b.shape = []int{s[2], s[0], s[1]}
		b.net.Input = quant.Input{Shape: b.shape, Max: 255}
	}
	switch x.Type {
	case InputData:
		if b.net.Input.Min, b.net.Input.Max = -128, 127; x.Args.InputBits == 4 {
			b.net.Input.Min, b.net.Input.Max = 0, 15
		}
		return nil
	case "InputConv2D", "Conv2D":
		return r.conv2(b, x)
	case "Dense1D":
		return r.dense2(b, x)
	}
	return fmt.Errorf("type %q is unknown; known: InputData, InputConv2D, Conv2D, Dense1D", x.Type)
}

// unit is a layer's activation; its bias is apart, as a pool may lie between.
func (r *reader) unit(x *readLayer, outputs int) (a *quant.Activation, bias quant.Tensor, err error) {
	mantissas, shifts := r.ints(x, "bias"), r.ints(x, "bias_shift")
	scales, left := r.ints(x, "output_scales"), r.ints(x, "output_shift")
	for _, t := range []quant.Tensor{mantissas, shifts, scales, left} {
		if len(t.Data) != outputs {
			return nil, bias, fmt.Errorf("%d values for %d outputs", len(t.Data), outputs)
		}
	}
	bias = quant.NewTensor(make([]int32, outputs), outputs)
	for i, m := range mantissas.Data {
		if s := shifts.Data[i]; s < 0 || s > 16 || m < -128 || m > 127 {
			return nil, bias, fmt.Errorf("bias %d shifted by %d", m, s)
		}
		bias.Data[i] = m << shifts.Data[i]
		left.Data[i] = -left.Data[i]
	}
	switch string(x.Args.Activation) {
	case `"none"`:
		return Linear2(quant.Tensor{}, scales, left), bias, nil
	case `"relu"`:
		return ReLU2(x.Args.OutputBits, quant.Tensor{}, scales, left), bias, nil
	}
	return nil, bias, fmt.Errorf("activation %s is unknown; known: relu, none", x.Args.Activation)
}

func (r *reader) conv2(b *builder, x *readLayer) error {
	w, a := r.ints(x, "weights"), &x.Args
	if len(w.Shape) != 4 || w.Len() != len(w.Data) || w.Shape[2] != b.shape[0] || w.Len() < 1 {
		return fmt.Errorf("weights are %v, the input is %v", w.Shape, b.shape)
	}
	shape, padding, err := window(b.shape, [2]int{w.Shape[0], w.Shape[1]}, a.KernelStride, a.Padding)
	if err != nil {
		return err
	}
	shape[0] = w.Shape[3]
	unit, bias, err := r.unit(x, shape[0])
	if err != nil {
		return err
	}
	b.net.Synapses = append(b.net.Synapses, quant.Synapses{Name: a.Name, From: b.last, To: a.Name, Bits: 8, Conv: &quant.Conv{
		Weight: kernels(w, x.Type == "Conv2D"), Stride: a.KernelStride, Padding: padding, Dilation: [2]int{1, 1}, Groups: 1,
	}})
	if a.PoolType == "" {
		unit.Bias = bias
		b.population(a.Name, shape, unit)
		return nil
	}
	if a.PoolType != poolMax {
		return fmt.Errorf("pool %q is unknown; known: %s", a.PoolType, poolMax)
	}
	b.population(a.Name, shape, &quant.Activation{Bias: bias, Range: register2()})
	out, padding, err := window(shape, a.PoolSize, a.PoolStride, a.Padding)
	if err != nil {
		return err
	}
	name := a.Name + ".pool"
	b.net.Synapses = append(b.net.Synapses, quant.Synapses{Name: name, From: b.last, To: name, Pool: &quant.Pool{Size: a.PoolSize, Stride: a.PoolStride, Padding: padding}})
	b.population(name, out, unit)
	return nil
}

// dense2 brings [in, out] with inputs in the order H, W, C into [out, in] in the order C, H, W.
func (r *reader) dense2(b *builder, x *readLayer) error {
	w := r.ints(x, "weights")
	if len(w.Shape) != 2 || w.Len() != len(w.Data) || w.Shape[0] != quant.Len(b.shape) || w.Len() < 1 {
		return fmt.Errorf("weights are %v, the input is %v", w.Shape, b.shape)
	}
	in, out := w.Shape[0], w.Shape[1]
	unit, bias, err := r.unit(x, out)
	if err != nil {
		return err
	}
	unit.Bias = bias
	t := quant.NewTensor(make([]int32, in*out), out, in)
	for i := range in {
		c, y, z := i/(b.shape[1]*b.shape[2]), i/b.shape[2]%b.shape[1], i%b.shape[2]
		for o := range out {
			t.Data[o*in+i] = w.Data[((y*b.shape[2]+z)*b.shape[0]+c)*out+o]
		}
	}
	b.net.Synapses = append(b.net.Synapses, quant.Synapses{Name: x.Args.Name, From: b.last, To: x.Args.Name, Bits: 8, Dense: &quant.Dense{Weight: t}})
	b.population(x.Args.Name, []int{out, 1, 1}, unit)
	return nil
}

package akida

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Export2 writes a network for Akida 2.
func Export2(net *quant.IntNet) (*Files, error) {
	if err := New2().Check(net); err != nil {
		return nil, err
	}
	v := chip.NewViolations("chip/akida")
	stages := walk(net, v)
	e := newExporter(2)
	if !stages[0].isImage(net) {
		bits := 8
		if net.Input.Min >= 0 && net.Input.Max <= 15 {
			bits = 4
		}
		e.layer(InputData, map[string]any{"name": quant.InputName, "input_shape": hwcShape(shape3(net.Input.Shape)), "input_bits": bits})
	}
	for i := range stages {
		stages[i].export2(e, v, fmt.Sprintf("layer%d", i), net)
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	return e.files()
}

func (s *stage) export2(e *exporter, v *chip.Violations, name string, net *quant.IntNet) {
	r := s.out.Activation.Requantize
	args := map[string]any{"name": name, "output_bits": 8, "activation": "relu"}
	if r.Max == 15 {
		args["output_bits"] = 4
	}
	if r.Min < 0 {
		args["activation"] = "none"
	}
	var weights quant.Tensor
	kind := "Conv2D"
	if c := s.syn.Conv; c != nil {
		args["filters"], args["kernel_size"], args["kernel_stride"], args["padding"] = c.Weight.Shape[0], c.Weight.Shape[2], c.Stride[0], s.padding
		if s.isImage(net) {
			kind, args["input_shape"] = "InputConv2D", hwcShape(net.Input.Shape)
		}
		if p := s.pool; p != nil {
			args["pool_type"], args["pool_size"], args["pool_stride"] = poolMax, p.Size[0], p.Stride[0]
			if s.poolSame != (s.padding == paddingSame) {
				v.Add(s.out.Name, "the pool pads otherwise than its convolution", "both are same, or both valid")
			}
		}
		weights = mirrored(c.Weight, kind == "Conv2D")
	} else {
		kind, args["units"] = "Dense1D", s.pop.N()
		weights = dense1D(s.syn.Dense.Weight, shape3(net.SourceShape(s.syn.From)))
	}
	l := e.layer(kind, args)
	e.ints(l, "weights", weights.Shape, weights.Data)
	n := []int{s.pop.Shape[0]}
	mantissas, shifts := make([]int32, n[0]), make([]int32, n[0])
	for i, b := range s.channelBias(v) {
		mantissas[i], shifts[i] = biasShift(b)
	}
	e.ints(l, "bias", n, mantissas)
	e.ints(l, "bias_shift", n, shifts)
	e.ints(l, "output_scales", n, s.perChannel(v, "scales", r.Multiplier))
	right := s.perChannel(v, "shifts", r.Shift)
	for i := range right {
		right[i] = -right[i] // the vendor's shift goes left
	}
	e.ints(l, "output_shift", n, right)
}

// perChannel is a parameter's values, one a channel.
func (s *stage) perChannel(v *chip.Violations, what string, t quant.Tensor) []int32 {
	all, n := t.Spread(s.out.Shape), s.out.Shape[0]
	out := make([]int32, n)
	for i := range all {
		c := i / (len(all) / n)
		if i%(len(all)/n) == 0 {
			out[c] = all[i]
		} else if all[i] != out[c] {
			v.Add(s.out.Name, what+" differ within a channel", "one a channel is possible")
			break
		}
	}
	return out
}

func (s *stage) channelBias(v *chip.Violations) []int32 {
	own := *s
	own.out = s.pop
	return own.perChannel(v, "biases", s.pop.Activation.Bias)
}

// dense1D brings [out, in] with inputs in the order C, H, W into [in, out] in the order H, W, C.
func dense1D(w quant.Tensor, from []int) quant.Tensor {
	out, in := w.Shape[0], w.Shape[1]
	t := quant.NewTensor(make([]int32, in*out), in, out)
	for o := range out {
		for i := range in {
			c, y, x := i/(from[1]*from[2]), i/from[2]%from[1], i%from[2]
			t.Data[((y*from[2]+x)*from[0]+c)*out+o] = w.Data[o*in+i]
		}
	}
	return t
}

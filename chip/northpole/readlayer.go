package northpole

import (
	"github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/quant"
)

// close makes a population of a sum.
func (r *reader) close(name string, in *sum, rounded, signed bool) (*sum, error) {
	a := Logits(quant.Tensor{})
	if len(in.bias) > 0 {
		a.Bias = quant.NewTensor(in.bias, len(in.bias))
	}
	if in.pool {
		a = &quant.Activation{Range: quant.Range{Max: int32(r.net.MaxValue(in.syn[0].From)), Overflow: quant.Saturate}}
	}
	if rounded {
		q := &quant.Requantize{Max: 255}
		if signed {
			q.Min, q.Max = -128, 127
		}
		if in.clip != nil {
			q.Min, q.Max = int32(in.clip[0]), int32(in.clip[1])
		}
		for _, s := range in.scale {
			m, shift, err := quant.RequantizeFrom(s)
			if err != nil {
				return nil, err
			}
			q.Multiplier.Data, q.Shift.Data = append(q.Multiplier.Data, m), append(q.Shift.Data, shift)
		}
		q.Multiplier.Shape, q.Shift.Shape = []int{len(in.scale)}, []int{len(in.scale)}
		a.Requantize = q
	}
	r.net.Populations = append(r.net.Populations, quant.Population{Name: name, Shape: in.shape, Activation: a})
	for _, s := range in.syn {
		s.To = name
		r.net.Synapses = append(r.net.Synapses, s)
	}
	return &sum{source: name, shape: in.shape}, nil
}

// sliding is the attributes of a window.
type sliding struct {
	size, stride, dilation [2]int
	pads                   [4]int
	groups                 int
}

func windowOf(n *onnx.Node, kernel string) (*sliding, error) {
	p := &sliding{stride: [2]int{1, 1}, dilation: [2]int{1, 1}, groups: 1}
	for _, a := range n.Attrs {
		to := map[string][]int{kernel: p.size[:], "strides": p.stride[:], "dilations": p.dilation[:], "pads": p.pads[:]}[a.Name]
		if a.Name == "group" {
			p.groups = int(a.Int)
		}
		if to != nil && len(a.Ints) != len(to) {
			return nil, errForm
		}
		for i := range to {
			if a.Ints[i] < 0 || a.Ints[i] > 1<<16 {
				return nil, errForm
			}
			to[i] = int(a.Ints[i])
		}
	}
	if min(p.size[0], p.size[1], p.stride[0], p.stride[1], p.dilation[0], p.dilation[1], p.groups) < 1 {
		return nil, errForm
	}
	return p, nil
}

// shape is the output of the window on maps.
func (p *sliding) shape(in []int, channels int) []int {
	out := []int{channels, 0, 0}
	for i := range 2 {
		span := p.dilation[i]*(p.size[i]-1) + 1
		out[i+1] = max(in[i+1]+p.pads[i]+p.pads[i+2]-span, 0)/p.stride[i] + 1
	}
	return out
}

package akida

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// stage is one layer of the vendor's: weights, a pool or none, and the activation.
type stage struct {
	syn      *quant.Synapses
	pop      *quant.Population // sums of the weights
	pool     *quant.Pool
	average  bool              // the sum of whole maps follows
	out      *quant.Population // with the activation
	padding  string            // of a convolution: same, valid, or neither
	poolSame bool              // the pool pads
}

// walk takes a chain of layers apart.
func walk(net *quant.IntNet, v *chip.Violations) []stage {
	var out []stage
	last := quant.InputName
	for i := range net.Populations {
		p := &net.Populations[i]
		if p.Activation == nil {
			v.Add(p.Name, "has spiking neurons", "the target has quantized activations without state")
			return nil
		}
		s := net.Into(p.Name)
		if len(s) != 1 || s[0].From != last || s[0].Latency != 0 || s[0].Delay.Per != "" || s[0].Exponent != 0 || s[0].Range != nil {
			v.Add(p.Name, fmt.Sprintf("does not read %q alone, without latency, delays, exponent or range", last), "the target holds a chain of layers and has no time")
			return nil
		}
		from, now := net.SourceShape(last), len(out)-1
		behind := now >= 0 && out[now].out == out[now].pop && out[now].pop.Activation.Levels == nil && out[now].pop.Activation.Requantize == nil
		switch {
		case s[0].Pool != nil && behind:
			out[now].pool, out[now].out = s[0].Pool, p
			out[now].poolSame = paddingOf(from, p.Shape, s[0].Pool.Size, s[0].Pool.Stride, s[0].Pool.Padding) == paddingSame
		case behind && isSum(net, s[0]):
			out[now].average, out[now].out = true, p
		case s[0].Dense != nil:
			out = append(out, stage{syn: s[0], pop: p, out: p})
		case s[0].Conv != nil:
			c := s[0].Conv
			size := [2]int{c.Weight.Shape[2], c.Weight.Shape[3]}
			out = append(out, stage{syn: s[0], pop: p, out: p, padding: paddingOf(from, p.Shape, size, c.Stride, c.Padding)})
		default:
			v.Add(p.Name, "is neither dense nor a convolution, nor a pool behind one", "")
			return nil
		}
		last = p.Name
	}
	if last != net.Output {
		v.Add(last, "comes after the output", "the target holds a chain of layers")
	}
	return out
}

// paddingOf is the vendor's word for a window's padding, empty where there is none.
func paddingOf(from, to []int, size, stride, padding [2]int) string {
	for _, mode := range []string{paddingSame, paddingValid} {
		shape, pad, err := window(from, size, stride, mode)
		if err == nil && pad == padding && slices.Equal(shape[1:], to[1:]) {
			return mode
		}
	}
	return ""
}

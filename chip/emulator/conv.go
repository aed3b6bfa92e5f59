package emulator

import (
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// conv is a convolution from the spike's side: a source adds its kernel,
// mirrored, around its place in every output channel of its group.
type conv struct {
	rule    *quant.Conv
	in, out []int   // C, H, W
	area    int     // k_h·k_w
	weight  []int32 // [C_in, C_out/groups, k_h·k_w]
}

func newConv(rule *quant.Conv, from, to []int) *conv {
	w := rule.Weight
	c := &conv{rule: rule, in: from, out: to, area: w.Shape[2] * w.Shape[3], weight: make([]int32, w.Len())}
	inGroup, outGroup := from[0]/rule.Groups, to[0]/rule.Groups
	for ci := range from[0] {
		group, local := ci/inGroup, ci%inGroup
		for o := range outGroup {
			src := ((group*outGroup+o)*inGroup + local) * c.area
			copy(c.weight[(ci*outGroup+o)*c.area:][:c.area], w.Data[src:src+c.area])
		}
	}
	return c
}

// tap is one weight of a kernel and the output place that it reaches.
type tap struct{ weight, place int32 }

// maxTaps is the kernel area up to which taps stay on the stack.
const maxTaps = 256

// taps lists what the source at row y, column x reaches in one output map.
func (c *conv) taps(y, x int, buf []tap) []tap {
	kh, kw := c.rule.Weight.Shape[2], c.rule.Weight.Shape[3]
	buf = buf[:0]
	for ky := range kh {
		oy, ok := reach(y+c.rule.Padding[0]-ky*c.rule.Dilation[0], c.rule.Stride[0], c.out[1])
		if !ok {
			continue
		}
		for kx := range kw {
			if ox, ok := reach(x+c.rule.Padding[1]-kx*c.rule.Dilation[1], c.rule.Stride[1], c.out[2]); ok {
				buf = append(buf, tap{int32(ky*kw + kx), int32(oy*c.out[2] + ox)})
			}
		}
	}
	return buf
}

// reach is the output row whose window begins at place, if there is one.
func reach(place, stride, n int) (int, bool) {
	if place < 0 || place%stride != 0 || place/stride >= n {
		return 0, false
	}
	return place / stride, true
}

// place takes the index of a source apart.
func (c *conv) place(source int32) (channel, y, x int) {
	h, w := c.in[1], c.in[2]
	i := int(source)
	return i / (h * w), i / w % h, i % w
}

// maps is the kernels of an input channel and the sums of the output channels of its group.
func (c *conv) maps(channel int) (kernels []int32, first, count int) {
	count = c.out[0] / c.rule.Groups
	first = channel / (c.in[0] / c.rule.Groups) * count
	return c.weight[channel*count*c.area:][:count*c.area], first, count
}

func (c *conv) add(sum []int32, s *integer.Spikes) {
	var stack [maxTaps]tap
	plane := c.out[1] * c.out[2]
	buf := stack[:]
	for k, src := range s.Index {
		channel, y, x := c.place(src)
		taps, value := c.taps(y, x, buf), s.Value[k]
		kernels, first, count := c.maps(channel)
		for o := range count {
			out := sum[(first+o)*plane:][:plane]
			kernel := kernels[o*c.area:][:c.area]
			for _, t := range taps {
				out[t.place] += kernel[t.weight] * value
			}
		}
	}
}

func (c *conv) row(source int32, buf *row) (targets, weights []int32) {
	var stack [maxTaps]tap
	channel, y, x := c.place(source)
	taps := c.taps(y, x, stack[:])
	kernels, first, count := c.maps(channel)
	buf.targets, buf.weights = buf.targets[:0], buf.weights[:0]
	for o := range count {
		for _, t := range taps {
			buf.targets = append(buf.targets, int32((first+o)*c.out[1]*c.out[2])+t.place)
			buf.weights = append(buf.weights, kernels[o*c.area+int(t.weight)])
		}
	}
	if buf.targets == nil {
		buf.targets = []int32{}
	}
	return buf.targets, buf.weights
}

// fanout counts, for every source, the weights other than 0 that it reaches.
func (c *conv) fanout() []int32 {
	out := make([]int32, c.in[0]*c.in[1]*c.in[2])
	var stack [maxTaps]tap
	live := make([]int32, c.area) // weights other than 0 of one input channel, a kernel place
	last := -1
	for i := range out {
		channel, y, x := c.place(int32(i))
		if channel != last {
			last = channel
			clear(live)
			kernels, _, _ := c.maps(channel)
			for j, w := range kernels {
				if w != 0 {
					live[j%c.area]++
				}
			}
		}
		for _, t := range c.taps(y, x, stack[:]) {
			out[i] += live[t.weight]
		}
	}
	return out
}

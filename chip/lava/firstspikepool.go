package lava

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// average is a pool whose sums become part of the synapse that reads them.
type average struct {
	size   [2]int
	factor float64
	shape  []int // behind the pool
}

// pool takes a pool of spikes. The largest value is the earliest spike, which
// neurons pass on; sums are taken by the next synapse.
func (r *chainReader) pool(n *model.Node, op *model.Pool2d) string {
	shape := onChip(r.shapes[n.Name])
	switch {
	case r.sums != nil:
		return fmt.Sprintf("pools what a pool of %v has summed", r.sums.size)
	case op.Mode == model.PoolMax:
		return r.earliest(n, op, shape)
	}
	r.sums = &average{size: op.Size, factor: 1, shape: shape}
	if op.Mode == model.PoolAvg {
		r.sums.factor = 1 / float64(op.Size[0]*op.Size[1])
	}
	return ""
}

// earliest appends neurons that pass on the first spike of each window.
func (r *chainReader) earliest(n *model.Node, op *model.Pool2d, shape []int) string {
	dilation := [2]int{max(op.Dilation[0], 1), max(op.Dilation[1], 1)}
	s := stage{name: n.Name, from: r.from, shape: shape, in: r.win, out: r.win, pool: true, conv: &quant.Conv{
		Weight: quant.Tensor{Shape: []int{shape[0], 1, op.Size[0], op.Size[1]}}, Stride: op.Stride, Padding: op.Padding, Dilation: dilation, Groups: shape[0],
	}}
	s.weight = uniform(shape[0]*op.Size[0]*op.Size[1], 1)
	s.paths = newPaths(&s)
	each := len(r.gain) / shape[0]
	gain, rest := make([]float64, 0, quant.Len(shape)), make([]float64, 0, quant.Len(shape))
	for i := range quant.Len(shape) {
		at := i / (quant.Len(shape) / shape[0]) * each
		gain, rest = append(gain, r.gain[at]), append(rest, r.rest[at])
	}
	for i, g := range r.gain {
		if at := i / each * each; g != r.gain[at] || r.rest[i] != r.rest[at] || !(g > 0) {
			return "takes the earliest of spikes, but reads values of which that is not the largest"
		}
	}
	r.chain.stages = append(r.chain.stages, s)
	r.gain, r.rest, r.from = gain, rest, shape
	return ""
}

// dense spreads the weights of a linear layer over what the pool sums.
func (a *average) dense(from []int, weight []float64) []float64 {
	out, h, w := len(weight)/quant.Len(a.shape), a.shape[1], a.shape[2]
	spread := make([]float64, 0, out*quant.Len(from))
	for i := range out * quant.Len(from) {
		x, y, row := i%from[2]/a.size[1], i/from[2]%from[1]/a.size[0], i/(from[1]*from[2])
		v := 0.0
		if x < w && y < h {
			v = a.factor * weight[(row*h+y)*w+x]
		}
		spread = append(spread, v)
	}
	return spread
}

// kernel is a convolution of sums as one of what they are sums of.
func (a *average) kernel(from []int, c *quant.Conv, weight []float64) (*quant.Conv, []float64, string) {
	out := *c
	shape := append([]int(nil), c.Weight.Shape...)
	for i := range 2 {
		if c.Dilation[i] != 1 {
			return nil, nil, "a dilated convolution of a pool's sums"
		}
		if c.Padding[i] > 0 && from[i+1]%a.size[i] != 0 {
			return nil, nil, fmt.Sprintf("a padded convolution of the sums of a pool that leaves out the border of %v", from)
		}
		shape[2+i] *= a.size[i]
		out.Stride[i], out.Padding[i] = c.Stride[i]*a.size[i], c.Padding[i]*a.size[i]
	}
	kh, kw := c.Weight.Shape[2], c.Weight.Shape[3]
	spread := make([]float64, quant.Len(shape))
	for i := range spread {
		x, y, row := i%shape[3]/a.size[1], i/shape[3]%shape[2]/a.size[0], i/(shape[2]*shape[3])
		spread[i] = a.factor * weight[(row*kh+y)*kw+x]
	}
	out.Weight = quant.Tensor{Shape: shape}
	return &out, spread, ""
}

// largest replaces what the source sends of each sample by the largest of each window.
func (s *stage) largest(levels [][]int32) {
	for i, level := range levels {
		out := make([]int32, quant.Len(s.shape))
		for from, a := range level {
			s.paths.each(from, func(to, _ int32) { out[to] = max(out[to], a) })
		}
		levels[i] = out
	}
}

// addPool appends neurons that fire a tick after the first spike that reaches
// them, and then hold themselves back: 2 a spike, above 1, −254 from their own.
func (l *timed) addPool(s *stage) {
	filled := func(n int, v int32) []int32 {
		out := make([]int32, n)
		for i := range out {
			out[i] = v
		}
		return out
	}
	l.late = append(l.late, quant.Population{Name: s.name, Shape: s.shape, Spiking: LIF(1<<decayBits, 0, 1, quant.Tensor{})})
	windows := *s.conv
	windows.Weight = quant.NewTensor(filled(len(s.weight), 2), s.conv.Weight.Shape...)
	l.synapses(quant.Synapses{Name: s.name, From: l.source, To: s.name, Conv: &windows})
	l.synapses(quant.Synapses{Name: s.name + ".hold", From: s.name, To: s.name, Conv: depthwise(filled(s.shape[0], -mostStrength))})
	l.source, l.shape = s.name, s.shape
	l.end++
	l.out.Windows = append(l.out.Windows, chip.Window{Population: s.name, From: l.end - s.out.ticks, To: l.end})
}

// depthwise joins neuron i to neuron i, with a weight a channel.
func depthwise(w []int32) *quant.Conv {
	return &quant.Conv{Weight: quant.NewTensor(w, len(w), 1, 1, 1), Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: len(w)}
}

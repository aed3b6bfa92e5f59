package chip

import "github.com/snntrain/snntrain/quant"

// FanIn lists the synapses with a weight other than 0 of every neuron.
type FanIn struct {
	First  map[string]int // number of a source's first element: the input, then the populations
	Total  int            // elements of all sources
	inputs map[string][][]int32
	bits   map[string][]int64
}

// NewFanIn walks all synapses of a valid network.
func NewFanIn(net *quant.IntNet) *FanIn {
	f := &FanIn{First: map[string]int{quant.InputName: 0}, Total: quant.Len(net.Input.Shape), inputs: map[string][][]int32{}, bits: map[string][]int64{}}
	for i := range net.Populations {
		p := &net.Populations[i]
		f.First[p.Name] = f.Total
		f.Total += p.N()
		f.inputs[p.Name], f.bits[p.Name] = make([][]int32, p.N()), make([]int64, p.N())
	}
	for i := range net.Synapses {
		s := &net.Synapses[i]
		first, bits := int32(f.First[s.From]), int64(max(s.Bits, 1))
		in, used := f.inputs[s.To], f.bits[s.To]
		EachSynapse(net, s, func(from, to int, _ int32) {
			in[to] = append(in[to], first+int32(from))
			used[to] += bits
		})
	}
	return f
}

// Sources are the elements that a neuron reads, one a synapse.
func (f *FanIn) Sources(population string, neuron int) []int32 { return f.inputs[population][neuron] }

// Bits is the weight memory of a neuron's synapses, each stored on its own.
func (f *FanIn) Bits(population string, neuron int) int64 { return f.bits[population][neuron] }

// EachSynapse calls visit for every synapse of a group with a weight other
// than 0; pooling has one of weight 1 an element of its window.
func EachSynapse(net *quant.IntNet, s *quant.Synapses, visit func(from, to int, weight int32)) {
	from, to := net.SourceShape(s.From), net.SourceShape(s.To)
	switch {
	case s.Dense != nil:
		in := quant.Len(from)
		for k, w := range s.Dense.Weight.Data {
			if w != 0 {
				visit(k%in, k/in, w)
			}
		}
	case s.One != nil:
		for i, w := range s.One.Weight.Spread(to) {
			if w != 0 {
				visit(i, i, w)
			}
		}
	case s.Sparse != nil:
		start := s.Sparse.Start.Data
		for i := range quant.Len(from) {
			for k := start[i]; k < start[i+1]; k++ {
				if w := s.Sparse.Weight.Data[k]; w != 0 {
					visit(i, int(s.Sparse.Target.Data[k]), w)
				}
			}
		}
	case s.Conv != nil:
		eachConv(s.Conv, from, to, visit)
	case s.Pool != nil:
		p := s.Pool
		ones := quant.NewTensor(make([]int32, p.Size[0]*p.Size[1]*to[0]), to[0], 1, p.Size[0], p.Size[1])
		for i := range ones.Data {
			ones.Data[i] = 1
		}
		eachConv(&quant.Conv{Weight: ones, Stride: p.Stride, Padding: p.Padding, Dilation: [2]int{1, 1}, Groups: to[0]}, from, to, visit)
	}
}

func eachConv(c *quant.Conv, from, to []int, visit func(from, to int, weight int32)) {
	perIn, perOut := from[0]/c.Groups, to[0]/c.Groups
	kh, kw := c.Weight.Shape[2], c.Weight.Shape[3]
	for k, w := range c.Weight.Data {
		if w == 0 {
			continue
		}
		co, ci := k/(perIn*kh*kw), k/(kh*kw)%perIn
		source := (co/perOut*perIn + ci) * from[1] * from[2]
		for oy := range to[1] {
			y := oy*c.Stride[0] - c.Padding[0] + k/kw%kh*c.Dilation[0]
			if y < 0 || y >= from[1] {
				continue
			}
			for ox := range to[2] {
				if x := ox*c.Stride[1] - c.Padding[1] + k%kw*c.Dilation[1]; x >= 0 && x < from[2] {
					visit(source+y*from[2]+x, (co*to[1]+oy)*to[2]+ox, w)
				}
			}
		}
	}
}

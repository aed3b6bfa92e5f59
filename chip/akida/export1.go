package akida

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// FromNet is the model of a network: layers as the vendor's API of the first
// generation takes them, or everything that keeps it from being one.
func FromNet(net *quant.IntNet) (*Model, error) {
	if err := New().Check(net); err != nil {
		return nil, err
	}
	v := chip.NewViolations("chip/akida")
	m := &Model{}
	stages := walk(net, v)
	shape := shape3(net.Input.Shape)
	image := len(stages) > 0 && stages[0].syn.Conv != nil && net.Input.Max > 15
	if !image {
		bits := quant.Range{Max: net.Input.Max}.Bits() - 1
		if bits > 4 {
			v.Add(quant.InputName, fmt.Sprintf("values up to %d before a dense layer", net.Input.Max), "4 bits are possible, or a convolution first")
		}
		m.Layers = append(m.Layers, Layer{Type: InputData, Shape: hwcShape(shape), Bits: bits})
	}
	for i := range stages {
		s := &stages[i]
		l := Layer{Type: Convolutional, Shape: hwcShape(shape), WeightsBits: s.bits()}
		switch {
		case s.syn.Dense != nil:
			l.Type = FullyConnected
			l.Weights = fullyConnected(s.syn.Dense.Weight, shape3(net.SourceShape(s.syn.From)))
		case image && i == 0:
			l.Type = InputConvolutional
		}
		s.fill(&l, v, net)
		m.Layers = append(m.Layers, l)
	}
	return m, v.Err()
}

// fill sets what a stage has beyond its type.
func (s *stage) fill(l *Layer, v *chip.Violations, net *quant.IntNet) {
	if c := s.syn.Conv; c != nil {
		l.Weights, l.Stride, l.Padding = mirrored(c.Weight, l.Type == Convolutional), c.Stride, s.padding
		if s.padding == "" {
			v.Add(s.syn.Name, fmt.Sprintf("padding %v is neither same nor valid", c.Padding), "pad half of what is needed, rounded down, before")
		}
	}
	s.fillPadding(l, v, net)
	switch {
	case s.average:
		l.Pool = poolAverage
	case s.pool != nil:
		l.Pool, l.PoolSize, l.PoolStride = poolMax, s.pool.Size, s.pool.Stride
	}
	levels := s.out.Activation.Levels
	if levels == nil {
		l.NoActivation, l.ActBits = true, 1
		return
	}
	n := []int{s.out.Shape[0]}
	l.ActBits, l.Threshold = levels.Bits, quant.NewTensor(levels.Threshold.Spread(n), n[0])
	for _, step := range levels.Step.Spread(n) {
		unit := int32(16)
		if levels.Bits < 4 {
			unit <<= 4 - levels.Bits
		}
		if step%(unit/16) != 0 {
			v.Add(s.out.Name, fmt.Sprintf("step %d is no multiple of %d", step, unit/16), "a step is an act_step in sixteenths, shifted by 4 minus the bits")
			break
		}
		l.ActStep = append(l.ActStep, float32(step)/float32(unit))
	}
}

// fillPadding finds the padding value that a bias at the border stands for.
func (s *stage) fillPadding(l *Layer, v *chip.Violations, net *quant.IntNet) {
	bias := s.pop.Activation.Bias
	if bias.MaxAbs() == 0 {
		return
	}
	if l.Type == InputConvolutional && s.padding == paddingSame {
		all := bias.Spread(s.pop.Shape)
		unit := border(s.syn.Conv, shape3(net.SourceShape(s.syn.From)), s.pop.Shape, 1)
		for p := int32(1); p < 256; p++ {
			if scaled(all, unit.Data, p) {
				l.PaddingValue = p
				return
			}
		}
	}
	v.Add(s.pop.Name, "has a bias", "take it off the threshold: the layers have none")
}

func scaled(a, unit []int32, p int32) bool {
	for i, u := range unit {
		if a[i] != u*p {
			return false
		}
	}
	return true
}

// bits is the width of the weights that the layer is stored with.
func (s *stage) bits() int {
	lo, hi := s.syn.WeightRange()
	used := max(quant.Range{Min: lo, Max: hi}.Bits(), s.syn.Bits)
	if lo >= 0 && hi <= 1 && s.syn.Bits <= 1 {
		return 1
	}
	for _, w := range []int{2, 4} {
		if used <= w {
			return w
		}
	}
	return 8
}

// fullyConnected brings [out, in] with inputs in the order C, H, W into the vendor's
// [in, out] with the index (c·D2 + d2)·D1 + d1.
func fullyConnected(w quant.Tensor, from []int) quant.Tensor {
	out, in := w.Shape[0], w.Shape[1]
	t := quant.NewTensor(make([]int32, in*out), in, out)
	for o := range out {
		for i := range in {
			c, y, x := i/(from[1]*from[2]), i/from[2]%from[1], i%from[2]
			t.Data[((c*from[2]+x)*from[1]+y)*out+o] = w.Data[o*in+i]
		}
	}
	return t
}

// shape3 is a shape as C, H, W: a row is channels of one place.
func shape3(shape []int) []int {
	if len(shape) == 3 {
		return shape
	}
	return []int{quant.Len(shape), 1, 1}
}

func hwcShape(shape []int) [3]int { return [3]int{shape[1], shape[2], shape[0]} }

// Export writes a network for Akida 1.
func Export(net *quant.IntNet) (*Files, error) {
	m, err := FromNet(net)
	if err != nil {
		return nil, err
	}
	return m.files()
}

func (m *Model) files() (*Files, error) {
	e := newExporter(1)
	for i := range m.Layers {
		l := &m.Layers[i]
		args := map[string]any{"name": fmt.Sprintf("layer%d", i)}
		if l.Type == InputData {
			args["input_shape"], args["input_bits"] = l.Shape, l.Bits
			e.layer(l.Type, args)
			continue
		}
		args["weights_bits"], args["activation"], args["act_bits"] = l.WeightsBits, !l.NoActivation, l.ActBits
		l.windowArgs(args)
		x := e.layer(l.Type, args)
		e.ints(x, "weights", l.Weights.Shape, l.Weights.Data)
		if !l.NoActivation {
			e.ints(x, "threshold", l.Threshold.Shape, l.Threshold.Data)
			e.floats(x, "act_step", l.ActStep)
		}
	}
	return e.files()
}

// windowArgs are the arguments of convolutions, or the units of a fully connected layer.
func (l *Layer) windowArgs(args map[string]any) {
	if l.Type == FullyConnected {
		args["units"] = l.Weights.Shape[1]
		return
	}
	args["filters"], args["kernel_size"], args["padding"] = l.Weights.Shape[3], l.Weights.Shape[:2], l.Padding
	args["kernel_stride"] = max2(l.Stride)
	if l.Type == InputConvolutional {
		args["input_shape"], args["padding_value"] = l.Shape, l.PaddingValue
	}
	if l.Pool != "" {
		args["pool_type"] = l.Pool
	}
	if l.Pool == poolMax {
		args["pool_size"], args["pool_stride"] = l.PoolSize, l.PoolStride
	}
}

// max2 is strides, 1 where none is set.
func max2(s [2]int) [2]int { return [2]int{max(s[0], 1), max(s[1], 1)} }

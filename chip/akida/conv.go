package akida

import (
	"fmt"

	"github.com/snntrain/snntrain/quant"
)

// convolution adds a convolution, and its pool as a population of its own that
// takes over the activation.
func (b *builder) convolution(name string, l *Layer) error {
	w := l.Weights
	if len(b.shape) != 3 || len(w.Shape) != 4 || w.Len() != len(w.Data) || w.Shape[2] != b.shape[0] {
		return fmt.Errorf("weights are %v, the input is %v", w.Shape, b.shape)
	}
	stride := l.Stride
	if stride == [2]int{} {
		stride = [2]int{1, 1}
	}
	shape, padding, err := window(b.shape, [2]int{w.Shape[0], w.Shape[1]}, stride, l.Padding)
	if err != nil {
		return err
	}
	shape[0] = w.Shape[3]
	levels, err := l.levels(shape[0])
	if err != nil {
		return err
	}
	conv := &quant.Conv{Weight: kernels(w, l.Type == Convolutional), Stride: stride, Padding: padding, Dilation: [2]int{1, 1}, Groups: 1}
	a := &quant.Activation{Range: register()}
	if l.PaddingValue != 0 && l.Padding == paddingSame {
		a.Bias = border(conv, b.shape, shape, l.PaddingValue)
	}
	b.net.Synapses = append(b.net.Synapses, quant.Synapses{Name: name, From: b.last, To: name, Bits: l.WeightsBits, Conv: conv})
	if l.Pool == "" {
		a.Levels = levels
		b.population(name, shape, a)
		return nil
	}
	b.population(name, shape, a)
	return b.pool(name+".pool", l, levels)
}

func (b *builder) pool(name string, l *Layer, levels *quant.Levels) error {
	s := quant.Synapses{Name: name, From: b.last, To: name}
	shape := []int{b.shape[0], 1, 1}
	switch l.Pool {
	case poolAverage: // the sum of the whole map
		ones := quant.Tensor{Shape: []int{shape[0], 1, b.shape[1], b.shape[2]}, Data: make([]int32, quant.Len(b.shape))}
		for i := range ones.Data {
			ones.Data[i] = 1
		}
		s.Conv = &quant.Conv{Weight: ones, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: shape[0]}
	case poolMax:
		out, padding, err := window(b.shape, l.PoolSize, l.PoolStride, l.Padding)
		if err != nil {
			return err
		}
		s.Pool = &quant.Pool{Size: l.PoolSize, Stride: l.PoolStride, Padding: padding}
		shape = out
	default:
		return fmt.Errorf("pool %q is unknown; known: %s, %s", l.Pool, poolMax, poolAverage)
	}
	b.net.Synapses = append(b.net.Synapses, s)
	b.population(name, shape, &quant.Activation{Range: register(), Levels: levels})
	return nil
}

// window is the output shape of a sliding window, with the channels of the
// input, and the padding before the first row and column: with "same", half of
// what is needed, rounded down.
func window(in []int, size, stride [2]int, mode string) (shape []int, padding [2]int, err error) {
	shape = []int{in[0], 0, 0}
	for i := range 2 {
		n := in[i+1]
		switch {
		case size[i] < 1 || stride[i] < 1:
			return nil, padding, fmt.Errorf("window %v with stride %v", size, stride)
		case mode == paddingSame:
			shape[i+1] = (n + stride[i] - 1) / stride[i]
			padding[i] = max(0, (shape[i+1]-1)*stride[i]+size[i]-n) / 2
		case mode == paddingValid && n >= size[i]:
			shape[i+1] = (n-size[i])/stride[i] + 1
		default:
			return nil, padding, fmt.Errorf("padding %q with a window of %v on %v", mode, size, in)
		}
	}
	return shape, padding, nil
}

// kernels brings [k_h, k_w, in, out] into [out, in, k_h, k_w]; Convolutional
// kernels are stored mirrored in both axes.
func kernels(w quant.Tensor, mirrored bool) quant.Tensor {
	kh, kw, in, out := w.Shape[0], w.Shape[1], w.Shape[2], w.Shape[3]
	t := quant.NewTensor(make([]int32, w.Len()), out, in, kh, kw)
	for y := range kh {
		for x := range kw {
			fy, fx := y, x
			if mirrored {
				fy, fx = kh-1-y, kw-1-x
			}
			for i := range in {
				for o := range out {
					t.Data[((o*in+i)*kh+y)*kw+x] = w.Data[((fy*kw+fx)*in+i)*out+o]
				}
			}
		}
	}
	return t
}

// border is what a padding value other than 0 adds to every output: the value
// times the weights that lie outside of the input.
func border(c *quant.Conv, in, out []int, value int32) quant.Tensor {
	t := quant.Tensor{Shape: out, Data: make([]int32, quant.Len(out))}
	kh, kw := c.Weight.Shape[2], c.Weight.Shape[3]
	for i := range t.Data {
		o, y, x := i/(out[1]*out[2]), i/out[2]%out[1], i%out[2]
		for k := range in[0] * kh * kw {
			py := y*c.Stride[0] - c.Padding[0] + k/kw%kh
			px := x*c.Stride[1] - c.Padding[1] + k%kw
			if py < 0 || py >= in[1] || px < 0 || px >= in[2] {
				t.Data[i] += value * c.Weight.Data[o*in[0]*kh*kw+k]
			}
		}
	}
	return t
}

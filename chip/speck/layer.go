package speck

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Model is a chain of layers, one a core.
type Model struct {
	Input  [3]int // C, H, W
	Layers []Layer
}

// Layer is what one core does: a convolution, neurons, and a sum pool of what they send.
//
//	v ← sat₁₆(v + Σ w + bias), held at the floor
//	while v ≥ θ: a spike, v ← v − θ        (or one spike, v ← 0)
type Layer struct {
	Weight    quant.Tensor // [C_out, C_in, k_h, k_w]
	Bias      quant.Tensor // [C_out], may be absent
	Initial   quant.Tensor // [C_out, H, W], v before the first tick; absent = 0
	Threshold int32
	Floor     int32
	ToZero    bool // a spike resets to 0 instead of subtracting
	Stride    [2]int
	Padding   [2]int
	Pool      int // 1, 2 or 4
}

const stateBits = 16

func register() quant.Range { return quant.Signed(stateBits, quant.Saturate) }

// IAF is the chip's neuron.
func IAF(threshold, floor int32, bias quant.Tensor, toZero bool) *quant.Spiking {
	s := &quant.Spiking{
		Charge: quant.ChargeSum, Bias: bias, Range: register(), Threshold: quant.Scalar(threshold), Fire: model.FireAtLeast,
		Reset: quant.Scalar(quant.ResetSubtract), Floor: &quant.Floor{At: quant.Scalar(floor), Mode: quant.Scalar(quant.FloorClamp)},
	}
	if toZero {
		s.MaxSpikes, s.Reset = 1, quant.Scalar(quant.ResetValue)
	}
	return s
}

// Net is the network of a model. All layers act in the tick of the input.
func (m *Model) Net() (*quant.IntNet, error) {
	net := &quant.IntNet{Input: quant.Input{Shape: m.Input[:], Max: 255}}
	last, shape := quant.InputName, m.Input[:]
	for i := range m.Layers {
		l := &m.Layers[i]
		name := fmt.Sprintf("layer%d", i)
		out, err := l.shape(shape)
		if err != nil {
			return nil, fault.Fault{Pkg: "chip/speck", Subject: fmt.Sprintf("layer %q", name), Fact: err.Error()}
		}
		net.Synapses = append(net.Synapses, quant.Synapses{Name: name, From: last, To: name, Bits: 8, Conv: &quant.Conv{
			Weight: l.Weight, Stride: l.Stride, Padding: l.Padding, Dilation: [2]int{1, 1}, Groups: 1,
		}})
		neurons := IAF(l.Threshold, l.Floor, l.Bias, l.ToZero)
		neurons.Initial = l.Initial
		net.Populations = append(net.Populations, quant.Population{Name: name, Shape: out, Spiking: neurons})
		last, shape = name, out
		if l.Pool > 1 {
			last, shape = pool(net, name, out, l.Pool)
		}
	}
	net.Output = last
	return net, net.Validate()
}

func (l *Layer) shape(in []int) ([]int, error) {
	w := l.Weight.Shape
	if len(w) != 4 || w[1] != in[0] || l.Weight.Len() != len(l.Weight.Data) {
		return nil, fmt.Errorf("weight is %v, the input is %v", w, in)
	}
	out := []int{w[0], 0, 0}
	for i := range 2 {
		room := in[i+1] + 2*l.Padding[i] - w[i+2]
		if l.Stride[i] < 1 || room < 0 {
			return nil, fmt.Errorf("kernel %d×%d with stride %v does not fit %v", w[2], w[3], l.Stride, in)
		}
		out[i+1] = room/l.Stride[i] + 1
	}
	return out, nil
}

// pool sums the spikes of size×size places: the chip gives them one address.
func pool(net *quant.IntNet, name string, in []int, size int) (string, []int) {
	ones := quant.NewTensor(make([]int32, in[0]*size*size), in[0], 1, size, size)
	for i := range ones.Data {
		ones.Data[i] = 1
	}
	shape := []int{in[0], in[1] / size, in[2] / size}
	net.Synapses = append(net.Synapses, quant.Synapses{Name: name + ".pool", From: name, To: name + ".pool", Conv: &quant.Conv{
		Weight: ones, Stride: [2]int{size, size}, Dilation: [2]int{1, 1}, Groups: in[0],
	}})
	most := int32(min(int64(size*size)*net.MaxValue(name), 1<<20)) // nothing saturates
	net.Populations = append(net.Populations, quant.Population{
		Name: name + ".pool", Shape: shape, Activation: &quant.Activation{Range: quant.Range{Max: most, Overflow: quant.Saturate}},
	})
	return name + ".pool", shape
}

package akida_test

import (
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/quant"
)

func fill(v int32, shape ...int) quant.Tensor {
	t := quant.NewTensor(make([]int32, quant.Len(shape)), shape...)
	for i := range t.Data {
		t.Data[i] = v - int32(i%2)
	}
	return t
}

func threeLayers() *akida.Model {
	return &akida.Model{Layers: []akida.Layer{
		{Type: "InputConvolutional", Shape: [3]int{9, 9, 1}, Weights: fill(100, 3, 3, 1, 4), Padding: "same", PaddingValue: 7, Stride: [2]int{2, 2}, ActBits: 4, Threshold: fill(3, 4), ActStep: []float32{9, 9, 9, 9}},
		{Type: "Convolutional", Weights: fill(7, 3, 3, 4, 2), Padding: "same", ActBits: 2, Threshold: fill(3, 2), ActStep: []float32{9, 9}, Pool: "max", PoolSize: [2]int{2, 2}, PoolStride: [2]int{2, 2}},
		{Type: "FullyConnected", Weights: fill(1, 18, 3), NoActivation: true},
	}}
}

// oneLayer is a network of one layer with an activation, behind input data if there is any.
func oneLayer(t *testing.T, l akida.Layer, before ...akida.Layer) *quant.IntNet {
	out := l.Weights.Shape[3]
	l.ActBits, l.Threshold, l.ActStep = 4, fill(1, out), make([]float32, out)
	for i := range l.ActStep {
		l.ActStep[i] = 1
	}
	if l.Padding == "" {
		l.Padding = "same"
	}
	net, err := (&akida.Model{Layers: append(before, l)}).Net()
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func network(t *testing.T) *quant.IntNet {
	net, err := threeLayers().Net()
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func TestEachLimitIsRefused(t *testing.T) {
	if _, err := chip.Make(akida.New(), network(t), "test"); err != nil {
		t.Fatal(err)
	}
	conv := func(n *quant.IntNet) *quant.Conv { return n.Synapses[1].Conv }
	for want, damage := range map[string]func(n *quant.IntNet){
		`9 bits of weights of the input layer, the limit is 8`:        func(n *quant.IntNet) { n.Synapses[0].Conv.Weight.Data[0] = 128 },
		`5 bits of weights, the limit is 4`:                           func(n *quant.IntNet) { conv(n).Weight.Data[0] = 8 },
		`8 bits of activations, the limit is 4`:                       func(n *quant.IntNet) { n.Populations[0].Activation.Levels.Bits = 8 },
		`3 bits of activations; 1, 2 and 4`:                           func(n *quant.IntNet) { n.Populations[0].Activation.Levels.Bits = 3 },
		`256 value of the input (8 bits), the limit is 255`:           func(n *quant.IntNet) { n.Input.Max = 256 },
		`values down to -1; inputs are not negative`:                  func(n *quant.IntNet) { n.Input.Min = -1 },
		`9 rows or columns of a kernel, the limit is 7`:               func(n *quant.IntNet) { conv(n).Weight = fill(1, 2, 4, 9, 9) },
		`kernel 2×2; 1, 3, 5 and 7, square`:                           func(n *quant.IntNet) { conv(n).Weight = fill(1, 2, 4, 2, 2) },
		`stride [2 2] with kernel 5×5; 2 is possible with 3×3`:        func(n *quant.IntNet) { conv(n).Weight = fill(1, 2, 4, 5, 5); conv(n).Stride = [2]int{2, 2} },
		`dilation is [2 2]`:                                           func(n *quant.IntNet) { conv(n).Dilation = [2]int{2, 2} },
		`57335 inputs of a fully connected layer, the limit is 57334`: func(n *quant.IntNet) { n.Synapses[3].Dense.Weight = fill(1, 1, 57335) },
		`257 columns of an image, the limit is 256 (BrainChip`: func(n *quant.IntNet) {
			*n = *oneLayer(t, akida.Layer{Type: "InputConvolutional", Shape: [3]int{9, 257, 1}, Weights: fill(1, 3, 3, 1, 2)})
		},
		`images of 2 channels, 9×9; 1 or 3 channels`: func(n *quant.IntNet) {
			*n = *oneLayer(t, akida.Layer{Type: "InputConvolutional", Shape: [3]int{9, 9, 2}, Weights: fill(1, 3, 3, 2, 2)})
		},
		`193 filters of an input layer, 3×3 on 3 channels, the limit is 192`: func(n *quant.IntNet) {
			*n = *oneLayer(t, akida.Layer{Type: "InputConvolutional", Shape: [3]int{9, 9, 3}, Weights: fill(1, 3, 3, 3, 193)})
		},
		`kernel 1×1 on an image; 3, 5 and 7`: func(n *quant.IntNet) {
			*n = *oneLayer(t, akida.Layer{Type: "InputConvolutional", Shape: [3]int{9, 9, 3}, Weights: fill(1, 1, 1, 3, 2)})
		},
		`33 columns of a map that is averaged, the limit is 32`: func(n *quant.IntNet) {
			*n = *oneLayer(t, akida.Layer{Type: "Convolutional", Pool: "average", Weights: fill(1, 3, 3, 4, 2)}, akida.Layer{Type: "InputData", Bits: 4, Shape: [3]int{9, 33, 4}})
		},
		`max pool of [3 3], stride [3 3]; 2×2`: func(n *quant.IntNet) {
			*n = *oneLayer(t, akida.Layer{Type: "Convolutional", Pool: "max", PoolSize: [2]int{3, 3}, PoolStride: [2]int{3, 3}, Weights: fill(1, 3, 3, 4, 2)}, akida.Layer{Type: "InputData", Bits: 4, Shape: [3]int{9, 9, 4}})
		},
		`padding [0 0]; same, half of it`: func(n *quant.IntNet) {
			*n = *oneLayer(t, akida.Layer{Type: "Convolutional", Padding: "valid", Weights: fill(1, 3, 3, 4, 2)}, akida.Layer{Type: "InputData", Bits: 4, Shape: [3]int{9, 9, 4}})
		},
		`have latency, delays, an exponent or a range; the target has no time`: func(n *quant.IntNet) { n.Synapses[1].Latency = 1 },
		`groups is 2, the target has 1`:                                        func(n *quant.IntNet) { conv(n).Groups = 2 },
		`scales and rounds; the target has thresholds`:                         func(n *quant.IntNet) { n.Populations[0].Activation.Requantize = &quant.Requantize{} },
		`are neither dense nor a convolution`: func(n *quant.IntNet) {
			n.Synapses[3].Dense, n.Synapses[3].One = nil, &quant.One{Weight: quant.Scalar(1)}
		},
		`range of the sum is`: func(n *quant.IntNet) { n.Populations[1].Activation.Range = quant.Full() },
		`has spiking neurons`: func(n *quant.IntNet) { n.Populations[1].Activation, n.Populations[1].Spiking = nil, &quant.Spiking{} },
	} {
		n := network(t)
		damage(n)
		err := akida.New().Check(n)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
}

func TestFaultsOfModels(t *testing.T) {
	for want, damage := range map[string]func(m *akida.Model){
		`layer 1 (Konvolutional): type is unknown`:            func(m *akida.Model) { m.Layers[1].Type = "Konvolutional" },
		`act_step 0.01 is below 1/16`:                         func(m *akida.Model) { m.Layers[1].ActStep[0] = 0.01 },
		`3 thresholds, 2 steps for 2 outputs`:                 func(m *akida.Model) { m.Layers[1].Threshold = fill(1, 3) },
		`weights are [17 3], the input is [2 3 3]`:            func(m *akida.Model) { m.Layers[2].Weights = fill(1, 17, 3) },
		`pool "min" is unknown`:                               func(m *akida.Model) { m.Layers[1].Pool = "min" },
		`padding "some" with a window`:                        func(m *akida.Model) { m.Layers[0].Padding = "some" },
		`layer 1 (InputData): comes after another layer`:      func(m *akida.Model) { m.Layers[1].Type = "InputData" },
		`layer 0 (InputData): 9 input bits; 1 to 4`:           func(m *akida.Model) { m.Layers[0] = akida.Layer{Type: "InputData", Bits: 9, Shape: [3]int{1, 1, 1}} },
		`layer 0 (FullyConnected): weights are [18 3], the i`: func(m *akida.Model) { m.Layers = m.Layers[2:] },
	} {
		m := threeLayers()
		damage(m)
		if _, err := m.Net(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

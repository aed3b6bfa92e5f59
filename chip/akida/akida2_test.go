package akida_test

import (
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/quant"
)

func TestEachLimitOfAkida2IsRefused(t *testing.T) {
	if _, err := chip.Make(akida.New2(), image2(1), "test"); err != nil {
		t.Fatal(err)
	}
	unit := func(n *quant.IntNet, i int) *quant.Activation { return n.Populations[i].Activation }
	kernel := func(n *quant.IntNet, syn, size, padding int) {
		c := n.Synapses[syn].Conv
		c.Weight, c.Padding = fill(1, c.Weight.Shape[0], c.Weight.Shape[1], size, size), [2]int{padding, padding}
	}
	for want, damage := range map[string]func(n *quant.IntNet){
		`layer "c": 9 bits of weights, the limit is 8 (BrainChip, Akida 2.0 capabilities)`: func(n *quant.IntNet) { n.Synapses[2].Conv.Weight.Data[0] = 200 },
		`9 bits of activations, the limit is 8`:                                            func(n *quant.IntNet) { unit(n, 4).Requantize.Max = 255 },
		`256 value of an image (8 bits), the limit is 255`:                                 func(n *quant.IntNet) { n.Input.Max = 256 },
		`2049 channels, the limit is 2048`: func(n *quant.IntNet) {
			n.Populations = n.Populations[:3]
			n.Output, n.Populations[2].Shape = "c", []int{2049, 5, 4}
			n.Synapses[2].Conv.Weight = fill(1, 2049, 5, 3, 3)
			unit(n, 2).Bias, unit(n, 2).Requantize.Multiplier, unit(n, 2).Requantize.Shift = quant.Tensor{}, quant.Scalar(1), quant.Scalar(0)
		},
		`4097 rows or columns of a map, the limit is 4096`: func(n *quant.IntNet) {
			n.Input.Shape, n.Populations = []int{3, 9, 4097}, n.Populations[:1]
			n.Output, n.Populations[0] = "image", quant.Population{Name: "image", Shape: []int{5, 9, 4097}, Activation: akida.ReLU2(8, quant.Tensor{}, quant.Scalar(1), quant.Scalar(3))}
		},
		`385 rows of an image, the limit is 384`: func(n *quant.IntNet) {
			n.Input.Shape, n.Populations = []int{3, 385, 8}, n.Populations[:1]
			n.Output, n.Populations[0] = "image", quant.Population{Name: "image", Shape: []int{5, 385, 8}, Activation: akida.ReLU2(8, quant.Tensor{}, quant.Scalar(1), quant.Scalar(3))}
		},
		`images of 2 channels, 9×8; 1 or 3 channels`:                          func(n *quant.IntNet) { n.Input.Shape[0] = 2; n.Synapses[0].Conv.Weight = fill(1, 5, 2, 3, 3) },
		`9 rows or columns of a kernel, the limit is 7`:                       func(n *quant.IntNet) { kernel(n, 2, 9, 4) },
		`kernel 1×1; square ones of [3 4 5 7]`:                                func(n *quant.IntNet) { kernel(n, 0, 1, 0) },
		`stride [2 2] with kernel 5×5; equal ones up to 1`:                    func(n *quant.IntNet) { kernel(n, 3, 5, 2); n.Synapses[3].Conv.Padding = [2]int{2, 1} },
		`padding [0 0] from [5 4] to [3 2]; same, half`:                       func(n *quant.IntNet) { n.Synapses[3].Conv.Padding = [2]int{} },
		`max pool of [3 2], stride [2 2]`:                                     func(n *quant.IntNet) { n.Synapses[1].Pool.Size[0] = 3 },
		`groups is 2, the target has 1`:                                       func(n *quant.IntNet) { n.Synapses[2].Conv.Groups = 2 },
		`dilation is [2 2], the target has [1 1]`:                             func(n *quant.IntNet) { n.Synapses[2].Conv.Dilation = [2]int{2, 2} },
		`2049 inputs of a dense layer, the limit is 2048`:                     func(n *quant.IntNet) { n.Synapses[4].Dense.Weight = fill(1, 7, 2049) },
		`256 output scale (8 bits, unsigned), the limit is 255`:               func(n *quant.IntNet) { unit(n, 4).Requantize.Multiplier.Data[0] = 256 },
		`activations are 0..7; 0..127, -128..127 and 0..15`:                   func(n *quant.IntNet) { unit(n, 2).Requantize.Max = 7 },
		`bias 257 is no number of 8 bits times a power of two`:                func(n *quant.IntNet) { unit(n, 2).Bias.Data[0] = 257 },
		`the buffer holds 28 bits`:                                            func(n *quant.IntNet) { unit(n, 2).Bias.Data[0] = 1 << 27 },
		`does not scale, shift and round halves up`:                           func(n *quant.IntNet) { unit(n, 2).Requantize.Round = quant.RoundFloor },
		`range of the sum is`:                                                 func(n *quant.IntNet) { unit(n, 2).Range = quant.Full() },
		`does not read "c" alone, without latency, delays, exponent or range`: func(n *quant.IntNet) { n.Synapses[3].Latency = 1 },
		`layer "c": has spiking neurons`:                                      func(n *quant.IntNet) { n.Populations[2].Activation, n.Populations[2].Spiking = nil, &quant.Spiking{} },
		`layer "e": comes after the output`:                                   func(n *quant.IntNet) { n.Output = "d" },
		`layer "pool": is neither dense nor a convolution, nor a pool`:        func(n *quant.IntNet) { n.Synapses[1].Pool, n.Synapses[1].One = nil, &quant.One{} },
	} {
		n := image2(1)
		damage(n)
		err := akida.New2().Check(n)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
	n := dense2(1)
	n.Input.Max = 255
	if err := akida.New2().Check(n); err == nil || !strings.Contains(err.Error(), "values are -128..255; -128..127 are possible") {
		t.Errorf("%v", err)
	}
}

// TestExportRefuses: what the check of the first generation lets pass, but its layers cannot say.
func TestExportRefuses(t *testing.T) {
	for want, damage := range map[string]func(n *quant.IntNet){
		`layer "layer1": has a bias`:              func(n *quant.IntNet) { n.Populations[1].Activation.Bias = quant.Scalar(1) },
		`padding [0 0] is neither same nor valid`: func(n *quant.IntNet) { n.Synapses[0].Conv.Padding = [2]int{} },
		`step 3 is no multiple of 4`:              func(n *quant.IntNet) { n.Populations[2].Activation.Levels.Step.Data[0] = 3 },
	} {
		n := network(t)
		damage(n)
		if _, err := akida.FromNet(n); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	n := image2(1)
	n.Populations[2].Activation.Bias = (&random2{rng: newRand()}).tensor(-9, 9, 4, 5, 4)
	if _, err := akida.Export2(n); err == nil || !strings.Contains(err.Error(), "biases differ within a channel") {
		t.Errorf("%v", err)
	}
}

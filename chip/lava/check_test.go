package lava_test

import (
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// netx is a network with every kind of layer that stays within all limits.
func netx(t *testing.T) *quant.IntNet {
	cuba := &lava.Neuron{Type: "CUBA", IDecay: 1024, VDecay: 128, VThMant: 80}
	one := [2]int{1, 1}
	even := func(shape ...int) quant.Tensor {
		w := quant.NewTensor(make([]int32, quant.Len(shape)), shape...)
		for i := range w.Data {
			w.Data[i] = int32(i%13)*20 - 120
		}
		return w
	}
	x := &lava.Netx{Layers: []lava.Layer{
		{Type: "input", Shape: []int{1, 4, 4}, Neuron: cuba},
		{Type: "conv", Neuron: cuba, Weight: even(2, 1, 3, 3), Stride: one, Dilation: one, Groups: 1},
		{Type: "flatten"},
		{Type: "dense", Neuron: cuba, Weight: even(5, 8), Delay: quant.Vector(1, 2, 3, 4, 5, 6, 7, 62), Bias: quant.Vector(1, 2, 3, 4, -5)},
		{Type: "dense_rec", Neuron: cuba, Weight: even(3, 5), WeightRec: even(3, 3)},
	}}
	net, err := x.Net()
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func TestWithinAllLimits(t *testing.T) {
	for _, target := range []*lava.Target{lava.Loihi1(), lava.Loihi2()} {
		im, err := chip.Make(target, netx(t), "test")
		if err != nil {
			t.Fatal(err)
		}
		if len(im.Placement.Cores) != 4 || len(im.Placement.Usage) < 3 {
			t.Errorf("%s: %+v", target.Name(), im.Placement)
		}
	}
}

// TestEachLimitIsRefused breaks one property after the other and reads the one message.
func TestEachLimitIsRefused(t *testing.T) {
	neuron := func(n *quant.IntNet) *quant.Spiking { return n.Find("layer3").Spiking }
	group := func(n *quant.IntNet, name string) *quant.Synapses {
		for i := range n.Synapses {
			if n.Synapses[i].Name == name {
				return &n.Synapses[i]
			}
		}
		return nil
	}
	for want, damage := range map[string]func(n *quant.IntNet){
		`"layer3": reset mode 1 is outside 0..0; soft reset is not possible`: func(n *quant.IntNet) { neuron(n).Reset = quant.Scalar(quant.ResetSubtract) },
		`"layer3": reset potential 5 is outside 0..0`:                        func(n *quant.IntNet) { neuron(n).ResetTo = quant.Scalar(5) },
		`"layer3": initial potential 1 is outside`:                           func(n *quant.IntNet) { neuron(n).Initial = quant.Scalar(1) },
		`"layer3": comparison is >=, the target has >`:                       func(n *quant.IntNet) { neuron(n).Fire = model.FireAtLeast },
		`"layer3": refractory period is 2, the target has 0`:                 func(n *quant.IntNet) { neuron(n).Refractory = 2 },
		`"layer3": charge is staged`:                                         func(n *quant.IntNet) { neuron(n).Charge = quant.ChargeStaged },
		`"layer3": range of the potential is`:                                func(n *quant.IntNet) { neuron(n).Range = quant.Signed(24, quant.Wrap) },
		`"layer3": range of the current is`:                                  func(n *quant.IntNet) { neuron(n).Currents[0].Range = quant.Signed(24, quant.Wrap) },
		`"layer3": order of the current is add-decay`:                        func(n *quant.IntNet) { neuron(n).Currents[0].Order = quant.AddDecay },
		`"layer3": shift of the input is 0, the target has 6`:                func(n *quant.IntNet) { neuron(n).Currents[0].Shift = 0 },
		`"layer3": current decay is dash, the target has multiply`: func(n *quant.IntNet) {
			neuron(n).Currents[0].Decay.Kind = quant.DecayDash
			neuron(n).Currents[0].Decay.P = quant.Scalar(3)
		},
		`"layer3": voltage decay rounding is floor`:                          func(n *quant.IntNet) { neuron(n).Leak.Round = quant.RoundFloor },
		`"layer3": voltage decay bits is 10, the target has 12`:              func(n *quant.IntNet) { neuron(n).Leak.Bits = 10 },
		`"layer3": voltage decay 4097 is outside 0..4096`:                    func(n *quant.IntNet) { neuron(n).Leak.P = quant.Scalar(4097) },
		`"layer3": current decay 4097 is outside 0..4096`:                    func(n *quant.IntNet) { neuron(n).Currents[0].Decay.P = quant.Scalar(4097) },
		`"layer3": spikes a tick is 2, the target has 1`:                     func(n *quant.IntNet) { neuron(n).MaxSpikes = 2 },
		`"layer3": voltage decay is none; use a multiply decay of 0`:         func(n *quant.IntNet) { neuron(n).Leak = quant.Decay{} },
		`"layer3": 5 values of voltage decay; one a layer`:                   func(n *quant.IntNet) { neuron(n).Leak.P = quant.Vector(1, 2, 3, 4, 5) },
		`"layer3": 0 synaptic currents, the target has 1`:                    func(n *quant.IntNet) { neuron(n).Currents = nil },
		`"layer3": has a floor`:                                              func(n *quant.IntNet) { neuron(n).Floor = &quant.Floor{At: quant.Scalar(0), Mode: quant.Scalar(0)} },
		`"layer3": threshold 100 is no multiple of 64`:                       func(n *quant.IntNet) { neuron(n).Threshold = quant.Scalar(100) },
		`"layer3": threshold mantissa (17 bits) 131072 is outside 0..131071`: func(n *quant.IntNet) { neuron(n).Threshold = quant.Scalar(131072 * 64) },
		`"layer3": 5 thresholds; one a layer`:                                func(n *quant.IntNet) { neuron(n).Threshold = quant.Vector(64, 64, 64, 64, 128) },
		`"layer3": bias 1 is no multiple of 64`:                              func(n *quant.IntNet) { neuron(n).Bias = quant.Scalar(1) },
		`"layer3": bias mantissa (13 bits, signed) 4096 is outside`:          func(n *quant.IntNet) { neuron(n).Bias = quant.Scalar(4096 * 64) },
		`"layer3.dense": latency is 2, the target has 1`:                     func(n *quant.IntNet) { group(n, "layer3.dense").Latency = 2 },
		`"layer3.dense": 63 ticks of delay, the limit is 62 (Davies 2018)`:   func(n *quant.IntNet) { group(n, "layer3.dense").Delay.Ticks.Data[0] = 63 },
		`"layer3.dense": exponent 8 is outside -8..7`:                        func(n *quant.IntNet) { group(n, "layer3.dense").Exponent = 8 },
		`"layer4.rec": recurrent synapses with delays`: func(n *quant.IntNet) {
			group(n, "layer4.rec").Delay = quant.Delay{Per: quant.DelayAll, Ticks: quant.Scalar(1)}
		},
		`"layer1.conv": sums are not held in 24 bits`: func(n *quant.IntNet) { group(n, "layer1.conv").Range = nil },
		`"layer1.conv": a convolution with delays`: func(n *quant.IntNet) {
			group(n, "layer1.conv").Delay = quant.Delay{Per: quant.DelayAll, Ticks: quant.Scalar(1)}
		},
		`"layer1.conv": 256 weight, the limit is 254 (lava-dl netx)`:   func(n *quant.IntNet) { group(n, "layer1.conv").Conv.Weight.Data[0] = 256 },
		`"layer1.conv": weight 129 is no multiple of 2; beyond 8 bits`: func(n *quant.IntNet) { group(n, "layer1.conv").Conv.Weight.Data[0] = 129 },
		`"layer1.conv": all weights are zero`:                          func(n *quant.IntNet) { clear(group(n, "layer1.conv").Conv.Weight.Data) },
		`"layer0.input": latency is 1, the target has 0`:               func(n *quant.IntNet) { group(n, "layer0.input").Latency = 1 },
		`"layer0.input": weight 2 is outside 1..1`:                     func(n *quant.IntNet) { group(n, "layer0.input").One.Weight = quant.Scalar(2) },
		`"layer3.dense": the weights are changed when Lava loads them`: func(n *quant.IntNet) {
			w := group(n, "layer3.dense").Dense.Weight.Data
			clear(w)
			w[0] = -127
			w[1] = -256
			w[0] = -254
			w[2] = -200
		},
		`"layer1.conv": is neither dense nor a convolution`: func(n *quant.IntNet) {
			g := group(n, "layer1.conv")
			g.Conv, g.One, g.Range = nil, &quant.One{Weight: quant.Scalar(2)}, nil
		},
		`"layer1.conv": 258 weight, the limit is 254`:                func(n *quant.IntNet) { group(n, "layer1.conv").Conv.Weight.Data[0] = -260 },
		`"layer3": bias mantissa (13 bits, signed) -4097 is outside`: func(n *quant.IntNet) { neuron(n).Bias = quant.Scalar(-4097 * 64) },
		`"layer2": has no spiking neurons`: func(n *quant.IntNet) {
			n.Populations = append(n.Populations, quant.Population{Name: "layer2", Shape: []int{1}, Activation: &quant.Activation{Range: quant.Full()}})
		},
	} {
		n := netx(t)
		damage(n)
		err := lava.Loihi1().Check(n)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
}

func TestAllViolationsAtOnce(t *testing.T) {
	n := netx(t)
	n.Find("layer1").Spiking.Refractory = 1
	n.Find("layer4").Spiking.Threshold = quant.Scalar(1)
	n.Synapses[1].Latency = 3
	if err := lava.Loihi2().Check(n); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("expected three violations, got %v", err)
	}
}

// TestCoreLimits: each limit of a core, by a network that goes just beyond it.
func TestCoreLimits(t *testing.T) {
	dense := func(in, out int, value int32) *quant.IntNet {
		w := quant.NewTensor(make([]int32, in*out), out, in)
		for i := range w.Data {
			w.Data[i] = value
		}
		net, err := (&lava.Netx{Layers: []lava.Layer{{Type: "dense", Neuron: &lava.Neuron{Type: "CUBA", VThMant: 1}, Weight: w}}}).Net()
		if err != nil {
			t.Fatal(err)
		}
		return net
	}
	place := func(n *quant.IntNet) (*chip.Placement, error) { return lava.Loihi1().Place(n) }
	second := func(n *quant.IntNet) (*chip.Placement, error) { return lava.Loihi2().Place(n) }
	if p, err := second(dense(1, 8193, 2)); err != nil || len(p.Cores) != 2 || p.Cores[0].Slices[0].To != 8192 {
		t.Errorf("neurons of Loihi 2: %+v, %v", p, err)
	}
	if _, err := second(dense(1, 128*8192+1, 2)); err == nil || !strings.Contains(err.Error(), "129 cores, the limit is 128 (Loihi 2 technology brief)") {
		t.Errorf("cores of Loihi 2: %v", err)
	}
	if p, err := second(dense(4096, 49, 2)); err != nil || len(p.Cores) != 2 || p.Cores[0].Slices[0].To != 48 {
		t.Errorf("synapse memory of Loihi 2: %+v, %v", p, err)
	}
	if _, err := place(dense(4097, 1, 2)); err == nil || !strings.Contains(err.Error(), "4097 input axons a core of neuron 0, the limit is 4096") {
		t.Errorf("input axons: %v", err)
	}
	p, err := place(dense(4096, 33, 2)) // 32 neurons fill the synapse memory
	if err != nil || len(p.Cores) != 2 || p.Cores[0].Slices[0].To != 32 {
		t.Errorf("synapse memory: %+v, %v", p, err)
	}
	p, err = place(dense(1, 1025, 2))
	if err != nil || len(p.Cores) != 2 || p.Cores[0].Slices[0].To != 1024 {
		t.Errorf("neurons: %+v, %v", p, err)
	}
	if _, err := place(dense(1, 128*1024+1, 2)); err == nil || !strings.Contains(err.Error(), "129 cores, the limit is 128") {
		t.Errorf("cores: %v", err)
	}
}

func TestOutAxons(t *testing.T) {
	w := func(in, out int) quant.Tensor {
		t := quant.NewTensor(make([]int32, in*out), out, in)
		for i := range t.Data {
			t.Data[i] = 2
		}
		return t
	}
	cuba := &lava.Neuron{Type: "CUBA", VThMant: 1}
	net, err := (&lava.Netx{Layers: []lava.Layer{{Type: "dense", Neuron: cuba, Weight: w(1, 1024)}, {Type: "dense", Neuron: cuba, Weight: w(1024, 600)}}}).Net()
	if err != nil {
		t.Fatal(err)
	}
	// 1024 neurons in one core, 128 neurons of the next layer in each of 5 cores: 5120 output axons
	if _, err := lava.Loihi1().Place(net); err == nil || !strings.Contains(err.Error(), "5120 output axons a core, the limit is 4096") {
		t.Errorf("output axons: %v", err)
	}
}

// TestExponentsAreNotInNetx: Lava's dense process has them, the file has not.
func TestExponentsAreNotInNetx(t *testing.T) {
	net := netx(t)
	for i := range net.Synapses {
		if s := &net.Synapses[i]; s.Name == "layer3.dense" {
			s.Exponent = 2
		}
	}
	if err := lava.Loihi2().Check(net); err != nil {
		t.Error(err)
	}
	if _, err := lava.FromNet(net); err == nil || !strings.Contains(err.Error(), `layer "layer3": synapses "layer3.dense" have the exponent 2, and netx finds its own`) {
		t.Error(err)
	}
}

package northpole_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/quant"
)

// identities is layers one to one, each of which the last one reads too.
func identities(n, layers int) *quant.IntNet {
	unit := func() *quant.Activation { a, _ := northpole.ReLU(8, quant.Tensor{}, 1); return a }
	net := &quant.IntNet{Input: quant.Input{Shape: []int{n}, Max: 255}}
	last := quant.InputName
	for i := range layers {
		name := fmt.Sprintf("l%d", i)
		net.Populations = append(net.Populations, quant.Population{Name: name, Shape: []int{n}, Activation: unit()})
		net.Synapses = append(net.Synapses,
			quant.Synapses{Name: name, From: last, To: name, One: &quant.One{Weight: quant.Scalar(1)}},
			quant.Synapses{Name: name + ".out", From: name, To: "out", One: &quant.One{Weight: quant.Scalar(1)}})
		last = name
	}
	net.Populations, net.Output = append(net.Populations, quant.Population{Name: "out", Shape: []int{n}, Activation: unit()}), "out"
	return net
}

func TestEachLimitIsRefused(t *testing.T) {
	a := func(n *quant.IntNet) *quant.Activation { return n.Populations[0].Activation }
	for want, damage := range map[string]func(n *quant.IntNet){
		`layer "input": 9 bits of an input, the limit is 8 (Modha 2023); scale`:  func(n *quant.IntNet) { n.Input.Max = 256 },
		`layer "a.weights": 9 bits of weights, the limit is 8`:                   func(n *quant.IntNet) { n.Synapses[0].Conv.Weight.Data[0] = 128 },
		`layer "b": 9 bits of activations, the limit is 8`:                       func(n *quant.IntNet) { n.Populations[2].Activation.Requantize.Max = 511 },
		`bytes of weights and activations in the memory of all cores, the limit`: func(n *quant.IntNet) { *n = *identities(1<<24, 13) },
		`67108864 bytes of input and output in the frame buffer, the limit is`:   func(n *quant.IntNet) { *n = *identities(1<<25, 1) },
		`activations are 0..127; 8, 4 or 2 bits`:                                 func(n *quant.IntNet) { a(n).Requantize.Max = 127 },
		`activations are 0..200; 8, 4 or 2 bits`:                                 func(n *quant.IntNet) { a(n).Requantize.Max = 200 },
		`weights are stored with 3 bits; 8, 4 and 2`:                             func(n *quant.IntNet) { n.Synapses[0].Bits = 3 },
		`weights take 8 bits and are stored with 4`:                              func(n *quant.IntNet) { n.Synapses[0].Bits = 4 },
		`sums of 32 bits go to another layer; requantize`:                        func(n *quant.IntNet) { n.Populations[2].Activation.Requantize = nil },
		`a pool of values up to 255 scales or cuts them`:                         func(n *quant.IntNet) { n.Populations[1].Activation = northpole.Pooled(4) },
		`rounds by floor in integers`:                                            func(n *quant.IntNet) { a(n).Requantize.Round = quant.RoundFloor },
		`range of the sum is`:                                                    func(n *quant.IntNet) { a(n).Range = quant.Signed(20, quant.Saturate) },
		`has levels; the target scales and rounds`:                               func(n *quant.IntNet) { a(n).Levels = &quant.Levels{} },
		`has spiking neurons; the target infers the ReLU network itself`:         func(n *quant.IntNet) { n.Populations[0].Activation, n.Populations[0].Spiking = nil, &quant.Spiking{} },
		`have latency, delays, an exponent or a range`:                           func(n *quant.IntNet) { n.Synapses[0].Latency = 1 },
		`are listed one by one`: func(n *quant.IntNet) {
			n.Synapses[0].Conv, n.Synapses[0].Sparse = nil, &quant.Sparse{}
		},
		`layer "d": has no input`: func(n *quant.IntNet) { n.Synapses = n.Synapses[:4] },
	} {
		n := maps(t, 1, 8, false)
		damage(n)
		err := northpole.New().Check(n)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
}

// TestAllAtOnce: every violation is reported, not the first only.
func TestAllAtOnce(t *testing.T) {
	n := maps(t, 1, 8, false)
	n.Input.Max, n.Synapses[0].Bits, n.Populations[0].Activation.Requantize.Max = 300, 5, 9
	if err := northpole.New().Check(n); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("%v", err)
	}
}

func TestPlacement(t *testing.T) {
	n := mlp(t, 1, 4, false)
	im, err := chip.Make(northpole.New(), n, "test")
	if err != nil {
		t.Fatal(err)
	}
	// weights (240+108+45)/2 rounded up a layer, 26 biases and 21 scales of 4 bytes, 20 + 6 bytes alive
	want := int64(120+54+23) + 4*(12+9+5) + 4*(12+9) + 26
	if u := im.Placement.Usage; len(im.Placement.Cores) != 1 || u[0].Used != 1 || u[1].Used != want || u[2].Used != 20+20 {
		t.Errorf("%+v, want %d bytes", u, want)
	}
	full := identities(1<<20, 2)
	for add, cores := range map[int]int{0: 256, 1: 0} { // what is left of the memory, and one byte more
		n := identities(1<<20, 2)
		have := northpole.New()
		p, err := have.Place(n)
		if err != nil {
			t.Fatal(err)
		}
		rest := int(p.Usage[1].Limit-p.Usage[1].Used) + add
		n.Synapses[0].One = nil
		n.Synapses[0].Dense = &quant.Dense{Weight: quant.Tensor{Shape: []int{rest + 1}, Data: make([]int32, rest+1)}} // instead of the one weight
		n.Synapses[0].Bits = 8
		err = have.Check(n)
		if cores == 0 {
			if err == nil || !strings.Contains(err.Error(), "201326593 bytes of weights and activations in the memory of all cores, the limit is 201326592") {
				t.Errorf("a byte more than there is: %v", err)
			}
			continue
		}
		if p, err = have.Place(n); err != nil || len(p.Cores) != cores || have.Check(n) != nil {
			t.Errorf("the whole memory: %d cores, %v", len(p.Cores), err)
		}
	}
	wide := full
	p, err := northpole.New().Place(wide)
	if err != nil || len(p.Cores) != 5 { // 3 layers alive, 1 MiB each, in cores of 768 KiB
		t.Fatalf("%d cores, %v", len(p.Cores), err)
	}
	next := 0
	for _, c := range p.Cores {
		if c.Slices[0].From != next {
			t.Errorf("core %d begins at %d, expected %d", c.Index, c.Slices[0].From, next)
		}
		next = c.Slices[0].To
	}
	if next != 1<<20 {
		t.Errorf("cores end at %d", next)
	}
}

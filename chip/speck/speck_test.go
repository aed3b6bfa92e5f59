package speck_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/speck"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

func kernel(co, ci, k int) quant.Tensor {
	w := quant.NewTensor(make([]int32, co*ci*k*k), co, ci, k, k)
	for i := range w.Data {
		w.Data[i] = int32(i%23) - 9
	}
	return w
}

func layer(co, ci, k, pool int) speck.Layer {
	return speck.Layer{Weight: kernel(co, ci, k), Threshold: 60, Floor: -100, Stride: [2]int{1, 1}, Padding: [2]int{k / 2, k / 2}, Pool: pool}
}

func small() *speck.Model {
	last := layer(10, 4, 4, 1)
	last.Padding = [2]int{}
	return &speck.Model{Input: [3]int{2, 16, 16}, Layers: []speck.Layer{layer(8, 2, 3, 2), layer(4, 8, 3, 2), last}}
}

func network(t testing.TB, m *speck.Model) *quant.IntNet {
	net, err := m.Net()
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func TestPlacement(t *testing.T) {
	im, err := chip.Make(speck.New(), network(t, small()), "test")
	if err != nil {
		t.Fatal(err)
	}
	// 2·2^(4+3) kernel words, 8·2^(4+4) neuron words
	if u := im.Placement.Usage; u[0].Used != 3 || u[1].Used != 256 || u[2].Used != 2048 {
		t.Errorf("%+v", u)
	}
	raw, err := speck.New().Config(network(t, small()))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Layers []struct {
			Core        int         `json:"core"`
			Destination int         `json:"destination_core"`
			Weights     [][][][]int `json:"weights"`
			Pooling     int         `json:"pooling"`
		} `json:"cnn_layers"`
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	l := got.Layers
	if len(l) != 3 || l[0].Destination != l[1].Core || l[2].Destination != -1 || len(l[1].Weights) != 4 || len(l[1].Weights[0]) != 8 || l[1].Pooling != 2 || l[0].Weights[0][0][0][1] != -8 {
		t.Errorf("%+v", l)
	}
}

// TestMatching: a layer gives way when another fits its core alone.
func TestMatching(t *testing.T) {
	big := layer(128, 16, 3, 1) // 16·2^(4+7) = 32Ki kernel words, in 4 cores
	m := &speck.Model{Input: [3]int{16, 8, 8}, Layers: []speck.Layer{big}}
	for range 3 {
		next := layer(16, m.Layers[len(m.Layers)-1].Weight.Shape[0], 3, 1)
		m.Layers = append(m.Layers, next, layer(128, 16, 3, 1))
	}
	if err := speck.New().Check(network(t, m)); err == nil || !strings.Contains(err.Error(), "no free core holds both") {
		t.Errorf("seven layers for four large cores: %v", err)
	}
	m.Layers = m.Layers[:4]
	if err := speck.New().Check(network(t, m)); err != nil {
		t.Error(err)
	}
}

func TestEachLimitIsRefused(t *testing.T) {
	first := func(n *quant.IntNet) *quant.Spiking { return n.Populations[0].Spiking }
	model1 := func(in [3]int, l ...speck.Layer) func(n *quant.IntNet) {
		return func(n *quant.IntNet) { *n = *network(t, &speck.Model{Input: in, Layers: l}) }
	}
	wide := layer(2, 1, 17, 1)
	stride := layer(2, 1, 3, 1)
	stride.Stride = [2]int{3, 1}
	var ten []speck.Layer
	for range 10 {
		ten = append(ten, layer(1, 1, 3, 1))
	}
	for want, damage := range map[string]func(n *quant.IntNet){
		`17 rows or columns of a kernel, the limit is 16`:                 model1([3]int{1, 20, 20}, wide),
		`1025 features of a layer, the limit is 1024`:                     model1([3]int{1, 1, 1}, layer(1025, 1, 1, 1)),
		`131072 words of kernel memory of the largest core, the limit is`: model1([3]int{128, 2, 2}, layer(64, 128, 4, 1)),
		`131072 words of neuron memory of the largest core, the limit is`: model1([3]int{1, 128, 128}, layer(8, 1, 3, 1)),
		`stride 3; 1, 2, 4 and 8 are possible`:                            model1([3]int{1, 9, 9}, stride),
		`pool of 3; 1, 2 and 4 are possible`:                              model1([3]int{1, 9, 9}, layer(1, 1, 3, 3)),
		`10 cores, the limit is 9`:                                        model1([3]int{1, 4, 4}, ten...),
		`weight 128 is outside -128..127`:                                 func(n *quant.IntNet) { n.Synapses[0].Conv.Weight.Data[0] = 128 },
		`threshold 0 is outside 1..32767`:                                 func(n *quant.IntNet) { first(n).Threshold = quant.Scalar(0) },
		`bias 32768 is outside`:                                           func(n *quant.IntNet) { first(n).Bias = quant.Scalar(32768) },
		`has a leak that depends on the potential`:                        func(n *quant.IntNet) { first(n).Leak = quant.Decay{Kind: quant.DecayDash, P: quant.Scalar(2)} },
		`comparison is >, the target has >=`:                              func(n *quant.IntNet) { first(n).Fire = model.FireAbove },
		`1 spikes a tick with reset mode [1]`:                             func(n *quant.IntNet) { first(n).MaxSpikes = 1 },
		`synaptic currents is 1, the target has 0`:                        func(n *quant.IntNet) { first(n).Currents = make([]quant.Current, 1) },
		`charge is staged, the target has sum`:                            func(n *quant.IntNet) { first(n).Charge = quant.ChargeStaged },
		`refractory period is 1, the target has 0`:                        func(n *quant.IntNet) { first(n).Refractory = 1 },
		`groups is 2, the target has 1`:                                   func(n *quant.IntNet) { n.Synapses[0].Conv.Groups = 2 },
		`is neither a spiking layer nor a sum pool`: func(n *quant.IntNet) {
			n.Populations[1].Spiking, n.Populations[1].Activation = nil, &quant.Activation{}
			n.Synapses[1].Conv.Weight.Data[0] = 5
		},
		`has no floor`:                                       func(n *quant.IntNet) { first(n).Floor = nil },
		`floor mode 0 is outside 2..2`:                       func(n *quant.IntNet) { first(n).Floor.Mode = quant.Scalar(0) },
		`range of the potential is`:                          func(n *quant.IntNet) { first(n).Range = quant.Signed(20, quant.Saturate) },
		`dilation is [2 1], the target has [1 1]`:            func(n *quant.IntNet) { n.Synapses[0].Conv.Dilation = [2]int{2, 1} },
		`2 thresholds; one a layer`:                          func(n *quant.IntNet) { first(n).Threshold = quant.Vector(3, 4) },
		`is no plain convolution of "input" without latency`: func(n *quant.IntNet) { n.Synapses[0].Latency = 1 },
		`comes after the output`:                             func(n *quant.IntNet) { n.Output = "layer0" },
	} {
		n := network(t, small())
		damage(n)
		err := speck.New().Check(n)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
}

// TestOneLayerByHand: potentials and counts against a loop over the definition.
func TestOneLayerByHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := layer(3, 2, 3, 2)
		l.Threshold, l.Floor, l.ToZero = rapid.Int32Range(1, 90).Draw(t, "threshold"), rapid.Int32Range(-90, 0).Draw(t, "floor"), rapid.Bool().Draw(t, "to zero")
		l.Bias = quant.NewTensor(rapid.SliceOfN(rapid.Int32Range(-20, 20), 3, 3).Draw(t, "bias"), 3)
		net, err := (&speck.Model{Input: [3]int{2, 4, 4}, Layers: []speck.Layer{l}}).Net()
		if err != nil {
			t.Fatal(err)
		}
		prog, err := emulator.Compile(net)
		if err != nil {
			t.Fatal(err)
		}
		m, v := prog.NewMachine(), make([]int32, 48)
		for range 8 {
			in := rapid.SliceOfN(rapid.Int32Range(0, 3), 32, 32).Draw(t, "in")
			out, err := m.Step(testkit.Sparse(in))
			if err != nil {
				t.Fatal(err)
			}
			want := make([]int32, 12)
			for i := range v {
				c, y, x := i/16, i/4%4, i%4
				v[i] += l.Bias.Data[c]
				for k := range 18 {
					if py, px := y+k/3%3-1, x+k%3-1; py >= 0 && py < 4 && px >= 0 && px < 4 {
						v[i] += l.Weight.Data[c*18+k] * in[(k/9*4+py)*4+px]
					}
				}
				fired := false
				for ; v[i] >= l.Threshold && (!fired || !l.ToZero); fired = true {
					want[(c*2+y/2)*2+x/2]++
					if v[i] -= l.Threshold; l.ToZero {
						v[i] = 0
					}
				}
				if !fired {
					v[i] = max(v[i], l.Floor)
				}
			}
			if got := testkit.Row(out, 12); !slices.Equal(got, want) || !slices.Equal(m.State("layer0").V, v) {
				t.Fatalf("%v, by definition %v", got, want)
			}
		}
	})
}

package akida_test

import (
	"testing"

	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

type array struct {
	NPZ string `json:"npz"`
}

type goldenLayer struct {
	Type         string `json:"type"`
	Shape        [3]int `json:"shape"`
	Bits         int    `json:"bits"`
	Weights      array  `json:"weights"`
	WeightsBits  int    `json:"weights_bits"`
	ActBits      int    `json:"act_bits"`
	Threshold    array  `json:"threshold"`
	ActStep      array  `json:"act_step"`
	Activation   *bool  `json:"activation"`
	Padding      string `json:"padding"`
	PaddingValue int32  `json:"padding_value"`
	Stride       [2]int `json:"stride"`
	Pool         string `json:"pool"`
	PoolSize     [2]int `json:"pool_size"`
	PoolStride   [2]int `json:"pool_stride"`
}

func (g goldenLayer) layer(t *testing.T, c testkit.ChipCase) akida.Layer {
	l := akida.Layer{
		Type: g.Type, Shape: g.Shape, Bits: g.Bits, WeightsBits: g.WeightsBits, ActBits: g.ActBits, Padding: g.Padding,
		PaddingValue: g.PaddingValue, Stride: g.Stride, Pool: g.Pool, PoolSize: g.PoolSize, PoolStride: g.PoolStride,
		NoActivation: g.Activation != nil && !*g.Activation,
	}
	if g.Weights.NPZ != "" {
		l.Weights = c.Tensor(t, g.Weights.NPZ)
	}
	if g.Threshold.NPZ != "" {
		l.Threshold, l.ActStep = c.Tensor(t, g.Threshold.NPZ), c.Arrays[g.ActStep.NPZ].F32()
	}
	return l
}

// hwc brings samples of (H, W, C) into (C, H, W).
func hwc(t quant.Tensor) quant.Tensor {
	n, h, w, c := t.Shape[0], t.Shape[1], t.Shape[2], t.Shape[3]
	out := quant.NewTensor(make([]int32, len(t.Data)), n, c, h, w)
	for i, v := range t.Data {
		s, y, x, ch := i/(h*w*c), i/(w*c)%h, i/c%w, i%c
		out.Data[((s*c+ch)*h+y)*w+x] = v
	}
	return out
}

// golden is the model of a case, and whether the vendor's virtual chip takes it.
func golden(t *testing.T, c testkit.ChipCase) (m *akida.Model, maps bool) {
	var g struct {
		Layers []goldenLayer `json:"layers"`
		Maps   bool          `json:"maps_on_AKD1000"`
	}
	c.Parameters(t, &g)
	m = &akida.Model{}
	for _, l := range g.Layers {
		m.Layers = append(m.Layers, l.layer(t, c))
	}
	return m, g.Maps
}

// TestGoldenAkida: the outputs of the vendor's software backend.
func TestGoldenAkida(t *testing.T) {
	compared := 0
	testkit.GoldenChips(t, "akida", func(t *testing.T, c testkit.ChipCase) {
		m, maps := golden(t, c)
		net, err := m.Net()
		if err != nil {
			t.Fatal(err)
		}
		if err := akida.New().Check(net); maps && err != nil {
			t.Errorf("the vendor's chip takes it: %v", err)
		}
		want := hwc(c.Tensor(t, "output"))
		out := net.Find(net.Output)
		if got := append([]int{want.Shape[0]}, out.Shape...); !equal(got, want.Shape) {
			t.Fatalf("output is %v, expected %v", got, want.Shape)
		}
		c.Arrays["output.chw"] = toArray(want)
		probe := testkit.Probe{Array: "output.chw", Get: func(m *emulator.Machine) []int32 { return testkit.Spikes(m, out.Name, out.N()) }}
		compared += c.Compare(t, net, hwc(c.Tensor(t, "input")), []testkit.Probe{probe})
	})
	t.Logf("%d values compared", compared)
}

func toArray(t quant.Tensor) testkit.Array {
	a := testkit.Array{Shape: t.Shape}
	for _, v := range t.Data {
		a.Data = append(a.Data, float64(v))
	}
	return a
}

func equal(a, b []int) bool {
	for i := range b {
		if len(a) != len(b) || a[i] != b[i] {
			return false
		}
	}
	return true
}

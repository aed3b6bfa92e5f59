package akida_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
)

// onLevels is 6-5-3 whose weights, biases and activations lie on the grid of 4
// bits: 1 of an input is 1/15, of a weight 1/16, of an activation 8/(15·16).
func onLevels(r *rand.Rand) *model.Network {
	n := &model.Network{Dt: 1, Input: model.Shape{6}}
	add := func(name string, op model.Op) {
		last := model.InputName
		if k := len(n.Nodes); k > 0 {
			last = n.Nodes[k-1].Name
		}
		n.Nodes = append(n.Nodes, model.Node{Name: name, Op: op, Inputs: []string{last}})
	}
	for i, size := range [][2]int{{6, 5}, {5, 3}} {
		l, level := model.NewLinear(size[0], size[1], true), 1.0/15
		if i == 1 {
			level = 8.0 / 15 / 16
		}
		for k := range l.Weight.Data {
			if l.Weight.Data[k] = float32(r.IntN(15)-7) / 16; k%size[0] == 0 {
				l.Weight.Data[k] = 7.0 / 16
			}
		}
		for k := range l.Bias.Data {
			l.Bias.Data[k] = float32(float64(r.IntN(81)-40) / 16 * level)
		}
		if add(string(rune('a'+i)), l); i == 0 {
			add("act", &model.QCFS{Levels: 15, Threshold: model.Scalar(15 * 8.0 / 15 / 16)})
		}
	}
	return n
}

// scoresOf is the float network on inputs in units of 1/15.
func scoresOf(n *model.Network, in []int32) []float64 {
	x := make([]float64, len(in))
	for i, v := range in {
		x[i] = float64(v) / 15
	}
	for _, node := range n.Nodes {
		switch op := node.Op.(type) {
		case *model.Linear:
			x = testkit.Product(op.Weight.Data, op.Bias.Data, x)
		case *model.QCFS:
			for i := range x {
				x[i] = op.At(x[i]+1e-6, float64(op.Threshold.Data[0])) // halves go up
			}
		}
	}
	return x
}

// TestLevelsAreTheNetworks: where everything lies on the grid, so do the scores,
// the biases of the last layer included.
func TestLevelsAreTheNetworks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		n := onLevels(r)
		net, err := akida.New().Quantize(n, 4, chip.Calibration{Input: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := akida.FromNet(net); err != nil {
			t.Fatal(err)
		}
		prog, err := emulator.Compile(net)
		if err != nil {
			t.Fatal(err)
		}
		in := make([]int32, 6)
		for i := range in {
			in[i] = r.Int32N(16)
		}
		out, err := prog.NewMachine().Step(testkit.Sparse(in))
		if err != nil {
			t.Fatal(err)
		}
		got := testkit.Row(out, 3)
		for k, v := range scoresOf(n, in) {
			if want := int32(math.Round(v / (8.0 / 15 / 16) * 16)); got[k] != want {
				t.Fatalf("score %d is %d, expected %d", k, got[k], want)
			}
		}
	}
}

// TestAkida2RoundsAlike: the scores of 8 bits are near the float network's.
func TestAkida2RoundsAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	n := onLevels(r)
	n.Nodes[1].Op = &model.Rectifier{Func: model.ReLU}
	var want, got []float64
	var ins [][]int32
	c := chip.Calibration{Input: 1, Layers: map[string]float64{}}
	for range 200 {
		in := make([]int32, 6)
		for i := range in {
			in[i] = r.Int32N(16)
		}
		ins = append(ins, in)
		for i, node := range n.Nodes {
			part := *n
			part.Nodes = n.Nodes[:i+1]
			for _, v := range rectified(&part, in) {
				c.Layers[node.Name] = max(c.Layers[node.Name], math.Abs(v))
			}
		}
		want = append(want, rectified(n, in)...)
	}
	net, err := akida.New2().Quantize(n, 8, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := akida.Export2(net); err != nil {
		t.Fatal(err)
	}
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range ins {
		scaled := make([]int32, len(in))
		for i, v := range in {
			scaled[i] = net.Input.Of(float32(v) / 15)
		}
		out, err := prog.NewMachine().Step(testkit.Sparse(scaled))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range testkit.Row(out, 3) {
			got = append(got, float64(v)*c.Layers["b"]/127)
		}
	}
	for i, v := range want {
		if d := math.Abs(v - got[i]); d > 0.03*c.Layers["b"] {
			t.Errorf("score %d: %g, in integers %g", i, v, got[i])
		}
	}
}

// rectified is scoresOf with ReLUs.
func rectified(n *model.Network, in []int32) []float64 {
	x := make([]float64, len(in))
	for i, v := range in {
		x[i] = float64(v) / 15
	}
	for _, node := range n.Nodes {
		l, ok := node.Op.(*model.Linear)
		if !ok {
			for i := range x {
				x[i] = max(x[i], 0)
			}
			continue
		}
		x = testkit.Product(l.Weight.Data, l.Bias.Data, x)
	}
	return x
}

func TestQuantizeRefuses(t *testing.T) {
	for want, damage := range map[string]func(n *model.Network, c *chip.Calibration){
		`layer "a": is followed by no relu or qcfs`: func(n *model.Network, _ *chip.Calibration) { n.Nodes[1].Op = &model.Flatten{} },
		`layer "act": is a clip that follows no weights`: func(n *model.Network, _ *chip.Calibration) {
			n.Nodes[1].Op = &model.Rectifier{Func: model.Clip, High: 6}
		},
		`layer "act": is a avg-pool that is none of maxima`: func(n *model.Network, _ *chip.Calibration) {
			n.Input = model.Shape{6, 1, 1}
			n.Nodes = n.Nodes[1:2]
			n.Nodes[0] = model.Node{Name: "act", Op: &model.Pool2d{Mode: model.PoolAvg, Size: [2]int{1, 1}, Stride: [2]int{1, 1}}, Inputs: []string{model.InputName}}
		},
		`layer "act": is a scale; linear, conv2d, batch-norm`: func(n *model.Network, _ *chip.Calibration) { n.Nodes[1].Op = &model.Scale{Factor: model.Scalar(1)} },
		`layer "b": reads other layers than the one before`:   func(n *model.Network, _ *chip.Calibration) { n.Nodes[2].Inputs = []string{"a"} },
		`layer "input": has negative values`:                  func(_ *model.Network, c *chip.Calibration) { c.Negative = true },
		`layer "act": is a qcfs that follows no weights, or with several`: func(n *model.Network, _ *chip.Calibration) {
			n.Nodes[1].Op.(*model.QCFS).Threshold = model.NewTensor(5)
		},
	} {
		n, c := onLevels(rand.New(rand.NewPCG(1, 1))), chip.Calibration{Input: 1}
		n.Nodes = slices.Clone(n.Nodes)
		damage(n, &c)
		if _, err := akida.New().Quantize(n, 4, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	only := onLevels(rand.New(rand.NewPCG(1, 1)))
	only.Nodes = only.Nodes[:1]
	if _, err := akida.New().Quantize(only, 4, chip.Calibration{Input: 1}); err == nil || !strings.Contains(err.Error(), "has a bias and is the only layer") {
		t.Error(err)
	}
}

// TestScalesOfAllSizes: what a sum is multiplied with has 8 bits and is right within half of its last.
func TestScalesOfAllSizes(t *testing.T) {
	for e := -40; e < 0; e++ {
		for _, f := range []float64{0.5, 0.7, 0.998, 0.9999} {
			x := math.Ldexp(f, e)
			n := onLevels(rand.New(rand.NewPCG(1, 1)))
			net, err := akida.New2().Quantize(n, 8, chip.Calibration{Input: 1, Layers: map[string]float64{"act": 1, "b": 1 / x}})
			if err != nil {
				t.Fatal(err)
			}
			r := net.Populations[1].Activation.Requantize
			if s := r.Multiplier.Data[0]; s < 127 || s > 255 {
				t.Errorf("scale %d for a factor of %g", s, x)
			}
		}
	}
}

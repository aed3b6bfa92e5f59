package convert_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/convert/onnx"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// outputs runs a network without spikes on random samples.
func outputs(t *testing.T, n *model.Network, batch int) []float32 {
	t.Helper()
	flat := *n
	flat.Nodes = append(append([]model.Node{}, n.Nodes...), model.Node{Name: "scores", Op: &model.Flatten{}, Inputs: []string{n.Output()}})
	p, err := layers.Compile(&flat, layers.Options{Pool: par.New(2), Readout: "last"})
	if err != nil {
		t.Fatal(err)
	}
	x := signal.NewAnalog(1, batch, n.Input, true)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range x.F {
		x.F[i] = r.Float32()
	}
	y, err := p.Infer(layers.Input{X: x})
	if err != nil {
		t.Fatal(err)
	}
	return append([]float32(nil), y.F...)
}

// sameOutputs fails when two networks differ by more than rounding.
func sameOutputs(t *testing.T, a, b *model.Network) {
	t.Helper()
	ya, yb := outputs(t, a, 8), outputs(t, b, 8)
	scale, worst := 0.0, 0.0
	for i := range ya {
		scale = max(scale, math.Abs(float64(ya[i])))
		worst = max(worst, math.Abs(float64(ya[i]-yb[i])))
	}
	if len(ya) != len(yb) || !(worst <= 2e-5*scale) {
		t.Errorf("outputs differ by %g, of values up to %g", worst, scale)
	}
}

func canonical(t *testing.T, n *model.Network) *model.Network {
	t.Helper()
	before := encoded(t, n)
	c, _, err := convert.Canonical(n)
	if err != nil {
		t.Fatal(err)
	}
	if encoded(t, n) != before {
		t.Error("the network given was changed")
	}
	return c
}

func encoded(t *testing.T, n *model.Network) string {
	t.Helper()
	raw, err := n.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// kinds is the network in a line: kinds in order.
func kinds(n *model.Network) string {
	var k []string
	for _, node := range n.Nodes {
		k = append(k, node.Op.Kind())
	}
	return strings.Join(k, " ")
}

// chain makes a network of layers that each read the one before.
func chain(in model.Shape, ops ...model.Op) *model.Network {
	n := &model.Network{Input: in, Dt: 1}
	last := model.InputName
	for i, op := range ops {
		name := fmt.Sprintf("%s%d", op.Kind(), i)
		n.Nodes = append(n.Nodes, model.Node{Name: name, Op: op, Inputs: []string{last}})
		last = name
	}
	r := rand.New(rand.NewPCG(3, 4))
	n.Params(func(_ string, p model.Param) {
		for i := range p.Tensor.Data {
			p.Tensor.Data[i] = r.Float32() + 0.1
			if len(p.Tensor.Shape) > 1 {
				p.Tensor.Data[i] -= 0.6
			}
		}
	})
	return n
}

func conv(in, out, kernel, stride, padding int) *model.Conv2d {
	return (&model.Conv2d{In: in, Out: out, Kernel: [2]int{kernel, kernel}, Stride: [2]int{stride, stride}, Padding: [2]int{padding, padding}, Dilation: [2]int{1, 1}, Groups: 1}).Alloc()
}

func pool(mode model.PoolMode, padding int) *model.Pool2d {
	return &model.Pool2d{Mode: mode, Size: [2]int{2, 2}, Stride: [2]int{2, 2}, Padding: [2]int{padding, padding}}
}

func norm(c int) *model.BatchNorm { return (&model.BatchNorm{Channels: c, Eps: 1e-5}).Alloc() }

func affine(c int) *model.Affine {
	return &model.Affine{Weight: model.NewTensor(c), Bias: model.NewTensor(c)}
}

func relu() *model.Rectifier { return &model.Rectifier{Func: model.ReLU} }

func TestCanonical(t *testing.T) {
	grouped := (&model.Conv2d{In: 4, Out: 6, Kernel: [2]int{3, 2}, Stride: [2]int{1, 1}, Padding: [2]int{1, 0}, Dilation: [2]int{1, 1}, Groups: 2}).Alloc()
	for _, c := range []struct {
		name string
		net  *model.Network
		want string
	}{
		{"norm before relu", chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), norm(4), relu(), &model.Flatten{}, model.NewLinear(144, 3, true)), "conv2d relu flatten linear"},
		{"norm behind relu", chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), relu(), norm(4), &model.Flatten{}, model.NewLinear(144, 3, true), norm(3)), "conv2d relu flatten linear"},
		{"norm before padding", chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), relu(), norm(4), conv(4, 2, 3, 2, 1), relu(), conv(2, 1, 3, 1, 0)), "conv2d relu conv2d affine relu conv2d"},
		{"norm before groups", chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), relu(), norm(4), grouped, relu(), conv(6, 1, 3, 1, 0)), "conv2d relu conv2d affine relu conv2d"},
		{"norm before max-pool", chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), relu(), norm(4), pool(model.PoolMax, 0), conv(4, 2, 2, 1, 0)), "conv2d relu max-pool conv2d"},
		{"norm before padded average", chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), relu(), norm(4), pool(model.PoolAvg, 1), &model.Flatten{}, model.NewLinear(64, 3, false)), "conv2d relu avg-pool flatten linear"},
		{"pool before relu", chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), pool(model.PoolMax, 0), relu(), conv(4, 2, 2, 1, 0)), "conv2d relu max-pool conv2d"},
		{"pool and norm before relu", chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), pool(model.PoolMax, 0), norm(4), relu(), conv(4, 2, 2, 1, 0)), "conv2d max-pool affine relu conv2d"},
		{"normalized input", chain(model.Shape{2, 6, 6}, affine(1), conv(2, 4, 3, 1, 0), relu(), conv(4, 2, 2, 1, 0)), "conv2d relu conv2d"},
		{"input of neurons", chain(model.Shape{5}, affine(5), model.NewLinear(5, 4, false), relu(), &model.Scale{Factor: model.NewTensor(4)}, model.NewLinear(4, 3, false)), "linear relu linear"},
		{"maximum of averages", chain(model.Shape{2, 6, 6}, conv(2, 4, 3, 1, 1), relu(), pool(model.PoolAvg, 0), pool(model.PoolMax, 1), conv(4, 2, 2, 1, 0)), "conv2d relu avg-pool relu max-pool conv2d"},
		{"leaky", chain(model.Shape{5}, model.NewLinear(5, 4, true), &model.Rectifier{Func: model.LeakyReLU, Slope: 0.1}, model.NewLinear(4, 3, false)), "linear relu affine relu affine add linear"},
		{"routed", chain(model.Shape{2, 4, 4}, conv(2, 3, 1, 1, 0), relu(), affine(3), &model.Pad{Before: []int{0, 1, 1}, After: []int{0, 1, 1}}, &model.Permute{Axes: []int{1, 2, 0}}, &model.Flatten{}, model.NewLinear(108, 2, true)), "conv2d relu pad permute flatten linear"},
		{"dropout and relu twice", chain(model.Shape{5}, model.NewLinear(5, 4, true), relu(), &model.Dropout{P: 0.5}, relu(), model.NewLinear(4, 3, false)), "linear relu linear"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := canonical(t, c.net)
			if got := kinds(n); got != c.want {
				t.Errorf("is %s, want %s", got, c.want)
			}
			sameOutputs(t, c.net, n)
		})
	}
}

// TestCanonicalONNX: folding changes no output of a trained network beyond rounding.
func TestCanonicalONNX(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testkit.Data(t, "onnx"), "*", "*.onnx"))
	if err != nil || len(files) < 19 {
		t.Fatalf("%d networks: %v", len(files), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".onnx")
		if name == "three_layer_bn_keras" {
			continue // refused by the import
		}
		t.Run(name, func(t *testing.T) {
			r, err := onnx.Import(path, onnx.Options{})
			if err != nil {
				t.Fatal(err)
			}
			n := canonical(t, r.Network)
			sameOutputs(t, r.Network, n)
			stages, err := convert.Stages(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, node := range n.Nodes {
				switch node.Op.(type) {
				case *model.BatchNorm, *model.Scale, *model.Dropout:
					t.Errorf("%s %s is left", node.Op.Kind(), node.Name)
				}
			}
			for _, s := range stages {
				var ops []string
				for _, l := range s.Linear {
					ops = append(ops, n.Node(l).Op.Kind())
				}
				t.Logf("%s %s %v reads %v through %v", s.Kind, s.Name, s.Shape, s.Sources, ops)
			}
		})
	}
}

package ttfs_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

func tensor(shape []int, values ...float32) *model.Tensor {
	return &model.Tensor{Shape: shape, Data: values}
}

// TestCorners: combinations that random networks seldom have.
func TestCorners(t *testing.T) {
	pool := &model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{1, 1}}
	padded := &model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{1, 1}, Padding: [2]int{1, 1}}
	clip := func(low, high float64) *model.Rectifier {
		return &model.Rectifier{Func: model.Clip, Low: low, High: high}
	}
	minus := &model.Affine{Weight: model.Scalar(-1), Bias: model.Scalar(7)}
	shifted := &model.Affine{Weight: model.Scalar(1), Bias: tensor([]int{1, 3, 3}, 0, 1, 2, 3, 4, 5, 6, 7, 8)}
	nine := model.Shape{1, 3, 3}
	node := func(name string, op model.Op, in ...string) model.Node {
		return model.Node{Name: name, Op: op, Inputs: in}
	}
	cases := map[string]*model.Network{
		"rest of its own a place":          chain(nine, relu, shifted, pool),
		"shift, then padding":              chain(nine, relu, minus, &model.Pad{Before: []int{0, 1, 1}, After: []int{0, 0, 0}}, pool),
		"shrinking values":                 chain(nine, relu, minus, pool),
		"pool that ignores its padding":    chain(nine, minus, padded),
		"clip above, less behind":          chain(nine, clip(0, 0.5), minus, relu),
		"clip that starts above zero":      chain(nine, minus, pool, clip(0.25, 0.5)),
		"clip that starts below zero":      chain(nine, minus, pool, clip(-0.25, 0.5)),
		"clip without an upper limit":      chain(nine, clip(0.25, 3e38)),
		"clip without a lower limit":       chain(nine, clip(-3e38, 0.25)),
		"clip without limits":              chain(nine, clip(-3e38, 3e38), relu),
		"clip behind the pool":             chain(nine, minus, pool, clip(0, 5)),
		"clip behind pool, order and pad":  chain(nine, minus, pool, &model.Pad{Before: []int{0, 1, 0}, After: []int{0, 0, 1}}, pool, &model.Flatten{}, clip(0, 5), relu),
		"a pool at the end":                chain(nine, minus, pool),
		"sum pool":                         chain(nine, relu, &model.Pool2d{Mode: model.PoolSum, Size: [2]int{2, 2}, Stride: [2]int{1, 1}}),
		"a network without rectifiers":     chain(nine, &model.Flatten{}, linear(1, 1, 2, 3, 4, -5, 6, 7, -8, 9)),
		"an output that is a layer before": {Input: nine, Nodes: []model.Node{node("a", relu, "input"), node("b", minus, "a"), node("c", &model.Add{}, "a", "b"), node("d", relu, "a")}},
		"two rectifiers behind a pool": {Input: nine, Nodes: []model.Node{
			node("m", minus, "input"), node("p", pool, "m"), node("a", relu, "p"), node("b", clip(0, 0.3), "p"), node("c", &model.Add{}, "a", "b"),
		}},
		"a pool read twice": {Input: nine, Nodes: []model.Node{
			node("m", minus, "input"), node("p", pool, "m"), node("a", relu, "p"), node("b", pool, "p"), node("c", &model.Flatten{}, "a"), node("d", &model.Flatten{}, "b"), node("e", &model.Concat{}, "c", "d"),
		}},
		"windows that end apart, in order": {Input: nine, Nodes: []model.Node{
			node("a", relu, "input"), node("m", minus, "a"), node("b", relu, "m"), node("c", &model.Concat{Axis: 1}, "a", "b"), node("p", pool, "c"),
		}},
	}
	for name, n := range cases {
		t.Run(name, func(t *testing.T) {
			x := samples(rand.New(rand.NewPCG(1, 2)), 6, n.Input)
			checkExact(t, n, x)
			for i := range x.F {
				x.F[i] = x.F[i]*x.F[i] + 8 // far from zero: what is clipped while calibrating counts
			}
			checkExact(t, n, x)
		})
	}
}

func checkExact(t *testing.T, n *model.Network, x *signal.Signal) {
	t.Helper()
	r := converted(t, n, ttfs.Options{Samples: x})
	got, did, err := simulator(t, r.Network).Run(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range did {
		if a.Saturated > 0 {
			t.Errorf("%s: %d saturated", a.Layer, a.Saturated)
		}
	}
	shapes, err := n.Shapes()
	if err != nil {
		t.Fatal(err)
	}
	shape := shapes[n.Output()]
	scores := make([]float64, shape.Size())
	for b := range x.B {
		want := reference(n, planar(x, b))
		row := got[b*len(want) : (b+1)*len(want)]
		copy(scores, row)
		if len(shape) == 3 {
			signal.ChannelOrder(shape, func(chw, hwc int) { scores[chw] = row[hwc] })
		}
		for i, v := range want {
			if !(math.Abs(scores[i]-v) <= 1e-10*math.Max(1, math.Abs(v))) {
				t.Fatalf("score %d of sample %d is %v, want %v", i, b, scores[i], v)
			}
		}
	}
}

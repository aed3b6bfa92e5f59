package ttfs_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// grower makes random networks in which every layer kind may follow every other.
type grower struct {
	t   *rapid.T
	r   *rand.Rand
	net *model.Network
}

func grow(t *rapid.T) *model.Network {
	g := &grower{t: t, r: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "values"), 1))}
	g.net = &model.Network{Input: model.Shape{rapid.IntRange(1, 3).Draw(t, "channels"), rapid.IntRange(3, 7).Draw(t, "height"), rapid.IntRange(3, 7).Draw(t, "width")}, Dt: 1}
	at := model.InputName
	for range rapid.IntRange(1, 9).Draw(t, "layers") {
		at = g.layer(at)
	}
	at = g.add(&model.Flatten{}, at)
	in := g.shape(at).Size()
	l := model.NewLinear(in, 5, true)
	g.fill(l.Weight, 1)
	g.fill(l.Bias, 1)
	at = g.add(l, at)
	if rapid.Bool().Draw(t, "end in a relu") {
		g.add(&model.Rectifier{Func: model.ReLU}, at)
	}
	return g.net
}

func (g *grower) shape(name string) model.Shape {
	shapes, err := g.net.Shapes()
	if err != nil {
		g.t.Fatal(err)
	}
	return shapes[name]
}

func (g *grower) add(op model.Op, in ...string) string {
	name := fmt.Sprintf("l%d", len(g.net.Nodes))
	g.net.Nodes = append(g.net.Nodes, model.Node{Name: name, Op: op, Inputs: in})
	return name
}

func (g *grower) fill(t *model.Tensor, scale float64) *model.Tensor {
	for i := range t.Data {
		t.Data[i] = float32(scale * g.r.NormFloat64())
	}
	return t
}

// per is a tensor of one value, one a channel, or one a place.
func (g *grower) per(s model.Shape) *model.Tensor {
	return g.fill([]*model.Tensor{model.NewTensor(1), model.NewTensor(s[0]), model.NewTensor(s...)}[g.r.IntN(3)], 1)
}

// layer adds what a drawn kind needs and returns the name of the result.
func (g *grower) layer(in string) string {
	s := g.shape(in)
	pair := func(low, high int, what string) [2]int {
		return [2]int{rapid.IntRange(low, high).Draw(g.t, what), rapid.IntRange(low, high).Draw(g.t, what)}
	}
	relu := &model.Rectifier{Func: model.ReLU}
	switch rapid.IntRange(0, 14).Draw(g.t, "kind") {
	case 0, 1:
		return g.add(relu, g.conv(in, pair))
	case 2:
		return g.add(relu, in)
	case 3:
		low := []float64{0, 0, -0.5, 0.25}[g.r.IntN(4)]
		return g.add(&model.Rectifier{Func: model.Clip, Low: low, High: low + 0.5 + g.r.Float64()}, in)
	case 4:
		return g.add(&model.Rectifier{Func: model.LeakyReLU, Slope: 0.3}, in)
	case 5:
		return g.add(&model.PReLU{Slope: g.per(s)}, in)
	case 6, 7:
		op := &model.Pool2d{
			Mode: []model.PoolMode{model.PoolMax, model.PoolMax, model.PoolAvg, model.PoolSum}[g.r.IntN(4)],
			Size: [2]int{min(s[1], 1+g.r.IntN(3)), min(s[2], 1+g.r.IntN(3))}, Stride: pair(1, 2, "stride"),
		}
		op.Padding = [2]int{g.r.IntN(op.Size[0]), g.r.IntN(op.Size[1])}
		if _, err := op.Infer([]model.Shape{s}); err != nil {
			return in
		}
		return g.add(op, in)
	case 8:
		b := &model.BatchNorm{Channels: s[0], Eps: 1e-3}
		b.Alloc()
		g.fill(b.Weight, 1)
		g.fill(b.Bias, 1)
		g.fill(b.Mean, 1)
		for i := range b.Var.Data {
			b.Var.Data[i] = 0.2 + g.r.Float32()
		}
		return g.add(b, in)
	case 9:
		return g.add(&model.Affine{Weight: g.per(s), Bias: g.per(s)}, in)
	case 10:
		return g.add(&model.Add{}, in, g.add(&model.Scale{Factor: g.per(s)}, in))
	case 11:
		return g.add(&model.Add{}, in, g.add(relu, g.add(&model.Affine{Weight: g.per(s), Bias: g.per(s)}, in)))
	case 12:
		return g.add(&model.Concat{Axis: g.r.IntN(3)}, in, g.add(relu, in))
	case 13:
		op := &model.Pad{Before: []int{0, g.r.IntN(2), g.r.IntN(2)}, After: []int{g.r.IntN(2), 0, 1 - g.r.IntN(3)}}
		if _, err := op.Infer([]model.Shape{s}); err != nil {
			return in
		}
		return g.add(op, in)
	}
	return g.add(&model.Permute{Axes: []int{1, 2, 0}}, g.add(&model.Dropout{P: 0.5}, in))
}

func (g *grower) conv(in string, pair func(int, int, string) [2]int) string {
	s := g.shape(in)
	c := &model.Conv2d{
		In: s[0], Out: 4, Groups: 1, HasBias: true, Stride: pair(1, 3, "stride"), Padding: pair(0, 2, "padding"), Dilation: pair(1, 2, "dilation"),
		Kernel: [2]int{1 + g.r.IntN(3), 1 + g.r.IntN(3)},
	}
	if g.r.IntN(2) == 0 {
		c.Groups, c.Out = s[0], 2*s[0]
	}
	if _, err := c.Infer([]model.Shape{s}); err != nil {
		return in
	}
	c.Alloc()
	g.fill(c.Weight, 0.7)
	g.fill(c.Bias, 0.5)
	return g.add(c, in)
}

// samples are random values, some of them the same, some zero.
func samples(r *rand.Rand, n int, shape model.Shape) *signal.Signal {
	x := signal.NewAnalog(1, n, shape, false)
	for i := range x.F {
		switch r.IntN(4) {
		case 0: // zero
		case 1:
			x.F[i] = float32(r.IntN(5)-2) / 2
		default:
			x.F[i] = float32(r.NormFloat64())
		}
	}
	return x
}

// planar is a sample in (C, H, W) order.
func planar(x *signal.Signal, b int) []float64 {
	out := make([]float64, x.N())
	row := x.Row(b)
	signal.ChannelOrder(x.Shape, func(chw, hwc int) { out[chw] = float64(row[hwc]) })
	return out
}

// TestExact: whatever layers a network has, first spike times carry its values
// to within the rounding of times, and no neuron fires twice.
func TestExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := grow(t)
		x := samples(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "samples"), 2)), 4, n.Input)
		r, err := ttfs.Convert(n, ttfs.Options{Samples: x})
		if err != nil {
			t.Fatal(err)
		}
		sim, err := ttfs.New(r.Network)
		if err != nil {
			t.Fatal(err)
		}
		got, did, err := sim.Run(x, par.New(2))
		if err != nil {
			t.Fatal(err)
		}
		end := 1.0
		for _, a := range did {
			end = max(end, a.TMax)
			if a.Saturated > 0 {
				t.Fatalf("%s: %d neurons saturated on the samples that were calibrated on", a.Layer, a.Saturated)
			}
		}
		for b := range x.B {
			if n := sim.Repeated(x.Row(b)); n > 0 {
				t.Fatalf("%d spikes in sample %d come from neurons that have fired", n, b)
			}
			want := reference(n, planar(x, b))
			for i, v := range want {
				if d := math.Abs(got[b*len(want)+i] - v); !(d <= 1e-11*end*math.Max(1, math.Abs(v))) {
					t.Fatalf("score %d of sample %d is %v, want %v; last window ends at %v", i, b, got[b*len(want)+i], v, end)
				}
			}
		}
	})
}

package autograd_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"pgregory.net/rapid"
)

// drawnConv is a convolution of any geometry with its inputs and an error.
type drawnConv struct {
	op      autograd.Conv2d // without buffers, to copy attributes from
	in      []*autograd.Value
	grad    *autograd.Value
	density float64
}

func (d *drawnConv) fresh(pool *model.Pool2d) *autograd.Conv2d {
	return &autograd.Conv2d{Kernel: d.op.Kernel, Stride: d.op.Stride, Padding: d.op.Padding, Dilation: d.op.Dilation, Groups: d.op.Groups, Pool: pool}
}

func drawPair(t *rapid.T, name string, lo, hi int) [2]int {
	return [2]int{rapid.IntRange(lo, hi).Draw(t, name), rapid.IntRange(lo, hi).Draw(t, name)}
}

func drawConv(t *rapid.T) *drawnConv {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	d := &drawnConv{}
	d.op.Kernel, d.op.Stride, d.op.Dilation = drawPair(t, "kernel", 1, 4), drawPair(t, "stride", 1, 3), drawPair(t, "dilation", 1, 3)
	d.op.Padding, d.op.Groups = drawPair(t, "padding", 0, 3), rapid.IntRange(1, 3).Draw(t, "groups")
	channels, outs := d.op.Groups*rapid.SampledFrom([]int{1, 1, 2, 5, 13, 40}).Draw(t, "in"), d.op.Groups*rapid.SampledFrom([]int{1, 3, 8, 12, 17, 70}).Draw(t, "out")
	shape := []int{channels, 0, 0}
	for i := range 2 {
		shape[i+1] = max(1, d.op.Dilation[i]*(d.op.Kernel[i]-1)+1-2*d.op.Padding[i]) + rapid.IntRange(0, 6).Draw(t, "size")
	}
	d.density = rapid.SampledFrom([]float64{0, 0.03, 0.2, 0.6, 1}).Draw(t, "density")
	x := signal.NewSpikes(rapid.IntRange(1, 3).Draw(t, "T"), rapid.OneOf(rapid.IntRange(1, 7), rapid.IntRange(50, 70)).Draw(t, "B"), shape, rapid.Bool().Draw(t, "const"))
	for row := range x.Rows() {
		for n := range x.N() {
			if r.Float64() < d.density {
				x.Fire(row, n)
			}
		}
	}
	x.Gain = rapid.SampledFrom([]float32{1, 1, 1.5}).Draw(t, "gain")
	d.in = []*autograd.Value{{Signal: x}, randomParam(r, d.op.Kernel[0]*d.op.Kernel[1]*channels/d.op.Groups*outs)}
	if rapid.Bool().Draw(t, "bias") {
		d.in = append(d.in, randomParam(r, outs))
	}
	d.grad = &autograd.Value{}
	return d
}

// errors draws an error for an output, of which a share is zero.
func (d *drawnConv) errors(t *rapid.T, out *autograd.Value) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "error seed"), 1))
	zeros := rapid.SampledFrom([]float64{0, 0.4, 0.9}).Draw(t, "zeros")
	y := out.Signal
	d.grad.Signal = signal.NewAnalog(y.T, y.B, y.Shape, y.Const)
	for i := range d.grad.Signal.F {
		if r.Float64() >= zeros {
			d.grad.Signal.F[i] = float32(r.NormFloat64())
		}
	}
}

// both runs an op forward and backward and returns copies of output and gradients.
func both(t *rapid.T, threads int, op autograd.Op, d *drawnConv, in []*autograd.Value) [][]float32 {
	c := &autograd.Context{Pool: par.New(threads), Train: true}
	out, err := op.Forward(c, in)
	if err != nil {
		t.Fatal(err)
	}
	if d.grad.Signal == nil {
		d.errors(t, out)
	}
	need := make([]bool, len(in))
	for i := range need {
		need[i] = true
	}
	back, err := op.Backward(c, in, out, d.grad, need)
	if err != nil {
		t.Fatal(err)
	}
	results := [][]float32{slices.Clone(out.Signal.F)}
	for _, g := range back {
		if g.Signal != nil {
			results = append(results, slices.Clone(g.Signal.F))
		} else {
			results = append(results, slices.Clone(g.Param))
		}
	}
	return results
}

// near fails unless two results differ by rounding only, relative to the largest value of each.
func near(t *rapid.T, what string, got, want [][]float32) {
	for i := range want {
		largest := 1e-3
		for _, v := range want[i] {
			largest = max(largest, math.Abs(float64(v)))
		}
		for k, v := range want[i] {
			if e := math.Abs(float64(got[i][k]) - float64(v)); !(e <= 1e-5*largest) {
				t.Fatalf("%s: value %d of result %d is %v, want %v", what, k, i, got[i][k], v)
			}
		}
	}
}

func identical(t *rapid.T, what string, got, want [][]float32) {
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Fatalf("%s: result %d differs", what, i)
		}
	}
}

// TestConvolutionOfSpikesEqualsTheDenseOne compares spikes of any density with
// the same values as floats, and one thread with three.
func TestConvolutionOfSpikesEqualsTheDenseOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawConv(t)
		x := d.in[0].Signal
		dense := signal.NewAnalog(x.T, x.B, x.Shape, x.Const)
		x.Dense(dense.F)
		got := both(t, 1, d.fresh(nil), d, d.in)
		identical(t, "threads", both(t, 3, d.fresh(nil), d, d.in), got)
		near(t, "dense", got, both(t, 2, d.fresh(nil), d, append([]*autograd.Value{{Signal: dense}}, d.in[1:]...)))
	})
}

// TestPooledConvolutionEqualsItsParts compares the fused op with a convolution and a pool behind it.
func TestPooledConvolutionEqualsItsParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawConv(t)
		conv := d.fresh(nil)
		c := &autograd.Context{Pool: par.New(2), Train: true}
		full, err := conv.Forward(c, d.in)
		if err != nil {
			t.Fatal(err)
		}
		p := &model.Pool2d{Mode: model.PoolMax}
		for i := range 2 {
			p.Size[i] = rapid.IntRange(1, min(3, full.Signal.Shape[i+1])).Draw(t, "window")
			p.Stride[i] = rapid.IntRange(1, 3).Draw(t, "pool stride")
			p.Padding[i] = rapid.IntRange(0, p.Size[i]/2).Draw(t, "pool padding")
		}
		fused := both(t, 1, d.fresh(p), d, d.in)
		identical(t, "threads", both(t, 3, d.fresh(p), d, d.in), fused)

		pool := &autograd.Pool2d{Pool2d: *p}
		out, err := pool.Forward(c, []*autograd.Value{full})
		if err != nil {
			t.Fatal(err)
		}
		identical(t, "forward", fused[:1], [][]float32{out.Signal.F})
		dy, err := pool.Backward(c, []*autograd.Value{full}, out, d.grad, []bool{true})
		if err != nil {
			t.Fatal(err)
		}
		parts := &drawnConv{in: d.in, grad: dy[0]}
		near(t, "parts", fused[1:], both(t, 2, d.fresh(nil), parts, d.in)[1:])
	})
}

//go:build !race

package autograd_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/race"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// TestConvolutionAllocatesNothing runs the ops of a convolutional network again
// and again. The race detector makes sync.Pool forget at random, so it runs without.
func TestConvolutionAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("allocations are not counted under the race detector")
	}
	r := rand.New(rand.NewPCG(3, 4))
	pool := model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}
	average := pool
	average.Mode = model.PoolAvg
	conv := func(p *model.Pool2d) autograd.Op {
		return &autograd.Conv2d{Kernel: [2]int{3, 3}, Stride: [2]int{1, 1}, Padding: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1, Pool: p}
	}
	norm := &autograd.BatchNorm{Eps: 1e-5, Momentum: 0.1, Mean: make([]float32, 8), Var: make([]float32, 8)}
	weights, small, bias := randomParam(r, 9*8*16), randomParam(r, 8), randomParam(r, 16)
	for name, c := range map[string]struct {
		op autograd.Op
		in []*autograd.Value
	}{
		"conv2d of spikes":         {conv(nil), []*autograd.Value{randomSignal(r, forms[4], 8, 6, 6), weights, bias}},
		"conv2d of values":         {conv(nil), []*autograd.Value{randomSignal(r, forms[0], 8, 6, 6), weights, bias}},
		"conv2d with max-pool":     {conv(&pool), []*autograd.Value{randomSignal(r, forms[4], 8, 6, 6), weights, bias}},
		"max-pool of values":       {&autograd.Pool2d{Pool2d: pool}, []*autograd.Value{randomSignal(r, forms[0], 8, 6, 6)}},
		"max-pool of spikes":       {&autograd.Pool2d{Pool2d: pool}, []*autograd.Value{randomSignal(r, forms[4], 8, 6, 6)}},
		"avg-pool of spikes":       {&autograd.Pool2d{Pool2d: average}, []*autograd.Value{randomSignal(r, forms[4], 8, 6, 6)}},
		"batch-norm":               {norm, []*autograd.Value{randomSignal(r, forms[0], 8, 6, 6), small, small}},
		"avg-pool of values":       {&autograd.Pool2d{Pool2d: average}, []*autograd.Value{randomSignal(r, forms[0], 8, 6, 6)}},
		"conv2d of constant input": {conv(&pool), []*autograd.Value{randomSignal(r, forms[1], 8, 6, 6), weights, bias}},
	} {
		ctx := &autograd.Context{Pool: par.New(1), Train: true}
		need := slices.Repeat([]bool{true}, len(c.in))
		var grad *autograd.Value
		step := func() {
			out, err := c.op.Forward(ctx, c.in)
			if err == nil && grad == nil {
				grad = &autograd.Value{Signal: signal.NewAnalog(out.Signal.T, out.Signal.B, out.Signal.Shape, out.Signal.Const)}
			}
			if err == nil {
				_, err = c.op.Backward(ctx, c.in, out, grad, need)
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		step()
		if n := testing.AllocsPerRun(50, step); n > 0 {
			t.Errorf("%s: %v allocations a step", name, n)
		}
	}
}

package layers_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// plain is a network without spikes.
const plain = `
  - {kind: affine, weight: 2, bias: -1}
  - {kind: conv2d, name: stem, out: 6, kernel: 3, padding: 1}
  - {kind: prelu, share: neuron}
  - {kind: slice, name: half, start: [0, 0, 0], step: [1, 2, 2], size: [6, 4, 4]}
  - {kind: conv2d, name: deep, out: 6, kernel: 2, stride: 2, input: [prelu1]}
  - {kind: leaky-relu}
  - {kind: concat, input: [half, leaky-relu1]}
  - {kind: pad, before: [1, 0], after: [0, 1]}
  - {kind: conv2d, out: 8, kernel: 3, groups: 2}
  - {kind: clip, low: -0.5, high: 2}
  - {kind: permute, axes: [2, 0, 1]}
  - {kind: reshape, shape: [72]}
  - {kind: linear, out: 16}
  - {kind: relu}
  - {kind: linear, out: 4}
`

func TestANetworkWithoutSpikesLearns(t *testing.T) {
	p, _ := compiled(t, layers.Builder{Input: model.Shape{2, 8, 8}, Seed: 1}, plain, layers.Options{Loss: crossEntropy})
	in := batch(3, 1, 8, true, 2, 8, 8)
	first, last := 0.0, 0.0
	for step := range 150 {
		r, err := p.Step(in)
		if err != nil {
			t.Fatal(err)
		}
		if last = r.Loss; step == 0 {
			first = r.Loss
		}
		for _, q := range p.Params() {
			for i, g := range q.Grad {
				q.Value[i] -= 0.3 * g
			}
		}
	}
	if last > 0.5*first {
		t.Errorf("loss went from %v to %v only", first, last)
	}
}

// TestALayerReadTwice: the gradient of a layer that another reads twice is that of both.
func TestALayerReadTwice(t *testing.T) {
	for _, kind := range []string{"add", "concat"} {
		p, _ := compiled(t, layers.Builder{Input: model.Shape{5}, Seed: 1}, `
  - {kind: linear, name: a, out: 6}
  - {kind: `+kind+`, input: [a, a]}
  - {kind: linear, out: 4}
`, layers.Options{Loss: crossEntropy})
		in := batch(3, 1, 4, true, 5)
		loss := func() float64 {
			r, err := p.Step(in)
			if err != nil {
				t.Fatal(err)
			}
			return r.Loss
		}
		loss()
		weight := p.Params()[0]
		grad := append([]float32(nil), weight.Grad...)
		for i, g := range grad[:5] {
			before := weight.Value[i]
			weight.Value[i] = before + 1e-2
			high := loss()
			weight.Value[i] = before - 1e-2
			low := loss()
			weight.Value[i] = before
			if want := (high - low) / 2e-2; math.Abs(float64(g)-want) > 1e-3 {
				t.Errorf("%s: gradient %d is %v, by differences %v", kind, i, g, want)
			}
		}
	}
}

// TestRoutesMoveValues: layers that move values do so in (C, H, W) order.
func TestRoutesMoveValues(t *testing.T) {
	shape := model.Shape{2, 3, 4}
	values := make([]float32, shape.Size())
	for i := range values {
		values[i] = float32(i + 1)
	}
	for yaml, want := range map[string][]float32{
		"{kind: slice, start: [1, 0, 3], step: [1, 2, -3], size: [1, 2, 2]}": {16, 13, 24, 21},
		"{kind: pad, before: [-2, 1], after: [0, -3]}":                       {0, 9, 0, 21},
		"{kind: permute, axes: [1, 0, 2]}": {
			1, 2, 3, 4, 13, 14, 15, 16, 5, 6, 7, 8, 17, 18, 19, 20, 9, 10, 11, 12, 21, 22, 23, 24,
		},
		"{kind: reshape, shape: [3, 4, 2]}": values,
	} {
		p, _ := compiled(t, layers.Builder{Input: shape}, "\n  - "+yaml+"\n  - {kind: flatten}\n", layers.Options{})
		x := signal.NewAnalog(1, 1, shape, true)
		signal.ToChannelLast(x.F, values, shape)
		scores, err := p.Infer(layers.Input{X: x})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, scores.Row(0)); d != "" {
			t.Errorf("%s: %s", yaml, d)
		}
	}
}

package main

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// TestNorthPoleAccuracy: trained ONNX networks, calibrated on 1000 training
// images, in integers of 8 and 4 bits on all test images.
func TestNorthPoleAccuracy(t *testing.T) {
	for _, c := range []struct {
		onnxNet
		drop8, drop4 float64 // most points lost
	}{
		{onnxNet{net: "vnncomp2021/mnist-net_256x2", config: "mnist", correct: 9808}, 0.3, 3},
		{onnxNet{net: "dnnv/convSmallRELU__Point", config: "mnist-standardized", correct: 9825}, 0.3, 3},
	} {
		t.Run(c.net, func(t *testing.T) {
			o := evalOptions{
				model: testkit.Data(t, "onnx", filepath.FromSlash(c.net)+".onnx"), split: "train", sets: c.set(t),
				data: []string{filepath.Join(testkit.Root(), "configs", "onnx-"+c.config+".yaml")},
			}
			n, source, enc, _, err := openFloat(o)
			if err != nil {
				t.Fatal(err)
			}
			seen := calibrated8(t, n, datasets.Limit(source, 1000), enc)
			o.split = "test"
			_, test, enc, _, err := openFloat(o)
			if err != nil {
				t.Fatal(err)
			}
			for bits, drop := range map[int]float64{8: c.drop8, 4: c.drop4} {
				net, err := northpole.Quantize(n, bits, seen)
				if err != nil {
					t.Fatal(err)
				}
				im, err := chip.Make(northpole.New(), net, "test")
				if err != nil {
					t.Fatal(err)
				}
				im.IO = chip.IO{Coding: "constant", Ticks: 1, Steps: 1, Readout: "sum"}
				correct := 0
				var j *run.Judge
				for b, err := range datasets.Batches(test, datasets.BatchOptions{Size: 250, Encoder: enc, Pool: par.New(0)}) {
					if err != nil {
						t.Fatal(err)
					}
					if j == nil {
						if j, err = run.NewJudge(im, b.X.Shape, par.New(0)); err != nil {
							t.Fatal(err)
						}
					}
					if err := j.Batch(context.Background(), b.X, b.Labels); err != nil {
						t.Fatal(err)
					}
					correct = j.Result().Correct
				}
				lost := float64(c.correct-correct) / 100
				t.Logf("%d bits: %d of %d right, float %d", bits, correct, test.Len(), c.correct)
				if lost > drop {
					t.Errorf("%d bits lose %.2f points, at most %.2f are allowed", bits, lost, drop)
				}
			}
		})
	}
}

// calibrated8 runs the float network and keeps the greatest values.
func calibrated8(t *testing.T, n *model.Network, source datasets.Source, enc datasets.Encoder) northpole.Calibration {
	p, err := layers.Compile(n, layers.Options{Pool: par.New(0)})
	if err != nil {
		t.Fatal(err)
	}
	c := northpole.Calibration{Layers: map[string]float64{}}
	for b, err := range datasets.Batches(source, datasets.BatchOptions{Size: 250, Encoder: enc, Pool: par.New(0)}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range b.X.F {
			c.Input, c.Negative = max(c.Input, math.Abs(float64(x))), c.Negative || x < 0
		}
		if _, err := p.Infer(layers.Input{X: b.X}); err != nil {
			t.Fatal(err)
		}
		for _, node := range n.Nodes {
			if out := p.Output(node.Name); out != nil && node.Op.Kind() == "relu" {
				for _, x := range out.F {
					c.Layers[node.Name] = max(c.Layers[node.Name], float64(x))
				}
			}
		}
	}
	return c
}

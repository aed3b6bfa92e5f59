package main

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/snntrain/snntrain/convert/ttfs"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// imagesEnv says how many test images of each network TestTTFS shows, 0 = all.
const imagesEnv = "SNNTRAIN_TTFS_IMAGES"

// TestTTFS: first spike times predict what the network without spikes does,
// image by image, for every trained network of the data folder.
func TestTTFS(t *testing.T) {
	images := 100
	if text := os.Getenv(imagesEnv); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("%s: %v", imagesEnv, err)
		}
		images = n
	}
	for _, c := range onnxNets() {
		t.Run(c.net, func(t *testing.T) {
			path := testkit.Data(t, "onnx", filepath.FromSlash(c.net)+".onnx")
			files := config.Options{Files: []string{filepath.Join(testkit.Root(), "configs", "onnx-"+c.config+".yaml")}, Sets: c.set(t)}
			n, train, enc, _, err := openNet(path, files, datasets.Train)
			if err != nil {
				t.Fatal(err)
			}
			r, err := ttfs.Convert(n, ttfs.Options{Samples: allSamples(t, datasets.Limit(train, 1000), enc), Pool: par.New(0)})
			if err != nil {
				t.Fatal(err)
			}
			_, test, enc, _, err := openNet(path, files, datasets.Test)
			if err != nil {
				t.Fatal(err)
			}
			compareTimes(t, n, r.Network, datasets.Limit(test, images), enc)
		})
	}
}

// openNet opens an ONNX network and a part of its data.
func openNet(path string, files config.Options, split datasets.Split) (*model.Network, datasets.Source, datasets.Encoder, uint64, error) {
	return openFloat(evalOptions{model: path, data: files.Files, sets: files.Sets, split: string(split)}, func(string) {})
}

// allSamples is all samples of a source as one batch.
func allSamples(t *testing.T, s datasets.Source, enc datasets.Encoder) *signal.Signal {
	t.Helper()
	var all *signal.Signal
	for b, err := range datasets.Batches(s, datasets.BatchOptions{Size: 100, Encoder: enc}) {
		if err != nil {
			t.Fatal(err)
		}
		all = ttfs.Samples(all, b.X)
	}
	return all
}

// compareTimes runs both networks on every sample.
func compareTimes(t *testing.T, float, timed *model.Network, s datasets.Source, enc datasets.Encoder) {
	t.Helper()
	pool := par.New(0)
	p, err := layers.Compile(float, layers.Options{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	sim, err := ttfs.New(timed)
	if err != nil {
		t.Fatal(err)
	}
	var total []ttfs.Activity
	n, right, differ, largest, size := 0, 0, 0, 0.0, 0.0
	for b, err := range datasets.Batches(s, datasets.BatchOptions{Size: min(100, batchFor(float, 100)), Encoder: enc, Pool: pool}) {
		if err != nil {
			t.Fatal(err)
		}
		want, err := p.Infer(layers.Input{X: b.X})
		if err != nil {
			t.Fatal(err)
		}
		got, did, err := sim.Run(b.X, pool)
		if err != nil {
			t.Fatal(err)
		}
		total = ttfs.Sum(total, did)
		for i, label := range b.Labels {
			row, scores := want.Row(i), got[i*want.N():(i+1)*want.N()]
			guess, guess32 := 0, 0
			for k, v := range scores {
				largest, size = max(largest, math.Abs(v-float64(row[k]))), max(size, math.Abs(v))
				if v > scores[guess] {
					guess = k
				}
				if row[k] > row[guess32] {
					guess32 = k
				}
			}
			if guess != guess32 {
				differ++
			}
			if guess == label {
				right++
			}
			n++
		}
	}
	spikes, neurons, ops, macs, saturated := 0.0, 0, 0.0, 0, 0
	for _, a := range total {
		ops += a.Operations
		macs += a.MACs
		saturated += a.Saturated
		if a.Fires {
			spikes += a.Spikes
			neurons += a.Neurons
			if a.Spikes > float64(a.Neurons*n) {
				t.Errorf("%s: more than one spike a neuron", a.Layer)
			}
		}
	}
	t.Logf("%d images, %d right, %d predictions differ, largest difference %.2g of %.3g, %.3f spikes a neuron, %.0f operations of %d MACs a sample (%.2f), %d saturated",
		n, right, differ, largest, size, spikes/float64(neurons*n), ops/float64(n), macs, ops/float64(n)/float64(macs), saturated)
	if differ > 0 {
		t.Errorf("%d of %d predictions differ", differ, n)
	}
}

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/sysinfo"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/train"
)

// summary is summary.json.
type summary struct {
	Test       *train.Score       `json:"test,omitempty"`
	Validation *train.Score       `json:"validation,omitempty"`
	Epochs     int                `json:"epochs"`
	BestEpoch  int                `json:"best_epoch"`
	Seconds    float64            `json:"seconds"`
	PerSecond  float64            `json:"samples_per_second"`
	PeakRSS    uint64             `json:"peak_rss_bytes"`
	Spikes     map[string]float64 `json:"spikes_per_neuron"`
	Seed       uint64             `json:"seed"`
	Version    string             `json:"version"`
	DataHash   map[string]string  `json:"data_blake3"`
	Machine    sysinfo.Machine    `json:"machine"`
	Out        string             `json:"out"`
}

// finish judges the trained network once on the test part and writes what is left to write.
func finish(ctx context.Context, set *setup, program *layers.Program, pool *par.Pool, r train.Result, out string) (*summary, error) {
	sum := &summary{
		Epochs: r.Epochs, BestEpoch: r.Best, PerSecond: r.PerSecond, Seed: set.Seed, Version: version(),
		Machine: sysinfo.Read(pool.Threads()), Out: out,
		DataHash: map[string]string{"train": datasets.Hash(set.parts.Train), "test": datasets.Hash(set.parts.Test)},
	}
	opts := train.EvalOptions{Encoder: set.encoder, Batch: set.Train.Batch, Seed: set.Seed, Pool: pool}
	results := map[string]float64{}
	if set.parts.Validation != nil {
		e, err := train.Evaluate(ctx, program, set.parts.Validation, opts)
		if err != nil {
			return nil, err
		}
		sum.Validation = &e.Score
		results["validation_accuracy"] = e.Accuracy
	}
	test, err := train.Evaluate(ctx, program, set.parts.Test, opts)
	if err != nil {
		return nil, err
	}
	sum.Test, sum.Spikes = &test.Score, test.Spikes
	results["test_accuracy"] = test.Accuracy
	set.network.Record.Results = results
	if err := program.Store().Save(filepath.Join(out, train.ModelFile)); err != nil {
		return nil, err
	}
	sum.Seconds, sum.PeakRSS = r.Seconds, sysinfo.PeakRSS()
	if err := train.WriteJSON(filepath.Join(out, train.SummaryFile), sum); err != nil {
		return nil, err
	}
	return sum, writeReport(set, program, test, sum, out)
}

// describe is the summary for people.
func (s *summary) describe(out string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "test accuracy %.2f %% (%d of %d), loss %.4f", 100*s.Test.Accuracy, s.Test.Correct, s.Test.N, s.Test.Loss)
	if s.Validation != nil {
		fmt.Fprintf(&b, "; validation %.2f %%", 100*s.Validation.Accuracy)
	}
	fmt.Fprintf(&b, "\n%d epochs in %s, %.0f samples/s, peak memory %d MB\n", s.Epochs, time.Duration(s.Seconds*float64(time.Second)).Round(100*time.Millisecond), s.PerSecond, s.PeakRSS>>20)
	fmt.Fprintf(&b, "\nwritten to %s:\n", out)
	fmt.Fprintf(&b, "  %-18s the network of epoch %d; use it with: snntrain eval %s\n", train.ModelFile, s.BestEpoch, out)
	fmt.Fprintf(&b, "  %-18s learning curves, firing rates, rasters: open it in a browser\n", train.ReportFile)
	fmt.Fprintf(&b, "  %-18s this result with seed, versions, machine and data hashes\n", train.SummaryFile)
	fmt.Fprintf(&b, "  %-18s a line an epoch; TensorBoard: tensorboard --logdir %s", train.MetricsFile, filepath.Dir(out))
	return b.String()
}

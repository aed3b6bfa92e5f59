package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// ratesOf is how many training samples say how often sources of wide layers send.
const ratesOf = 256

// inParts takes sums that no core of the target holds in parts; io changes with the network's latency.
func inParts(ctx context.Context, t chip.Quantizable, net *quant.IntNet, io *chip.IO, d *calibrated) (*quant.IntNet, []chip.Parts, error) {
	s, ok := t.(chip.Summing)
	if !ok {
		return net, nil, nil
	}
	wide := s.Wide(net)
	if len(wide) == 0 {
		return net, nil, nil
	}
	if d == nil {
		return nil, nil, fault.Fault{
			Pkg: "quantize", Subject: "layers that read " + strings.Join(wide, ", "), Fact: "no core holds their sums, and without samples nobody knows how large parts of them get",
			Hint: "give --calibrate CONFIG, or quantize to fewer bits",
		}
	}
	rates, err := d.rates(ctx, &chip.Image{Net: net, IO: *io}, wide)
	if err != nil {
		return nil, nil, err
	}
	net, parts, err := s.InParts(net, rates)
	if err != nil {
		return nil, nil, err
	}
	io.From, io.Ticks = io.From+len(parts), io.Ticks+len(parts)
	return net, parts, net.Validate()
}

// rates shows training samples to the network before its sums are taken in parts.
func (d *calibrated) rates(ctx context.Context, im *chip.Image, sources []string) (chip.Rates, error) {
	var c *run.Counter
	o := datasets.BatchOptions{Size: 64, Seed: d.seed, Encoder: d.ticks, Pool: d.pool}
	for b, err := range datasets.Batches(datasets.Limit(d.train, ratesOf), o) {
		if err == nil && c == nil {
			c, err = run.NewCounter(im, sources, b.X.Shape, d.pool)
		}
		if err == nil {
			err = c.Batch(ctx, b.X)
		}
		if err != nil {
			return nil, err
		}
	}
	if c == nil {
		return nil, fmt.Errorf("quantize: the training part has no sample")
	}
	return c.Rates(), nil
}

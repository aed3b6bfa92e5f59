package main

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/datasets"
)

// addVector lets an image carry what it does with the first test sample, so
// that any emulator can be held to it.
func addVector(im *chip.Image, test datasets.Source, o datasets.BatchOptions) error {
	o.Size = 1
	for b, err := range datasets.Batches(datasets.Limit(test, 1), o) {
		if err != nil {
			return err
		}
		v, err := run.Record(im, "test sample 0", b.X, 0)
		if err != nil {
			return asUsage(err)
		}
		im.Conformance = append(im.Conformance, v)
	}
	return nil
}

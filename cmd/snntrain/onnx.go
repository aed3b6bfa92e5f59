package main

import (
	"strconv"
	"strings"

	"github.com/snntrain/snntrain/convert/onnx"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
)

// isONNX reports whether a path names an ONNX file.
func isONNX(path string) bool { return strings.HasSuffix(strings.ToLower(path), ".onnx") }

// isQuantizedONNX reports whether an ONNX file holds the integers of a chip.
func isQuantizedONNX(path string) bool {
	f, err := openImport("onnx", path)
	return err == nil && isQDQ(f)
}

// inputShapeHelp explains the flag --input-shape.
const inputShapeHelp = "extents of an ONNX input that the file leaves free, batch first: 1,3,32,32"

// parseShape reads "1,3,32,32"; "" is nil.
func parseShape(text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	var shape []int
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 {
			return nil, usagef("--input-shape %q: needs whole numbers from 1, like 1,3,32,32", text)
		}
		shape = append(shape, n)
	}
	return shape, nil
}

// importONNX reads the network of an ONNX file for samples of a shape, nil =
// the file's own. The result is there without a network when operators are refused.
func importONNX(path, inputShape string, sample model.Shape) (*onnx.Result, error) {
	shape, err := parseShape(inputShape)
	if err != nil {
		return nil, err
	}
	if isQuantizedONNX(path) {
		return nil, usage(fault.Fault{Pkg: "onnx", Subject: path, Fact: "is quantized (QDQ)", Hint: "run it with snntrain emulate"})
	}
	r, err := onnx.Import(path, onnx.Options{InputShape: shape, Sample: sample})
	return r, usage(err)
}

// warnNotes warns of what a network has otherwise than its ONNX file.
func warnNotes(notes []string, warn func(string)) {
	for _, note := range notes {
		warn("onnx: " + note)
	}
}

// openFloat opens the data for a network of an ONNX file: a sample is shown
// once, as it is, whatever encoding the config asks for. What is otherwise than in
// the file is warned of.
func openFloat(o evalOptions, warn func(string)) (*model.Network, datasets.Source, datasets.Encoder, uint64, error) {
	fail := func(err error) (*model.Network, datasets.Source, datasets.Encoder, uint64, error) {
		return nil, nil, nil, 0, err
	}
	switch {
	case len(o.data) == 0:
		return fail(usagef("eval: %s: an ONNX file does not say what data it is for; give --data CONFIG", o.model))
	case o.steps != "":
		return fail(usagef("eval: %s: an ONNX network has no time steps; leave out --steps", o.model))
	case o.record != "":
		return fail(usagef("eval: %s: an ONNX network has no spikes; leave out --record", o.model))
	}
	sets := append(o.sets, "data.encode={kind: constant, steps: 1}")
	source, enc, seed, err := openRecorded(&model.Network{}, config.Options{Files: o.data, Sets: sets}, datasets.Split(o.split))
	if err != nil {
		return fail(err)
	}
	r, err := importONNX(o.model, o.inputShape, enc.OutShape(source.Info().Shape))
	if err != nil {
		return fail(err)
	}
	warnNotes(r.Notes, warn)
	return r.Network, source, enc, seed, nil
}

// batchValues bounds the values that all layers of a batch hold together.
const batchValues = 64 << 20

// batchFor is the largest batch up to most whose values stay within batchValues.
func batchFor(n *model.Network, most int) int {
	shapes, err := n.Shapes()
	if err != nil {
		return most
	}
	total := 1
	for _, s := range shapes {
		total += s.Size()
	}
	return max(1, min(most, batchValues/total))
}

package xylo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// Read reads what JSON writes. The form does not say the core's version: it is
// taken as v2, of which v1 without biases differs only in how sums overflow.
func Read(raw []byte) (*Spec, error) {
	var j specJSON
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := dec.Decode(&j); err != nil {
		return nil, fmt.Errorf("chip/xylo: specification: %w", err)
	}
	s := &Spec{
		DashMem: vector(j.DashMem), DashMemOut: vector(j.DashMemOut), DashSyn: vector(j.DashSyn), DashSyn2: vector(j.DashSyn2),
		DashSynOut: vector(j.DashSynOut), Threshold: vector(j.Threshold), ThresholdOut: vector(j.ThresholdOut), Bias: vector(j.Bias),
		BiasOut: vector(j.BiasOut), ShiftIn: j.ShiftIn, ShiftRec: j.ShiftRec, ShiftOut: j.ShiftOut, Aliases: j.Aliases,
	}
	var faults fault.List
	for _, a := range []struct {
		name string
		from any
		to   *quant.Tensor
	}{{"weights_in", j.WeightsIn, &s.WeightsIn}, {"weights_rec", j.WeightsRec, &s.WeightsRec}, {"weights_out", j.WeightsOut, &s.WeightsOut}} {
		if a.from == nil {
			continue
		}
		if err := flatten(a.from, 0, a.to); err != nil {
			faults.Add(fault.Fault{Pkg: "chip/xylo", Subject: a.name, Fact: err.Error()})
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return s, s.check()
}

func vector(v []int32) quant.Tensor {
	if len(v) == 0 {
		return quant.Tensor{}
	}
	return quant.NewTensor(v, len(v))
}

// flatten appends lists of lists to t and checks that all of a depth are equally long.
func flatten(v any, depth int, t *quant.Tensor) error {
	list, ok := v.([]any)
	if !ok {
		return appendNumber(v, depth, t)
	}
	if depth == len(t.Shape) {
		if len(t.Data) > 0 || depth >= 3 {
			return fmt.Errorf("is no array of at most 3 dimensions")
		}
		t.Shape = append(t.Shape, len(list))
	}
	if t.Shape[depth] != len(list) {
		return fmt.Errorf("rows of %d and %d values", t.Shape[depth], len(list))
	}
	for _, x := range list {
		if err := flatten(x, depth+1, t); err != nil {
			return err
		}
	}
	return nil
}

func appendNumber(v any, depth int, t *quant.Tensor) error {
	n, ok := v.(json.Number)
	if !ok || depth == 0 || depth != len(t.Shape) {
		return fmt.Errorf("is no array of numbers")
	}
	x, err := n.Int64()
	if err != nil || x < math.MinInt32 || x > math.MaxInt32 {
		return fmt.Errorf("holds %s, expected 32-bit integers", n)
	}
	t.Data = append(t.Data, int32(x))
	return nil
}

package model

import (
	"fmt"
	"math"
)

// Delay hands each value on later: y[t] = x[t − steps], 0 before the first.
type Delay struct {
	Steps *Tensor `json:"-"` // whole numbers from 0: (1), (C) or the shape of the input
}

// MaxDelay is the longest delay in steps.
const MaxDelay = 1 << 20

// maxDelayed bounds the values that a delay holds for a sample.
const maxDelayed = 1 << 26

// Kind is "delay".
func (d *Delay) Kind() string { return "delay" }

// Infer keeps the shape and checks that the steps fit it.
func (d *Delay) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	for _, v := range d.Steps.Data {
		if !(v >= 0 && v <= MaxDelay) || v != float32(math.Trunc(float64(v))) {
			return nil, fmt.Errorf("steps hold %v, expected whole numbers from 0 to %d", v, MaxDelay)
		}
		if int(v) > maxDelayed/s.Size() {
			return nil, fmt.Errorf("delays %d values by %v steps, at most %d values are held", s.Size(), v, maxDelayed)
		}
	}
	return s, fitting("steps", d.Steps, s)
}

// Params are the steps, which are not learned.
func (d *Delay) Params() []Param { return []Param{{Name: "steps", Tensor: d.Steps}} }

// SetParam stores the steps.
func (d *Delay) SetParam(name string, t *Tensor) error {
	if name != "steps" {
		return noParam(d, name)
	}
	d.Steps = t
	return nil
}

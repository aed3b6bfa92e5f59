package model

import (
	"fmt"
	"math"
)

// QCFS is the quantization clip-floor-shift activation (Bu et al. 2022, arXiv
// 2303.04347), with L levels and a learned threshold λ:
//
//	y = λ·clip(⌊xL/λ + ½⌋/L, 0, 1)
//
// It is what an integrate-and-fire neuron of threshold λ that starts at λ/2
// makes of a constant current x in L steps.
type QCFS struct {
	Levels    int     `json:"levels"`
	Threshold *Tensor `json:"-"` // λ: (1), (C) or the shape of the input, above 0
}

// Kind is "qcfs".
func (q *QCFS) Kind() string { return "qcfs" }

// Infer keeps the shape.
func (q *QCFS) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	if q.Levels < 1 {
		return nil, fmt.Errorf("has %d levels, expected 1 or more", q.Levels)
	}
	return s, fitting("threshold", q.Threshold, s)
}

// Params is the threshold.
func (q *QCFS) Params() []Param {
	return []Param{{Name: "threshold", Tensor: q.Threshold, Trainable: true}}
}

// SetParam stores the threshold.
func (q *QCFS) SetParam(name string, t *Tensor) error {
	if name != "threshold" {
		return noParam(q, name)
	}
	q.Threshold = t
	return nil
}

// At is y for one value; 0 where λ is not above 0.
func (q *QCFS) At(x, threshold float64) float64 {
	if !(threshold > 0) {
		return 0
	}
	l := float64(q.Levels)
	return threshold * min(max(math.Floor(x*l/threshold+0.5)/l, 0), 1)
}

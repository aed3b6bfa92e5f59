package model

import (
	"fmt"
	"math"
)

// FirstSpike is a layer of neurons that fire at most once, in the layer's own
// window of time; the moment of the spike is the activation:
//
//	t_i = t_min + ϑ_i − V_i = t_max − u_i    ϑ_i = t_max − t_min − D_i,  u_i = V_i + D_i
//
// Spikes that come in before t_min each inject a current of constant size,
// which leaves the potential V_i at t_min; from then on it rises with slope 1
// until it meets the threshold ϑ_i. D_i is the constant part of the input. A
// neuron that has not fired at t_max does not: u_i ≤ 0. One that would have
// fired before t_min fires at t_min. What a synapse of weight w makes of a
// spike, by the end of the window, is w·(t_max − t_i) = w·clip(u_i, 0, t_max − t_min):
// ReLU, as long as no activation is longer than the window (Stanojevic et al.
// 2023, An exact mapping from ReLU networks to spiking neural networks).
//
// A signal of the network holds t_max − t_i. Package convert/ttfs computes
// with the times themselves, spike by spike.
type FirstSpike struct {
	TMin float64 `json:"t_min"` // start of the window; when all spikes that the layer reads have come
	TMax float64 `json:"t_max"` // end of the window
	// Clip says that the window's length is meant as an upper limit of the
	// activation, as in ReLU6; otherwise a neuron at the limit is saturated.
	Clip bool `json:"clip,omitempty"`
	// TimeBits B > 0 leaves a spike only the times t_max − k·window/2^B, the
	// nearest of them; 0 = any time.
	TimeBits int `json:"time_bits,omitempty"`
}

// maxTimeBits is the number of bits from which on times are as good as exact.
const maxTimeBits = 32

// Kind is "ttfs".
func (f *FirstSpike) Kind() string { return "ttfs" }

// Window is the length of the window.
func (f *FirstSpike) Window() float64 { return f.TMax - f.TMin }

// Infer keeps the shape.
func (f *FirstSpike) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	if w := f.Window(); !(w > 0) || math.IsInf(w, 0) || math.IsInf(f.TMin, 0) {
		return nil, fmt.Errorf("the window from t_min %v to t_max %v has no length", f.TMin, f.TMax)
	}
	if f.TimeBits < 0 || f.TimeBits > maxTimeBits {
		return nil, fmt.Errorf("times of %d bits, expected 1 to %d, or 0 for any time", f.TimeBits, maxTimeBits)
	}
	return s, nil
}

// Params is empty.
func (f *FirstSpike) Params() []Param { return nil }

// SetParam refuses.
func (f *FirstSpike) SetParam(name string, _ *Tensor) error { return noParam(f, name) }

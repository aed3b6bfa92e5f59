// Package signal holds what one layer hands to the next: values of a batch
// over all time steps, analog (float32) or spikes (one bit each).
//
// Storage is time-major, [T, B, N]. A sample of shape (C, H, W) is stored
// channel-last, index (y·W + x)·C + c, so that the channels of one place lie
// side by side. A constant signal is the same at every step and stores one.
package signal

import (
	"math/bits"

	"github.com/snntrain/snntrain/internal/pages"
)

// Signal is a batch of values over time. Reuse one Signal for batch after
// batch: its storage only grows.
type Signal struct {
	T, B  int   // time steps, batch
	Shape []int // of one sample at one step: (N) or (C, H, W)
	Const bool  // the same at every step: one step is stored

	F     []float32 // analog values, Rows()·N(); nil when spiking
	Words []uint64  // spikes, Rows()·Stride() words, bit n%64 of word n/64
	Gain  float32   // the value of a spike: 1, or another after dropout

	spiking bool
	byRow   Events
	byInput Events
	fresh   struct{ byRow, byInput, zeros bool }
	zeros   float64
	chunk   int // rows of a chunk of byInput

	analogStore []float32
	wordStore   []uint64
}

// NewAnalog returns a zeroed analog signal.
func NewAnalog(t, b int, shape []int, constant bool) *Signal {
	s := &Signal{}
	s.ResetAnalog(t, b, shape, constant)
	clear(s.F)
	return s
}

// NewSpikes returns a silent spike signal.
func NewSpikes(t, b int, shape []int, constant bool) *Signal {
	s := &Signal{}
	s.ResetSpikes(t, b, shape, constant)
	return s
}

// ResetAnalog makes s analog with the given extents. Values are left as they were: write all of them.
func (s *Signal) ResetAnalog(t, b int, shape []int, constant bool) {
	s.extents(t, b, shape, constant)
	s.spiking = false
	s.Words = nil
	s.analogStore = grow(s.analogStore, s.Rows()*s.N())
	s.F = s.analogStore
}

// ResetExtents makes s analog with the given extents and no values.
func (s *Signal) ResetExtents(t, b int, shape []int) {
	s.extents(t, b, shape, false)
	s.spiking, s.F, s.Words = false, nil, nil
}

// ResetSpikes makes s a silent spike signal with the given extents.
func (s *Signal) ResetSpikes(t, b int, shape []int, constant bool) {
	s.ResetWords(t, b, shape, constant)
	clear(s.Words)
}

// ResetWords makes s a spike signal with the given extents. Words are left as they were: write all of them.
func (s *Signal) ResetWords(t, b int, shape []int, constant bool) {
	s.extents(t, b, shape, constant)
	s.spiking = true
	s.Gain = 1
	s.F = nil
	s.wordStore = grow(s.wordStore, s.Rows()*s.Stride())
	s.Words = s.wordStore
}

func (s *Signal) extents(t, b int, shape []int, constant bool) {
	s.T, s.B, s.Shape, s.Const = t, b, shape, constant
	s.Touch()
}

// Touch says that the values changed, so that event lists are made anew.
func (s *Signal) Touch() { s.fresh.byRow, s.fresh.byInput, s.fresh.zeros = false, false, false }

// Spiking reports whether the values are spikes.
func (s *Signal) Spiking() bool { return s.spiking }

// N is the number of values of one sample at one step.
func (s *Signal) N() int {
	if len(s.Shape) == 1 { // for every row: worth a short cut
		return s.Shape[0]
	}
	return Size(s.Shape)
}

// Steps is the number of stored steps: 1 when constant, else T.
func (s *Signal) Steps() int {
	if s.Const {
		return 1
	}
	return s.T
}

// Rows is the number of stored (step, sample) pairs.
func (s *Signal) Rows() int { return s.Steps() * s.B }

// Stride is the number of words of one row of spikes.
func (s *Signal) Stride() int { return (s.N() + 63) / 64 }

// Row returns the analog values of stored row r = t·B + b.
func (s *Signal) Row(r int) []float32 {
	n := s.N()
	return s.F[r*n : (r+1)*n : (r+1)*n]
}

// WordRow returns the spike words of stored row r = t·B + b.
func (s *Signal) WordRow(r int) []uint64 {
	w := s.Stride()
	return s.Words[r*w : (r+1)*w : (r+1)*w]
}

// Fire sets the spike of input n in stored row r.
func (s *Signal) Fire(r, n int) { s.Words[r*s.Stride()+n/64] |= 1 << (n % 64) }

// Fired reports whether input n spikes in stored row r.
func (s *Signal) Fired(r, n int) bool { return s.Words[r*s.Stride()+n/64]>>(n%64)&1 == 1 }

// Dense writes all stored values to dst as floats, spikes as 0 and Gain, and returns it.
func (s *Signal) Dense(dst []float32) []float32 {
	dst = grow(dst, s.Rows()*s.N())
	if !s.spiking {
		copy(dst, s.F)
		return dst
	}
	n := s.N()
	clear(dst)
	for r := range s.Rows() {
		s.AddTo(dst[r*n:(r+1)*n], r)
	}
	return dst
}

// AddTo adds the values of stored row r to dst.
func (s *Signal) AddTo(dst []float32, r int) {
	if s.spiking {
		for i, w := range s.WordRow(r) {
			for ; w != 0; w &= w - 1 {
				dst[i*64+bits.TrailingZeros64(w)] += s.Gain
			}
		}
		return
	}
	for i, v := range s.Row(r) {
		dst[i] += v
	}
}

// Size is the number of values of a shape.
func Size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// grow returns s with length n, reallocated only when its capacity is too small.
func grow[E any](s []E, n int) []E { return pages.Grow(s, n) }

// Package mel computes the energy of sound in bands that are equally wide for
// the ear: what a filter bank in front of an audio chip sends.
package mel

import (
	"math"
	"math/bits"
	"math/cmplx"
)

// Bank is a filter bank for frames of Size samples.
type Bank struct {
	Size   int // a power of two
	window []float64
	first  []int       // first frequency of each band
	weight [][]float64 // of the frequencies from there
	turn   []complex128
}

// New makes a bank of triangular filters whose centers lie evenly on the mel
// scale, m = 2595·log₁₀(1 + f/700) (O'Shaughnessy 1987), from low to half of the rate, in Hz.
func New(size, bands, rate int, low float64) *Bank {
	b := &Bank{Size: size}
	for i := range size { // Hann
		b.window = append(b.window, 0.5-0.5*math.Cos(2*math.Pi*float64(i)/float64(size)))
	}
	for i := range size / 2 {
		b.turn = append(b.turn, cmplx.Rect(1, -2*math.Pi*float64(i)/float64(size)))
	}
	mel := func(f float64) float64 { return 2595 * math.Log10(1+f/700) }
	from, to := mel(low), mel(float64(rate)/2)
	edge := func(i int) float64 { // in frequencies of the transform
		m := from + (to-from)*float64(i)/float64(bands+1)
		return 700 * (math.Pow(10, m/2595) - 1) * float64(size) / float64(rate)
	}
	for k := range bands {
		lo, mid, hi := edge(k), edge(k+1), edge(k+2)
		first := int(math.Ceil(lo))
		var w []float64
		for f := first; float64(f) < hi; f++ {
			w = append(w, max(0, min((float64(f)-lo)/(mid-lo), (hi-float64(f))/(hi-mid))))
		}
		b.first, b.weight = append(b.first, first), append(b.weight, w)
	}
	return b
}

// Bands writes the energy of each band of the frame that starts at sample at;
// beyond the end there is silence.
func (b *Bank) Bands(dst []float64, samples []float32, at int) {
	x := make([]complex128, b.Size)
	for i := range x {
		if at+i < len(samples) {
			x[reversed(i, b.Size)] = complex(float64(samples[at+i])*b.window[i], 0)
		}
	}
	b.transform(x)
	for k, w := range b.weight {
		dst[k] = 0
		for i, v := range w {
			if f := b.first[k] + i; f <= b.Size/2 {
				re, im := real(x[f]), imag(x[f])
				dst[k] += v * (re*re + im*im)
			}
		}
	}
}

func reversed(i, n int) int { return int(bits.Reverse64(uint64(i)) >> (64 - bits.Len(uint(n-1)))) }

// transform is the fast Fourier transform of values in bit-reversed order.
func (b *Bank) transform(x []complex128) {
	for half := 1; half < b.Size; half *= 2 {
		step := b.Size / (2 * half)
		for at := 0; at < b.Size; at += 2 * half {
			for k := range half {
				u, v := x[at+k], x[at+k+half]*b.turn[k*step]
				x[at+k], x[at+k+half] = u+v, u-v
			}
		}
	}
}

// Package rng gives every use of chance a stream of its own, keyed by what it
// is for, so that no result depends on the order in which streams are read.
package rng

import "math/rand/v2"

// Purpose tells the streams of one sample apart.
type Purpose uint64

// The purposes. Their values are part of every seeded result: never renumber.
const (
	Init Purpose = iota + 1
	Shuffle
	Split
	Encode
	Dropout
	Generate
	Augment
	Noise
)

// Key mixes its parts into one 64-bit key. Order matters.
func Key(parts ...uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, p := range parts {
		h = mix(h ^ mix(p+0x9e3779b97f4a7c15))
	}
	return h
}

// New returns the stream of (key, purpose).
func New(key uint64, p Purpose) *rand.Rand {
	return rand.New(rand.NewPCG(Key(key, uint64(p)), Key(uint64(p), key)))
}

// Stream is a stream that needs no memory of its own: Start makes it that of
// New with the same arguments.
type Stream struct{ pcg rand.PCG }

// Start goes to the beginning of the stream of (key, purpose).
func (s *Stream) Start(key uint64, p Purpose) { s.pcg.Seed(Key(key, uint64(p)), Key(uint64(p), key)) }

// Float64 returns the next number of [0, 1), as rand.Rand does.
func (s *Stream) Float64() float64 { return float64(s.pcg.Uint64()<<11>>11) / (1 << 53) }

// Name turns a name, such as a layer's, into a part of a key.
func Name(s string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

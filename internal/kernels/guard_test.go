package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"pgregory.net/rapid"
)

// canary is a NaN that no routine computes: a value read from it shows in the
// results, and one written over it shows in memory.
const (
	canary = 0x7fc0dead
	margin = 40
)

// guarded is a slice with canaries on both sides.
type guarded struct{ all, data []float32 }

// newGuarded returns n values that start shift values off an aligned address, all canaries.
func newGuarded(n, shift int) guarded {
	g := guarded{all: make([]float32, n+2*margin+shift)}
	for i := range g.all {
		g.all[i] = math.Float32frombits(canary)
	}
	g.data = g.all[margin+shift : margin+shift+n : margin+shift+n]
	return g
}

// intact fails unless every value outside the slice, and inside it where free says so, is still a canary.
func (g guarded) intact(t rapid.TB, free func(i int) bool) {
	start := len(g.all) - margin - len(g.data)
	for i, x := range g.all {
		inside := i >= start && i < start+len(g.data)
		if inside && (free == nil || !free(i-start)) {
			continue
		}
		if math.Float32bits(x) != canary {
			t.Fatalf("value %d of %d was written: %v", i-start, len(g.data), x)
		}
	}
}

// fill writes normal values of many magnitudes.
func fill(r *rand.Rand, dst []float32) {
	for i := range dst {
		dst[i] = float32(r.NormFloat64() * math.Exp2(float64(r.IntN(9)-4)))
	}
}

// random returns a guarded slice of random values.
func random(t *rapid.T, r *rand.Rand, n int) guarded {
	g := newGuarded(n, rapid.IntRange(0, 17).Draw(t, "shift"))
	fill(r, g.data)
	return g
}

func generator(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
}

// sameBits fails at the first value of got whose bits are not those of want.
func sameBits(t rapid.TB, what string, got, want []float32) {
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: value %d of %d is %v, want %v", what, i, len(want), got[i], want[i])
		}
	}
}

// eachLevel runs a property on every instruction set of this machine.
func eachLevel(t *testing.T, property func(t *rapid.T, l kernels.Level)) {
	t.Helper()
	for _, l := range kernels.Levels() {
		t.Run(l.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { property(t, l) })
		})
	}
}

func mustPanic(t *testing.T, name string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", name)
		}
	}()
	f()
}

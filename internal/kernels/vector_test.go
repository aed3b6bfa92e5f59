package kernels_test

import (
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"pgregory.net/rapid"
)

func TestVectorRoutinesEqualTheirDefinitions(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		n := rapid.IntRange(0, 300).Draw(t, "n")
		x, a := random(t, r, n), float32(r.NormFloat64())
		for name, routine := range map[string]struct {
			run func(dst []float32)
			one func(d, x float32) float32
		}{
			"Add":   {func(dst []float32) { l.Add(dst, x.data) }, func(d, x float32) float32 { return d + x }},
			"Sub":   {func(dst []float32) { l.Sub(dst, dst, x.data) }, func(d, x float32) float32 { return d - x }},
			"Axpy":  {func(dst []float32) { l.Axpy(dst, a, x.data) }, func(d, x float32) float32 { return d + float32(a*x) }},
			"Scale": {func(dst []float32) { l.Scale(dst, a) }, func(d, _ float32) float32 { return a * d }},
		} {
			dst := random(t, r, n)
			want := slices.Clone(dst.data)
			for j := range want {
				want[j] = routine.one(want[j], x.data[j])
			}
			routine.run(dst.data)
			sameBits(t, name, dst.data, want)
			dst.intact(t, nil)
		}
	})
}

func TestDotAddsInTheDocumentedOrder(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		n := rapid.IntRange(0, 300).Draw(t, "n")
		x, y := random(t, r, n), random(t, r, n)
		var sum [32]float32
		for j := range x.data {
			sum[j%32] += float32(x.data[j] * y.data[j])
		}
		for half := 16; half > 0; half /= 2 {
			for j := range half {
				sum[j] += sum[j+half]
			}
		}
		sameBits(t, "Dot", []float32{l.Dot(x.data, y.data)}, sum[:1])
	})
}

func TestShortVectorsPanic(t *testing.T) {
	long, short := make([]float32, 5), make([]float32, 4)
	for _, l := range kernels.Levels() {
		mustPanic(t, "Add", func() { l.Add(long, short) })
		mustPanic(t, "Axpy", func() { l.Axpy(long, 1, short) })
		mustPanic(t, "Dot", func() { l.Dot(long, short) })
	}
}

func TestAdamEqualsItsGoTwin(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		n := rapid.IntRange(0, 70).Draw(t, "n")
		c := kernels.AdamStep{Decay: 0.01, B1: 0.9, C1: 0.1, B2: 0.99, C2: 0.01, Shrink: 0.999, Rate: 0.03, Scale: 1.7, Eps: 1e-8}
		grad := random(t, r, n)
		var got, want [3]guarded // value, m, v
		for i := range got {
			got[i], want[i] = newGuarded(n, i), newGuarded(n, 0)
			fill(r, got[i].data)
			for k, x := range got[i].data {
				got[i].data[k] = max(x, -x)
			}
			copy(want[i].data, got[i].data)
		}
		l.Adam(got[0].data, grad.data, got[1].data, got[2].data, &c)
		kernels.Levels()[0].Adam(want[0].data, grad.data, want[1].data, want[2].data, &c)
		for i, name := range []string{"value", "m", "v"} {
			sameBits(t, name, got[i].data, want[i].data)
			got[i].intact(t, nil)
		}
	})
}

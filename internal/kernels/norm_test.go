package kernels_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"pgregory.net/rapid"
)

func TestNormalizationEqualsItsDefinition(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		channels, places := rapid.IntRange(1, 40).Draw(t, "channels"), rapid.IntRange(0, 9).Draw(t, "places")
		size := channels * places
		x, dy, y, dx := random(t, r, size), random(t, r, size), random(t, r, size), random(t, r, size)
		var k [6]guarded
		for i := range k {
			k[i] = random(t, r, channels)
		}
		n := &kernels.Norm{Mean: k[0].data, Inv: k[1].data, Weight: k[2].data, Bias: k[3].data, Shift: k[4].data, Slope: k[5].data}
		var got, want [4][]float64
		for i := range got {
			got[i] = make([]float64, channels+1)
			for c := range got[i] {
				got[i][c] = r.NormFloat64()
			}
			want[i] = slices.Clone(got[i])
		}
		wantY, wantDX := make([]float32, size), make([]float32, size)
		for i, v := range x.data {
			c := i % channels
			hat := float32((v - n.Mean[c]) * n.Inv[c])
			wantY[i] = float32(hat*n.Weight[c]) + n.Bias[c]
			wantDX[i] = float32((dy.data[i]-(n.Shift[c]+float32(hat*n.Slope[c])))*n.Weight[c]) * n.Inv[c]
			want[0][c] += float64(v)
			want[1][c] += float64(v) * float64(v)
			want[2][c] += float64(dy.data[i])
			want[3][c] += float64(dy.data[i]) * float64(hat)
		}
		l.Moments(got[0][:channels], got[1][:channels], x.data)
		l.ErrorMoments(got[2][:channels], got[3][:channels], dy.data, x.data, n)
		l.Normalize(y.data, x.data, n)
		l.NormalizeGrad(dx.data, dy.data, x.data, n)
		sameBits(t, "y", y.data, wantY)
		sameBits(t, "dx", dx.data, wantDX)
		for i := range got {
			if !slices.Equal(got[i], want[i]) {
				t.Fatalf("sum %d is %v, want %v", i, got[i], want[i])
			}
		}
		y.intact(t, nil)
		dx.intact(t, nil)
	})
}

func TestNormalizationOfPartsOfSamplesPanics(t *testing.T) {
	three, n := make([]float64, 3), &kernels.Norm{Mean: make([]float32, 3), Inv: make([]float32, 2)}
	x := make([]float32, 12)
	for _, l := range kernels.Levels() {
		for name, f := range map[string]func(){
			"part of a place": func() { l.Moments(three, three, x[:10]) },
			"squares":         func() { l.Moments(three, three[:2], x) },
			"no channel":      func() { l.Moments(nil, nil, x) },
			"inverse":         func() { l.Normalize(x, x, n) },
			"errors":          func() { l.ErrorMoments(three, three, x, x, n) },
			"gradient":        func() { l.NormalizeGrad(x, x, x, n) },
		} {
			mustPanic(t, l.String()+": "+name, f)
		}
	}
}

// BenchmarkNormalize runs the passes of a batch norm over one sample of 16×16×64.
func BenchmarkNormalize(b *testing.B) {
	const channels, size = 64, 16 * 16 * 64
	x, y, dy := floats(size), floats(size), floats(size)
	sum, square, k := make([]float64, channels), make([]float64, channels), floats(channels)
	n := &kernels.Norm{Mean: k, Inv: k, Weight: k, Bias: k, Shift: k, Slope: k}
	for _, l := range kernels.Levels() {
		for name, f := range map[string]func(){
			"Moments":       func() { l.Moments(sum, square, x) },
			"Normalize":     func() { l.Normalize(y, x, n) },
			"ErrorMoments":  func() { l.ErrorMoments(sum, square, dy, x, n) },
			"NormalizeGrad": func() { l.NormalizeGrad(y, dy, x, n) },
		} {
			b.Run(fmt.Sprintf("%s/%v", name, l), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				rate(b, size, "Gvalues/s")
			})
		}
	}
}

package train

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/layers"
)

func normOf(params []layers.Param) float64 {
	sum := 0.0
	for _, p := range params {
		for _, g := range p.Grad {
			sum += float64(g) * float64(g)
		}
	}
	return math.Sqrt(sum)
}

// TestClipBoundsTheJointNorm and keeps the direction; what is within the limit
// is not touched, and 0 is no limit.
func TestClipBoundsTheJointNorm(t *testing.T) {
	grads := rapid.SliceOfN(rapid.Float32Range(-1e3, 1e3), 1, 40)
	rapid.Check(t, func(rt *rapid.T) {
		before := [2][]float32{grads.Draw(rt, "first"), grads.Draw(rt, "second")}
		limit := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1e-3, 1e4)).Draw(rt, "limit")
		var params []layers.Param
		for _, g := range before {
			params = append(params, layers.Param{Grad: append([]float32(nil), g...)})
		}
		want := normOf(params)
		if got := clip(params, limit); math.Abs(got-want) > 1e-12*want {
			rt.Fatalf("norm is %v, returned %v", want, got)
		}
		factor := 1.0
		if limit > 0 && want > limit {
			factor = limit / want
			if after := normOf(params); after > limit*(1+1e-6) || after < limit*(1-1e-6)-1e-6 {
				rt.Fatalf("norm after is %v, limit %v", after, limit)
			}
		}
		for i, p := range params {
			for j, g := range p.Grad {
				w := factor * float64(before[i][j])
				if factor == 1 && g != before[i][j] || math.Abs(float64(g)-w) > (1e-6+2e-6/want)*math.Abs(w)+1e-30 {
					rt.Fatalf("gradient %v became %v, want %v", before[i][j], g, w)
				}
			}
		}
	})
}

func TestClipShowsWhatIsNotFinite(t *testing.T) {
	for _, g := range []float32{float32(math.NaN()), float32(math.Inf(-1))} {
		if norm := clip([]layers.Param{{Grad: []float32{1, g}}}, 1); !math.IsNaN(norm) && !math.IsInf(norm, 1) {
			t.Errorf("the norm with %v is %v", g, norm)
		}
	}
}

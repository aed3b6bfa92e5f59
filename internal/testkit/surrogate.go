package testkit

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/surrogate"
	"pgregory.net/rapid"
)

// Surrogate holds the registered surrogate called name against the contract
// of surrogate.Func.
func Surrogate(t *testing.T, name string) {
	k, err := surrogate.Builtin().Get(name)
	if err != nil {
		t.Fatal(err)
	}
	if k.Name != name || k.Formula == "" || k.Source == "" {
		t.Errorf("name %q, formula %q, source %q: none may be empty", k.Name, k.Formula, k.Source)
	}
	t.Run("parameters", func(t *testing.T) { surrogateParams(t, k) })
	t.Run("float32", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { surrogateGrad(t, k) }) })
	t.Run("finite", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { surrogateFinite(t, k) }) })
	t.Run("support", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { surrogateSupport(t, k) }) })
	t.Run("primitive", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { surrogatePrimitive(t, k) }) })
}

func surrogateParams(t *testing.T, k surrogate.Kind) {
	if _, err := surrogate.New(surrogate.Spec{Kind: k.Name}); err != nil {
		t.Errorf("defaults are refused: %v", err)
	}
	bad, want := map[string]float64{}, []string{}
	for _, p := range k.Params {
		if p.Doc == "" {
			t.Errorf("%s has no Doc", p.Name)
		}
		for _, v := range []float64{p.Min - 1, p.Max*2 + 1, math.NaN()} {
			_, err := surrogate.New(surrogate.Spec{Kind: k.Name, Params: map[string]float64{p.Name: v}})
			refused(t, err, fmt.Sprintf("surrogate: %s: %s is %v, must be ", k.Name, p.Name, v))
		}
		if p.Whole {
			_, err := surrogate.New(surrogate.Spec{Kind: k.Name, Params: map[string]float64{p.Name: p.Min + 0.5}})
			refused(t, err, "must be a whole number from ")
		}
		bad[p.Name], bad[p.Name+"x"] = p.Min-1, p.Default
		want = append(want, p.Name+" is ", fmt.Sprintf("%q is no parameter; did you mean %q? known: ", p.Name+"x", p.Name))
	}
	bad["nonesuch-parameter"] = 1
	want = append(want, `"nonesuch-parameter" is no parameter; `)
	_, err := surrogate.New(surrogate.Spec{Kind: k.Name, Params: bad})
	for _, w := range want {
		refused(t, err, w)
	}
}

func refused(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want a fault with %q", err, want)
	}
}

// drawSurrogate makes the surrogate with parameters near their defaults.
func drawSurrogate(t *rapid.T, k surrogate.Kind) surrogate.Func {
	params := map[string]float64{}
	for _, p := range k.Params {
		if !rapid.Bool().Draw(t, "give "+p.Name) {
			continue
		}
		lo, hi := p.Default-1, p.Default+1
		if p.Default != 0 {
			lo, hi = p.Default/4, p.Default*4
		}
		v := rapid.Float64Range(max(lo, p.Min), min(hi, p.Max)).Draw(t, p.Name)
		if p.Whole {
			v = math.Round(v)
		}
		params[p.Name] = v
	}
	f, err := surrogate.New(surrogate.Spec{Kind: k.Name, Params: params})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func drawTheta(t *rapid.T) float32 { return rapid.Float32Range(0.1, 4).Draw(t, "theta") }

// band is the range of f near x, as wide as float32 may err in where a step is.
func band(f func(x float64) float64, x float64) (lo, hi float64) {
	d := 1e-6 * (1 + math.Abs(x))
	a, b, c := f(x-d), f(x), f(x+d)
	return min(a, b, c), max(a, b, c)
}

func surrogateGrad(t *rapid.T, k surrogate.Kind) {
	f := drawSurrogate(t, k)
	n := rapid.IntRange(0, 40).Draw(t, "n")
	x, theta := make([]float32, n), make([]float32, n)
	peak := 0.0
	for i := range n {
		theta[i] = drawTheta(t)
		x[i] = rapid.Float32Range(-8, 8).Draw(t, "x")
		for u := -2.0; u <= 2; u += 0.25 {
			peak = max(peak, math.Abs(f.At(u, float64(theta[i]))))
		}
	}
	rows(t, "Grad", f.Grad, f.At, x, theta, peak)
	if tg, ok := f.(surrogate.ThresholdGrader); ok {
		rows(t, "GradThreshold", tg.GradThreshold, tg.AtThreshold, x, theta, 100*peak)
	}
}

// rows compares a float32 function of a row with its float64 oracle, and with itself in place.
func rows(t *rapid.T, name string, grad func(dst, x, theta []float32), at func(x, theta float64) float64, x, theta []float32, peak float64) {
	dst := make([]float32, len(x))
	for i := range dst {
		dst[i] = float32(math.NaN())
	}
	grad(dst, x, theta)
	for i, g := range dst {
		lo, hi := band(func(v float64) float64 { return at(v, float64(theta[i])) }, float64(x[i]))
		tol := 1e-6*peak + 1e-5*max(math.Abs(lo), math.Abs(hi))
		if v := float64(g); math.IsNaN(v) || v < lo-tol || v > hi+tol {
			t.Fatalf("%s(%v, θ=%v) = %v, float64 gives %v … %v", name, x[i], theta[i], g, lo, hi)
		}
	}
	alias := append([]float32(nil), x...)
	grad(alias, alias, theta)
	for i := range alias {
		if alias[i] != dst[i] {
			t.Fatalf("%s(%v, θ=%v) in place = %v, else %v", name, x[i], theta[i], alias[i], dst[i])
		}
	}
}

func surrogateFinite(t *rapid.T, k surrogate.Kind) {
	f, theta := drawSurrogate(t, k), drawTheta(t)
	tiny := float32(math.SmallestNonzeroFloat32)
	negative := float32(math.Copysign(0, -1))
	x := []float32{0, negative, tiny, -tiny, 1e-30, -1e-30, 1e4, -1e4, 1e30, -1e30, math.MaxFloat32, -math.MaxFloat32}
	for _, th := range []float32{theta, tiny, 0, -1} {
		at := make([]float32, len(x))
		for i := range at {
			at[i] = th
		}
		dst := make([]float32, len(x))
		f.Grad(dst, x, at)
		for i, v := range x {
			finite(t, "Grad", v, th, float64(dst[i]))
			finite(t, "At", v, th, f.At(float64(v), float64(th)))
			if math.Abs(float64(v)) <= 1e4 {
				finite(t, "Primitive", v, th, f.Primitive(float64(v), float64(th)))
			}
		}
		if dst[0] != dst[1] {
			t.Fatalf("Grad is %v at 0, %v at −0", dst[0], dst[1])
		}
	}
}

func finite(t *rapid.T, name string, x, theta float32, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		t.Fatalf("%s(%v, θ=%v) = %v", name, x, theta, v)
	}
}

func surrogateSupport(t *rapid.T, k surrogate.Kind) {
	f, theta := drawSurrogate(t, k), drawTheta(t)
	lo, hi := f.Support(float64(theta))
	if lo > hi || math.IsNaN(lo+hi) && !math.IsInf(lo, -1) {
		t.Fatalf("support [%v, %v]", lo, hi)
	}
	beyond := float32(rapid.Float64Range(1e-6, 100).Draw(t, "beyond"))
	for _, x := range []float32{float32(lo) - beyond*(1+abs(lo)), float32(hi) + beyond*(1+abs(hi))} {
		if math.IsInf(float64(x), 0) || math.IsNaN(float64(x)) {
			continue
		}
		dst := []float32{1}
		f.Grad(dst, []float32{x}, []float32{theta})
		if at := f.At(float64(x), float64(theta)); at != 0 || dst[0] != 0 {
			t.Fatalf("outside [%v, %v]: At(%v) = %v, Grad = %v", lo, hi, x, at, dst[0])
		}
	}
	if lo != hi {
		surrogateFills(t, k, float64(theta))
	}
}

// surrogateFills wants the derivative with default parameters nonzero right
// inside the bounds of its support, and somewhere where it has none.
func surrogateFills(t *rapid.T, k surrogate.Kind, theta float64) {
	f, err := surrogate.New(surrogate.Spec{Kind: k.Name})
	if err != nil {
		t.Fatal(err)
	}
	lo, hi := f.Support(theta)
	for _, in := range []float64{lo + 1e-6*(1+math.Abs(lo)), hi - 1e-6*(1+math.Abs(hi))} {
		if !math.IsInf(in, 0) && !math.IsNaN(in) && f.At(in, theta) == 0 {
			t.Fatalf("support [%v, %v] is too wide: zero at %v", lo, hi, in)
		}
	}
	lo, hi = max(lo, -4), min(hi, 4)
	for i := range 100 {
		if x := lo + (hi-lo)*(float64(i)+0.5)/100; f.At(x, theta) != 0 {
			return
		}
	}
	t.Fatalf("zero on all of its support [%v, %v]", lo, hi)
}

func abs(x float64) float32 { return float32(math.Abs(x)) }

// surrogatePrimitive compares differences of Primitive with integrals of At:
// over a short interval, where their quotient is At away from kinks and steps,
// and over a long one, which Primitive must cross without a jump.
func surrogatePrimitive(t *rapid.T, k surrogate.Kind) {
	f, theta := drawSurrogate(t, k), float64(drawTheta(t))
	x := rapid.Float64Range(-12, 12).Draw(t, "x")
	slack := 1.0 / 32
	if !k.Noise {
		surrogateIntegral(t, f, theta, x-1e-4, x+1e-4, 64, slack)
		slack /= 16
	}
	surrogateIntegral(t, f, theta, x-6, x+6, 4096, slack) // of noise: 7 standard deviations
}

// surrogateIntegral compares by the midpoint rule, relative to the length of
// the interval. slack is the error allowed in units of the range of At.
func surrogateIntegral(t *rapid.T, f surrogate.Func, theta, from, to float64, points int, slack float64) {
	mean, least, most := 0.0, min(f.At(from, theta), f.At(to, theta)), max(f.At(from, theta), f.At(to, theta))
	for i := range points {
		at := f.At(from+(to-from)*(float64(i)+0.5)/float64(points), theta)
		mean += at / float64(points)
		least, most = min(least, at), max(most, at)
	}
	down, up := f.Primitive(from, theta), f.Primitive(to, theta)
	quotient := (up - down) / (to - from)
	tol := 1e-6*(1+math.Abs(mean)) + slack*(most-least) + 1e-15*max(math.Abs(up), math.Abs(down))/(to-from)
	if d := math.Abs(quotient - mean); !(d <= tol) {
		t.Fatalf("from %v to %v, θ = %v: difference quotient of Primitive %v, mean of At %v", from, to, theta, quotient, mean)
	}
}

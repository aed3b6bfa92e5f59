package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
	"pgregory.net/rapid"
)

// drawRules draws any combination of rules that a layer can have.
func drawRules(t *rapid.T) kernels.ScanRules {
	r := rapid.SampledFrom([]kernels.ScanRules{0, kernels.ScanDecayAdd, kernels.ScanAddDecay, kernels.ScanAddUse}).Draw(t, "synapse")
	if !rapid.Bool().Draw(t, "spikes") {
		return r
	}
	r |= kernels.ScanSpikes
	if reset := rapid.SampledFrom([]kernels.ScanRules{0, kernels.ScanSubtract, kernels.ScanToValue}).Draw(t, "reset"); reset != 0 {
		r |= reset | rapid.SampledFrom([]kernels.ScanRules{kernels.ScanResetLeak, kernels.ScanResetCharge, kernels.ScanResetSpike}).Draw(t, "at")
		if rapid.Bool().Draw(t, "through") {
			r |= kernels.ScanThrough
		}
	}
	return r
}

// rowsOf draws named rows of n values; those called p or spikes hold zeros and ones.
type rowsOf struct {
	n   int
	r   *rand.Rand
	all map[string][]float32
	// steps, and how many values more than a row lie between those of one step and the next
	steps, gap int
}

// by is how far rows of a series lie apart.
func (s rowsOf) by() int { return s.n + s.gap }

// series is a row for every step.
func (s rowsOf) series(name string) []float32 { return s.values(name, (s.steps-1)*s.by()+s.n) }

func (s rowsOf) row(name string) []float32 { return s.values(name, s.n) }

func (s rowsOf) values(name string, n int) []float32 {
	if s.all[name] == nil {
		g := newGuarded(n, s.r.IntN(17))
		fill(s.r, g.data)
		if name == "p" {
			for k := range g.data {
				g.data[k] = float32(s.r.IntN(2))
			}
		}
		s.all[name] = g.data
	}
	return s.all[name]
}

func (s rowsOf) copy() rowsOf {
	c := s
	c.all = map[string][]float32{}
	for name, row := range s.all {
		c.all[name] = append([]float32(nil), row...)
	}
	return c
}

func (s rowsOf) coefs() kernels.ScanCoefs {
	return kernels.ScanCoefs{A: s.row("a"), G: s.row("g"), C: s.row("c"), Alpha: s.row("alpha"), Theta: s.row("theta"), Fire: s.row("fire"), Reset: s.row("reset")}
}

// level makes the coefficients of all lanes the same.
func (s rowsOf) level(uniform bool, c *kernels.ScanCoefs) {
	c.Uniform = uniform
	for _, row := range [][]float32{c.A, c.G, c.C, c.Alpha, c.Theta, c.Fire, c.Reset} {
		for k := range row {
			if uniform {
				row[k] = row[0]
			}
		}
	}
}

func (s rowsOf) state() kernels.ScanState {
	return kernels.ScanState{V: s.row("v"), I: s.row("i"), P: s.row("p")}
}

func (s rowsOf) same(t *rapid.T, want rowsOf) {
	for name := range want.all {
		sameBits(t, name, s.all[name], want.all[name])
	}
}

func drawSeries(t *rapid.T) rowsOf {
	return rowsOf{
		n: 64 * rapid.IntRange(1, 5).Draw(t, "words"), r: generator(t), all: map[string][]float32{},
		steps: rapid.IntRange(1, 4).Draw(t, "steps"), gap: rapid.SampledFrom([]int{0, 3, 64}).Draw(t, "gap"),
	}
}

func TestScanForwardEqualsItsGoTwin(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		rules := drawRules(t)
		s := drawSeries(t)
		keep, uniform, last := rapid.Bool().Draw(t, "keep"), rapid.Bool().Draw(t, "uniform"), rapid.Bool().Draw(t, "last")
		wordStep := s.n/64 + rapid.IntRange(0, 1).Draw(t, "word gap")
		run := func(l kernels.Level, s rowsOf) []uint64 {
			c, st := s.coefs(), s.state()
			s.level(uniform, &c)
			words := make([]uint64, (s.steps-1)*wordStep+s.n/64)
			for w := range words {
				words[w] = 0xabcdef0123456789 // what was there is overwritten
			}
			o := kernels.ScanRows{Steps: s.steps, X: s.series("x"), XStep: s.by(), Words: words, WordStep: wordStep, Last: last}
			if keep {
				o.U, o.J = s.values("u", s.steps*s.n), s.values("j", s.steps*s.n)
				o.Out, o.OutStep = s.series("out"), s.by()
			}
			var scan kernels.Scan
			scan.BindOn(l, rules, &c, &st, s.n)
			scan.Forward(&o)
			return words
		}
		run(l, s) // draws the rows
		got, want := s.copy(), s.copy()
		gotWords, wantWords := run(l, got), run(kernels.Levels()[0], want)
		got.same(t, want)
		for w := range wantWords {
			if gotWords[w] != wantWords[w] {
				t.Fatalf("word %d is %x, want %x", w, gotWords[w], wantWords[w])
			}
		}
	})
}

func TestScanBackwardEqualsItsGoTwin(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		rules := drawRules(t)
		s := drawSeries(t)
		uniform, last := rapid.Bool().Draw(t, "uniform"), rapid.Bool().Draw(t, "last")
		outside, constant := rapid.Bool().Draw(t, "ds"), rapid.Bool().Draw(t, "constant")
		run := func(l kernels.Level, s rowsOf) {
			c, g := s.coefs(), s.state()
			s.level(uniform, &c)
			e := kernels.ScanErrors{
				Steps: s.steps, U: s.values("u", s.steps*s.n), Before: s.values("before", s.steps*s.n), Surrogate: s.values("surrogate", s.steps*s.n),
				DX: s.series("dx"), DXStep: s.by(), Last: last,
			}
			if constant {
				e.Add, e.DXStep = true, 0
			}
			if outside {
				e.DS, e.DSStep = s.series("ds"), s.by()
			}
			var scan kernels.Scan
			scan.BindOn(l, rules, &c, &g, s.n)
			scan.Backward(&e)
		}
		run(l, s) // draws the rows
		got, want := s.copy(), s.copy()
		run(l, got)
		run(kernels.Levels()[0], want)
		got.same(t, want)
	})
}

func TestBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		theta, u := rapid.Float32().Draw(t, "theta"), rapid.Float32().Draw(t, "u")
		if rapid.Bool().Draw(t, "near") {
			u = math.Nextafter32(theta, rapid.SampledFrom([]float32{-9, theta, 9}).Draw(t, "side"))
		}
		if got := u > kernels.Below(theta); got != (u >= theta) {
			t.Fatalf("%v > Below(%v) is %v", u, theta, got)
		}
	})
}

func TestDerivativesEqualTheirGoTwins(t *testing.T) {
	eachLevel(t, func(t *rapid.T, l kernels.Level) {
		r := generator(t)
		x := random(t, r, rapid.IntRange(0, 100).Draw(t, "n"))
		a, b, c := float32(r.Float64()+0.1), float32(r.NormFloat64()), float32(r.NormFloat64())
		for k, name := range kernels.DerivativeNames {
			got, want := newGuarded(len(x.data), 3), newGuarded(len(x.data), 0)
			l.Derivative(k, got.data, x.data, a, b, c)
			kernels.Levels()[0].Derivative(k, want.data, x.data, a, b, c)
			sameBits(t, name, got.data, want.data)
			got.intact(t, func(int) bool { return false })
		}
	})
}

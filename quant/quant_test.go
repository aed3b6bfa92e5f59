package quant_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/quant"
)

// oracle rounds x/2^n in arbitrary precision.
func oracle(x int64, n uint, r quant.Rounding) int64 {
	den := new(big.Int).Lsh(big.NewInt(1), n)
	q, rest := new(big.Int).DivMod(big.NewInt(x), den, new(big.Int)) // rest ≥ 0: q is the floor
	up := false
	half := new(big.Int).Rsh(den, 1)
	switch c := rest.Cmp(half); r {
	case quant.RoundTowardZero:
		up = x < 0 && rest.Sign() != 0
	case quant.RoundNearestAway:
		up = n > 0 && (c > 0 || c == 0 && x > 0)
	case quant.RoundNearestUp:
		up = n > 0 && c >= 0
	case quant.RoundNearestEven:
		up = n > 0 && (c > 0 || c == 0 && q.Bit(0) == 1)
	}
	if up {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}

func TestShiftRightIsTheRoundedQuotient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := uint(rapid.IntRange(0, 40).Draw(t, "n"))
		x := rapid.Int64Range(-1<<50, 1<<50).Draw(t, "x")
		if rapid.Bool().Draw(t, "tie") && n > 0 {
			x = (x>>n)<<n + 1<<(n-1)
		}
		r := rapid.SampledFrom(quant.Roundings()).Draw(t, "rounding")
		if got, want := quant.ShiftRight(x, n, r), oracle(x, n, r); got != want {
			t.Fatalf("%d / 2^%d %s = %d, want %d", x, n, r, got, want)
		}
	})
}

func TestRoundingOfHalvesAndNegatives(t *testing.T) {
	want := map[quant.Rounding][6]int64{ // −7/4, −6/4, −1/4, 1/4, 6/4, 10/4
		quant.RoundTowardZero: {-1, -1, 0, 0, 1, 2}, quant.RoundFloor: {-2, -2, -1, 0, 1, 2},
		quant.RoundNearestAway: {-2, -2, 0, 0, 2, 3}, quant.RoundNearestEven: {-2, -2, 0, 0, 2, 2},
		quant.RoundNearestUp: {-2, -1, 0, 0, 2, 3},
	}
	for r, row := range want {
		for i, x := range []int64{-7, -6, -1, 1, 6, 10} {
			if got := quant.ShiftRight(x, 2, r); got != row[i] {
				t.Errorf("%d/4 %s = %d, want %d", x, r, got, row[i])
			}
		}
	}
}

func TestOverflow(t *testing.T) {
	s := quant.Signed(8, quant.Saturate)
	w := quant.Signed(8, quant.Wrap)
	lava := quant.Range{Min: -7, Max: 8, Overflow: quant.WrapOnce} // Lava's open wrap, of 4 bits
	for _, c := range []struct {
		r       quant.Range
		x, want int64
	}{
		{s, 127, 127},
		{s, 128, 127},
		{s, -129, -128},
		{w, 128, -128},
		{w, -129, 127},
		{w, 384, -128},
		{w, 1000, -24},
		{lava, 8, 8},
		{lava, 9, -7},
		{lava, -7, -7},
		{lava, -8, 8},
		{lava, 30, 14},
		{quant.Full(), 1 << 31, -1 << 31},
		{quant.Unsigned(4, quant.Saturate), -3, 0},
		{quant.Unsigned(4, quant.Wrap), 17, 1},
	} {
		if got := c.r.Apply(c.x); int64(got) != c.want {
			t.Errorf("%+v of %d is %d, want %d", c.r, c.x, got, c.want)
		}
	}
	if s.Bits() != 8 || lava.Bits() != 5 || quant.Full().Bits() != 32 {
		t.Errorf("bits: %d %d %d", s.Bits(), lava.Bits(), quant.Full().Bits())
	}
}

func TestWrapIsTwosComplement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 32).Draw(t, "bits")
		x := rapid.Int64Range(-1<<60, 1<<60).Draw(t, "x")
		want := int32(x << (64 - n) >> (64 - n))
		if got := quant.Signed(n, quant.Wrap).Apply(x); got != want {
			t.Fatalf("%d in %d bits wraps to %d, want %d", x, n, got, want)
		}
	})
}

func TestDecays(t *testing.T) {
	for _, c := range []struct{ got, want int32 }{
		{quant.DecayedMul(-1000, 128, 12, quant.RoundTowardZero), -968}, // 968.75
		{quant.DecayedMul(1000, 4096, 12, quant.RoundTowardZero), 0},
		{quant.DecayedMul(-1<<23, 0, 12, quant.RoundTowardZero), -1 << 23},
		{quant.DashLoss(100, 3), 12},
		{quant.DashLoss(-100, 3), -13},
		{quant.DashLoss(3, 4), 1},
		{quant.DashLoss(-3, 4), -1},
		{quant.DashLoss(0, 4), 0},
		{quant.DashLoss(-32768, 0), -32768},
		{quant.DecayedSub(5, 7), 0},
		{quant.DecayedSub(-5, 2), -3},
		{quant.DecayedSub(5, 2), 3},
		{quant.Dash(16e-3, 1e-3), 4},
		{quant.Dash(0.1e-3, 1e-3), 0},
		{quant.DecayParam(0.75, 12), 1024},
		{quant.Quantize(2.5, 1, quant.Signed(8, quant.Saturate)), 3},
		{quant.Quantize(-1e9, 1, quant.Signed(8, quant.Saturate)), -128},
		{quant.Level(17, 1, 16, 4), 15},
		{quant.Level(2, 1, 16, 4), 1},
		{quant.Level(1, 1, 16, 4), 0},
		{quant.Level(-9, 1, 16, 4), 0},
		{quant.LevelStep(1.55, 2), 96},
		{int32(quant.CeilDiv(-7, 2)), -3},
		{int32(quant.CeilDiv(7, 2)), 4},
		{int32(quant.Shift(-3, -1)), -2},
	} {
		if c.got != c.want {
			t.Errorf("got %d, want %d", c.got, c.want)
		}
	}
}

// TestDashAlwaysReachesZero: a state without input decays to zero, step by step.
func TestDashAlwaysReachesZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Int32Range(-32768, 32767).Draw(t, "x")
		p := rapid.Int32Range(0, 15).Draw(t, "dash")
		next := x - quant.DashLoss(x, p)
		if x != 0 && math.Abs(float64(next)) >= math.Abs(float64(x)) {
			t.Fatalf("%d with dash %d goes to %d", x, p, next)
		}
		if int64(next)*int64(x) < 0 {
			t.Fatalf("%d with dash %d changes sign: %d", x, p, next)
		}
	})
}

func TestLoihiWeight(t *testing.T) {
	for _, c := range []struct {
		m         int32
		bits, exp int
		mode      quant.SignMode
		want      int32
	}{
		{255, 8, 0, quant.Excitatory, 255 << 6},
		{255, 8, 0, quant.Mixed, 254 << 6},
		{-255, 8, 0, quant.Mixed, -254 << 6},
		{-3, 8, -8, quant.Inhibitory, -64},
		{3, 8, -8, quant.Excitatory, 0},
		{255, 1, 0, quant.Excitatory, 128 << 6},
		{255, 8, 7, quant.Excitatory, 1<<21 - 8192},
		{-256, 8, 7, quant.Mixed, -(1<<21 - 64)},
	} {
		if got := quant.LoihiWeight(c.m, c.bits, c.exp, c.mode); got != c.want {
			t.Errorf("LoihiWeight(%d, %d, %d, %d) = %d, want %d", c.m, c.bits, c.exp, c.mode, got, c.want)
		}
	}
}

func TestLavaWeights(t *testing.T) {
	for _, c := range []struct {
		name  string
		w     []int32
		m     []int32
		exp   int
		exact bool
	}{
		{"mixed, even", []int32{-60, 62}, []int32{-240, 248}, -2, true},
		{"both signs are clipped", []int32{-300, 300, 7}, []int32{-256, 254, 7}, 0, false},
		{"excitatory", []int32{2, 254}, []int32{2, 254}, 0, true},
		{"strictly inhibitory", []int32{-255, -1}, []int32{-255, -1}, 0, true},
		{"-256 does not fit", []int32{-256, -2}, []int32{-254, -2}, 0, false},
		{"trap: a zero and an odd weight", []int32{-255, 0}, []int32{0, 0}, 0, false},
		{"all zero", []int32{0, 0}, []int32{0, 0}, 0, true},
	} {
		m, exp, exact := quant.LavaWeights(c.w)
		if exp != c.exp || exact != c.exact || len(m) != len(c.m) || m[0] != c.m[0] || m[1] != c.m[1] {
			t.Errorf("%s: %v, %d, %v; want %v, %d, %v", c.name, m, exp, exact, c.m, c.exp, c.exact)
		}
	}
}

// TestEvenWeightsLoadExactly: what SLAYER writes (even, −256..254, both signs) is never changed.
func TestEvenWeightsLoadExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SliceOfN(rapid.Map(rapid.Int32Range(-128, 127), func(v int32) int32 { return 2 * v }), 1, 12).Draw(t, "w")
		w = append(w, 2, -2)
		if _, _, exact := quant.LavaWeights(w); !exact {
			t.Fatalf("%v is changed", w)
		}
	})
}

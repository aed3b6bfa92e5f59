package quant_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/quant"
)

func TestRequantized(t *testing.T) {
	r := &quant.Requantize{Min: 0, Max: 255}
	signed := &quant.Requantize{Min: -8, Max: 7}
	for _, c := range []struct {
		r    *quant.Requantize
		v    int32
		s    float32
		want int32
	}{
		{r, 5, 0.5, 2}, // 2.5 to even
		{r, 7, 0.5, 4}, // 3.5 to even
		{r, -7, 0.5, 0},
		{r, 9000, 0.5, 255},
		{signed, -5, 0.5, -2},
		{signed, -900, 0.5, -8},
		{signed, 900, 0.5, 7},
		{r, 1<<24 + 1, 1.0 / (1 << 17), 128}, // fl(2^24+1) = 2^24
		{r, 3, 1.0 / 3, 1},
	} {
		if got := c.r.Requantized(c.v, c.s); got != c.want {
			t.Errorf("%d · %g gives %d, want %d", c.v, c.s, got, c.want)
		}
	}
}

func TestShifted(t *testing.T) {
	r := &quant.Requantize{Min: -8, Max: 7, Round: quant.RoundNearestUp}
	for _, c := range []struct{ v, m, shift, want int32 }{
		{1, 1, 1, 1},
		{-1, 1, 1, 0},
		{-3, 1, 1, -1},
		{5, 3, 2, 4},
		{5, 3, 0, 7},
		{-500, 255, 9, -8},
	} {
		if got := r.Shifted(c.v, c.m, c.shift); got != c.want {
			t.Errorf("%d·%d ≫ %d gives %d, want %d", c.v, c.m, c.shift, got, c.want)
		}
	}
}

// TestRequantizedIsTwoRoundings: float32 arithmetic against exact fractions,
// rounded to 24 bits and then to an integer.
func TestRequantizedIsTwoRoundings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int32().Draw(t, "v")
		m, shift := rapid.Int32Range(1, 1<<24).Draw(t, "multiplier"), rapid.Int32Range(0, quant.MaxRequantizeShift).Draw(t, "shift")
		r := &quant.Requantize{Min: -1 << 20, Max: 1 << 20}
		round := func(x *big.Float) *big.Float { return new(big.Float).SetPrec(24).SetMode(big.ToNearestEven).Set(x) }
		exact := func(x float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(x) }
		x := exact(float64(v))
		p := round(new(big.Float).SetPrec(200).Mul(widened(round(x)), exact(math.Ldexp(float64(m), -int(shift)))))
		y, _ := p.Float64()
		want := int32(min(max(math.RoundToEven(y), float64(r.Min)), float64(r.Max)))
		if got := r.Requantized(v, quant.RequantizeScale(m, shift)); got != want {
			t.Fatalf("%d · %d·2^-%d gives %d, want %d", v, m, shift, got, want)
		}
	})
}

func widened(x *big.Float) *big.Float { return new(big.Float).SetPrec(200).Set(x) }

func TestRequantizeFrom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.Float32Range(1e-9, 1e6).Draw(t, "scale")
		m, shift, err := quant.RequantizeFrom(s)
		if err != nil || quant.RequantizeScale(m, shift) != s {
			t.Fatalf("%g becomes %d·2^-%d: %v", s, m, shift, err)
		}
	})
	for _, s := range []float32{0, -1, 1e-20, 1e9, float32(math.Inf(1)), float32(math.NaN())} {
		if _, _, err := quant.RequantizeFrom(s); err == nil {
			t.Errorf("%g was taken", s)
		}
	}
}

func TestRequantizeFaults(t *testing.T) {
	for want, damage := range map[string]func(a *quant.Activation){
		"activations 3..2: the range is empty": func(a *quant.Activation) { a.Requantize.Min = 3 },
		"multiplier 0 is outside 1..16777216":  func(a *quant.Activation) { a.Requantize.Multiplier = quant.Scalar(0) },
		"shift 63 is outside 0..62":            func(a *quant.Activation) { a.Requantize.Shift = quant.Scalar(63) },
		"requantize has 3 values; expected 1":  func(a *quant.Activation) { a.Requantize.Shift = quant.Vector(1, 2, 3) },
		"both levels and requantize":           func(a *quant.Activation) { a.Levels = &quant.Levels{} },
		`rounding "up" is unknown`:             func(a *quant.Activation) { a.Requantize.Round = "up" },
		"multiplier is missing":                func(a *quant.Activation) { a.Requantize.Multiplier = quant.Tensor{} },
	} {
		a := &quant.Activation{Range: quant.Full(), Requantize: &quant.Requantize{Multiplier: quant.Scalar(1), Shift: quant.Scalar(0), Max: 2}}
		damage(a)
		n := &quant.IntNet{
			Input: quant.Input{Shape: []int{1}, Max: 1}, Output: "a", Populations: []quant.Population{{Name: "a", Shape: []int{2}, Activation: a}},
			Synapses: []quant.Synapses{{Name: "w", From: "input", To: "a", Dense: &quant.Dense{Weight: quant.NewTensor([]int32{1, 2}, 2, 1)}}},
		}
		if err := n.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestStateFaults(t *testing.T) {
	for want, damage := range map[string]func(s *quant.Spiking){
		`state "float64" is unknown; known: float32, or none`: func(s *quant.Spiking) { s.State = "float64" },
		`a float32 potential goes with a multiply leak`:       func(s *quant.Spiking) { s.State, s.MaxSpikes = quant.StateFloat32, 2 },
	} {
		s := &quant.Spiking{Charge: quant.ChargeSum, Range: quant.Full(), Threshold: quant.Scalar(1), Fire: ">", MaxSpikes: 1, Reset: quant.Scalar(1)}
		damage(s)
		n := &quant.IntNet{Input: quant.Input{Shape: []int{1}, Max: 1}, Output: "a", Populations: []quant.Population{{Name: "a", Shape: []int{1}, Spiking: s}}}
		if err := n.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

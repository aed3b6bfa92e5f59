package datasets

import (
	"math"
	"math/rand/v2"

	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
)

// RateOptions are the keys of the rate encoder.
type RateOptions struct {
	Steps   int     `yaml:"steps" validate:"min=1,max=100000" doc:"time steps T"`
	Gain    float64 `yaml:"gain" validate:"gte=0,lte=1e6" doc:"factor on the values"`
	Process string  `yaml:"process" validate:"oneof=bernoulli poisson" doc:"bernoulli: p = gain·x; poisson: p = 1 − exp(−gain·x)"`
}

// rateKind draws spikes at every step, independently, with probability
//
//	bernoulli  p = clip(gain·x, 0, 1)
//	poisson    p = 1 − exp(−max(gain·x, 0)),   at least one event of a Poisson process of gain·x events a step
//
// rounded to a multiple of 2⁻¹⁶; p = 0 is silent and p = 1 certain. Step t of
// T shows frame floor(t·L/T) of a sequence of L frames. bernoulli with gain 1
// is snntorch.spikegen.rate (there with a draw of full precision).
//
// Chance: one stream a sample; in order of words of 64 inputs, then steps,
// then inputs with p > 0 ascending, each takes the next 16 bits, low bits
// first; each word of each step begins with fresh bits.
func rateKind() EncoderKind {
	return encoderKind("rate", "random spikes, brighter is more frequent", RateOptions{25, 1, "bernoulli"},
		func(o *RateOptions, _ Info) (Encoder, error) { return rate{*o}, nil })
}

type rate struct{ o RateOptions }

func (e rate) Steps() int                 { return e.o.Steps }
func (e rate) OutShape(shape []int) []int { return shape }

func (e rate) Prepare(dst *signal.Signal, batch int, shape []int, _ int) error {
	return prepareSpikes("rate", dst, e.Steps(), batch, shape)
}

func (e rate) Encode(dst *signal.Signal, b int, x []float32, key uint64) {
	n := dst.N()
	frames, steps := len(x)/n, e.Steps()
	r, chance := rng.New(key, rng.Encode), e.chance
	for w := range dst.Stride() {
		lo, hi := 64*w, min(64*w+64, n)
		var a active
		for t, shown := 0, -1; t < steps; t++ {
			if f := frameAt(t, steps, frames); f != shown {
				shown = f
				a.set(x[f*n+lo:f*n+hi], chance)
			}
			dst.WordRow(t*dst.B + b)[w] = a.draw(r)
		}
	}
}

// chance is p·2¹⁶, rounded.
func (e rate) chance(x float32) uint64 {
	mean := e.o.Gain * float64(x)
	if !(mean > 0) { // also NaN
		return 0
	}
	if e.o.Process == "poisson" {
		mean = -math.Expm1(-mean)
	}
	return uint64(math.Round(65536 * math.Min(mean, 1)))
}

// active holds those of 64 neighboring inputs that can spike.
type active struct {
	bit    [64]uint8
	chance [64]uint64
	n      int
}

// set takes the inputs with a chance above 0, and silent ones up to a multiple of four.
func (a *active) set(x []float32, chance func(float32) uint64) {
	a.n = 0
	for i, v := range x {
		if v == 0 { // most pixels
			continue
		}
		if c := chance(v); c > 0 {
			a.bit[a.n], a.chance[a.n] = uint8(i), c
			a.n++
		}
	}
	for ; a.n%4 != 0; a.n++ {
		a.chance[a.n] = 0
	}
}

// draw draws a word of spikes; each 64 random bits serve four inputs. The
// difference u − chance is negative, its top bit 1, when the input spikes.
func (a *active) draw(r *rand.Rand) (word uint64) {
	for i := 0; i+4 <= len(a.bit) && i < a.n; i += 4 {
		bit, chance, u := a.bit[i:i+4:i+4], a.chance[i:i+4:i+4], r.Uint64()
		word |= (u&0xffff - chance[0]) >> 63 << (bit[0] & 63)
		word |= (u>>16&0xffff - chance[1]) >> 63 << (bit[1] & 63)
		word |= (u>>32&0xffff - chance[2]) >> 63 << (bit[2] & 63)
		word |= (u>>48 - chance[3]) >> 63 << (bit[3] & 63)
	}
	return word
}

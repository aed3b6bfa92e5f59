package datasets

import (
	"math"

	"github.com/snntrain/snntrain/internal/signal"
)

// LatencyOptions are the keys of the latency encoder.
type LatencyOptions struct {
	Steps     int     `yaml:"steps" validate:"min=1,max=100000" doc:"time steps T"`
	Curve     string  `yaml:"curve" validate:"oneof=linear log" doc:"linear, or log: the time an RC circuit takes to charge to threshold"`
	Tau       float64 `yaml:"tau" validate:"gt=0,lte=1e6" doc:"time constant of log, in steps"`
	Threshold float64 `yaml:"threshold" validate:"gte=1e-6,lt=1" doc:"smaller values give no spike, 1e-6 ≤ v < 1"`
	Low       float64 `yaml:"low" doc:"input value that counts as x = 0"`
	Span      float64 `yaml:"span" validate:"gte=0" doc:"from there to the input value that counts as x = 1; 0 = 1"`
}

// latencyKind gives each input with x ≥ θ (threshold) one spike, the earlier
// the brighter, and no spike to the rest. With x = (v − low)/span of a value v,
// at step
//
//	linear  t = round((T−1)·(1 − min(x, 1)))
//	log     t = min(round(τ·ln(x / (x − θ))), T−1),   T−1 at x = θ
//
// rounding half to even. Source: S. Thorpe, J. Gautrais, Rank order coding,
// 1998; log as in snntorch.spikegen.latency(clip=True, normalize=False),
// linear as there with normalize=True, linear=True. Differences: snnTorch
// raises x − θ to 1e-7 at least, and without clip fires silent inputs at T−1.
// Static samples only.
func latencyKind() EncoderKind {
	return encoderKind("latency", "one spike an input, brighter is earlier", LatencyOptions{25, "linear", 5, 0.01, 0, 1},
		func(o *LatencyOptions, in Info) (Encoder, error) { return latency{*o}, static("latency", in.Frames) })
}

type latency struct{ o LatencyOptions }

func (e latency) Steps() int                 { return e.o.Steps }
func (e latency) OutShape(shape []int) []int { return shape }

func (e latency) Prepare(dst *signal.Signal, batch int, shape []int, frames int) error {
	if err := static("latency", frames); err != nil {
		return err
	}
	return prepareSpikes("latency", dst, e.Steps(), batch, shape)
}

func (e latency) Encode(dst *signal.Signal, b int, x []float32, _ uint64) {
	silence(dst, b)
	threshold := float32(e.o.Threshold)
	low, span := e.o.Low, e.o.Span
	if span == 0 {
		span = 1
	}
	for n, v := range x {
		if v = float32((float64(v) - low) / span); v >= threshold {
			dst.Fire(e.step(v, threshold)*dst.B+b, n)
		}
	}
}

// step is the time of the spike of a value x ≥ θ.
func (e latency) step(x, threshold float32) int {
	last := float64(e.Steps() - 1)
	t := last * (1 - min(float64(x), 1))
	if e.o.Curve == "log" {
		t = min(e.o.Tau*-math.Log1p(-float64(threshold)/float64(x)), last) // x/(x−θ) = 1/(1−θ/x)
	}
	return int(math.RoundToEven(t))
}

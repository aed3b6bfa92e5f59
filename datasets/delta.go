package datasets

import "github.com/snntrain/snntrain/internal/signal"

// DeltaOptions are the keys of the delta encoder.
type DeltaOptions struct {
	Steps     int     `yaml:"steps" validate:"gte=0,max=100000" doc:"time steps T; 0: the frames of a sample"`
	Threshold float64 `yaml:"threshold" validate:"gte=1e-6,lte=1e6" doc:"least change that spikes"`
	Off       bool    `yaml:"off" doc:"falls spike in a second group of channels; without it they are lost"`
}

// deltaKind spikes where the input changes. With f(t) = floor(t·L/T) the frame
// of L that step t shows, and zero before the first step,
//
//	on[t]  = x[f(t)] − x[f(t−1)] ≥ θ
//	off[t] = x[f(t)] − x[f(t−1)] ≤ −θ
//
// A static sample (L = 1) is compared with zero at the first step, then
// nothing changes. (C, H, W) becomes (2C, H, W), (N) becomes (2N): rises,
// then falls. Source: snntorch.spikegen.delta(padding=False), which writes
// falls as −1 into the same channel.
func deltaKind() EncoderKind {
	return encoderKind("delta", "spikes where the input changes", DeltaOptions{0, 0.1, true},
		func(o *DeltaOptions, in Info) (Encoder, error) {
			e := delta{*o}
			if e.o.Steps == 0 {
				e.o.Steps = in.Frames
			}
			return e, nil
		})
}

type delta struct{ o DeltaOptions }

func (e delta) Steps() int { return e.o.Steps }

func (e delta) OutShape(shape []int) []int {
	if !e.o.Off {
		return shape
	}
	return append([]int{2 * shape[0]}, shape[1:]...)
}

func (e delta) Prepare(dst *signal.Signal, batch int, shape []int, _ int) error {
	return prepareSpikes("delta", dst, e.Steps(), batch, e.OutShape(shape))
}

func (e delta) Encode(dst *signal.Signal, b int, x []float32, _ uint64) {
	silence(dst, b)
	n, channels := dst.N(), dst.Shape[0]
	if e.o.Off {
		n, channels = n/2, channels/2
	}
	frames, shown := len(x)/n, -1
	var before []float32
	for t := range e.Steps() {
		f := frameAt(t, e.Steps(), frames)
		if f == shown {
			continue
		}
		now := x[f*n : (f+1)*n]
		e.changes(dst, t*dst.B+b, channels, before, now)
		before, shown = now, f
	}
}

// changes fires row by the difference of two frames; before is nil at the start.
func (e delta) changes(dst *signal.Signal, row, channels int, before, now []float32) {
	threshold := float32(e.o.Threshold)
	for i, v := range now {
		if before != nil {
			v -= before[i]
		}
		place := i
		if e.o.Off { // channel-last: place (p, c) of C channels is (p, c) of 2C
			place += i / channels * channels
		}
		if v >= threshold {
			dst.Fire(row, place)
		} else if e.o.Off && v <= -threshold {
			dst.Fire(row, place+channels)
		}
	}
}

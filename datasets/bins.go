package datasets

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/signal"
)

// BinsOptions are the keys of the bins encoder.
type BinsOptions struct {
	Steps int    `yaml:"steps" validate:"gte=0,max=100000" doc:"time steps T; 0: the frames of a sample, as they are"`
	Mode  string `yaml:"mode" validate:"oneof=mean sum max" doc:"how the frames of a bin are joined: mean, sum or max"`
}

// binsKind resamples L frames to T steps, as an analog signal. Step t joins the frames
//
//	floor(t·L/T) ≤ f < max(floor((t+1)·L/T), floor(t·L/T) + 1)
//
// by mean, sum or max over f, so that with T ≤ L every frame is used once and
// with T > L frames repeat. T > L refuses sum, which would count frames twice.
func binsKind() EncoderKind {
	return encoderKind("bins", "the frames of a sequence, joined or repeated to T steps", BinsOptions{0, "mean"},
		func(o *BinsOptions, in Info) (Encoder, error) {
			e := bins{*o}
			if e.o.Steps == 0 {
				e.o.Steps = in.Frames
			}
			return e, e.suits(in.Frames)
		})
}

type bins struct{ o BinsOptions }

func (e bins) Steps() int                 { return e.o.Steps }
func (e bins) OutShape(shape []int) []int { return shape }

func (e bins) suits(frames int) error {
	if e.o.Mode == "sum" && e.Steps() > frames {
		return fault.Fault{Pkg: pkg, Subject: `encoder "bins"`, Fact: fmt.Sprintf("mode sum with %d steps out of %d frames counts frames twice", e.Steps(), frames), Hint: "use mode mean or fewer steps"}
	}
	return nil
}

func (e bins) Prepare(dst *signal.Signal, batch int, shape []int, frames int) error {
	if err := e.suits(frames); err != nil {
		return err
	}
	return prepareAnalog("bins", dst, e.Steps(), batch, shape, false)
}

func (e bins) Encode(dst *signal.Signal, b int, x []float32, _ uint64) {
	n, steps := dst.N(), e.Steps()
	frames := len(x) / n
	for t := range steps {
		lo := frameAt(t, steps, frames)
		hi := max(frameAt(t+1, steps, frames), lo+1)
		row := dst.Row(t*dst.B + b)
		copy(row, x[lo*n:(lo+1)*n])
		for f := lo + 1; f < hi; f++ {
			e.join(row, x[f*n:(f+1)*n])
		}
		if k := hi - lo; e.o.Mode == "mean" && k > 1 {
			for i := range row {
				row[i] /= float32(k)
			}
		}
	}
}

// join adds a frame to row, or takes the larger values.
func (e bins) join(row, frame []float32) {
	for i, v := range frame {
		if e.o.Mode == "max" {
			row[i] = max(row[i], v)
		} else {
			row[i] += v
		}
	}
}

package datasets

import "github.com/snntrain/snntrain/internal/signal"

// ConstantOptions are the keys of the constant encoder.
type ConstantOptions struct {
	Steps int `yaml:"steps" validate:"min=1,max=100000" doc:"time steps T"`
}

// constantKind shows the sample unchanged at every step,
//
//	s[t] = x,   t = 0..T−1,
//
// as one stored step of an analog signal: direct coding (Rueckauer et al.
// 2017, 10.3389/fnins.2017.00682: analog input). Static samples only.
func constantKind() EncoderKind {
	return encoderKind("constant", "the sample itself as an input current at every step", ConstantOptions{25},
		func(o *ConstantOptions, in Info) (Encoder, error) {
			return constant{o.Steps}, static("constant", in.Frames)
		})
}

type constant struct{ steps int }

func (e constant) Steps() int                 { return e.steps }
func (e constant) OutShape(shape []int) []int { return shape }

func (e constant) Prepare(dst *signal.Signal, batch int, shape []int, frames int) error {
	if err := static("constant", frames); err != nil {
		return err
	}
	return prepareAnalog("constant", dst, e.steps, batch, shape, true)
}

func (e constant) Encode(dst *signal.Signal, b int, x []float32, _ uint64) { copy(dst.Row(b), x) }

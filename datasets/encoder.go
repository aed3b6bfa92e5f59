package datasets

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/signal"
)

// Encoder turns a sample into the input of a network over T steps.
type Encoder interface {
	// Steps is T.
	Steps() int
	// Prepare gives dst the extents [T, batch, …] and the kind, analog or
	// spikes, of samples of this shape and number of frames.
	Prepare(dst *signal.Signal, batch int, shape []int, frames int) error
	// Encode writes every value of sample b of the batch. x holds the frames
	// of the sample, channel-last. Chance comes from key alone. Calls for
	// different b may run at the same time.
	Encode(dst *signal.Signal, b int, x []float32, key uint64)
	// OutShape is the shape of one step of the encoded sample.
	OutShape(shape []int) []int
}

// EncoderKind is a registered encoder.
type EncoderKind struct {
	Name, Doc string
	Options   func() any // a pointer to the encoder's own keys, filled with defaults
	// New makes an encoder for samples as in describes them. opts comes from Options; nil means the defaults.
	New func(opts any, in Info) (Encoder, error)
}

// encoderKind binds the options type O, its defaults and a constructor.
func encoderKind[O any](name, doc string, defaults O, create func(o *O, in Info) (Encoder, error)) EncoderKind {
	subject := fmt.Sprintf("encoder %q", name)
	return EncoderKind{
		Name: name, Doc: doc,
		Options: func() any { o := defaults; return &o },
		New: func(opts any, in Info) (Encoder, error) {
			o, err := optionsOf(subject, opts, defaults)
			if err != nil {
				return nil, err
			}
			return create(o, in)
		},
	}
}

// maxSignal is the most bytes that the signal of one batch may take.
const maxSignal = 8 << 30

// fits refuses a signal that would not fit in memory. bits is the size of one value.
func fits(name string, rows, n, bits int) error {
	if rows > 0 && n > maxSignal*8/bits/rows {
		return fault.Fault{
			Pkg: pkg, Subject: fmt.Sprintf("encoder %q", name),
			Fact: fmt.Sprintf("a batch of %d rows (steps × batch) of %d values exceeds the limit of %d GiB", rows, n, maxSignal>>30),
			Hint: "lower batch or steps",
		}
	}
	return nil
}

// prepareSpikes makes dst a silent spike signal.
func prepareSpikes(name string, dst *signal.Signal, steps, batch int, shape []int) error {
	if err := fits(name, steps*batch, signal.Size(shape)+64, 1); err != nil {
		return err
	}
	dst.ResetSpikes(steps, batch, shape, false)
	return nil
}

// prepareAnalog makes dst an analog signal.
func prepareAnalog(name string, dst *signal.Signal, steps, batch int, shape []int, constant bool) error {
	rows := steps * batch
	if constant {
		rows = batch
	}
	if err := fits(name, rows, signal.Size(shape), 32); err != nil {
		return err
	}
	dst.ResetAnalog(steps, batch, shape, constant)
	return nil
}

// static refuses sequences.
func static(name string, frames int) error {
	if frames == 1 {
		return nil
	}
	return fault.Fault{
		Pkg: pkg, Subject: fmt.Sprintf("encoder %q", name),
		Fact: fmt.Sprintf("takes static samples, these are sequences of %d frames", frames),
		Hint: "use bins, delta or rate",
	}
}

// frameAt is the frame that step t of steps shows, floor(t·frames/steps).
func frameAt(t, steps, frames int) int { return t * frames / steps }

// silence clears the rows of sample b.
func silence(dst *signal.Signal, b int) {
	for t := range dst.Steps() {
		clear(dst.WordRow(t*dst.B + b))
	}
}

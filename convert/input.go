package convert

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
)

// The forms of the input.
const (
	InputConstant = "constant" // the values themselves, as a current that stays
	InputRate     = "rate"     // spikes drawn in every step with the probability of the value, 0 to 1
)

// presenter shows samples, a constant input of one step, for a number of steps.
type presenter struct {
	input string
	seed  uint64
}

// show presents a batch; key tells batches apart, and the same key draws the same spikes.
func (p presenter) show(x *signal.Signal, key uint64, steps int) *signal.Signal {
	if p.input != InputRate {
		shown := *x
		shown.T = steps
		return &shown
	}
	out, n := signal.NewSpikes(steps, x.B, x.Shape, false), x.N()
	for b := range x.B {
		r, row := rng.New(rng.Key(p.seed, key, uint64(b)), rng.Encode), x.Row(b)
		for t := range steps {
			for i := range n {
				if r.Float32() < row[i] {
					out.Fire(t*x.B+b, i)
				}
			}
		}
	}
	return out
}

// checkInput refuses samples that no rate can stand for.
func checkInput(o *RateOptions, low, high float32) error {
	if o.Input == InputRate && (low < 0 || high > 1) {
		return fault.Fault{
			Pkg: "convert", Subject: "calibration data", Fact: fmt.Sprintf("goes from %g to %g; a rate-coded input needs values from 0 to 1", low, high),
			Hint: "leave out data.normalize and train the network on such values, or use input: constant",
		}
	}
	return nil
}

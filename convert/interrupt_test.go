package convert_test

import (
	"context"
	"errors"
	"testing"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/model"
)

// stopping is a context that is canceled once it was asked a number of times.
type stopping struct {
	context.Context
	left *int
}

func (s stopping) Err() error {
	if *s.left--; *s.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestInterruptedWithinAStage: a conversion asks at every batch whether it is to
// stop, however long a stage takes, and so does judging.
func TestInterruptedWithinAStage(t *testing.T) {
	in := model.Shape{2, 6, 6}
	cal := samples(in, 96, uniform)
	o := convert.RateDefaults()
	asked := 5 * len(cal.Samples) // 5 stages, and more than one run of the samples in each
	if _, err := convert.Rate(stopping{t.Context(), &asked}, small(), cal, *o); !errors.Is(err, context.Canceled) {
		t.Errorf("converting: %v", err)
	}
	r, once := rate(t, small(), cal, nil), len(cal.Samples)
	if _, err := r.Judge(stopping{t.Context(), &once}, cal); !errors.Is(err, context.Canceled) {
		t.Errorf("judging: %v", err)
	}
}

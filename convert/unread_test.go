package convert

import (
	"slices"
	"testing"
)

// TestUnread: keys that a method does not read are named, those it reads and defaults are not.
func TestUnread(t *testing.T) {
	for _, c := range []struct {
		method string
		set    func(o *RateOptions)
		want   []string
	}{
		{"advanced", func(*RateOptions) {}, nil},
		{"advanced", func(o *RateOptions) { o.Rounds, o.Steps, o.Calibration = 2, 4, 10 }, nil},
		{"advanced", func(o *RateOptions) { o.Tuning, o.Epochs, o.RatePenalty, o.Flip = 10, new(3), 0.1, true }, []string{"tuning", "epochs", "flip", "rate_penalty"}},
		{"advanced", func(o *RateOptions) { o.Shift, o.Mix, o.Labels, o.Share, o.Percentile = 0, 0, 1, "channel", 99 }, []string{"percentile", "share", "shift", "mix", "labels"}},
		{"tuned", func(o *RateOptions) { o.Tuning, o.Epochs, o.RatePenalty, o.Flip, o.Rounds = 10, new(3), 0.1, true, 0 }, nil},
		{"tuned", func(o *RateOptions) { o.MaxDrop, o.MaxSteps = 1, 8 }, []string{"max_drop", "max_steps"}},
		{"percentile", func(o *RateOptions) { o.Share, o.Percentile, o.Rounds = "channel", 99, 2 }, []string{"rounds"}},
		{"max", func(o *RateOptions) { o.Share, o.Percentile = "channel", 99 }, []string{"percentile"}},
		{"auto", func(o *RateOptions) { o.Steps, o.Labels, o.Rounds, o.Share, o.MaxDrop = 8, 0.5, 2, "channel", 1 }, []string{"steps"}},
		{"max", func(o *RateOptions) { o.ExtraSteps, o.Compare = 8, []string{"signed"} }, []string{"extra_steps"}},
		{"max", func(o *RateOptions) { o.ExtraSteps, o.Compare = 8, []string{"signed", "cos"} }, nil},
	} {
		o := RateDefaults()
		o.Method = c.method
		if c.set(o); !slices.Equal(o.Unread(), c.want) {
			t.Errorf("%s, %+v: %v, expected %v", c.method, o, o.Unread(), c.want)
		}
	}
}

package convert_test

import (
	"testing"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/model"
)

// TestUnreadHasNoEffect: with every method, a key that is said to have no effect changes no bit of the network.
func TestUnreadHasNoEffect(t *testing.T) {
	changes := []func(o *convert.RateOptions){
		func(o *convert.RateOptions) { o.Percentile = 60 },
		func(o *convert.RateOptions) { o.Share = "channel" },
		func(o *convert.RateOptions) { o.Rounds = 0 },
		func(o *convert.RateOptions) { o.Epochs = new(1) },
		func(o *convert.RateOptions) { o.Labels, o.Mix, o.Shift, o.Flip, o.RatePenalty = 1, 1, 2, true, 1 },
		func(o *convert.RateOptions) { o.ExtraSteps, o.MaxDrop, o.MaxSteps = 9, 9, 9 },
	}
	for _, method := range convert.Methods().Names() {
		if method == "qcfs" { // needs activations of its own, and reads no key
			continue
		}
		network := func(change func(o *convert.RateOptions)) (text string, read bool) {
			r := rate(t, small(), samples(model.Shape{2, 6, 6}, 48, uniform), func(o *convert.RateOptions) {
				o.Method, o.Steps = method, 4
				change(o)
				read = len(o.Unread()) == 0
			})
			return encoded(t, r.Network), read
		}
		plain, _ := network(func(*convert.RateOptions) {})
		for i, change := range changes {
			if text, read := network(change); !read && text != plain {
				t.Errorf("%s: change %d is said to have no effect, and has", method, i)
			}
		}
	}
}

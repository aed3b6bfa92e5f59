package pytorch

import (
	"slices"

	"github.com/snntrain/snntrain/model"
)

// compare notes where the rules that the framework runs give other spikes, or
// other gradients, than those that were trained.
func (b *builder) compare(c *cell, there model.Rules) {
	here := c.rules
	if !c.spikes() {
		return
	}
	if here.Fire != there.Fire {
		b.note(c.node, Spikes, "fires at v %s θ there, was trained with v %s θ: differs where a potential meets the threshold exactly", there.Fire, here.Fire)
	}
	if here.Delay == 1 {
		b.note(c.node, Spikes, "sends a spike in the step that decides it there, was trained to send it one step later")
	}
	if resets(here) != resets(there) {
		b.note(c.node, Spikes, "resets %s there, was trained to reset %s", describe(there), describe(here))
	}
	if here.DetachReset != there.DetachReset && here.Reset != model.ResetNone {
		b.note(c.node, Training, "the gradient %s through the reset there", map[bool]string{true: "does not pass", false: "passes"}[there.DetachReset])
	}
}

// resets names what a reset does to the spikes. A potential that is set before
// the leak, or in the step of the spike, gives the same spikes; so does a
// threshold that is subtracted at either of these times.
func resets(r model.Rules) string {
	switch {
	case r.Reset == model.ResetNone:
		return "never"
	case r.ResetAt == model.ResetAtCharge:
		return string(r.Reset) + " late"
	case slices.Contains(r.Quirks, model.QuirkHold):
		return string(r.Reset) + " hold"
	}
	return string(r.Reset)
}

// describe says it in words.
func describe(r model.Rules) string {
	what := map[model.Reset]string{model.ResetSubtract: "by subtraction", model.ResetValue: "to a value"}[r.Reset]
	switch resets(r) {
	case "never":
		return "never"
	case string(r.Reset) + " late":
		return what + " one step late, after the leak and the input"
	case string(r.Reset) + " hold":
		return what + " in the step of the spike, but not again while the potential stays above θ (reset_delay=False)"
	}
	if r.ResetAt == model.ResetAtLeak {
		return what + " before the next leak"
	}
	return what + " in the step of the spike"
}

package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/layers"
)

// The limits beyond which something is found. Those of silent and saturated
// layers as a whole are in layers.Activity.Complaint.
const (
	deadLimit      = 0.5  // share of the neurons of a layer
	saturatedLimit = 0.5  // share of the neurons of a layer
	unevenLimit    = 1e-4 // gradient over weight, against that of the layer where it is largest
	largeLimit     = 1000 // gradient over weight
	fadeLimit      = 1e-4 // gradient by the input of the first step, against that of the step where it is largest
	growLimit      = 1e4  // gradient by the input of the first step, against that halfway
	guessLimit     = 1.5  // accuracy over that of guessing
	fallLimit      = 0.01 // share by which the training loss must fall
	riseLimit      = 1.1  // validation loss at the end over its least
	behindLimit    = 0.05 // training accuracy minus validation accuracy, beyond two standard deviations of the latter
)

// Findings lists what is wrong with a network, each as `what: fact against
// limit; what to try`. Classes is the number of classes of the data.
func (c Checkup) Findings(classes int) []string {
	var out []string
	if c.NonFinite != "" {
		out = append(out, finding(c.NonFinite, "gives a value that is not finite", "lower the learning rate, set clip, and train again"))
	}
	samples := "the samples"
	if c.Score != nil {
		samples = fmt.Sprintf("%d samples", c.Score.N)
		out = append(out, c.guessing(classes)...)
	}
	for _, l := range c.Layers {
		out = append(out, l.findings(samples)...)
	}
	return slices.Concat(out, c.broken(), c.uneven(), c.throughTime())
}

func finding(subject, fact, try string) string {
	return fault.Fault{Subject: subject, Fact: fact, Hint: try}.Error()
}

func (c Checkup) guessing(classes int) []string {
	if classes < 2 || c.Score.Accuracy >= guessLimit/float64(classes) {
		return nil
	}
	return []string{finding("output", fmt.Sprintf("%.1f %% of %d samples are right, guessing among %d classes gives %.1f %%", 100*c.Score.Accuracy, c.Score.N, classes, 100/float64(classes)), "train longer, or with another learning rate; look at the layers below")}
}

func (l LayerHealth) findings(samples string) []string {
	whole := layers.Activity{Layer: l.Name, Mean: l.Rate, Silent: l.Dead}
	if text := whole.Complaint(samples); text != "" {
		return []string{text}
	}
	var out []string
	subject := fmt.Sprintf("layer %q", l.Name)
	if l.Dead > deadLimit {
		out = append(out, finding(subject, fmt.Sprintf("%.0f %% of its neurons are dead: they fire for none of %s, limit %.0f %%", 100*l.Dead, samples, 100*deadLimit), "use fewer neurons, a lower threshold, or a lower bound on rates (loss.rates)"))
	}
	if l.Saturated > saturatedLimit {
		out = append(out, finding(subject, fmt.Sprintf("%.0f %% of its neurons fire in every step, limit %.0f %%", 100*l.Saturated, 100*saturatedLimit), "raise the threshold, or set an upper bound on rates (loss.rates)"))
	}
	return out
}

// broken finds arrays and gradients that are not finite, and weights without a gradient.
func (c Checkup) broken() []string {
	var out []string
	for _, p := range c.Params {
		switch {
		case p.NonFinite > 0:
			out = append(out, finding("parameter "+p.Name, fmt.Sprintf("%d of %d values are not finite", p.NonFinite, p.Values), "the training diverged: lower the learning rate or set clip"))
		case p.BadGradient > 0:
			out = append(out, finding("parameter "+p.Name, fmt.Sprintf("its gradient has %d values that are not finite", p.BadGradient), "lower the learning rate or set clip"))
		case p.weight && p.Gradient != nil && *p.Gradient == 0:
			out = append(out, finding("parameter "+p.Name, "its gradient is 0 on all samples", "its input is silent, or no error comes back to it: look at the layers on both sides, or widen the surrogate"))
		}
	}
	return out
}

// uneven compares the gradients of the weights, each relative to the weights:
// errors that fade or grow on their way through layers and time.
func (c Checkup) uneven() []string {
	var largest ParamHealth
	for _, p := range c.Params {
		if p.relative() > largest.relative() {
			largest = p
		}
	}
	var out []string
	for _, p := range c.Params {
		switch r := p.relative(); {
		case r > largeLimit:
			out = append(out, finding("parameter "+p.Name, fmt.Sprintf("its gradient is exploding: root mean square %.3g, %.3g times that of the weights, limit %v", *p.Gradient, r, float64(largeLimit)), "set clip, narrow the surrogate, or cut the time it passes (train.bptt.truncate)"))
		case r > 0 && r < unevenLimit*largest.relative():
			out = append(out, finding("parameter "+p.Name, fmt.Sprintf("its gradient is vanishing: root mean square %.3g, relative to the weights %.2g of that of %s, limit %v", *p.Gradient, r/largest.relative(), largest.Name, unevenLimit), "widen the surrogate, raise the firing rates, or add batch-norm or a residual connection"))
		}
	}
	return out
}

// throughTime compares the gradient by the input of the first step with those of later ones.
func (c Checkup) throughTime() []string {
	if len(c.OverTime) < 2 {
		return nil
	}
	half := len(c.OverTime) / 2
	first, later := c.OverTime[0], c.OverTime[half]
	largest := slices.Max(c.OverTime)
	at := slices.Index(c.OverTime, largest) + 1
	switch {
	case largest > 0 && first < fadeLimit*largest:
		return []string{finding("time", fmt.Sprintf("errors vanish on their way back: the gradient by the input is %.3g in step 1 and %.3g in step %d, limit %v of that", first, largest, at, fadeLimit), "let potentials decay more slowly (beta, tau), widen the surrogate, or use fewer steps")}
	case later > 0 && first > growLimit*later:
		return []string{finding("time", fmt.Sprintf("errors explode on their way back: the gradient by the input is %.3g in step 1 and %.3g in step %d, limit %v times that", first, later, half+1, float64(growLimit)), "set clip, weaken recurrent weights, or cut the way (train.bptt.truncate)")}
	}
	return nil
}

// relative is the root mean square of the gradient over that of the weights, 0 where there is none.
func (p ParamHealth) relative() float64 {
	if !p.weight || p.Gradient == nil || p.RMS == 0 {
		return 0
	}
	return *p.Gradient / p.RMS
}

// Course is how a training went.
type Course struct {
	Epochs   []EpochReport
	Planned  int  // epochs; 0 = not known
	Finished bool // there is a result
}

// Findings lists what is wrong with the course of a training.
func (c Course) Findings() []string {
	var out []string
	if !c.Finished {
		fact := fmt.Sprintf("ended after %d of %d epochs, without a result", len(c.Epochs), c.Planned)
		out = append(out, finding("training", fact, "it is in progress, was interrupted or diverged: go on with train --resume"))
	}
	if len(c.Epochs) < 2 {
		return out
	}
	first, last := c.Epochs[0], c.Epochs[len(c.Epochs)-1]
	if last.Train.Loss > (1-fallLimit)*first.Train.Loss {
		out = append(out, finding("training", fmt.Sprintf("the loss went from %.4g in epoch %d to %.4g in epoch %d, it should fall by %.0f %% at least", first.Train.Loss, first.Epoch, last.Train.Loss, last.Epoch, 100*fallLimit), "try other learning rates, and look at the gradients"))
	}
	if last.Validation == nil {
		return out
	}
	return append(out, c.overfitting(last)...)
}

// overfitting compares the last epoch with the one of the least validation loss, and training with validation.
func (c Course) overfitting(last EpochReport) []string {
	const try = "train fewer epochs (train.early_stop), add dropout, weight decay or data"
	least := last
	for _, e := range c.Epochs {
		if e.Validation != nil && e.Validation.Loss < least.Validation.Loss {
			least = e
		}
	}
	var facts []string
	if last.Validation.Loss > riseLimit*least.Validation.Loss && last.Train.Loss < least.Train.Loss {
		facts = append(facts, fmt.Sprintf("the loss rose from %.4g in epoch %d to %.4g in epoch %d, by more than %.0f %%, while that of training fell", least.Validation.Loss, least.Epoch, last.Validation.Loss, last.Epoch, 100*(riseLimit-1)))
	}
	limit := behindLimit + 2*last.Validation.deviation()
	if gap := last.Train.Accuracy - last.Validation.Accuracy; gap > limit {
		facts = append(facts, fmt.Sprintf("%.1f %% are right and %.1f %% in training, %.1f points behind, limit %.1f", 100*last.Validation.Accuracy, 100*last.Train.Accuracy, 100*gap, 100*limit))
	}
	if len(facts) == 0 {
		return nil
	}
	return []string{finding("validation", strings.Join(facts, "; "), try)}
}

// deviation is the standard deviation that chance gives the accuracy, √(a(1−a)/n).
func (s Score) deviation() float64 {
	return math.Sqrt(s.Accuracy * (1 - s.Accuracy) / float64(max(s.N, 1)))
}

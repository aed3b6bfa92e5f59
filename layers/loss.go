package layers

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/fault"
)

// Loss says what is minimized.
type Loss struct {
	Kind      string  // "cross-entropy", "mse", "van-rossum", "distillation" from Input.Teacher, or "sum" of all scores, for benchmarks
	Readout   string  // how the output becomes scores: see Readouts
	Smoothing float64 // of cross-entropy
	Correct   float64 // target of the label's output: a count, a rate, or spikes a step
	Incorrect float64 // target of the others
	Tau       float64 // of van-rossum, steps; of distillation, the temperature

	Rates []RatePenalty
}

// RatePenalty keeps the firing rates of layers in a range (autograd.RatePenalty).
type RatePenalty struct {
	Layers       []string // names; empty = every spiking layer but the output
	Lower, Upper float64  // spikes a step
	Weight       float64
}

// Readouts names the ways to read scores from the output over time.
func Readouts() []string {
	return []string{"sum", "mean", "last", "max", "spike-count", "rate", "each"}
}

// readoutOp returns the op of a readout: spike-count is a sum, rate a mean,
// and a loss of each step is judged by the sum.
func readoutOp(name string) string {
	switch name {
	case "spike-count", "each":
		return "sum"
	case "rate":
		return "mean"
	}
	return name
}

// head adds readout, loss and penalties.
func (c *compiler) head(o Options) error {
	readout := o.Readout
	if o.Loss != nil {
		readout = o.Loss.Readout
	}
	if readout == "" {
		readout = c.net.Record.Readout
	}
	if readout == "" {
		readout = "sum"
	}
	out := c.net.Output()
	if err := c.checkReadout(readout, out); err != nil {
		return err
	}
	var err error
	c.readout = readoutOp(readout)
	if c.scores, err = c.graph.Apply("readout", &autograd.Readout{Kind: c.readout}, c.nodes[out]); err != nil {
		return err
	}
	if o.Loss == nil {
		return nil
	}
	judged := c.scores
	if readout == "each" || o.Loss.Kind == "van-rossum" {
		judged = c.nodes[out]
	}
	return c.addLoss(o.Loss, judged)
}

func (c *compiler) checkReadout(readout, out string) error {
	subject := fmt.Sprintf("readout %q", readout)
	if !slices.Contains(Readouts(), readout) {
		return fault.Fault{Pkg: "layers", Subject: subject, Fact: "is unknown", Hint: nearest(readout, Readouts())}
	}
	if len(c.shapes[out]) != 1 {
		return fault.Fault{Pkg: "layers", Subject: subject, Fact: fmt.Sprintf("the last layer %q gives %v, expected one axis of classes", out, c.shapes[out]), Hint: "end with a linear layer"}
	}
	counts := readout == "spike-count" || readout == "rate"
	if counts && !slices.Contains(c.Spiking(), out) {
		return fault.Fault{Pkg: "layers", Subject: subject, Fact: fmt.Sprintf("the last layer %q does not spike", out), Hint: "use sum, mean, last or max, or end with a spiking layer"}
	}
	return nil
}

func nearest(name string, known []string) string {
	if near := fault.Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return fmt.Sprintf("known: %v", known)
}

// addLoss adds the loss of judged and the penalties.
func (c *compiler) addLoss(l *Loss, judged *autograd.Node) error {
	var op autograd.Op
	in := []*autograd.Node{judged}
	switch l.Kind {
	case "cross-entropy":
		op = &autograd.CrossEntropy{Smoothing: l.Smoothing}
	case "mse":
		op = &autograd.MSE{Correct: l.Correct, Incorrect: l.Incorrect}
	case "van-rossum":
		op = &autograd.VanRossum{Tau: l.Tau, Correct: l.Correct, Incorrect: l.Incorrect}
	case "sum":
		op = &autograd.SumAll{}
	case "distillation":
		op = &autograd.Distillation{Temperature: l.Tau}
		c.teacher = c.graph.Input("teacher", c.shapes[c.net.Output()])
		in = append(in, c.teacher)
	default:
		return fault.Fault{Pkg: "layers", Subject: fmt.Sprintf("loss %q", l.Kind), Fact: "is unknown", Hint: nearest(l.Kind, []string{"cross-entropy", "mse", "van-rossum", "distillation", "sum"})}
	}
	node, err := c.graph.Apply("loss "+l.Kind, op, in...)
	if err != nil {
		return err
	}
	terms := []*autograd.Node{node}
	for _, r := range l.Rates {
		nodes, err := c.ratePenalty(r)
		if err != nil {
			return err
		}
		terms = append(terms, nodes...)
	}
	c.penalty = terms[1:]
	c.loss, err = c.graph.Apply("loss", &autograd.Total{}, terms...)
	return err
}

func (c *compiler) ratePenalty(r RatePenalty) ([]*autograd.Node, error) {
	names := r.Layers
	if len(names) == 0 {
		for _, name := range c.Spiking() {
			if name != c.net.Output() {
				names = append(names, name)
			}
		}
	}
	var out []*autograd.Node
	for _, name := range names {
		node := c.nodes[name]
		if node == nil || !slices.Contains(c.Spiking(), name) {
			return nil, fault.Fault{Pkg: "layers", Subject: "rate penalty", Fact: fmt.Sprintf("%q is no spiking layer", name), Hint: fmt.Sprintf("spiking layers: %v", c.Spiking())}
		}
		n, err := c.graph.Apply("rate penalty of "+name, &autograd.RatePenalty{Lower: r.Lower, Upper: r.Upper, Weight: r.Weight}, node)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

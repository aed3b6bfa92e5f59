package onnx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/model"
)

// importer walks the nodes of a graph in order.
type importer struct {
	file      string
	model     *raw.Model
	input     Input
	batch     int // what the file says the batch is; computed with 1
	net       *model.Network
	shapes    map[string]model.Shape // of the layers
	values    map[string]*value
	uses      map[string]int // how often a value is read
	entries   []Operator
	operators map[string]operator
	folders   map[string]folder
	budget    int   // values that computed constants may still hold
	outcome   error // a fault that is no single operator's
}

// budgetOf bounds the values of all constants that are computed: some for
// small files, and a few times what the file itself holds.
func budgetOf(m *raw.Model) int {
	n := maxFold
	for _, t := range m.Constants {
		n += 4 * t.Len()
	}
	return n
}

// operator handles a node of which some input is a signal.
type operator func(c *call) error

// folder computes a node of which every input is constant.
type folder func(c *call) (*raw.Tensor, error)

// call is one node being handled.
type call struct {
	*importer
	attrs
	n     *raw.Node
	in    []*value // nil = left out
	entry *Operator
}

// needed marks the nodes that the outputs depend on, and counts the uses of values by them.
func (im *importer) needed() []bool {
	wanted := map[string]bool{}
	for _, name := range im.model.Outputs {
		wanted[name] = true
		im.uses[name]++
	}
	marks := make([]bool, len(im.model.Nodes))
	for i := len(marks) - 1; i >= 0; i-- {
		n := &im.model.Nodes[i]
		marks[i] = slices.ContainsFunc(n.Outputs, func(out string) bool { return wanted[out] })
		if !marks[i] {
			continue
		}
		for _, in := range n.Inputs {
			wanted[in] = true
			im.uses[in]++
		}
	}
	return marks
}

// node handles one node and writes its entry.
func (im *importer) node(i int) {
	n := &im.model.Nodes[i]
	c := &call{importer: im, n: n, entry: &im.entries[i], attrs: attrs{list: n.Attrs}}
	for _, name := range n.Inputs {
		var v *value
		if t, ok := im.model.Constants[name]; ok {
			v = &value{constant: t}
		} else if name != "" {
			v = im.values[name]
		}
		c.in = append(c.in, v)
	}
	if err := c.run(); err != nil {
		c.refuse(err)
	}
	for k, name := range n.Outputs {
		if im.values[name] == nil && name != "" {
			im.values[name] = c.lost(k)
		}
	}
}

// run finds out who handles the node, and lets it.
func (c *call) run() error {
	handle, fold := c.operators[c.n.Op], c.folders[c.n.Op]
	if c.n.Domain != "" {
		return fmt.Errorf("operators of domain %q are not supported", c.n.Domain)
	}
	if handle == nil && fold == nil {
		return fmt.Errorf("this operator is not supported")
	}
	constant := true
	for _, v := range c.in {
		if v != nil && v.bad {
			c.entry.follows = true
			return fmt.Errorf("reads what a refused operator gives")
		}
		constant = constant && (v == nil || v.constant != nil)
	}
	switch {
	case constant && fold != nil:
		t, err := fold(c)
		if err != nil {
			return err
		}
		if c.budget -= t.Len(); c.budget < 0 {
			return fmt.Errorf("the constants computed so far hold %d values too many", -c.budget)
		}
		c.give(&value{constant: t})
		c.folded("", "constant")
	case handle == nil:
		return fmt.Errorf("supported for constants only")
	default:
		if done, err := c.afterFinal(); done {
			return err
		}
		if err := handle(c); err != nil {
			return err
		}
	}
	return c.attrs.finish()
}

// refuse writes the entry of a node that cannot be taken over.
func (c *call) refuse(err error) {
	follows := c.entry.follows
	*c.entry = Operator{Node: c.entry.Node, Op: c.n.Op, Outcome: Refused, Reason: err.Error(), follows: follows}
}

// unary are operators that keep the shape: what follows a refused one of these can still be judged.
const unary = " Sigmoid Tanh Elu Selu Celu Gelu Mish HardSigmoid HardSwish Softplus Softsign Swish ThresholdedRelu Erf Exp Sqrt Abs Neg Relu Clip LeakyRelu PRelu BatchNormalization InstanceNormalization LayerNormalization LRN Softmax LogSoftmax "

// lost stands for output k of a refused node.
func (c *call) lost(k int) *value {
	if k == 0 && len(c.in) > 0 && c.in[0] != nil && c.in[0].constant == nil && strings.Contains(unary, " "+c.n.Op+" ") {
		v := *c.in[0]
		return &v
	}
	return &value{bad: true}
}

// give stores the first output.
func (c *call) give(v *value) { c.set(0, v) }

func (c *call) set(k int, v *value) {
	if k < len(c.n.Outputs) && c.n.Outputs[k] != "" {
		v.sole = v.constant == nil && c.uses[c.n.Outputs[k]] == 1
		c.values[c.n.Outputs[k]] = v
	}
}

// alias stores another view of v's layer as the first output.
func (c *call) alias(v *value) {
	before := c.in[0]
	c.give(v)
	v.sole = v.sole && before.sole
}

// folded notes that the node needs no layer of its own.
func (c *call) folded(layer, reason string) {
	if c.entry.Outcome == "" {
		c.entry.Outcome, c.entry.Layer, c.entry.Reason = Folded, layer, reason
	}
}

// onlyOutput refuses a node whose further outputs are read.
func (c *call) onlyOutput(what string) error {
	for _, name := range c.n.Outputs[min(1, len(c.n.Outputs)):] {
		if c.uses[name] > 0 {
			return fmt.Errorf("its %s is used", what)
		}
	}
	return nil
}

// fault is a message about the whole file.
func (im *importer) fault(subject, fact, hint string) error {
	return fault.Fault{Pkg: "convert/onnx", Subject: im.file + ": " + subject, Fact: fact, Hint: hint}
}

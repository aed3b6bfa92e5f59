package conform

import (
	"fmt"
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/nir"
)

// Layer is what a layer of neurons did.
type Layer struct {
	Name    string  `json:"name"`
	Spikes  float64 `json:"spikes"`              // of all samples; 0 for a potential
	Values  int     `json:"values"`              // steps × samples × neurons
	Differ  int     `json:"differ"`              // of them, how many are other than in the reference
	Largest float64 `json:"largest,omitempty"`   // of the differences
	Silent  bool    `json:"potential,omitempty"` // it hands on its potential
}

// Parting is the first place where a raster is other than the reference's: in
// the first layer that differs, at the earliest step.
type Parting struct {
	Layer     string   `json:"layer"`
	Step      int      `json:"step"`
	Sample    int      `json:"sample"`
	Neuron    int      `json:"neuron"`
	Reference float32  `json:"reference"`
	Value     float32  `json:"value"`
	Why       []string `json:"why"`
}

func (p *Parting) String() string {
	return fmt.Sprintf("layer %q, step %d, neuron %d of sample %d: %v, not %v", p.Layer, p.Step, p.Neuron, p.Sample, p.Value, p.Reference)
}

// close is what two potentials may differ by, relative to the larger one of both and 1.
const close = 1e-4

// Compiler makes a program of a network, in the arithmetic that it was trained in.
type Compiler func(n *model.Network) (*layers.Program, error)

// runner runs a network and hands out the rasters of its neurons.
type runner struct {
	net     *model.Network
	program *layers.Program
	watched []string
}

func newRunner(n *model.Network, compile Compiler) (*runner, error) {
	p, err := compile(n)
	if err != nil {
		return nil, err
	}
	r := &runner{net: n, program: p}
	for _, node := range n.Nodes {
		if _, ok := node.Op.(*model.Neuron); ok {
			r.watched = append(r.watched, node.Name)
		}
	}
	if out := n.Output(); !slices.Contains(r.watched, out) {
		r.watched = append(r.watched, out)
	}
	return r, nil
}

// rasters runs a batch and returns scores and, of every layer, all values in rows of samples, in (C, H, W) order.
func (r *runner) rasters(x *signal.Signal) (*signal.Signal, map[string][]float32, error) {
	scores, err := r.program.Infer(layers.Input{X: x})
	if err != nil {
		return nil, nil, err
	}
	out := map[string][]float32{}
	for _, name := range r.watched {
		s := r.program.Output(name)
		dense, n := s.Dense(nil), s.N()
		flat := make([]float32, len(dense))
		for row := range s.Rows() {
			signal.FromChannelLast(flat[row*n:(row+1)*n], dense[row*n:(row+1)*n], s.Shape)
		}
		out[name] = flat
	}
	return scores, out, nil
}

// comparison adds up how one network differs from a reference.
type comparison struct {
	reference, net *model.Network
	order          []string
	layers         map[string]*Layer
	parting        *Parting
	at             int // place of the parting's layer
	samples        int
}

func newComparison(reference, net *runner) *comparison {
	c := &comparison{reference: reference.net, net: net.net, order: net.watched, layers: map[string]*Layer{}}
	for _, name := range c.order {
		op, ok := net.net.Node(name).Op.(*model.Neuron)
		c.layers[name] = &Layer{Name: name, Silent: !ok || op.Output == model.OutputMembrane}
	}
	return c
}

// add compares the rasters of a batch of so many samples.
func (c *comparison) add(reference, values map[string][]float32, batch int) {
	for place, name := range c.order {
		l, want, got := c.layers[name], reference[name], values[name]
		l.Values += len(got)
		for i, v := range got {
			if !l.Silent {
				l.Spikes += float64(v)
			}
			if len(want) != len(got) || c.same(l, want[i], v) {
				continue
			}
			l.Differ++
			l.Largest = max(l.Largest, math.Abs(float64(v-want[i])))
			c.note(place, name, i, want[i], v, batch, c.size(name))
		}
	}
	c.samples += batch
}

// same says that two values are one, potentials up to rounding.
func (c *comparison) same(l *Layer, a, b float32) bool {
	if a == b || a != a && b != b {
		return true
	}
	return l.Silent && math.Abs(float64(a-b)) <= close*max(1, math.Abs(float64(a)), math.Abs(float64(b)))
}

func (c *comparison) size(layer string) int {
	shapes, err := c.net.Shapes()
	if err != nil {
		return 1
	}
	return shapes[layer].Size()
}

// note keeps the difference when it comes before the one that was found so far.
func (c *comparison) note(place int, name string, i int, want, got float32, batch, n int) {
	step, sample := i/n/batch, i/n%batch+c.samples
	if p := c.parting; p != nil && (place > c.at || place == c.at && step >= p.Step) {
		return
	}
	c.at = place
	c.parting = &Parting{Layer: name, Step: step, Sample: sample, Neuron: i % n, Reference: want, Value: got}
}

// result is what was found.
func (c *comparison) result() ([]Layer, *Parting) {
	var out []Layer
	for _, name := range c.order {
		out = append(out, *c.layers[name])
	}
	if c.parting != nil {
		c.parting.Why = nir.Explain(c.reference, c.net, c.parting.Layer)
		if len(c.parting.Why) == 0 {
			c.parting.Why = []string{"rounding: rules and numbers are the same"}
		}
	}
	return out, c.parting
}

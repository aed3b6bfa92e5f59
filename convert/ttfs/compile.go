package ttfs

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
)

// compiler turns layers into the steps of a run, one layer at a time.
type compiler struct {
	steps  []step
	wires  map[string]wire
	layers []Activity // that a run reports on

	charges []int // length of each slot of potentials, 0 for spikes
	takens  []int // length of each max-pool's notes
	open    bool  // windows have no start: every ttfs layer ends at 0
	relays  map[string]bool
}

func newCompiler(input model.Shape) *compiler {
	c := &compiler{wires: map[string]wire{}, relays: map[string]bool{}}
	in := wire{shape: input, analog: true, slot: c.potentials(input)}
	c.steps = append(c.steps, readInput{in.slot})
	c.wires[model.InputName] = in
	return c
}

// potentials and trains make a slot.
func (c *compiler) potentials(shape model.Shape) int {
	c.charges = append(c.charges, shape.Size())
	return len(c.charges) - 1
}

func (c *compiler) trains() int {
	c.charges = append(c.charges, 0)
	return len(c.charges) - 1
}

// record makes a layer that runs report on.
func (c *compiler) record(name, kind string, shape model.Shape) *Activity {
	c.layers = append(c.layers, Activity{Layer: name, Kind: kind, Neurons: shape.Size()})
	return &c.layers[len(c.layers)-1]
}

// last is the index of the layer recorded last.
func (c *compiler) last() int { return len(c.layers) - 1 }

// node compiles a layer.
func (c *compiler) node(n model.Node) error {
	in := make([]wire, len(n.Inputs))
	shapes := make([]model.Shape, len(n.Inputs))
	for i, name := range n.Inputs {
		w, ok := c.wires[name]
		if !ok {
			return refuse(n, fmt.Sprintf("input %q names no earlier layer", name))
		}
		in[i], shapes[i] = w, w.shape
	}
	out, err := n.Op.Infer(shapes)
	if err != nil {
		return refuse(n, err.Error())
	}
	w, err := c.lower(n, in, out)
	if err != nil {
		return refuse(n, err.Error())
	}
	w.shape = out
	c.wires[n.Name] = w
	return nil
}

func refuse(n model.Node, fact string) error {
	return fault.Fault{Pkg: "convert/ttfs", Subject: fmt.Sprintf("layer %q (%s)", n.Name, n.Op.Kind()), Fact: fact, Pos: n.Pos}
}

// lower compiles the op of a layer that reads wires.
func (c *compiler) lower(n model.Node, in []wire, out model.Shape) (wire, error) {
	switch op := n.Op.(type) {
	case *model.FirstSpike:
		return c.neurons(n.Name, op, in[0])
	case *model.Dropout:
		return in[0], nil
	case *model.Affine:
		return in[0].then(spread(op.Weight, out), spread(op.Bias, out)), nil
	case *model.Scale:
		return in[0].then(spread(op.Factor, out), nil), nil
	case *model.BatchNorm:
		return in[0].then(normalize(op, out)), nil
	case *model.Flatten:
		return c.moved(in, [][]int32{inverse(flattened(in[0].shape), out.Size())}, out), nil
	case model.Router:
		return c.moved(in, [][]int32{routed(op, in[0].shape, out)}, out), nil
	case *model.Concat:
		return c.moved(in, concatenated(op.Axis, in, out), out), nil
	}
	for _, w := range in {
		if w.analog {
			return wire{}, fmt.Errorf("reads values that no neuron has turned into spikes")
		}
	}
	return c.synapses(n, in, out)
}

// synapses compiles what adds charges up.
func (c *compiler) synapses(n model.Node, in []wire, out model.Shape) (wire, error) {
	switch op := n.Op.(type) {
	case *model.Linear:
		return c.connect(n, newDense(op), in[0], out, op.Bias), nil
	case *model.Conv2d:
		return c.connect(n, newFields(op, in[0].shape, out), in[0], out, op.Bias), nil
	case *model.Pool2d:
		if op.Mode == model.PoolMax {
			return c.maxPool(n.Name, op, in[0], out)
		}
		return c.connect(n, newWindow(op, in[0].shape, out), in[0], out, nil), nil
	case *model.Add:
		c.record(n.Name, n.Op.Kind(), out).MACs = len(in) * out.Size()
		return c.gather(in, make([][]int32, len(in)), out, c.last()), nil
	}
	return wire{}, fmt.Errorf("has no form in spike times")
}

// connect compiles a layer of synapses. What a bias and the rest of its input
// add is constant.
func (c *compiler) connect(n model.Node, s synapses, in wire, out model.Shape, bias *model.Tensor) wire {
	c.record(n.Name, n.Op.Kind(), out).MACs = s.macs()
	w := wire{shape: out, slot: c.potentials(out), end: in.end}
	c.steps = append(c.steps, &connect{s, in, w.slot, c.last()})
	if in.rest == nil && bias == nil {
		return w
	}
	w.rest = make([]float64, out.Size())
	for i, q := range in.rest {
		if q != 0 {
			s.add(w.rest, int32(i), q)
		}
	}
	if bias != nil {
		for i, b := range spread(bias, out) {
			w.rest[i] += b
		}
	}
	return w
}

// gather compiles the sum of wires, each moved by a table.
func (c *compiler) gather(in []wire, tables [][]int32, out model.Shape, layer int) wire {
	w := wire{shape: out, slot: c.potentials(out), end: latest(in), analog: true}
	c.steps = append(c.steps, &gather{in, tables, w.slot, layer})
	for k, from := range in {
		w.analog = w.analog && from.analog
		for i, q := range from.rest {
			if w.rest == nil {
				w.rest = make([]float64, out.Size())
			}
			if to := moved(tables[k], i); to >= 0 {
				w.rest[to] += q
			}
		}
	}
	return w
}

// moved compiles layers that only move values: spikes stay spikes.
func (c *compiler) moved(in []wire, tables [][]int32, out model.Shape) wire {
	spikes := true
	for _, w := range in {
		spikes = spikes && w.spikes
	}
	if !spikes {
		return c.gather(in, tables, out, -1)
	}
	w := wire{shape: out, slot: c.trains(), end: latest(in), spikes: true}
	c.steps = append(c.steps, &route{in, tables, w.end, w.slot})
	for k, from := range in {
		if from.gain == nil && from.rest == nil {
			continue
		}
		if w.gain == nil {
			w.gain, w.rest = each(out.Size(), func(int) float64 { return 1 }), make([]float64, out.Size())
		}
		for i := range from.shape.Size() {
			if to := moved(tables[k], i); to >= 0 {
				w.gain[to], w.rest[to] = at(from.gain, i, 1), at(from.rest, i, 0)
			}
		}
	}
	return w
}

func moved(table []int32, i int) int {
	if table == nil {
		return i
	}
	return int(table[i])
}

func latest(in []wire) float64 {
	end := math.Inf(-1)
	for _, w := range in {
		end = max(end, w.end)
	}
	return end
}

func (c *compiler) maxPool(name string, op *model.Pool2d, in wire, out model.Shape) (wire, error) {
	m := newMaxPool(op, in, out)
	gain, rest, ok := m.through(out)
	if !in.spikes || !ok {
		return wire{}, fmt.Errorf("takes the earliest of spikes, but reads values of which that is not the largest")
	}
	c.record(name, op.Kind(), out)
	m.out, m.taken, m.layer = c.trains(), len(c.takens), c.last()
	c.takens = append(c.takens, out.Size())
	c.steps = append(c.steps, m)
	return wire{shape: out, slot: m.out, spikes: true, gain: gain, rest: rest, end: in.end}, nil
}

// neurons compiles a layer that fires.
func (c *compiler) neurons(name string, op *model.FirstSpike, in wire) (wire, error) {
	if in.spikes {
		in = c.gather([]wire{in}, [][]int32{nil}, in.shape, -1)
	}
	f := &fire{in: in, tMin: op.TMin, tMax: op.TMax, clip: op.Clip, open: c.open, relay: c.relays[name]}
	if op.TimeBits > 0 && !c.open {
		f.tick = math.Ldexp(op.Window(), -op.TimeBits)
	}
	if c.open {
		f.tMin, f.tMax = math.Inf(-1), 0
		if op.Clip {
			f.tMin = -op.Window()
		}
	} else if op.TMin < in.end {
		return wire{}, fmt.Errorf("its window begins at %v, but spikes come until %v", op.TMin, in.end)
	}
	layer := c.record(name, op.Kind(), in.shape)
	layer.TMin, layer.TMax, layer.Fires = op.TMin, op.TMax, true
	f.out, f.layer = c.trains(), c.last()
	c.steps = append(c.steps, f)
	return wire{slot: f.out, spikes: true, end: f.tMax}, nil
}

package convert

import (
	"slices"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// maxFeatures is the largest fan-in of a neuron whose weights are corrected.
const maxFeatures = 1200

// ridge is λ of the correction, in units of the mean squared feature.
const ridge = 0.01

// term is a synapse whose output is added to a stage's input as it is.
type term struct {
	node     string
	input    string
	shape    model.Shape // of the input
	op       model.Op
	groups   int
	features int // of one group
}

// terms lists the synapses that add directly to what a stage takes in, and how
// many features a neuron has from them. A synapse of other groups than the first is left out.
func (w *walk) terms(s Stage) (list []term, features int) {
	shapes, err := w.net.Shapes()
	if err != nil {
		return nil, 0
	}
	add := func(n *model.Node, groups, f int) {
		if len(list) == 0 || list[0].groups == groups {
			list = append(list, term{n.Name, n.Inputs[0], shapes[n.Inputs[0]], n.Op, groups, f})
			features += f
		}
	}
	todo := []string{s.Input}
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		n := w.net.Node(name)
		if n == nil || !slices.Contains(s.Linear, name) {
			continue
		}
		switch op := n.Op.(type) {
		case *model.Add:
			todo = append(todo, n.Inputs...)
		case *model.Affine:
			if isOne(op.Weight) {
				todo = append(todo, n.Inputs...)
			}
		case *model.Linear:
			add(n, 1, op.In)
		case *model.Conv2d:
			add(n, op.Groups, op.In/op.Groups*op.Kernel[0]*op.Kernel[1])
		}
	}
	return list, features
}

// correction is a change of a stage's weights being fitted.
type correction struct {
	walk     *walk
	stage    Stage
	list     []term
	fits     []*leastSquares // one a group of channels
	worth    *model.Tensor   // of a spike; nil for scores, which are worth themselves
	window   []float32
	every    int // places between rows
	channels int // of the output
}

// correct changes the weights of a stage's synapses and its cells' bias so that
// decoded spikes come closer to the activations, in the sense of least squares
// with the slope of the spike function taken as 1. Each group of a grouped
// convolution is fitted by itself.
func (w *walk) correct(s Stage) (changed bool, err error) {
	list, features := w.terms(s)
	if features == 0 || features > maxFeatures || slices.Equal(s.Sources, []string{model.InputName}) && w.options.Input != InputRate {
		return false, nil
	}
	c := &correction{walk: w, stage: s, list: list, channels: s.Shape.Channels()}
	places := s.Shape.Size() / c.channels
	c.every = max(1, samplesIn(w.samples)*places/(16*features+4096))
	for range list[0].groups {
		c.fits = append(c.fits, newLeastSquares(features+1, c.channels/list[0].groups))
	}
	if s.Kind == StageReLU {
		c.worth = w.cells[s.Name].Threshold
	} else {
		c.window = outputWindow(w.options.outputDecay(), w.steps)
	}
	if err := c.collect(); err != nil {
		return false, err
	}
	c.apply()
	return true, nil
}

// collect runs the samples and adds their rows.
func (c *correction) collect() error {
	w, s := c.walk, c.stage
	b, err := w.build()
	if err != nil {
		return err
	}
	p, err := layers.Compile(b.out, layers.Options{Pool: w.pool, Part: s.Name, Given: s.Sources})
	if err != nil {
		return err
	}
	first := 0
	for i, x := range w.samples {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		in := w.input(true, s, i)
		if _, err := p.Infer(in); err != nil {
			return err
		}
		out := windowed(p.Output(s.Name), c.worth, c.window)
		means := make([][][]float32, len(c.list))
		for k, t := range c.list {
			sig := in.Given[t.input]
			switch {
			case t.input == model.InputName:
				sig = in.X
			case sig == nil:
				sig = p.Output(t.input)
			}
			means[k] = windowed(sig, b.worth[t.input], c.window)
		}
		for n := range x.B {
			c.rows(first+n, func(k int) []float32 { return means[k][n] }, w.values[s.Name][i].Row(n), out[n])
		}
		first += x.B
		for _, ls := range c.fits {
			ls.flush(w.pool)
		}
	}
	return nil
}

// rows adds some places of a sample: what the terms read, what the layer gives
// and what it should.
func (c *correction) rows(sample int, mean func(k int) []float32, want, got []float32) {
	places := len(want) / c.channels
	for place := range places {
		if (sample*places+place)%c.every != sample%c.every {
			continue
		}
		size := c.channels / len(c.fits)
		for g, ls := range c.fits {
			phi, res := ls.row()
			at := 0
			for k, t := range c.list {
				t.patch(phi[at:at+t.features], mean(k), place, c.stage.Shape, g)
				at += t.features
			}
			phi[at] = 1
			for i := range res {
				o := place*c.channels + g*size + i
				if a, y := want[o], got[o]; a > 0 || y > 0 || c.worth == nil {
					res[i] = a - y
				}
			}
		}
	}
}

// decoded is the mean over time of each sample, times what a value is worth.
func decoded(s *signal.Signal, worth *model.Tensor) [][]float32 { return windowed(s, worth, nil) }

// windowed is decoded with a weight for each step, of mean 1; nil = all the same.
func windowed(s *signal.Signal, worth *model.Tensor, window []float32) [][]float32 {
	out := make([][]float32, s.B)
	step := make([]float32, s.N())
	for b := range out {
		row := make([]float32, s.N())
		for t := range s.Steps() {
			if window == nil || s.Const {
				s.AddTo(row, t*s.B+b)
				continue
			}
			clear(step)
			s.AddTo(step, t*s.B+b)
			for i, v := range step {
				row[i] += window[t] * v
			}
		}
		for i := range row {
			row[i] /= float32(s.Steps())
			if worth != nil {
				row[i] *= worthAt(worth, s.Shape, i)
			}
		}
		out[b] = row
	}
	return out
}

// worthAt is the value of an array for place i in channel-last order.
func worthAt(t *model.Tensor, s model.Shape, i int) float32 {
	switch n := len(t.Data); n {
	case 1:
		return t.Data[0]
	case s.Channels():
		return t.Data[i%n]
	}
	c := s.Channels()
	return t.Data[i%c*(s.Size()/c)+i/c]
}

// patch writes what a group of the synapse multiplies its weights with at a place of the output.
func (t *term) patch(dst, x []float32, place int, out model.Shape, group int) {
	c, ok := t.op.(*model.Conv2d)
	if !ok {
		copy(dst, x)
		return
	}
	oy, ox := place/out[2], place%out[2]
	k := 0
	for i := group * c.In / c.Groups; i < (group+1)*c.In/c.Groups; i++ {
		for ky := range c.Kernel[0] {
			y := oy*c.Stride[0] + ky*c.Dilation[0] - c.Padding[0]
			for kx := range c.Kernel[1] {
				if z := ox*c.Stride[1] + kx*c.Dilation[1] - c.Padding[1]; y >= 0 && y < t.shape[1] && z >= 0 && z < t.shape[2] {
					dst[k] = x[(y*t.shape[2]+z)*c.In+i]
				} else {
					dst[k] = 0
				}
				k++
			}
		}
	}
}

// apply adds the solutions to the weights, and their constants to the first synapse's bias.
func (c *correction) apply() {
	w := c.walk
	deltas := make([][]float64, len(c.fits))
	for g, ls := range c.fits {
		deltas[g] = ls.solve(ridge, w.pool)
	}
	at, size := 0, c.channels/len(c.fits)
	for k, t := range c.list {
		op, weight, bias := writable(t.op)
		for o := range c.channels {
			delta, i := deltas[o/size], o%size
			for f := range t.features {
				weight.Data[o*t.features+f] += float32(delta[(at+f)*size+i])
			}
			if k == 0 {
				bias.Data[o] += float32(delta[len(delta)-size+i])
			}
		}
		at += t.features
		w.net.Nodes[slices.IndexFunc(w.net.Nodes, func(n model.Node) bool { return n.Name == t.node })].Op = op
	}
}

// writable is a synapse with arrays of its own, and a bias.
func writable(op model.Op) (model.Op, *model.Tensor, *model.Tensor) {
	switch old := op.(type) {
	case *model.Linear:
		l := model.NewLinear(old.In, old.Out, true)
		copy(l.Weight.Data, old.Weight.Data)
		if old.Bias != nil {
			copy(l.Bias.Data, old.Bias.Data)
		}
		return l, l.Weight, l.Bias
	case *model.Conv2d:
		c := *old
		c.HasBias = true
		c.Alloc()
		copy(c.Weight.Data, old.Weight.Data)
		if old.Bias != nil {
			copy(c.Bias.Data, old.Bias.Data)
		}
		return &c, c.Weight, c.Bias
	}
	return op, nil, nil
}

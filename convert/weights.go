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
	features int
}

// terms lists the synapses that add directly to what a stage takes in, and how many features they have.
func (w *walk) terms(s Stage) (list []term, features int) {
	shapes, err := w.net.Shapes()
	if err != nil {
		return nil, 0
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
			list = append(list, term{name, n.Inputs[0], shapes[n.Inputs[0]], op, op.In})
			features += op.In
		case *model.Conv2d:
			if op.Groups == 1 {
				f := op.In * op.Kernel[0] * op.Kernel[1]
				list = append(list, term{name, n.Inputs[0], shapes[n.Inputs[0]], op, f})
				features += f
			}
		}
	}
	return list, features
}

// correct changes the weights of a stage's synapses and its cells' bias so that
// decoded spikes come closer to the activations, in the sense of least squares
// with the slope of the spike function taken as 1.
func (w *walk) correct(s Stage) (changed bool, err error) {
	list, features := w.terms(s)
	if features == 0 || features > maxFeatures || slices.Equal(s.Sources, []string{model.InputName}) {
		return false, nil
	}
	b, err := w.build()
	if err != nil {
		return false, err
	}
	p, err := layers.Compile(b.out, layers.Options{Pool: w.pool, Part: s.Name, Given: s.Sources})
	if err != nil {
		return false, err
	}
	channels := s.Shape.Channels()
	places := s.Shape.Size() / channels
	images := 0
	for _, x := range w.samples {
		images += x.B
	}
	every := max(1, images*places/(16*features+4096))
	ls := newLeastSquares(features+1, channels)
	var worth *model.Tensor // scores are worth themselves
	if s.Kind == StageReLU {
		worth = w.cells[s.Name].Threshold
	}
	first := 0
	for i, x := range w.samples {
		in, of := w.inputs(s, x, i)
		if _, err := p.Infer(in); err != nil {
			return false, err
		}
		var window []float32
		if s.Kind == StageOutput {
			window = outputWindow(w.options.outputDecay(), w.steps)
		}
		out := windowed(p.Output(s.Name), worth, window)
		means := make([][][]float32, len(list))
		for k, t := range list {
			sig := of(t.input)
			if sig == nil {
				sig = p.Output(t.input)
			}
			means[k] = windowed(sig, b.worth[t.input], window)
		}
		for n := range x.B {
			want := w.values[s.Name][i].Row(n)
			for place := range places {
				if ((first+n)*places+place)%every != (first+n)%every {
					continue
				}
				phi, res := ls.row()
				at := 0
				for k, t := range list {
					t.patch(phi[at:at+t.features], means[k][n], place, s.Shape)
					at += t.features
				}
				phi[at] = 1
				for c := range channels {
					if a, y := want[place*channels+c], out[n][place*channels+c]; a > 0 || y > 0 || worth == nil {
						res[c] = a - y
					}
				}
			}
		}
		first += x.B
		ls.flush(w.pool)
	}
	w.apply(list, ls.solve(ridge, w.pool), channels)
	return true, nil
}

// inputs are what a part of the spiking network runs on, and a function that finds given signals.
func (w *walk) inputs(s Stage, x *signal.Signal, batch int) (layers.Input, func(string) *signal.Signal) {
	shown := *x
	shown.T = w.steps
	in := layers.Input{X: &shown, Given: map[string]*signal.Signal{}}
	for _, name := range s.Sources {
		if name != model.InputName {
			in.Given[name] = w.spikes[name][batch]
		}
	}
	return in, func(name string) *signal.Signal {
		if name == model.InputName {
			return &shown
		}
		return in.Given[name]
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

// patch writes what the synapse multiplies its weights with at a place of the output.
func (t *term) patch(dst, x []float32, place int, out model.Shape) {
	c, ok := t.op.(*model.Conv2d)
	if !ok {
		copy(dst, x)
		return
	}
	oy, ox := place/out[2], place%out[2]
	k := 0
	for i := range c.In {
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

// apply adds a solution to the weights, and its constant to the first synapse's bias.
func (w *walk) apply(list []term, delta []float64, channels int) {
	at := 0
	for k, t := range list {
		var weight, bias *model.Tensor
		var op model.Op
		switch old := t.op.(type) {
		case *model.Linear:
			l := model.NewLinear(old.In, old.Out, true)
			copy(l.Weight.Data, old.Weight.Data)
			if old.Bias != nil {
				copy(l.Bias.Data, old.Bias.Data)
			}
			op, weight, bias = l, l.Weight, l.Bias
		case *model.Conv2d:
			c := *old
			c.HasBias = true
			c.Alloc()
			copy(c.Weight.Data, old.Weight.Data)
			if old.Bias != nil {
				copy(c.Bias.Data, old.Bias.Data)
			}
			op, weight, bias = &c, c.Weight, c.Bias
		}
		for o := range channels {
			for f := range t.features {
				weight.Data[o*t.features+f] += float32(delta[(at+f)*channels+o])
			}
			if k == 0 {
				bias.Data[o] += float32(delta[(len(delta)/channels-1)*channels+o])
			}
		}
		at += t.features
		w.net.Nodes[slices.IndexFunc(w.net.Nodes, func(n model.Node) bool { return n.Name == t.node })].Op = op
	}
}

package convert

import (
	"slices"

	"github.com/snntrain/snntrain/model"
)

// past moves the affine layer i behind the layer r that reads it: a pool, or
// one that moves values.
func (g *graph) past(i, r int, a *model.Affine) bool {
	reader := g.Nodes[r]
	in, out := g.shapes[g.Nodes[i].Name], g.shapes[reader.Name]
	if reader.Name == g.Output() {
		return false
	}
	var moved *model.Affine
	switch op := reader.Op.(type) {
	case *model.Pool2d:
		moved = pastPool(op, a, in, out)
	case *model.Flatten:
		moved = &model.Affine{Weight: compact(perNeuron(a.Weight, in), out), Bias: compact(perNeuron(a.Bias, in), out)}
	case model.Router:
		moved = pastRoute(op, a, in, out)
	}
	if moved == nil {
		return false
	}
	name := g.fresh(g.Nodes[i].Name)
	g.redirect(reader.Name, name)
	g.Nodes[r].Inputs = slices.Clone(reader.Inputs)
	g.Nodes[r].Inputs[0] = g.Nodes[i].Inputs[0]
	g.insert(r+1, model.Node{Name: name, Op: moved, Inputs: []string{reader.Name}, Pos: g.Nodes[i].Pos})
	return true
}

// pastPool needs the same factor in all of a window, for a maximum not below 0.
func pastPool(p *model.Pool2d, a *model.Affine, in, out model.Shape) *model.Affine {
	if !perChannel(a.Weight, in) || !perChannel(a.Bias, in) {
		return nil
	}
	if p.Mode == model.PoolMax {
		if slices.ContainsFunc(a.Weight.Data, func(v float32) bool { return v < 0 }) {
			return nil
		}
		return a
	}
	if isZero(a.Bias) {
		return a
	}
	plane, inside := in.Size()/in.Channels(), make([]float64, out.Size())
	for k := range inside {
		y, x := k/out[2]%out[1], k%out[2]
		n := float64(within(p, 0, y, in[1]) * within(p, 1, x, in[2]))
		if p.Mode == model.PoolAvg {
			n /= float64(p.Size[0] * p.Size[1])
		}
		inside[k] = n * at(a.Bias, in, k/(out[1]*out[2])*plane)
	}
	return &model.Affine{Weight: a.Weight, Bias: compact(inside, out)}
}

// within is how many places of window at lie inside an extent along axis 0 or 1.
func within(p *model.Pool2d, axis, at, extent int) int {
	n := 0
	for k := range p.Size[axis] {
		if x := at*p.Stride[axis] + k*max(p.Dilation[axis], 1) - p.Padding[axis]; x >= 0 && x < extent {
			n++
		}
	}
	return n
}

// pastRoute takes along factor and shift of each value; a zero that was put in has no shift.
func pastRoute(op model.Router, a *model.Affine, in, out model.Shape) *model.Affine {
	w, c := make([]float64, out.Size()), make([]float64, out.Size())
	for k, from := range op.Route(in) {
		if from < 0 {
			w[k] = 1
			if len(a.Weight.Data) == 1 {
				w[k] = float64(a.Weight.Data[0])
			} else if perChannel(a.Weight, in) && len(in) == 3 && len(out) == 3 && in[0] == out[0] {
				w[k] = float64(a.Weight.Data[k/(out[1]*out[2])])
			}
			continue
		}
		w[k], c[k] = at(a.Weight, in, int(from)), at(a.Bias, in, int(from))
	}
	return &model.Affine{Weight: compact(w, out), Bias: compact(c, out)}
}

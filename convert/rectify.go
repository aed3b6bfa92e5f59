package convert

import (
	"slices"

	"github.com/snntrain/snntrain/model"
)

// rectifier returns the ReLU or clip at place i, nil for others.
func (g *graph) rectifier(i int) *model.Rectifier {
	if i < 0 {
		return nil
	}
	if r, ok := g.Nodes[i].Op.(*model.Rectifier); ok && r.Func != model.LeakyReLU {
		return r
	}
	return nil
}

// rising returns the activation at place i when it never falls and is the same
// for all of a channel, nil for others.
func (g *graph) rising(i int) model.Op {
	if q, ok := g.Nodes[i].Op.(*model.QCFS); ok && perChannel(q.Threshold, g.shapes[g.Nodes[i].Name]) {
		return q
	}
	if r := g.rectifier(i); r != nil {
		return r
	}
	return nil
}

// splitLeaky writes x where x ≥ 0, else a·x, as relu(x) − a·relu(−x).
func splitLeaky(g *graph) bool {
	for i, n := range g.Nodes {
		var slope *model.Tensor
		switch op := n.Op.(type) {
		case *model.Rectifier:
			if op.Func == model.LeakyReLU {
				slope = model.Scalar(op.Slope)
			}
		case *model.PReLU:
			slope = op.Slope
		}
		if slope == nil {
			continue
		}
		back := slope.Clone()
		for k := range back.Data {
			back.Data[k] = -back.Data[k]
		}
		on, minus := g.fresh(n.Name+".on"), g.fresh(n.Name+".minus")
		off, factor := g.fresh(n.Name+".off"), g.fresh(n.Name+".slope")
		relu := &model.Rectifier{Func: model.ReLU}
		g.Nodes[i].Op, g.Nodes[i].Inputs = &model.Add{}, []string{on, factor}
		for k, part := range []model.Node{
			{Name: on, Op: relu, Inputs: n.Inputs},
			{Name: minus, Op: &model.Affine{Weight: model.Scalar(-1), Bias: model.Scalar(0)}, Inputs: slices.Clone(n.Inputs)},
			{Name: off, Op: relu, Inputs: []string{minus}},
			{Name: factor, Op: &model.Affine{Weight: back, Bias: model.Scalar(0)}, Inputs: []string{off}},
		} {
			part.Pos = n.Pos
			g.insert(i+k, part)
		}
		g.note(n.Name, "", "split into two ReLUs, of x and of −x")
		return true
	}
	return false
}

// poolBehind swaps a max-pool with the activation that alone reads it: the
// maximum of what an increasing function gives is what it gives for the maximum.
func poolBehind(g *graph) bool {
	for i, n := range g.Nodes {
		r := g.rising(i)
		from := g.index(n.Inputs[0])
		if r == nil || from < 0 || !g.sole(n.Inputs[0]) {
			continue
		}
		pool, ok := g.Nodes[from].Op.(*model.Pool2d)
		if !ok || pool.Mode != model.PoolMax || g.settled(g.Nodes[from].Inputs[0]) {
			continue
		}
		before := g.Nodes[from]
		g.redirect(n.Name, before.Name)
		g.Nodes[from] = model.Node{Name: n.Name, Op: r, Inputs: before.Inputs, Pos: n.Pos}
		g.Nodes[i] = model.Node{Name: before.Name, Op: pool, Inputs: []string{n.Name}, Pos: before.Pos}
		g.note(before.Name, "", "moved behind the activation")
		return true
	}
	return false
}

// settled says that the values do not change over time while they are
// presented: they are the input, moved or pooled.
func (g *graph) settled(name string) bool {
	for name != model.InputName {
		n := g.Node(name)
		switch n.Op.(type) {
		case *model.Pool2d, *model.Flatten, model.Router, *model.Affine:
			name = n.Inputs[0]
		default:
			return false
		}
	}
	return true
}

// dropRedundant takes out ReLUs of what is never negative.
func dropRedundant(g *graph) bool {
	for i, n := range g.Nodes {
		if r := g.rectifier(i); r != nil && r.Func == model.ReLU && g.nonNegative(n.Inputs[0]) && g.bypass(i) {
			g.note(n.Name, "", "left out: nothing negative comes in")
			return true
		}
	}
	return false
}

// nonNegative says that no value of a layer can be below 0.
func (g *graph) nonNegative(name string) bool {
	n := g.Node(name)
	if n == nil {
		return false
	}
	switch op := n.Op.(type) {
	case *model.Rectifier:
		return op.Func == model.ReLU || op.Func == model.Clip && op.Low >= 0
	case *model.QCFS:
		return true
	case *model.Pool2d, *model.Add, *model.Concat, *model.Flatten, model.Router:
		for _, in := range n.Inputs {
			if !g.nonNegative(in) {
				return false
			}
		}
		return true
	case *model.Affine:
		below := func(v float32) bool { return v < 0 }
		return !slices.ContainsFunc(op.Weight.Data, below) && !slices.ContainsFunc(op.Bias.Data, below) && g.nonNegative(n.Inputs[0])
	}
	return false
}

// relay puts a ReLU, which changes nothing, in front of a max-pool that reads
// what is never negative, but no activation.
func relay(g *graph) bool {
	for i, n := range g.Nodes {
		pool, ok := n.Op.(*model.Pool2d)
		if !ok || pool.Mode != model.PoolMax || g.activation(n.Inputs[0]) || !g.nonNegative(n.Inputs[0]) {
			continue
		}
		name := g.fresh(n.Name + ".relay")
		g.insert(i, model.Node{Name: name, Op: &model.Rectifier{Func: model.ReLU}, Inputs: []string{n.Inputs[0]}, Pos: n.Pos})
		g.Nodes[i+1].Inputs = []string{name}
		g.note(n.Name, name, "reads a population that passes on what it took the maximum of")
		return true
	}
	return false
}

// activation says that all values of a layer are those of activations or
// max-pools, moved or joined only.
func (g *graph) activation(name string) bool {
	n := g.Node(name)
	if n == nil {
		return true
	}
	switch op := n.Op.(type) {
	case *model.Rectifier, *model.QCFS:
		return true
	case *model.Pool2d:
		return op.Mode == model.PoolMax
	case *model.Concat, *model.Flatten, model.Router:
		for _, in := range n.Inputs {
			if !g.activation(in) {
				return false
			}
		}
		return true
	}
	return false
}

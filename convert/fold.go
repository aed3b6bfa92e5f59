package convert

import (
	"github.com/snntrain/snntrain/model"
)

// affineAt returns the affine layer at place i, nil for others.
func (g *graph) affineAt(i int) *model.Affine {
	if i < 0 {
		return nil
	}
	a, _ := g.Nodes[i].Op.(*model.Affine)
	return a
}

// foldBack multiplies an affine layer into the synapse that it alone reads:
// W ← wW, b ← wb + c.
func foldBack(g *graph) bool {
	for i, n := range g.Nodes {
		a := g.affineAt(i)
		if a == nil || !g.sole(n.Inputs[0]) {
			continue
		}
		from := g.index(n.Inputs[0])
		if from < 0 {
			continue
		}
		s := g.shapes[n.Name]
		var op model.Op
		switch syn := g.Nodes[from].Op.(type) {
		case *model.Linear:
			op = linearBehind(syn, a, s)
		case *model.Conv2d:
			if !perChannel(a.Weight, s) {
				continue
			}
			if !perChannel(a.Bias, s) {
				if op = conv2dBehind(syn, &model.Affine{Weight: a.Weight, Bias: model.Scalar(0)}, s); isOne(a.Weight) {
					continue // only the shift of each neuron is left
				}
				g.Nodes[from].Op, g.Nodes[i].Op = op, &model.Affine{Weight: model.Scalar(1), Bias: a.Bias}
				g.note(n.Name, g.Nodes[from].Name, "factor folded into the weights; the shift of each neuron stays")
				return true
			}
			op = conv2dBehind(syn, a, s)
		default:
			continue
		}
		if !g.bypass(i) {
			continue
		}
		g.Nodes[from].Op = op
		g.note(n.Name, g.Nodes[from].Name, "folded into the weights")
		return true
	}
	return false
}

func isOne(t *model.Tensor) bool {
	for _, v := range t.Data {
		if v != 1 {
			return false
		}
	}
	return true
}

func isZero(t *model.Tensor) bool {
	for _, v := range t.Data {
		if v != 0 {
			return false
		}
	}
	return true
}

func linearBehind(l *model.Linear, a *model.Affine, s model.Shape) *model.Linear {
	out := model.NewLinear(l.In, l.Out, true)
	for o := range l.Out {
		w := at(a.Weight, s, o)
		for i := range l.In {
			out.Weight.Data[o*l.In+i] = float32(w * float64(l.Weight.Data[o*l.In+i]))
		}
		out.Bias.Data[o] = float32(w*bias(l.Bias, o) + at(a.Bias, s, o))
	}
	return out
}

func conv2dBehind(c *model.Conv2d, a *model.Affine, s model.Shape) *model.Conv2d {
	out := *c
	out.HasBias = true
	out.Alloc()
	plane, each := s.Size()/s.Channels(), len(c.Weight.Data)/c.Out
	for o := range c.Out {
		w := at(a.Weight, s, o*plane)
		for i := range each {
			out.Weight.Data[o*each+i] = float32(w * float64(c.Weight.Data[o*each+i]))
		}
		out.Bias.Data[o] = float32(w*bias(c.Bias, o) + at(a.Bias, s, o*plane))
	}
	return &out
}

// bias is value o of an array that may be missing.
func bias(t *model.Tensor, o int) float64 {
	if t == nil {
		return 0
	}
	return float64(t.Data[o])
}

// mergeAffine joins two affine layers: w₂(w₁x + c₁) + c₂.
func mergeAffine(g *graph) bool {
	for i, n := range g.Nodes {
		second, from := g.affineAt(i), g.index(n.Inputs[0])
		first := g.affineAt(from)
		if second == nil || first == nil || !g.sole(n.Inputs[0]) || g.Nodes[i].Name == g.Output() && from != i-1 {
			continue
		}
		s := g.shapes[n.Name]
		w, c := perNeuron(first.Weight, s), perNeuron(first.Bias, s)
		for k := range w {
			c[k] = at(second.Weight, s, k)*c[k] + at(second.Bias, s, k)
			w[k] *= at(second.Weight, s, k)
		}
		g.Nodes[from].Op = &model.Affine{Weight: compact(w, s), Bias: compact(c, s)}
		g.note(n.Name, g.Nodes[from].Name, "two affine layers joined")
		return g.bypass(i)
	}
	return false
}

// dropIdentity takes out affine layers that change nothing.
func dropIdentity(g *graph) bool {
	for i, n := range g.Nodes {
		if a := g.affineAt(i); a != nil && isOne(a.Weight) && isZero(a.Bias) && g.bypass(i) {
			g.note(n.Name, "", "left out: changes nothing")
			return true
		}
	}
	return false
}

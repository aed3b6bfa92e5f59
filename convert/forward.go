package convert

import (
	"github.com/snntrain/snntrain/model"
)

// foldForward moves an affine layer into or past a layer that reads it. With
// several readers, each gets its own share.
func foldForward(g *graph) bool {
	for i, n := range g.Nodes {
		a := g.affineAt(i)
		if a == nil || n.Name == g.Output() {
			continue
		}
		for _, r := range g.readers(n.Name) {
			if g.into(i, r, a) || g.past(i, r, a) {
				g.prune(n.Name)
				return true
			}
		}
	}
	return false
}

// prune takes out a layer that nothing reads any more.
func (g *graph) prune(name string) {
	if i := g.index(name); i >= 0 && len(g.readers(name)) == 0 && g.Output() != name {
		g.Nodes = append(g.Nodes[:i:i], g.Nodes[i+1:]...)
	}
}

// into folds the affine layer i into the synapse r that reads it: W ← Ww,
// b ← b + Wc. Where the convolution's padding, which is not shifted, makes the
// new bias one of its place, an affine layer behind it adds that.
func (g *graph) into(i, r int, a *model.Affine) bool {
	reader, s := g.Nodes[r], g.shapes[g.Nodes[i].Name]
	switch syn := reader.Op.(type) {
	case *model.Linear:
		g.Nodes[r].Op = linearAfter(syn, a, s)
	case *model.Conv2d:
		if !perChannel(a.Weight, s) || !isZero(a.Bias) && !perChannel(a.Bias, s) {
			return false
		}
		shift := shiftOf(syn, a, s, g.shapes[reader.Name])
		uniform := perChannel(shift, g.shapes[reader.Name])
		if !uniform && reader.Name == g.Output() {
			return false
		}
		g.Nodes[r].Op = conv2dAfter(syn, a, s, shift, uniform, g.shapes[reader.Name])
		if !uniform {
			name := g.fresh(reader.Name + ".shift")
			g.redirect(reader.Name, name)
			g.insert(r+1, model.Node{Name: name, Op: &model.Affine{Weight: model.Scalar(1), Bias: shift}, Inputs: []string{reader.Name}, Pos: reader.Pos})
		}
	default:
		return false
	}
	g.Nodes[r].Inputs[0] = g.Nodes[i].Inputs[0]
	g.note(g.Nodes[i].Name, reader.Name, "folded into the weights that read it")
	return true
}

func linearAfter(l *model.Linear, a *model.Affine, s model.Shape) *model.Linear {
	out := model.NewLinear(l.In, l.Out, true)
	w, c := perNeuron(a.Weight, s), perNeuron(a.Bias, s)
	for o := range l.Out {
		sum := bias(l.Bias, o)
		for i := range l.In {
			v := float64(l.Weight.Data[o*l.In+i])
			out.Weight.Data[o*l.In+i] = float32(v * w[i])
			sum += v * c[i]
		}
		out.Bias.Data[o] = float32(sum)
	}
	return out
}

// conv2dAfter scales the kernels by input channel; a uniform shift joins the bias.
func conv2dAfter(c *model.Conv2d, a *model.Affine, s model.Shape, shift *model.Tensor, uniform bool, to model.Shape) *model.Conv2d {
	out := *c
	out.HasBias = c.HasBias || uniform
	out.Alloc()
	plane, area, group := s.Size()/s.Channels(), c.Kernel[0]*c.Kernel[1], c.In/c.Groups
	for k, v := range c.Weight.Data {
		o, i := k/(group*area), k/area%group
		channel := o/(c.Out/c.Groups)*group + i
		out.Weight.Data[k] = float32(float64(v) * at(a.Weight, s, channel*plane))
	}
	if !out.HasBias {
		return &out
	}
	for o := range c.Out {
		b := bias(c.Bias, o)
		if uniform {
			b += at(shift, to, o*(to.Size()/to.Channels()))
		}
		out.Bias.Data[o] = float32(b)
	}
	return &out
}

// shiftOf is what the convolution makes of the shift alone, padded with zeros.
func shiftOf(c *model.Conv2d, a *model.Affine, in, out model.Shape) *model.Tensor {
	if isZero(a.Bias) {
		return model.Scalar(0)
	}
	values := make([]float64, out.Size())
	group, plane := c.In/c.Groups, in.Size()/in.Channels()
	for k := range values {
		o, y, x := k/(out[1]*out[2]), k/out[2]%out[1], k%out[2]
		for i := range group {
			shift := at(a.Bias, in, (o/(c.Out/c.Groups)*group+i)*plane)
			values[k] += shift * kernelSum(c, (o*group+i)*c.Kernel[0]*c.Kernel[1], y, x, in)
		}
	}
	return compact(values, out)
}

// kernelSum adds up the values of a kernel that lie on the input when the
// output place is (y, x), always in the same order, so equal sums are equal bits.
func kernelSum(c *model.Conv2d, first, y, x int, in model.Shape) float64 {
	sum := 0.0
	for ky := range c.Kernel[0] {
		iy := y*c.Stride[0] + ky*c.Dilation[0] - c.Padding[0]
		for kx := range c.Kernel[1] {
			ix := x*c.Stride[1] + kx*c.Dilation[1] - c.Padding[1]
			if iy >= 0 && iy < in[1] && ix >= 0 && ix < in[2] {
				sum += float64(c.Weight.Data[first+ky*c.Kernel[1]+kx])
			}
		}
	}
	return sum
}

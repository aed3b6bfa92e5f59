package nir

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// layers turns a primitive that reads the shape in into layers, the last one
// called name, and says what the profile makes of it.
func (p Profile) layers(name string, node Primitive, in []int, back *feedback, o settings) ([]model.Node, remarks) {
	if c, ok := cellOf(node, sampleShape(in), back); ok {
		op, r := p.neurons(c, o)
		if len(r.faults) > 0 {
			return nil, r
		}
		op.Recurrent = recurrent(c.back, c.shape.Size())
		return []model.Node{{Name: name, Op: op}}, r
	}
	var r remarks
	if p.other != nil {
		r = p.other(node)
	}
	if len(r.faults) > 0 {
		return nil, r
	}
	list := plainLayers(name, node, in, o.dt, &r)
	if _, ok := node.(*Flatten); ok && p.last && len(in) == 3 && len(list) == 1 && list[0].Op.Kind() == "flatten" && in[0] > 1 {
		r.note("maps are flattened with the channels last: the weights behind meet other inputs than those of NIR")
		list = append([]model.Node{{Name: name + beforeLayer, Op: &model.Permute{Axes: []int{1, 2, 0}}}}, list...)
	}
	return list, r
}

// beforeLayer ends the name of a layer that belongs to the node of the one behind it.
const beforeLayer = ".before"

// recurrent are the connections of a way back; nil without one.
func recurrent(back *feedback, n int) *model.Recurrent {
	if back == nil {
		return nil
	}
	var out *model.Recurrent
	switch w := back.weight.(type) {
	case nil: // an edge from the neurons to themselves
		out = model.NewRecurrent(model.RecurrenceOneToOne, n, false)
		out.Weight.Fill(1)
	case *Scale:
		out = model.NewRecurrent(model.RecurrenceOneToOne, n, false)
		s := seriesOf(w.Scale)
		for i := range out.Weight.Data {
			out.Weight.Data[i] = float32(s.at(i))
		}
	case *Linear:
		out = model.NewRecurrent(model.RecurrenceDense, n, false)
		copy(out.Weight.Data, w.Weight.float32s())
	case *Affine:
		out = model.NewRecurrent(model.RecurrenceDense, n, true)
		copy(out.Weight.Data, w.Weight.float32s())
		copy(out.Bias.Data, w.Bias.float32s())
	}
	return out
}

// plainLayers are the layers of a primitive without neurons.
func plainLayers(name string, node Primitive, in []int, dt float64, r *remarks) []model.Node {
	one := func(op model.Op) []model.Node { return []model.Node{{Name: name, Op: op}} }
	switch p := node.(type) {
	case *Affine:
		l := model.NewLinear(p.Weight.Shape[1], p.Weight.Shape[0], true)
		l.Weight.Data, l.Bias.Data = p.Weight.float32s(), p.Bias.float32s()
		return one(l)
	case *Linear:
		l := model.NewLinear(p.Weight.Shape[1], p.Weight.Shape[0], false)
		l.Weight.Data = p.Weight.float32s()
		return one(l)
	case *Scale:
		return one(&model.Scale{Factor: seriesOf(p.Scale).tensor(sampleShape(in))})
	case *Conv2d:
		return convLayers(name, p)
	case *Conv1d:
		return convLayers(name, p.twin())
	case *SumPool2d:
		return one(&model.Pool2d{Mode: model.PoolSum, Size: p.KernelSize, Stride: p.Stride, Padding: p.Padding})
	case *AvgPool2d:
		return one(&model.Pool2d{Mode: model.PoolAvg, Size: p.KernelSize, Stride: p.Stride, Padding: p.Padding})
	case *Flatten:
		out, err := p.infer(in)
		switch {
		case err != nil || sampleShape(out) == nil:
			r.refuse("gives %s: samples have one to three axes", shape(out))
			return nil
		case len(out) == 1:
			return one(&model.Flatten{})
		}
		return one(&model.Reshape{Shape: sampleShape(out)})
	case *Threshold:
		return one(thresholdLayer(seriesOf(p.Threshold), sampleShape(in)))
	case *Delay:
		return delayLayer(name, p, in, dt, r)
	}
	r.refuse("%s has no layer", node.Type())
	return nil
}

// thresholdLayer is a neuron without memory: u = x, a spike where u > θ, nothing else.
func thresholdLayer(theta series, shape model.Shape) *model.Neuron {
	rules := hard()
	rules.MemDecay, rules.Reset = model.DecayBeta, model.ResetNone
	op := &model.Neuron{
		Model: "lif", Rules: rules, Output: model.OutputSpikes,
		Surrogate: model.SurrogateSpec{Kind: "atan", Params: map[string]float64{"alpha": 2}},
		Values:    map[string]*model.Tensor{"beta": model.Scalar(0)},
	}
	always(op, "threshold", theta, shape)
	return op
}

// delayLayer counts a delay in steps; one that is no whole number of them is rounded, and said so.
func delayLayer(name string, p *Delay, in []int, dt float64, r *remarks) []model.Node {
	steps := mapSeries(func(v ...float64) float64 { return math.RoundToEven(v[0] / dt) }, seriesOf(p.Delay))
	worst := 0.0
	for i := range steps {
		worst = max(worst, math.Abs(seriesOf(p.Delay).at(i)/dt-steps[i]))
		if steps[i] > maxDelay {
			r.refuse("delays by %.6g steps of %g, at most %d are run", steps[i], dt, maxDelay)
			return nil
		}
	}
	if worst > 1e-3 {
		r.note("a delay is %.3g steps off a whole number of steps of %g: rounded", worst, dt)
	}
	return []model.Node{{Name: name, Op: &model.Delay{Steps: steps.tensor(sampleShape(in))}}}
}

// maxDelay is the longest delay in steps.
const maxDelay = 1 << 20

// twin is the convolution over (C, 1, L) that computes the same.
func (p *Conv1d) twin() *Conv2d {
	w := p.Weight
	w.Shape = []int{w.Shape[0], w.Shape[1], 1, w.Shape[2]}
	pad := Padding{Mode: p.Padding.Mode}
	if pad.Mode == "" {
		pad.Size = []int{0, p.Padding.Size[0]}
	}
	return &Conv2d{Weight: w, Stride: [2]int{1, p.Stride}, Padding: pad, Dilation: [2]int{1, p.Dilation}, Groups: p.Groups, Bias: p.Bias}
}

// convLayers are a convolution, and zeros before it where "same" puts more of
// them at the end.
func convLayers(name string, p *Conv2d) []model.Node {
	w := p.Weight.Shape
	c := &model.Conv2d{
		In: w[1] * p.Groups, Out: w[0], Kernel: [2]int{w[2], w[3]}, Stride: p.Stride, Dilation: p.Dilation, Groups: p.Groups, HasBias: true,
	}
	c.Weight = &model.Tensor{Shape: w, Data: p.Weight.float32s()}
	c.Bias = &model.Tensor{Shape: []int{w[0]}, Data: p.Bias.float32s()}
	pad := &model.Pad{Before: []int{0, 0, 0}, After: []int{0, 0, 0}}
	uneven := false
	for a := range 2 {
		pad.Before[a+1], pad.After[a+1] = p.Padding.sides(a, w[a+2], p.Dilation[a])
		uneven = uneven || pad.Before[a+1] != pad.After[a+1]
	}
	list := []model.Node{{Name: name, Op: c}}
	if !uneven {
		c.Padding = [2]int{pad.Before[1], pad.Before[2]}
		return list
	}
	return append([]model.Node{{Name: name + beforeLayer, Op: pad}}, list...)
}

package nir

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
)

// primitiveOf is the node that a layer which reads the shape in is written as
// for a reader. dt is the network's time step, file that of the file. nil
// without a fault: the layer changes nothing when it is run, and is left out.
func primitiveOf(op model.Op, in []int, w writing, dt, file float64) (Primitive, remarks) {
	var r remarks
	shape := sampleShape(in)
	switch op := op.(type) {
	case *model.Linear:
		if !op.HasBias {
			return &Linear{Float32(op.Weight.Data, op.Out, op.In)}, r
		}
		return &Affine{Float32(op.Weight.Data, op.Out, op.In), Float32(op.Bias.Data, op.Out)}, r
	case *model.Conv2d:
		return convOf(op, &r), r
	case *model.Pool2d:
		return poolOf(op, &r), r
	case *model.Flatten:
		return &Flatten{InputType: in, StartDim: 0, EndDim: -1}, r
	case *model.Reshape:
		if len(op.Shape) == 1 {
			return &Flatten{InputType: in, StartDim: 0, EndDim: -1}, r
		}
	case *model.Dropout:
		return nil, r
	case *model.Scale:
		return &Scale{tensor32(spread(op.Factor, shape), in)}, r
	case *model.Delay:
		steps := spread(op.Steps, shape)
		return &Delay{tensorOf(mapSeries(func(v ...float64) float64 { return v[0] * file }, steps), in)}, r
	case *model.Affine:
		return diagonal(spread(op.Weight, shape), spread(op.Bias, shape), in, &r), r
	case *model.BatchNorm:
		weight, bias := normOf(op, shape)
		return diagonal(weight, bias, in, &r), r
	case *model.Neuron:
		return neuronOf(op, in, w, dt, file)
	}
	r.refuse("NIR has no node for %s", op.Kind())
	return nil, r
}

// neuronOf is the node of a layer of neurons.
func neuronOf(op *model.Neuron, in []int, w writing, dt, file float64) (Primitive, remarks) {
	if isThreshold(op) {
		return &Threshold{tensorOf(valuesOf(op, "threshold", 1, sampleShape(in)), in)}, remarks{}
	}
	s, faults := stepOf(op, sampleShape(in), dt)
	if len(faults) > 0 {
		return nil, remarks{faults: faults}
	}
	p, r := s.primitive(w, file, in)
	for name, what := range map[string]string{"v_min": "a lower bound of the potential", "v_init": "a potential before the first step"} {
		if op.Values[name] != nil {
			r.note("NIR has no place for %s (%s): it is in the metadata only", what, name)
		}
	}
	return p, r
}

// isThreshold says that neurons keep nothing from step to step and fire where the input passes θ.
func isThreshold(op *model.Neuron) bool {
	beta := op.Values["beta"]
	return op.Model == "lif" && op.Output == model.OutputSpikes && op.Rules.MemDecay == model.DecayBeta && op.Rules.Reset == model.ResetNone &&
		op.Rules.Fire == model.FireAbove && op.Rules.MaxSpikes == 1 && op.Rules.Delay == 0 && op.Rules.Gain == model.GainUnit &&
		beta != nil && len(beta.Data) == 1 && beta.Data[0] == 0 && op.Recurrent == nil && len(op.Values) == 2 && op.Values["threshold"] != nil
}

// tensor32 is a series of float32 values in full.
func tensor32(s series, shape []int) Tensor { return tensorOf(s, shape).as("float32") }

// convOf is a convolution. NIR's reader takes kernels for square and counts
// the input's channels without groups: both are written in full, with zeros.
func convOf(op *model.Conv2d, r *remarks) Primitive {
	c := ungrouped(op)
	c, ok := squared(c)
	if !ok {
		r.refuse("kernel %d×%d with dilation %v: NIR's own reader takes kernels for square, and no zeros make this one so", op.Kernel[0], op.Kernel[1], op.Dilation)
		return nil
	}
	bias := make([]float32, c.Out)
	if c.HasBias {
		copy(bias, c.Bias.Data)
	}
	return &Conv2d{
		Weight: Float32(c.Weight.Data, c.Weight.Shape...), Stride: c.Stride, Dilation: c.Dilation, Groups: 1,
		Padding: Padding{Size: c.Padding[:]}, Bias: Float32(bias, c.Out),
	}
}

// ungrouped writes the weights of groups into one matrix of channels.
func ungrouped(op *model.Conv2d) *model.Conv2d {
	if op.Groups == 1 {
		return op
	}
	c := *op
	c.Groups = 1
	c.Weight = model.NewTensor(op.Out, op.In, op.Kernel[0], op.Kernel[1])
	each, area := op.In/op.Groups, op.Kernel[0]*op.Kernel[1]
	for o := range op.Out {
		first := o / (op.Out / op.Groups) * each
		copy(c.Weight.Data[(o*op.In+first)*area:], op.Weight.Data[o*each*area:(o+1)*each*area])
	}
	return &c
}

// squared puts zeros around a kernel, as many on both sides, and pads the input by as many places.
func squared(op *model.Conv2d) (*model.Conv2d, bool) {
	k := op.Kernel
	if k[0] == k[1] {
		return op, true
	}
	if (k[0]-k[1])%2 != 0 {
		return nil, false
	}
	c := *op
	side := max(k[0], k[1])
	c.Kernel = [2]int{side, side}
	c.Weight = model.NewTensor(op.Out, op.In, side, side)
	dy, dx := (side-k[0])/2, (side-k[1])/2
	c.Padding = [2]int{op.Padding[0] + dy*op.Dilation[0], op.Padding[1] + dx*op.Dilation[1]}
	for m := range op.Out * op.In {
		for y := range k[0] {
			copy(c.Weight.Data[m*side*side+(y+dy)*side+dx:], op.Weight.Data[(m*k[0]+y)*k[1]:(m*k[0]+y+1)*k[1]])
		}
	}
	return &c, true
}

// poolOf is a sum or an average; a maximum of spikes is two nodes, which the exporter adds.
func poolOf(op *model.Pool2d, r *remarks) Primitive {
	if op.Extra != [2]int{} || op.Dilation[0] > 1 || op.Dilation[1] > 1 {
		r.refuse("NIR has no pooling with uneven padding or dilation")
		return nil
	}
	pool := Pool2d{op.Size, op.Stride, op.Padding}
	switch op.Mode {
	case model.PoolSum:
		return &SumPool2d{pool}
	case model.PoolAvg:
		return &AvgPool2d{pool}
	}
	r.refuse("NIR has no %s of values that are no spikes; pool behind the neurons, or use avg-pool", op.Kind())
	return nil
}

// maxDiagonal is the most neurons whose factors are written as a matrix.
const maxDiagonal = 4096

// diagonal is y = w·x + b for each neuron, or each channel of maps: NIR has no
// shift of single values, so it is a matrix, or a convolution of one place.
func diagonal(w, b series, in []int, r *remarks) Primitive {
	if b.uniform() && b[0] == 0 {
		return &Scale{tensor32(w, in)}
	}
	n, plane := in[0], 1
	if len(in) > 1 {
		plane = size(in[1:])
	}
	weight, bias := make([]float32, n*n), make([]float32, n)
	if n > maxDiagonal {
		r.refuse("%d factors and shifts would be a matrix of %d values: fold the layer into the weights before it", n, n*n)
		return nil
	}
	for c := range n {
		for p := range plane {
			if w.at(c*plane+p) != w.at(c*plane) || b.at(c*plane+p) != b.at(c*plane) {
				r.refuse("shifts each neuron of maps by its own value, which NIR has no node for")
				return nil
			}
		}
		weight[c*n+c], bias[c] = float32(w.at(c*plane)), float32(b.at(c*plane))
	}
	switch len(in) {
	case 1:
		return &Affine{Float32(weight, n, n), Float32(bias, n)}
	case 2:
		return &Conv1d{Weight: Float32(weight, n, n, 1), Stride: 1, Padding: Padding{Size: []int{0}}, Dilation: 1, Groups: 1, Bias: Float32(bias, n)}
	}
	return &Conv2d{
		Weight: Float32(weight, n, n, 1, 1), Stride: [2]int{1, 1}, Padding: Padding{Size: []int{0, 0}}, Dilation: [2]int{1, 1}, Groups: 1,
		Bias: Float32(bias, n),
	}
}

// backOf is the node of a way back; the neurons' shape is in.
func backOf(rec *model.Recurrent, in []int) (Primitive, error) {
	n := size(in)
	switch {
	case rec.Recurrence == model.RecurrenceOneToOne && !rec.HasBias:
		return &Scale{Float32(rec.Weight.Data, in...)}, nil
	case len(in) != 1:
		return nil, fmt.Errorf("is recurrent over maps of %s: NIR has no node that leads back to maps", shape(in))
	case rec.Recurrence == model.RecurrenceOneToOne:
		weight := make([]float32, n*n)
		for i, v := range rec.Weight.Data {
			weight[i*n+i] = v
		}
		return &Affine{Float32(weight, n, n), Float32(rec.Bias.Data, n)}, nil
	case rec.HasBias:
		return &Affine{Float32(rec.Weight.Data, n, n), Float32(rec.Bias.Data, n)}, nil
	}
	return &Linear{Float32(rec.Weight.Data, n, n)}, nil
}

// normOf are factor and shift of each channel of a batch-norm with its running statistics.
func normOf(op *model.BatchNorm, shape model.Shape) (weight, bias series) {
	w, b := model.NewTensor(op.Channels), model.NewTensor(op.Channels)
	for c := range op.Channels {
		f := float64(op.Weight.Data[c]) / math.Sqrt(float64(op.Var.Data[c])+op.Eps)
		w.Data[c], b.Data[c] = float32(f), float32(float64(op.Bias.Data[c])-f*float64(op.Mean.Data[c]))
	}
	return spread(w, shape), spread(b, shape)
}

package ttfs_test

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
)

// reference computes a network without spikes in float64, by the definition
// of each layer, everything in (C, H, W) order. Weights stay float32 values.
func reference(n *model.Network, x []float64) []float64 {
	shapes, err := n.Shapes()
	if err != nil {
		panic(err)
	}
	values := map[string][]float64{model.InputName: x}
	for _, node := range n.Nodes {
		var in [][]float64
		var from []model.Shape
		for _, name := range node.Inputs {
			in, from = append(in, values[name]), append(from, shapes[name])
		}
		values[node.Name] = layer(node.Op, in, from, shapes[node.Name])
	}
	return values[n.Output()]
}

func layer(op model.Op, in [][]float64, from []model.Shape, shape model.Shape) []float64 {
	x, out := in[0], make([]float64, shape.Size())
	param := func(t *model.Tensor, i int) float64 {
		switch len(t.Data) {
		case 1:
			return float64(t.Data[0])
		case shape.Size():
			return float64(t.Data[i])
		}
		return float64(t.Data[i/(shape.Size()/shape[0])])
	}
	for i := range out {
		switch op := op.(type) {
		case *model.Linear:
			for j, v := range x {
				out[i] += float64(op.Weight.Data[i*op.In+j]) * v
			}
			if op.HasBias {
				out[i] += float64(op.Bias.Data[i])
			}
		case *model.Conv2d:
			out[i] = conv(op, x, from[0], shape, i)
		case *model.Pool2d:
			out[i] = pool(op, x, from[0], shape, i)
		case *model.Flatten, *model.Dropout, *model.Reshape:
			out[i] = x[i]
		case *model.Add:
			for _, v := range in {
				out[i] += v[i]
			}
		case *model.Affine:
			out[i] = param(op.Weight, i)*x[i] + param(op.Bias, i)
		case *model.Scale:
			out[i] = param(op.Factor, i) * x[i]
		case *model.BatchNorm:
			out[i] = param(op.Weight, i)*(x[i]-param(op.Mean, i))/math.Sqrt(param(op.Var, i)+op.Eps) + param(op.Bias, i)
		case *model.PReLU:
			out[i] = max(x[i], 0) + param(op.Slope, i)*min(x[i], 0)
		case *model.Rectifier:
			out[i] = rectified(op, x[i])
		case *model.Concat:
			out[i] = concat(op.Axis, in, from, shape, i)
		case model.Router:
			if at := op.Route(from[0])[i]; at >= 0 {
				out[i] = x[at]
			}
		default:
			panic(fmt.Sprintf("no reference for %T", op))
		}
	}
	return out
}

func rectified(op *model.Rectifier, v float64) float64 {
	switch op.Func {
	case model.ReLU:
		return max(v, 0)
	case model.Clip:
		return min(max(v, float64(float32(op.Low))), float64(float32(op.High)))
	}
	return max(v, 0) + float64(float32(op.Slope))*min(v, 0)
}

func concat(axis int, in [][]float64, from []model.Shape, shape model.Shape, i int) float64 {
	at := coordinates(shape, i)
	for k, s := range from {
		if at[axis] < s[axis] {
			place := 0
			for a, c := range at {
				place = place*s[a] + c
			}
			return in[k][place]
		}
		at[axis] -= s[axis]
	}
	panic("outside")
}

func coordinates(shape model.Shape, i int) []int {
	at := make([]int, len(shape))
	for a := len(shape) - 1; a >= 0; a-- {
		at[a], i = i%shape[a], i/shape[a]
	}
	return at
}

func conv(op *model.Conv2d, x []float64, from, shape model.Shape, i int) float64 {
	at := coordinates(shape, i)
	per := op.In / op.Groups
	sum := 0.0
	if op.HasBias {
		sum = float64(op.Bias.Data[at[0]])
	}
	for c := range per {
		for ky := range op.Kernel[0] {
			for kx := range op.Kernel[1] {
				y, xx := at[1]*op.Stride[0]-op.Padding[0]+ky*op.Dilation[0], at[2]*op.Stride[1]-op.Padding[1]+kx*op.Dilation[1]
				if y < 0 || y >= from[1] || xx < 0 || xx >= from[2] {
					continue
				}
				channel := at[0]/(op.Out/op.Groups)*per + c
				sum += float64(op.Weight.Data[((at[0]*per+c)*op.Kernel[0]+ky)*op.Kernel[1]+kx]) * x[(channel*from[1]+y)*from[2]+xx]
			}
		}
	}
	return sum
}

func pool(op *model.Pool2d, x []float64, from, shape model.Shape, i int) float64 {
	at := coordinates(shape, i)
	sum, largest := 0.0, math.Inf(-1)
	for ky := range op.Size[0] {
		for kx := range op.Size[1] {
			y, xx := at[1]*op.Stride[0]-op.Padding[0]+ky*max(op.Dilation[0], 1), at[2]*op.Stride[1]-op.Padding[1]+kx*max(op.Dilation[1], 1)
			if y < 0 || y >= from[1] || xx < 0 || xx >= from[2] {
				continue
			}
			v := x[(at[0]*from[1]+y)*from[2]+xx]
			sum, largest = sum+v, max(largest, v)
		}
	}
	switch op.Mode {
	case model.PoolMax:
		return largest
	case model.PoolAvg:
		return sum / float64(op.Size[0]*op.Size[1])
	}
	return sum
}

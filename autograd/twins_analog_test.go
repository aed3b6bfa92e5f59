package autograd_test

import (
	"math/rand/v2"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

func rectifier(f model.RectifierFunc, low, high, slope float64) *autograd.Rectifier {
	return &autograd.Rectifier{Rectifier: model.Rectifier{Func: f, Low: low, High: high, Slope: slope}}
}

// away are the forms without zeros, where a rectifier has no derivative.
var away = forms[:2]

func rectifierCases() []opCase {
	one := func(r *rand.Rand, f form) []*autograd.Value {
		return []*autograd.Value{randomSignal(r, f, 2, 3, 2)}
	}
	each := func(f func(x float64) float64) func(form) autograd.Twin {
		return func(form) autograd.Twin {
			return func(in [][]float64) []float64 {
				out := make([]float64, len(in[0]))
				for i, x := range in[0] {
					out[i] = f(x)
				}
				return out
			}
		}
	}
	cases := []opCase{
		{name: "relu", op: func() autograd.Op { return rectifier(model.ReLU, 0, 0, 0) }, twin: each(func(x float64) float64 { return max(x, 0) })},
		{name: "clip", op: func() autograd.Op { return rectifier(model.Clip, -0.5, 0.7, 0) }, twin: each(func(x float64) float64 { return max(-0.5, min(x, 0.7)) })},
		{name: "clip of spikes", forms: forms[4:], op: func() autograd.Op { return rectifier(model.Clip, 0.25, 3, 0) }, twin: each(func(x float64) float64 { return max(0.25, min(x, 3)) })},
		{name: "leaky-relu", op: func() autograd.Op { return rectifier(model.LeakyReLU, 0, 0, 0.2) }, twin: each(func(x float64) float64 {
			if x < 0 {
				x *= 0.2
			}
			return x
		})},
	}
	for i := range cases {
		cases[i].inputs = one
		if cases[i].forms == nil {
			cases[i].forms = away
		}
	}
	return append(cases, sharedCases()...)
}

// sharedCases are ops with an array of one value, one a channel or one a neuron.
func sharedCases() []opCase {
	const values = 2 * 3 * 2
	var cases []opCase
	for name, n := range map[string]int{"layer": 1, "channel": 2, "neuron": values} {
		cases = append(cases, opCase{
			name: "prelu of a " + name, forms: away, op: func() autograd.Op { return &autograd.PReLU{} },
			inputs: func(r *rand.Rand, f form) []*autograd.Value {
				return []*autograd.Value{randomSignal(r, f, 2, 3, 2), randomParam(r, n)}
			},
			twin: func(form) autograd.Twin {
				return func(in [][]float64) []float64 {
					out := make([]float64, len(in[0]))
					for i, x := range in[0] {
						if out[i] = x; x < 0 {
							out[i] = x * in[1][i%values%n]
						}
					}
					return out
				}
			},
		}, opCase{
			name: "affine of a " + name, forms: forms, op: func() autograd.Op { return &autograd.Affine{} },
			inputs: func(r *rand.Rand, f form) []*autograd.Value {
				return []*autograd.Value{randomSignal(r, f, 2, 3, 2), randomParam(r, n), randomParam(r, values/n)}
			},
			twin: func(form) autograd.Twin {
				return func(in [][]float64) []float64 {
					out := make([]float64, len(in[0]))
					for i, x := range in[0] {
						out[i] = x*in[1][i%values%n] + in[2][i%values%(values/n)]
					}
					return out
				}
			},
		})
	}
	return cases
}

func routeCases() []opCase {
	in := model.Shape{2, 3, 4}
	last := make([]int, in.Size()) // (C, H, W) order → channel-last
	signal.ChannelOrder(in, func(chw, hwc int) { last[chw] = hwc })
	routers := map[string]model.Router{
		"slice":   &model.Slice{Start: []int{1, 2, 0}, Step: []int{-1, -1, 2}, Size: []int{2, 2, 2}},
		"pad":     &model.Pad{Before: []int{1, 0, -1}, After: []int{0, 2, 1}},
		"permute": &model.Permute{Axes: []int{1, 2, 0}},
		"reshape": &model.Reshape{Shape: model.Shape{4, 2, 3}},
	}
	var cases []opCase
	for name, op := range routers {
		out, err := op.Infer([]model.Shape{in})
		if err != nil {
			panic(err)
		}
		from, table := make([]int32, out.Size()), op.Route(in)
		signal.ChannelOrder(out, func(chw, hwc int) {
			if from[hwc] = table[chw]; table[chw] >= 0 {
				from[hwc] = int32(last[table[chw]])
			}
		})
		cases = append(cases, opCase{
			name: name, forms: forms, op: func() autograd.Op { return &autograd.Route{Label: name, Shape: out, From: from} },
			inputs: func(r *rand.Rand, f form) []*autograd.Value { return []*autograd.Value{randomSignal(r, f, in...)} },
			twin: func(form) autograd.Twin {
				return func(x [][]float64) []float64 {
					return perRow(x[0], in.Size(), out.Size(), func(x, y []float64) {
						signal.ChannelOrder(out, func(chw, hwc int) {
							if table[chw] >= 0 {
								y[hwc] = x[last[table[chw]]]
							}
						})
					})
				}
			},
		})
	}
	return append(cases, concatCases()...)
}

func concatCases() []opCase {
	var cases []opCase
	for axis, shapes := range [][2]model.Shape{{{2, 3, 2}, {3, 3, 2}}, {{2, 1, 2}, {2, 3, 2}}, {{2, 3, 2}, {2, 3, 1}}} {
		op := model.Concat{Axis: axis}
		out, err := op.Infer(shapes[:])
		if err != nil {
			panic(err)
		}
		for _, second := range []form{forms[0], forms[1], forms[4], forms[6]} {
			cases = append(cases, opCase{
				name: "concat with " + second.name, forms: forms, op: func() autograd.Op { return &autograd.Concat{Axis: axis} },
				inputs: func(r *rand.Rand, f form) []*autograd.Value {
					return []*autograd.Value{randomSignal(r, f, shapes[0]...), randomSignal(r, second, shapes[1]...)}
				},
				twin: func(f form) autograd.Twin {
					return func(in [][]float64) []float64 {
						return concatTwin(axis, shapes[:], out, f.constant && second.constant, in)
					}
				},
			})
		}
	}
	return cases
}

// concatTwin places the values of two inputs of 3 steps and 2 samples by their coordinates.
func concatTwin(axis int, shapes []model.Shape, out model.Shape, constant bool, in [][]float64) []float64 {
	rows := 6
	if constant {
		rows = 2
	}
	place := func(s model.Shape, c, y, x int) int { return (y*s[2]+x)*s[0] + c }
	values := make([]float64, rows*out.Size())
	for r := range rows {
		shift := [3]int{}
		for i, s := range shapes {
			for c := range s[0] {
				for y := range s[1] {
					for x := range s[2] {
						values[r*out.Size()+place(out, c+shift[0], y+shift[1], x+shift[2])] = in[i][(r*s.Size()+place(s, c, y, x))%len(in[i])]
					}
				}
			}
			shift[axis] += s[axis]
		}
	}
	return values
}

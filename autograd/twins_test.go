package autograd_test

import (
	"math"
	"math/rand/v2"

	"github.com/snntrain/snntrain/autograd"
	"github.com/snntrain/snntrain/model"
)

// opCases lists every op with its float64 definition. Twins work on stored
// values: rows of samples, channel-last, one step of a constant signal.
func opCases() []opCase {
	cases := []opCase{
		{
			name: "linear", forms: forms, op: func() autograd.Op { return &autograd.Linear{} },
			inputs: func(r *rand.Rand, f form) []*autograd.Value {
				return []*autograd.Value{randomSignal(r, f, 7), randomParam(r, 7*5), randomParam(r, 5)}
			},
			twin: func(form) autograd.Twin { return linearTwin },
		},
		{
			name: "flatten", forms: forms, op: func() autograd.Op { return &autograd.Flatten{} },
			inputs: func(r *rand.Rand, f form) []*autograd.Value { return []*autograd.Value{randomSignal(r, f, 2, 3, 4)} },
			twin: func(form) autograd.Twin {
				return func(in [][]float64) []float64 {
					return perRow(in[0], 24, 24, func(x, y []float64) {
						for c := range 2 {
							for p := range 12 {
								y[c*12+p] = x[p*2+c]
							}
						}
					})
				}
			},
		},
		{
			name: "add", forms: forms, op: func() autograd.Op { return &autograd.Add{} },
			inputs: func(r *rand.Rand, f form) []*autograd.Value {
				return []*autograd.Value{randomSignal(r, f, 4), randomSignal(r, forms[0], 4), randomSignal(r, forms[1], 4)}
			},
			twin: func(form) autograd.Twin {
				return func(in [][]float64) []float64 {
					out := make([]float64, len(in[1]))
					for i := range out {
						out[i] = in[0][i%len(in[0])] + in[1][i] + in[2][i%len(in[2])]
					}
					return out
				}
			},
		},
		{
			name: "scale", forms: forms, op: func() autograd.Op { return &autograd.Scale{} },
			inputs: func(r *rand.Rand, f form) []*autograd.Value {
				return []*autograd.Value{randomSignal(r, f, 2, 2, 2), randomParam(r, 2)}
			},
			twin: func(form) autograd.Twin {
				return func(in [][]float64) []float64 {
					out := make([]float64, len(in[0]))
					for i, x := range in[0] {
						out[i] = x * in[1][i%2]
					}
					return out
				}
			},
		},
		{
			name: "delay", forms: forms, op: func() autograd.Op { return &autograd.Delay{Steps: []int32{0, 1, 2, 5}} },
			inputs: func(r *rand.Rand, f form) []*autograd.Value { return []*autograd.Value{randomSignal(r, f, 4)} },
			twin: func(f form) autograd.Twin {
				return func(in [][]float64) []float64 {
					const steps, batch = 3, 2
					out := make([]float64, steps*batch*4)
					for i := range out {
						from := i/(batch*4) - []int{0, 1, 2, 5}[i%4]
						if from < 0 {
							continue
						}
						if f.constant {
							from = 0
						}
						out[i] = in[0][from*batch*4+i%(batch*4)]
					}
					return out
				}
			},
		},
		{
			name: "batch-norm over time", forms: forms[:2], op: batchNorm(false),
			inputs: normInputs, twin: func(f form) autograd.Twin { return normTwin(f, false) },
		},
		{
			name: "batch-norm step by step", forms: forms[:2], op: batchNorm(true),
			inputs: normInputs, twin: func(f form) autograd.Twin { return normTwin(f, true) },
		},
		{
			name: "total", forms: forms[:1], op: func() autograd.Op { return &autograd.Total{} },
			inputs: func(*rand.Rand, form) []*autograd.Value {
				return []*autograd.Value{{Scalar: 2}, {Scalar: -3}, {Scalar: 0.5}}
			},
			twin: func(form) autograd.Twin {
				return func(in [][]float64) []float64 { return []float64{in[0][0] + in[1][0] + in[2][0]} }
			},
		},
	}
	cases = append(cases, convCases()...)
	cases = append(cases, poolCases()...)
	cases = append(cases, rectifierCases()...)
	cases = append(cases, routeCases()...)
	cases = append(cases, readoutCases()...)
	return append(cases, lossCases()...)
}

// perRow applies f to each row of n values, giving rows of m.
func perRow(x []float64, n, m int, f func(x, y []float64)) []float64 {
	out := make([]float64, len(x)/n*m)
	for r := range len(x) / n {
		f(x[r*n:(r+1)*n], out[r*m:(r+1)*m])
	}
	return out
}

func linearTwin(in [][]float64) []float64 {
	n, m := 7, 5
	return perRow(in[0], n, m, func(x, y []float64) {
		for j := range m {
			y[j] = in[2][j]
			for i := range n {
				y[j] += x[i] * in[1][i*m+j]
			}
		}
	})
}

func batchNorm(step bool) func() autograd.Op {
	return func() autograd.Op {
		return &autograd.BatchNorm{Eps: 1e-2, Momentum: 0.1, StepByStep: step, Mean: make([]float32, 2), Var: []float32{1, 1}}
	}
}

func normInputs(r *rand.Rand, f form) []*autograd.Value {
	return []*autograd.Value{randomSignal(r, f, 2, 2, 2), randomParam(r, 2), randomParam(r, 2)}
}

func normTwin(f form, step bool) autograd.Twin {
	return func(in [][]float64) []float64 {
		x, out := in[0], make([]float64, len(in[0]))
		group := len(x)
		if step && !f.constant {
			group = 2 * 8 // one step: batch × values
		}
		for lo := 0; lo < len(x); lo += group {
			for c := range 2 {
				mean, variance, n := 0.0, 0.0, float64(group/2)
				for i := lo + c; i < lo+group; i += 2 {
					mean += x[i] / n
				}
				for i := lo + c; i < lo+group; i += 2 {
					variance += (x[i] - mean) * (x[i] - mean) / n
				}
				for i := lo + c; i < lo+group; i += 2 {
					out[i] = (x[i]-mean)/math.Sqrt(variance+1e-2)*in[1][c] + in[2][c]
				}
			}
		}
		return out
	}
}

func convCases() []opCase {
	var cases []opCase
	for _, v := range []struct {
		name                              string
		kernel, stride, padding, dilation [2]int
		groups                            int
		fast                              bool
	}{
		{"conv2d plain", [2]int{3, 3}, [2]int{1, 1}, [2]int{0, 0}, [2]int{1, 1}, 1, false},
		{"conv2d padded", [2]int{3, 2}, [2]int{1, 1}, [2]int{2, 1}, [2]int{1, 1}, 1, false},
		{"conv2d strided", [2]int{2, 3}, [2]int{2, 3}, [2]int{1, 0}, [2]int{1, 1}, 1, false},
		{"conv2d dilated", [2]int{2, 2}, [2]int{1, 1}, [2]int{1, 1}, [2]int{2, 3}, 1, false},
		{"conv2d grouped", [2]int{3, 3}, [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1}, 2, false},
		{"conv2d depthwise strided", [2]int{3, 3}, [2]int{2, 2}, [2]int{1, 1}, [2]int{1, 1}, 4, false},
		{"depthwise", [2]int{3, 2}, [2]int{1, 2}, [2]int{2, 1}, [2]int{1, 1}, 4, true},
		{"depthwise dilated", [2]int{2, 2}, [2]int{1, 1}, [2]int{1, 1}, [2]int{2, 3}, 4, true},
	} {
		const c, h, w, o = 4, 4, 5, 4
		weights := v.kernel[0] * v.kernel[1] * c / v.groups * o
		cases = append(cases, opCase{
			name: v.name, forms: forms,
			op: func() autograd.Op {
				d := &autograd.Depthwise{}
				conv := &d.Conv2d
				conv.Kernel, conv.Stride, conv.Padding, conv.Dilation, conv.Groups = v.kernel, v.stride, v.padding, v.dilation, v.groups
				if v.fast {
					return d
				}
				return conv
			},
			inputs: func(r *rand.Rand, f form) []*autograd.Value {
				return []*autograd.Value{randomSignal(r, f, c, h, w), randomParam(r, weights), randomParam(r, o)}
			},
			twin: func(form) autograd.Twin {
				op := model.Conv2d{In: c, Out: o, Kernel: v.kernel, Stride: v.stride, Padding: v.padding, Dilation: v.dilation, Groups: v.groups}
				return func(in [][]float64) []float64 { return convTwin(op, h, w, in) }
			},
		})
	}
	return cases
}

func convTwin(op model.Conv2d, h, w int, in [][]float64) []float64 {
	shape, err := op.Infer([]model.Shape{{op.In, h, w}})
	if err != nil {
		panic(err)
	}
	oh, ow, cg, og := shape[1], shape[2], op.In/op.Groups, op.Out/op.Groups
	return perRow(in[0], op.In*h*w, op.Out*oh*ow, func(x, y []float64) {
		for oy := range oh {
			for ox := range ow {
				for o := range op.Out {
					sum := in[2][o]
					for ky := range op.Kernel[0] {
						for kx := range op.Kernel[1] {
							iy, ix := oy*op.Stride[0]+ky*op.Dilation[0]-op.Padding[0], ox*op.Stride[1]+kx*op.Dilation[1]-op.Padding[1]
							if iy < 0 || iy >= h || ix < 0 || ix >= w {
								continue
							}
							for c := range cg {
								sum += x[(iy*w+ix)*op.In+o/og*cg+c] * in[1][((ky*op.Kernel[1]+kx)*cg+c)*op.Out+o]
							}
						}
					}
					y[(oy*ow+ox)*op.Out+o] = sum
				}
			}
		}
	})
}

func poolCases() []opCase {
	var cases []opCase
	for _, mode := range []model.PoolMode{model.PoolAvg, model.PoolSum, model.PoolMax} {
		for _, v := range []struct {
			name                  string
			size, stride, padding int
			extra, dilation       [2]int
		}{
			{name: "", size: 2, stride: 2},
			{name: " overlapping", size: 3, stride: 1, padding: 1},
			{name: " with rest", size: 2, stride: 3},
			{name: " over the border", size: 2, stride: 2, extra: [2]int{1, 0}},
			{name: " less at the end", size: 3, stride: 2, padding: 1, extra: [2]int{-1, 1}},
			{name: " dilated", size: 2, stride: 1, padding: 1, dilation: [2]int{2, 3}},
		} {
			taken := forms
			if mode == model.PoolMax {
				taken = forms[:2] // differences need a unique maximum
			}
			op := pool(mode, v.size, v.stride, v.padding).Pool2d
			op.Extra, op.Dilation = v.extra, v.dilation
			cases = append(cases, opCase{
				name: string(mode) + "-pool" + v.name, forms: taken,
				op:     func() autograd.Op { return &autograd.Pool2d{Pool2d: op} },
				inputs: func(r *rand.Rand, f form) []*autograd.Value { return []*autograd.Value{randomSignal(r, f, 2, 5, 4)} },
				twin:   func(form) autograd.Twin { return func(in [][]float64) []float64 { return poolTwin(op, in[0]) } },
			})
		}
	}
	return cases
}

func poolTwin(op model.Pool2d, x []float64) []float64 {
	const c, h, w = 2, 5, 4
	shape, err := op.Infer([]model.Shape{{c, h, w}})
	if err != nil {
		panic(err)
	}
	return perRow(x, c*h*w, shape.Size(), func(x, y []float64) {
		for o := range y {
			ch, ox, oy := o%c, o/c%shape[2], o/c/shape[2]
			sum, high := 0.0, math.Inf(-1)
			for ky := range op.Size[0] {
				for kx := range op.Size[1] {
					iy, ix := oy*op.Stride[0]+ky*max(op.Dilation[0], 1)-op.Padding[0], ox*op.Stride[1]+kx*max(op.Dilation[1], 1)-op.Padding[1]
					if iy >= 0 && iy < h && ix >= 0 && ix < w {
						v := x[(iy*w+ix)*c+ch]
						sum, high = sum+v, max(high, v)
					}
				}
			}
			switch op.Mode {
			case model.PoolAvg:
				y[o] = sum / float64(op.Size[0]*op.Size[1])
			case model.PoolSum:
				y[o] = sum
			default:
				y[o] = high
			}
		}
	})
}

func readoutCases() []opCase {
	var cases []opCase
	for _, kind := range []string{"sum", "mean", "max", "last"} {
		taken := forms
		if kind == "max" {
			taken = forms[:2]
		}
		cases = append(cases, opCase{
			name: "readout " + kind, forms: taken, op: func() autograd.Op { return &autograd.Readout{Kind: kind} },
			inputs: func(r *rand.Rand, f form) []*autograd.Value { return []*autograd.Value{randomSignal(r, f, 3)} },
			twin: func(form) autograd.Twin {
				return func(in [][]float64) []float64 {
					out := make([]float64, 6)
					for i := range out {
						sum, high, last := 0.0, math.Inf(-1), 0.0
						for t := range 3 {
							v := in[0][(t*6+i)%len(in[0])]
							sum, high, last = sum+v, max(high, v), v
						}
						out[i] = map[string]float64{"sum": sum, "mean": sum / 3, "max": high, "last": last}[kind]
					}
					return out
				}
			},
		})
	}
	return cases
}

func lossCases() []opCase {
	labels := []int{1, 0}
	scores := func(r *rand.Rand, f form) []*autograd.Value {
		v := randomSignal(r, f, 3)
		v.Signal.T = 1 // one score a sample
		return []*autograd.Value{v}
	}
	signals := func(r *rand.Rand, f form) []*autograd.Value { return []*autograd.Value{randomSignal(r, f, 3)} }
	crossEntropy := func(smoothing float64, repeat func(f form) float64) func(f form) autograd.Twin {
		return func(f form) autograd.Twin {
			return func(in [][]float64) []float64 {
				loss := 0.0
				for r := range len(in[0]) / 3 {
					row, sum := in[0][3*r:3*r+3], 0.0
					for _, v := range row {
						sum += math.Exp(v)
					}
					for i, v := range row {
						target := smoothing / 3
						if i == labels[r%2] {
							target += 1 - smoothing
						}
						loss += target * (math.Log(sum) - v) * repeat(f)
					}
				}
				return []float64{loss / 2}
			}
		}
	}
	once := func(form) float64 { return 1 }
	steps := func(f form) float64 {
		if f.constant {
			return 3
		}
		return 1
	}
	return []opCase{
		{name: "cross-entropy", forms: forms[1:2], op: func() autograd.Op { return &autograd.CrossEntropy{} }, inputs: scores, twin: crossEntropy(0, once)},
		{name: "cross-entropy smoothed", forms: forms[1:2], op: func() autograd.Op { return &autograd.CrossEntropy{Smoothing: 0.2} }, inputs: scores, twin: crossEntropy(0.2, once)},
		{name: "cross-entropy of each step", forms: forms, op: func() autograd.Op { return &autograd.CrossEntropy{} }, inputs: signals, twin: crossEntropy(0, steps)},
		{
			name: "mse", forms: forms[1:2], op: func() autograd.Op { return &autograd.MSE{Correct: 2, Incorrect: 0.5} }, inputs: scores,
			twin: func(form) autograd.Twin {
				return func(in [][]float64) []float64 {
					loss := 0.0
					for i, v := range in[0] {
						target := 0.5
						if i%3 == labels[i/3] {
							target = 2
						}
						loss += (v - target) * (v - target) / 6
					}
					return []float64{loss}
				}
			},
		},
		{
			name: "van-rossum", forms: []form{forms[0], forms[4]}, op: func() autograd.Op { return &autograd.VanRossum{Tau: 2, Correct: 0.7, Incorrect: 0.4} }, inputs: signals,
			twin: func(form) autograd.Twin {
				return func(in [][]float64) []float64 {
					loss := 0.0
					for b := range 2 {
						for n := range 3 {
							rate, filtered := 0.4, 0.0
							if n == labels[b] {
								rate = 0.7
							}
							for t := range 3 {
								target := math.Floor(float64(t+1)*rate) - math.Floor(float64(t)*rate)
								filtered = math.Exp(-0.5)*filtered + in[0][(t*2+b)*3+n] - target
								loss += filtered * filtered / (2 * 2 * 2)
							}
						}
					}
					return []float64{loss}
				}
			},
		},
		{
			name: "rate-penalty", forms: []form{forms[0], forms[4], forms[5]}, op: func() autograd.Op { return &autograd.RatePenalty{Lower: 0.2, Upper: 0.4, Weight: 3} }, inputs: signals,
			twin: func(form) autograd.Twin {
				return func(in [][]float64) []float64 {
					loss, rows := 0.0, float64(len(in[0])/3)
					for n := range 3 {
						rate := 0.0
						for i := n; i < len(in[0]); i += 3 {
							rate += in[0][i] / rows
						}
						low, high := max(0.2-rate, 0), max(rate-0.4, 0)
						loss += 3 * (low*low + high*high) / 3
					}
					return []float64{loss}
				}
			},
		},
	}
}

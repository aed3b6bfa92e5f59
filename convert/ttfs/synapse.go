package ttfs

import (
	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/model"
)

// synapses connect the places of one layer to those of the next.
type synapses interface {
	// add brings charge q of place from to the places that it reaches, weight by
	// weight, and returns how many multiply-adds that took.
	add(dst []float64, from int32, q float64) int
	// macs is what the same layer of a network without spikes costs a sample.
	macs() int
}

// short is the length up to which a loop is faster than a call.
const short = 6

// axpy computes dst[j] += q·w[j]; w is as long as dst. The product is rounded
// before it is added, on every processor.
func axpy(dst []float64, q float64, w []float32) {
	if len(dst) > short {
		kernels.AxpyDouble(dst, q, w)
		return
	}
	w = w[:len(dst)]
	for j := range dst {
		dst[j] += float64(q * float64(w[j]))
	}
}

// dense are the synapses of a linear layer, by the neuron that they come from.
type dense struct {
	in, out int
	weight  []float32 // (in, out)
}

func newDense(l *model.Linear) *dense {
	d := &dense{in: l.In, out: l.Out, weight: make([]float32, l.In*l.Out)}
	for o := range l.Out {
		for i := range l.In {
			d.weight[i*l.Out+o] = l.Weight.Data[o*l.In+i]
		}
	}
	return d
}

func (d *dense) macs() int { return d.in * d.out }

func (d *dense) add(dst []float64, from int32, q float64) int {
	axpy(dst[:d.out], q, d.weight[int(from)*d.out:][:d.out])
	return d.out
}

// window are the synapses of a sum or average pool.
type window struct {
	inC, inW, outW int
	rows, cols     [][]tap
	weight         float64
	total          int
}

func newWindow(p *model.Pool2d, in, out model.Shape) *window {
	w := &window{inC: in[0], inW: in[2], outW: out[2], weight: 1, total: out.Size() * p.Size[0] * p.Size[1]}
	if p.Mode == model.PoolAvg {
		w.weight = 1 / float64(p.Size[0]*p.Size[1])
	}
	w.rows, w.cols = poolTaps(p, in, out)
	return w
}

func (w *window) macs() int { return w.total }

func (w *window) add(dst []float64, from int32, q float64) int {
	c, place := int(from)%w.inC, int(from)/w.inC
	rows, cols := w.rows[place/w.inW], w.cols[place%w.inW]
	q *= w.weight
	for _, r := range rows {
		for _, x := range cols {
			dst[(r.out*w.outW+x.out)*w.inC+c] += q
		}
	}
	return len(rows) * len(cols)
}

// tap is an element of a window and the output whose window it is then.
type tap struct{ k, out int }

// axisTaps lists, for each place of an input axis, the taps that meet it:
// place = out·stride − padding + k·dilation.
func axisTaps(in, out, kernel, stride, padding, dilation int) [][]tap {
	taps := make([][]tap, in)
	for o := range out {
		for k := range kernel {
			if i := o*stride - padding + k*dilation; i >= 0 && i < in {
				taps[i] = append(taps[i], tap{k, o})
			}
		}
	}
	return taps
}

func poolTaps(p *model.Pool2d, in, out model.Shape) (rows, cols [][]tap) {
	of := func(a int) [][]tap {
		return axisTaps(in[a+1], out[a+1], p.Size[a], p.Stride[a], p.Padding[a], max(p.Dilation[a], 1))
	}
	return of(0), of(1)
}

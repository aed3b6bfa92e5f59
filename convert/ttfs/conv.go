package ttfs

import (
	"sort"

	"github.com/snntrain/snntrain/model"
)

// fields are the synapses of a convolution, by the channel that they come
// from. A row of a kernel is stored so that the outputs that one place reaches
// lie side by side, as they do in the output: mirrored, and with a stride
// split into the columns that meet the same places.
type fields struct {
	in       model.Shape
	groupIn  int
	groupOut int
	out      model.Shape
	height   int
	width    int
	rows     [][]tap   // by input row
	cols     [][]run   // by input column
	weight   []float32 // (in, height, width, out / groups)
	total    int
}

// run are columns of a kernel, stored one after the other, and the first of the outputs they lead to.
type run struct{ col, out, n int }

func newFields(c *model.Conv2d, in, out model.Shape) *fields {
	k := &fields{in: in, out: out, groupIn: c.In / c.Groups, groupOut: c.Out / c.Groups, height: c.Kernel[0], width: c.Kernel[1]}
	k.total = out.Size() * k.groupIn * k.height * k.width
	k.rows = axisTaps(in[1], out[1], k.height, c.Stride[0], c.Padding[0], c.Dilation[0])
	place := columns(k.width, c.Stride[1])
	for _, taps := range axisTaps(in[2], out[2], k.width, c.Stride[1], c.Padding[1], c.Dilation[1]) {
		k.cols = append(k.cols, runs(taps, place, c.Groups == 1))
	}
	k.store(c, place)
	return k
}

// columns returns where each column of a kernel is stored: by column modulo
// stride, in descending order.
func columns(width, stride int) []int {
	order := make([]int, width)
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool {
		x, y := order[a], order[b]
		if x%stride != y%stride {
			return x%stride < y%stride
		}
		return x > y
	})
	place := make([]int, width)
	for at, col := range order {
		place[col] = at
	}
	return place
}

// runs joins taps whose columns and outputs follow each other.
func runs(taps []tap, place []int, join bool) []run {
	all := make([]run, len(taps))
	for i, t := range taps {
		all[i] = run{place[t.k], t.out, 1}
	}
	sort.Slice(all, func(a, b int) bool { return all[a].col < all[b].col })
	var out []run
	for _, r := range all {
		if n := len(out) - 1; join && n >= 0 && out[n].col+out[n].n == r.col && out[n].out+out[n].n == r.out {
			out[n].n++
			continue
		}
		out = append(out, r)
	}
	return out
}

func (k *fields) store(c *model.Conv2d, place []int) {
	k.weight = make([]float32, len(c.Weight.Data))
	area := k.height * k.width
	for i, v := range c.Weight.Data {
		o, ci, y, x := i/(k.groupIn*area), i/area%k.groupIn, i%area/k.width, i%k.width
		from := o/k.groupOut*k.groupIn + ci
		k.weight[((from*k.height+y)*k.width+place[x])*k.groupOut+o%k.groupOut] = v
	}
}

func (k *fields) macs() int { return k.total }

func (k *fields) add(dst []float64, from int32, q float64) int {
	inC, outC := k.in[0], k.out[0]
	c, at := int(from)%inC, int(from)/inC
	y, x := at/k.in[2], at%k.in[2]
	first := c / k.groupIn * k.groupOut
	ops := 0
	for _, row := range k.rows[y] {
		weight := k.weight[(c*k.height+row.k)*k.width*k.groupOut:]
		to := dst[row.out*k.out[2]*outC:]
		for _, r := range k.cols[x] {
			n := r.n * k.groupOut
			axpy(to[r.out*outC+first:][:n], q, weight[r.col*k.groupOut:][:n])
			ops += n
		}
	}
	return ops
}

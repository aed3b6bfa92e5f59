package emulator

import (
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// dense joins all to all. The weights are stored a row a source, in the
// smallest type: a spike then reads them in the order of memory.
type dense[W int8 | int16 | int32] struct {
	out    int
	weight []W // [in, out]
}

func newDense(w quant.Tensor, in, out int) connection {
	switch fits(w.Data) {
	case 1:
		return &dense[int8]{out: out, weight: transposed[int8](w.Data, in, out)}
	case 2:
		return &dense[int16]{out: out, weight: transposed[int16](w.Data, in, out)}
	}
	return &dense[int32]{out: out, weight: transposed[int32](w.Data, in, out)}
}

func transposed[W int8 | int16 | int32](w []int32, in, out int) []W {
	t := make([]W, len(w))
	for o := range out {
		for i, v := range w[o*in : (o+1)*in] {
			t[i*out+o] = W(v)
		}
	}
	return t
}

func (c *dense[W]) at(source int32) []W { return c.weight[int(source)*c.out : (int(source)+1)*c.out] }

// add takes four binary spikes at a time, so that a sum is read and written once for four weights.
func (c *dense[W]) add(sum []int32, s *integer.Spikes) {
	sum = sum[:c.out]
	k := 0
	for ; k+4 <= len(s.Index) && binary(s.Value[k:k+4]); k += 4 {
		a, b := c.at(s.Index[k])[:len(sum)], c.at(s.Index[k+1])[:len(sum)]
		d, e := c.at(s.Index[k+2])[:len(sum)], c.at(s.Index[k+3])[:len(sum)]
		for j := range sum {
			sum[j] += int32(a[j]) + int32(b[j]) + int32(d[j]) + int32(e[j])
		}
	}
	for ; k < len(s.Index); k++ {
		value := s.Value[k]
		w := c.at(s.Index[k])[:len(sum)]
		for j := range sum {
			sum[j] += int32(w[j]) * value
		}
	}
}

func binary(v []int32) bool { return v[0] == 1 && v[1] == 1 && v[2] == 1 && v[3] == 1 }

func (c *dense[W]) row(source int32, buf *row) (targets, weights []int32) {
	buf.weights = buf.weights[:0]
	for _, w := range c.at(source) {
		buf.weights = append(buf.weights, int32(w))
	}
	return nil, buf.weights
}

func (c *dense[W]) fanout() []int32 {
	if c.out == 0 {
		return nil
	}
	out := make([]int32, len(c.weight)/c.out)
	for i := range out {
		for _, w := range c.at(int32(i)) {
			if w != 0 {
				out[i]++
			}
		}
	}
	return out
}

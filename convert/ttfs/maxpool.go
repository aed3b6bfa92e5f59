package ttfs

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// maxPool passes the first spike of each window on: the earliest is the
// largest. Spikes come in the order of time.
type maxPool struct {
	in         wire
	inW, inC   int
	outW       int
	rows, cols [][]tap
	out, taken int
	layer      int
}

func newMaxPool(p *model.Pool2d, w wire, out model.Shape) *maxPool {
	m := &maxPool{in: w, inC: w.shape[0], inW: w.shape[2], outW: out[2]}
	m.rows, m.cols = poolTaps(p, w.shape, out)
	return m
}

func (m *maxPool) run(s *state, _ []float32) {
	out, taken := s.spikes[m.out][:0], s.taken[m.taken]
	for _, e := range s.spikes[m.in.slot] {
		c, place := int(e.at)%m.inC, int(e.at)/m.inC
		for _, r := range m.rows[place/m.inW] {
			for _, x := range m.cols[place%m.inW] {
				if to := (r.out*m.outW+x.out)*m.inC + c; taken[to] != s.runs {
					taken[to] = s.runs
					out = append(out, spike{e.time, int32(to)})
				}
			}
		}
	}
	s.spikes[m.out] = out
	s.layers[m.layer].Spikes += float64(len(out))
}

// through returns gain and rest behind the pool. ok is false where the
// earliest spike is not the largest value: values of one window differ in
// their gain or rest, or shrink with an earlier spike.
func (m *maxPool) through(out model.Shape) (gain, rest []float64, ok bool) {
	if m.in.gain == nil && m.in.rest == nil {
		return nil, nil, true
	}
	gain, rest = each(out.Size(), func(int) float64 { return math.NaN() }), make([]float64, out.Size())
	for from := range m.in.shape.Size() {
		c, place := from%m.inC, from/m.inC
		g, r0 := at(m.in.gain, from, 1), at(m.in.rest, from, 0)
		for _, r := range m.rows[place/m.inW] {
			for _, x := range m.cols[place%m.inW] {
				to := (r.out*m.outW+x.out)*m.inC + c
				if math.IsNaN(gain[to]) {
					gain[to], rest[to] = g, r0
				}
				if !(g >= 0) || gain[to] != g || rest[to] != r0 {
					return nil, nil, false
				}
			}
		}
	}
	return gain, rest, true
}

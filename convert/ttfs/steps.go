package ttfs

// state is what one run of one sample holds, by slot.
type state struct {
	spikes [][]spike
	charge [][]float64
	taken  [][]uint32 // of max-pools: the run that last passed a spike on
	runs   uint32
	sorter sorter
	layers []Activity // what each layer did, summed over samples
	ranges []extent   // while windows are open
	failed int        // the first layer that met a value that is no number, −1
}

// fail notes a layer whose potentials are no numbers.
func (s *state) fail(layer int) {
	if s.failed < 0 {
		s.failed = layer
	}
}

// step is one part of a run.
type step interface {
	run(s *state, x []float32)
}

// visit calls f with every place of a wire whose charge is not zero, and the charge.
func (s *state) visit(w wire, f func(at int32, q float64)) {
	if w.spikes {
		for _, e := range s.spikes[w.slot] {
			f(e.at, (w.end-e.time)*at(w.gain, int(e.at), 1))
		}
		return
	}
	for i, q := range s.charge[w.slot] {
		if q != 0 {
			f(int32(i), q*at(w.gain, i, 1))
		}
	}
}

// readInput takes a sample in.
type readInput struct{ out int }

func (r readInput) run(s *state, x []float32) {
	for i, v := range x {
		s.charge[r.out][i] = float64(v)
	}
}

// connect sends charges through synapses.
type connect struct {
	synapses synapses
	in       wire
	out      int
	layer    int
}

func (c *connect) run(s *state, _ []float32) {
	dst, ops := s.charge[c.out], 0
	clear(dst)
	s.visit(c.in, func(at int32, q float64) { ops += c.synapses.add(dst, at, q) })
	s.layers[c.layer].Operations += float64(ops)
}

// gather adds up wires, each moved by its table; nil stays in place.
type gather struct {
	in     []wire
	tables [][]int32
	out    int
	layer  int // −1: no operations count
}

func (g *gather) run(s *state, _ []float32) {
	dst, ops := s.charge[g.out], 0
	clear(dst)
	for i, w := range g.in {
		table := g.tables[i]
		s.visit(w, func(at int32, q float64) {
			if table != nil {
				at = table[at]
			}
			if at >= 0 {
				dst[at] += q
				ops++
			}
		})
	}
	if g.layer >= 0 {
		s.layers[g.layer].Operations += float64(ops)
	}
}

// route passes spikes on to other places, −1 to none, delayed so that their
// windows end together.
type route struct {
	in     []wire
	tables [][]int32
	end    float64
	out    int
}

func (r *route) run(s *state, _ []float32) {
	out := s.spikes[r.out][:0]
	for i, w := range r.in {
		table, delay := r.tables[i], r.end-w.end
		for _, e := range s.spikes[w.slot] {
			if to := table[e.at]; to >= 0 {
				out = append(out, spike{e.time + delay, to})
			}
		}
	}
	if len(r.in) > 1 {
		s.sorter.sort(out)
	}
	s.spikes[r.out] = out
}

package signal

// Prefix returns the first t steps of x, sharing its storage.
func (s *Signal) Prefix(t int) *Signal {
	p := &Signal{}
	p.Window(s, 0, min(t, s.T))
	return p
}

// Window makes s a view of the steps lo ≤ t < hi of x: it shares the values,
// and the list of events by row where x has one. Of a constant signal it is
// the same one step. The view holds until x is reset.
func (s *Signal) Window(x *Signal, lo, hi int) {
	s.extents(hi-lo, x.B, x.Shape, x.Const)
	s.Gain, s.spiking, s.F, s.Words = x.Gain, x.spiking, nil, nil
	first := lo * x.B
	if x.Const {
		first = 0
	}
	last := first + s.Rows()
	if x.spiking {
		s.Words = x.Words[first*x.Stride() : last*x.Stride()]
	} else {
		s.F = x.F[first*x.N() : last*x.N()]
	}
	if x.fresh.byRow {
		s.byRow.cut(&x.byRow, first, last)
		s.fresh.byRow = true
	}
}

// Pick makes s hold the steps lo ≤ t < hi of the listed samples of x.
func (s *Signal) Pick(x *Signal, lo, hi int, samples []int) {
	if x.spiking {
		s.ResetSpikes(hi-lo, len(samples), x.Shape, x.Const)
		s.Gain = x.Gain
	} else {
		s.ResetAnalog(hi-lo, len(samples), x.Shape, x.Const)
	}
	if x.Const {
		lo = 0
	}
	for t := range s.Steps() {
		for i, b := range samples {
			to, from := t*s.B+i, (lo+t)*x.B+b
			if x.spiking {
				copy(s.WordRow(to), x.WordRow(from))
			} else {
				copy(s.Row(to), x.Row(from))
			}
		}
	}
}

// cut makes e the list of groups first to last of all, sharing its members.
func (e *Events) cut(all *Events, first, last int) {
	lo, hi := all.Start[first], all.Start[last]
	e.Start = append(e.Start[:0], all.Start[first:last+1]...)
	for i := range e.Start {
		e.Start[i] -= lo
	}
	e.shared = true
	e.Index, e.Value = all.Index[lo:hi:hi], nil
	if all.Value != nil {
		e.Value = all.Value[lo:hi:hi]
	}
}

// own drops members that belong to another list, before new ones are written.
func (e *Events) own() {
	if e.shared {
		e.Index, e.Value, e.shared = nil, nil, false
	}
}

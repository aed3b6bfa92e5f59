package autograd

// Until computes the outputs step by step, and after each step asks keep which
// samples go on: it is given the number of steps done and the samples that were
// run, as numbers in the input, and returns those of them to go on with,
// ascending. Values of nodes hold one step of the samples that were run. It
// ends when no sample is left, or after the last step; the next run starts at
// rest.
func (m *Machine) Until(keep func(done int, samples []int) []int) error {
	defer func() {
		m.Context.Span = Span{}
		m.Reset()
	}()
	old := m.Segment
	m.Segment, m.Context.Carry = 1, false
	r, err := m.begin(0)
	m.Segment = old
	if err != nil {
		return err
	}
	m.whole(r)
	if err := m.perform(r.list[once], nil); err != nil {
		return err
	}
	samples := make([]int, m.batch())
	for i := range samples {
		samples[i] = i
	}
	var left picked
	for t := 0; t < r.steps && len(samples) > 0; t++ {
		m.enter(r, t, false)
		left.narrow(m, r, t)
		if err := m.perform(r.list[timed], r.views); err != nil {
			return err
		}
		if m.Observe != nil {
			m.Observe(r.steps + 1)
		}
		next := keep(t+1, samples)
		left.drop(r, t, samples, next)
		samples = next
	}
	return nil
}

// picked are the samples that are left of a batch.
type picked struct {
	samples []int // nil = all
	changed bool
}

// narrow makes the views those of the samples that are left.
func (p *picked) narrow(m *Machine, r *run, t int) {
	if p.samples == nil {
		return
	}
	for _, w := range r.views {
		if w == nil || m.values[w.node] == nil || m.values[w.node].Signal == nil {
			continue
		}
		if x := m.values[w.node].Signal; !x.Const || p.changed {
			w.few.Pick(x, t, t+1, p.samples)
		}
		w.value.Signal = &w.few
	}
	p.changed = false
}

// drop takes samples that do not go on out of the states after step t.
func (p *picked) drop(r *run, t int, samples, next []int) {
	if len(next) == len(samples) {
		return
	}
	places := make([]int, 0, len(next))
	for i, k := 0, 0; i < len(samples) && k < len(next); i++ {
		if samples[i] == next[k] {
			places = append(places, i)
			k++
		}
	}
	for _, mem := range r.memories {
		if t < r.count-1 {
			mem.borders[r.border(t)].keep(places, len(samples))
		}
	}
	p.samples, p.changed = next, true
}

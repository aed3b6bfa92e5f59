package autograd

import (
	"fmt"
	"time"
)

// remembered is the memory of one op over the segments of a run, and over runs.
type remembered struct {
	memory  *Memory
	borders []State  // after each segment but the last
	adjoint State    // at the border that the backward pass has reached
	carried [2]State // at the ends of this run and of the one before
	valid   bool     // the run before left its end
}

// remember returns the memory of an op.
func (m *Machine) remember(op stateful) *remembered {
	mem := op.memory()
	for _, r := range m.memories {
		if r.memory == mem {
			return r
		}
	}
	r := &remembered{memory: mem}
	m.memories = append(m.memories, r)
	return r
}

// run is one execution of the graph.
type run struct {
	*phases
	steps  int  // of the sequence
	length int  // of a segment
	count  int  // of segments
	turn   int  // which of remembered.carried this run writes
	gone   int  // steps of earlier runs that this one goes on from
	passes bool // there is a backward pass, which needs every border
}

// border is where the state after segment i is kept.
func (r *run) border(i int) int {
	if r.passes {
		return i
	}
	return i % 2
}

// begin prepares a run.
func (m *Machine) begin(which int) (*run, error) {
	r := &m.run
	r.phases = m.phasesOf(which)
	r.steps = 1
	for _, node := range m.inputs {
		if s := m.values[node].Signal; s != nil {
			r.steps = max(r.steps, s.T)
		}
	}
	var err error
	if r.length, err = m.segmentLength(r.phases, r.steps); err != nil {
		return nil, err
	}
	r.count = (r.steps + r.length - 1) / r.length
	r.turn = 1 - r.turn
	r.passes = len(r.list[back])+len(r.list[late]) > 0
	if !m.Context.Carry {
		m.Reset()
	}
	for _, mem := range r.memories {
		for i := range r.count - 1 {
			if r.border(i) < len(mem.borders) {
				continue
			}
			mem.borders = append(mem.borders, nil)
		}
	}
	return r, nil
}

// Reset forgets what the last run left: the next one starts at rest.
func (m *Machine) Reset() {
	m.run.gone = 0
	for _, mem := range m.memories {
		mem.valid = false
	}
}

// end notes what the next run goes on from.
func (m *Machine) end(r *run) {
	m.Context.Span = Span{}
	for _, mem := range m.memories {
		mem.valid = false
	}
	if !m.Context.Carry {
		return
	}
	r.gone += r.steps
	for _, mem := range r.memories {
		mem.valid = true
	}
}

// execute runs a list of instructions.
func (m *Machine) execute(which int) error {
	err := m.try(which)
	if err != nil {
		m.Context.Span = Span{}
		m.Reset()
	}
	return err
}

// try runs a list of instructions; an error leaves the memories as they happen to be.
func (m *Machine) try(which int) error {
	began := time.Now()
	r, err := m.begin(which)
	if err != nil {
		return err
	}
	m.whole(r)
	if err := m.perform(r.list[once], nil); err != nil {
		return err
	}
	for i := range r.count {
		if err := m.ahead(r, i, false); err != nil {
			return err
		}
		if m.Observe != nil {
			m.Observe(r.count)
		}
	}
	m.whole(r)
	if err := m.perform(r.list[after], nil); err != nil {
		return err
	}
	m.spent = time.Since(began)
	if r.passes {
		if err := m.backward(r); err != nil {
			return err
		}
	}
	m.end(r)
	return nil
}

// backward runs the adjoints.
func (m *Machine) backward(r *run) error {
	for _, mem := range r.memories {
		mem.memory.adjoint, mem.memory.fresh = nil, r.count > 1
		if r.count > 1 {
			mem.memory.adjoint = &mem.adjoint
		}
	}
	for i := r.count - 1; i >= 0 && len(r.list[back]) > 0; i-- {
		if i < r.count-1 { // the last segment's values are still there
			if err := m.ahead(r, i, true); err != nil {
				return err
			}
		}
		m.enter(r, i, true)
		if err := m.perform(r.list[back], r.windows()); err != nil {
			return err
		}
	}
	m.whole(r)
	return m.perform(r.list[late], nil)
}

// ahead runs segment i forward.
func (m *Machine) ahead(r *run, i int, again bool) error {
	m.enter(r, i, again)
	return m.perform(r.list[timed], r.windows())
}

// windows are what the instructions of a segment read instead of whole values.
func (r *run) windows() []*window {
	if r.count == 1 {
		return nil
	}
	return r.views
}

// enter sets context, views and memories for segment i.
func (m *Machine) enter(r *run, i int, again bool) {
	lo := i * r.length
	hi := min(lo+r.length, r.steps)
	m.Context.Span = Span{Gone: r.gone, Before: lo, After: r.steps - hi, Again: again}
	for _, w := range r.windows() {
		if w == nil {
			continue
		}
		if v := m.values[w.node]; v != nil && v.Signal != nil {
			w.view.Window(v.Signal, lo, hi)
			w.value.Signal = &w.view
		}
	}
	for _, mem := range r.memories {
		mem.enter(r, i, m.Context.Carry)
	}
}

// enter sets what segment i starts from and where it leaves its end.
func (mem *remembered) enter(r *run, i int, carry bool) {
	to := mem.memory
	to.start, to.end = nil, nil
	switch {
	case i > 0:
		to.start = &mem.borders[r.border(i-1)]
	case mem.valid:
		to.start = &mem.carried[1-r.turn]
	}
	switch {
	case i < r.count-1:
		to.end = &mem.borders[r.border(i)]
	case carry:
		to.end = &mem.carried[r.turn]
	}
}

// whole sets context and memories for instructions that run once.
func (m *Machine) whole(r *run) {
	m.Context.Span = Span{Gone: r.gone}
	for _, mem := range r.memories {
		mem.enter(&run{count: 1, turn: r.turn}, 0, m.Context.Carry)
	}
}

// perform runs instructions; views replace the values of their nodes.
func (m *Machine) perform(list []*instruction, views []*window) error {
	for _, ins := range list {
		for k, node := range ins.in {
			ins.args[k] = m.values[node]
			if views != nil && views[node] != nil && views[node].value.Signal != nil {
				ins.args[k] = &views[node].value
			}
		}
		v, err := ins.call(&m.Context, ins.args)
		if err != nil {
			return fmt.Errorf("autograd: %s: %w", ins.name, err)
		}
		m.values[ins.node] = v
	}
	return nil
}

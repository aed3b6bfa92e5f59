package autograd

// Span says which part of a sequence a call runs, when a Machine runs the
// sequence in segments. Its zero value is a whole sequence.
//
// Forward is called for the segments in order. A backward pass follows from
// the last segment to the first, and Forward is called Again for a segment
// before its Backward.
type Span struct {
	Gone   int  // steps of the sequence that earlier runs did (Context.Carry)
	Before int  // steps of this run before those of the call
	After  int  // steps of this run after those of the call
	Again  bool // what Forward gathers over time and what it counts is there already
}

// at is the first step of the call in the sequence.
func (s *Span) at() int { return s.Gone + s.Before }

// starts says that Forward gathers from nothing.
func (s *Span) starts() bool { return s.Before == 0 && !s.Again }

// goesOn says that Backward adds to the sums over time (gradients of
// parameters and of constant signals) that its last call left.
func (s *Span) goesOn() bool { return s.After > 0 }

// done says that this is the last call of a backward pass.
func (s *Span) done() bool { return s.Before == 0 }

// State is what an op remembers from step to step: arrays of one row a sample.
type State [][]float32

// resize gives s the given number of arrays of n values, left as they were.
func (s *State) resize(arrays, n int) State {
	for len(*s) < arrays {
		*s = append(*s, nil)
	}
	*s = (*s)[:arrays]
	for i := range *s {
		(*s)[i] = grow((*s)[i], n)
	}
	return *s
}

// clear sets every value to 0.
func (s State) clear() {
	for _, a := range s {
		clear(a)
	}
}

// keep moves the rows of the listed samples, ascending, to the front and drops the others.
func (s State) keep(samples []int, batch int) {
	for i, a := range s {
		n := len(a) / batch
		for to, from := range samples {
			copy(a[to*n:(to+1)*n], a[from*n:(from+1)*n])
		}
		s[i] = a[:len(samples)*n]
	}
}

// Memory is embedded in an op whose output depends on earlier steps. The
// Machine sets it before each call.
type Memory struct {
	start   *State // before the first step; nil = at rest
	end     *State // after the last step, written by Forward; nil = not wanted
	adjoint *State // on entry of Backward dL/d(end), on exit dL/d(start); nil = 0, not wanted
	fresh   bool   // adjoint stands for 0 and has no size yet
}

func (m *Memory) memory() *Memory { return m }

// atEnd returns where Forward writes the state after the last step, as arrays of n values; nil = nowhere.
func (m *Memory) atEnd(arrays, n int) State {
	if m.end == nil {
		return nil
	}
	return m.end.resize(arrays, n)
}

// adjoints returns the adjoint of the state, as arrays of n values; nil when nobody wants it.
func (m *Memory) adjoints(arrays, n int) State {
	if m.adjoint == nil {
		return nil
	}
	s := m.adjoint.resize(arrays, n)
	if m.fresh {
		s.clear()
		m.fresh = false
	}
	return s
}

// from returns the state before the first step; nil = at rest.
func (m *Memory) from() State {
	if m.start == nil {
		return nil
	}
	return *m.start
}

// stateful is an op with a memory.
type stateful interface {
	Op
	memory() *Memory
}

// gatherer is an op whose output sums a sequence up: a score, or a number.
// Under a Span, Forward goes on from what the segments before left; the output
// is whole after the last.
type gatherer interface {
	Op
	gathers()
}

// adder is an op whose Backward heeds Span.goesOn. The gradients of other ops
// are added up segment by segment.
type adder interface {
	Op
	adds()
}

// whole is an op that may need all steps at once.
type whole interface {
	// cannotCut says why the sequence cannot be cut for the op; "" when it can.
	cannotCut(c *Context) string
}

// cut says that no error passes from the steps from t on to those before.
func (c *Context) cut(t int) bool { return c.Truncate > 0 && t%c.Truncate == 0 }

// pieces lists where the parts of the next steps end between which no error
// passes: counted from the first of these steps, the last is steps.
func (c *Context) pieces(ends []int, steps int) []int {
	ends = ends[:0]
	for t := 1; t < steps && c.Truncate > 0; t++ {
		if c.cut(c.Span.at() + t) {
			ends = append(ends, t)
		}
	}
	return append(ends, steps)
}

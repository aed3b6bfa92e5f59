package autograd

import "github.com/snntrain/snntrain/internal/signal"

// phase says when an instruction runs, and when a value is there.
type phase uint8

const (
	once  phase = iota // before the first segment: what does not depend on the step
	timed              // forward, every segment
	after              // on what the segments gathered: scores, losses, their adjoints
	back               // backward, every segment
	late               // after the backward pass: adjoints of what ran once, gradients that are sums over time
)

// phases is a list of instructions sorted by when they run. It depends on
// which inputs are constant.
type phases struct {
	sorted    bool
	constants uint64 // bit i: input i is constant
	list      [late + 1][]*instruction
	views     []*window // by node: nil, or what instructions of every segment read
	memories  []*remembered
	stepSize  int // values that one sample hands on in one step, over all layers
}

// window is the view of a node's value for one segment.
type window struct {
	node  int
	view  signal.Signal
	few   signal.Signal // of some samples only
	value Value
}

// sorter sorts instructions into phases.
type sorter struct {
	*phases
	of      []phase      // by node
	ops     map[Op]phase // in which an op's Forward runs
	target  []int        // by node: of a gradient, the node that it belongs to
	maker   []*instruction
	machine *Machine
}

// sort fills p with the instructions of a list.
func (m *Machine) sort(p *phases, list []instruction) {
	*p = phases{views: make([]*window, len(m.values))}
	s := sorter{phases: p, of: make([]phase, len(m.values)), ops: map[Op]phase{}, target: make([]int, len(m.values)), maker: make([]*instruction, len(m.values)), machine: m}
	for i, node := range m.inputs {
		if v := m.values[node].Signal; v != nil && !v.Const {
			s.of[node] = timed
			p.views[node] = &window{node: node}
		} else {
			p.constants |= 1 << i
		}
	}
	for i := range list {
		s.add(&list[i])
	}
	for _, ph := range []phase{timed, back} {
		for _, ins := range p.list[ph] {
			for _, node := range ins.in {
				if s.of[node] == once && p.views[node] == nil {
					p.views[node] = &window{node: node}
				}
			}
		}
	}
	p.sorted = true
}

// add puts one instruction into its phase.
func (s *sorter) add(ins *instruction) {
	s.maker[ins.node] = ins
	var runs phase
	switch ins.kind {
	case forwardKind:
		runs = s.forward(ins)
	case adjointKind:
		runs = s.ops[ins.op].mirror()
	case pickKind:
		s.target[ins.node] = s.maker[ins.in[0]].in[2+ins.pick]
		runs = s.of[s.target[ins.node]].mirror()
	case sumKind:
		s.target[ins.node] = s.target[ins.in[0]]
		runs = s.of[s.target[ins.node]].mirror()
	}
	if ins.kind != forwardKind {
		s.of[ins.node] = runs
	}
	s.list[runs] = append(s.list[runs], ins)
}

// mirror is the phase of the adjoint of what runs, or is there, in phase p.
func (p phase) mirror() phase {
	switch p {
	case once:
		return late
	case timed:
		return back
	}
	return after
}

// forward returns the phase of a forward node and notes that of its value.
func (s *sorter) forward(ins *instruction) phase {
	runs := once
	for _, node := range ins.in {
		runs = max(runs, s.of[node])
	}
	_, gathers := ins.op.(gatherer)
	if op, ok := ins.op.(stateful); ok {
		s.memories = append(s.memories, s.machine.remember(op))
		if !gathers {
			runs = max(runs, timed)
		}
	}
	s.ops[ins.op], s.of[ins.node] = runs, runs
	if runs == timed && gathers {
		s.of[ins.node] = after
	} else if runs == timed {
		s.stepSize += ins.size
	}
	return runs
}

// phasesOf returns the sorted instructions for the inputs as they are now.
func (m *Machine) phasesOf(which int) *phases {
	constants := uint64(0)
	for i, node := range m.inputs {
		if v := m.values[node].Signal; v == nil || v.Const {
			constants |= 1 << i
		}
	}
	p := &m.phases[which]
	if !p.sorted || p.constants != constants || len(p.views) != len(m.values) {
		m.sort(p, [][]instruction{m.forward, m.full}[which])
	}
	return p
}

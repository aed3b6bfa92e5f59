package ttfs

import (
	"fmt"
	"math"
	"sync"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// Activity is what a layer did, summed over the samples of a run.
type Activity struct {
	Layer   string
	Kind    string
	Fires   bool // a layer of neurons with a window of time
	Neurons int
	TMin    float64
	TMax    float64
	MACs    int // multiply-adds that the layer costs a network without spikes, a sample

	Spikes     float64
	Saturated  int     // neurons whose activation was longer than their window
	Operations float64 // synaptic operations: multiply-adds that spikes caused
}

// Simulator runs a network of model.FirstSpike layers spike by spike, in the
// order of time, with times in float64. Its cost follows the spikes. Runs
// share nothing but the weights.
type Simulator struct {
	c      *compiler
	out    wire
	states sync.Pool
}

// Has says that a network has neurons that fire once.
func Has(n *model.Network) bool {
	for _, node := range n.Nodes {
		if _, ok := node.Op.(*model.FirstSpike); ok {
			return true
		}
	}
	return false
}

// New compiles a network. Every fault is reported.
func New(n *model.Network) (*Simulator, error) {
	if _, err := n.Shapes(); err != nil {
		return nil, err
	}
	c := newCompiler(n.Input)
	var faults fault.List
	for _, node := range n.Nodes {
		if err := c.node(node); err != nil {
			faults.AddError(err)
			break // what follows would only repeat it
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return c.simulator(n.Output()), nil
}

// simulator reads the layer called output.
func (c *compiler) simulator(output string) *Simulator {
	w := c.wires[output]
	if w.spikes {
		w = c.gather([]wire{w}, [][]int32{nil}, w.shape, -1)
	}
	s := &Simulator{c: c, out: w}
	s.states.New = func() any { return s.fresh() }
	return s
}

// fresh makes the state of a run.
func (s *Simulator) fresh() *state {
	st := &state{failed: -1}
	for _, n := range s.c.charges {
		st.charge = append(st.charge, make([]float64, n))
	}
	st.spikes = make([][]spike, len(s.c.charges))
	for _, n := range s.c.takens {
		st.taken = append(st.taken, make([]uint32, n))
	}
	st.layers = append([]Activity(nil), s.c.layers...)
	st.ranges = make([]extent, len(s.c.layers))
	return st
}

// Shape is the shape of a sample's scores.
func (s *Simulator) Shape() model.Shape { return s.out.shape }

// Run presents each sample of x, which has one step, and returns the scores,
// sample by sample, and what each layer did. Samples are shared among the
// threads of the pool; the result does not depend on their number.
func (s *Simulator) Run(x *signal.Signal, pool *par.Pool) ([]float64, []Activity, error) {
	if x.Spiking() || x.Steps() != 1 || x.N() != s.c.charges[0] {
		return nil, nil, fault.Fault{Pkg: "convert/ttfs", Subject: "input", Fact: fmt.Sprintf("is %v over %d steps, expected %v values shown once", model.Shape(x.Shape), x.Steps(), s.c.wires[model.InputName].shape)}
	}
	n := s.out.shape.Size()
	scores := make([]float64, x.B*n)
	did := make([][]Activity, x.B)
	failed := make([]int, x.B)
	pool.For(x.B, 1, func(lo, hi int) {
		st := s.states.Get().(*state)
		for b := lo; b < hi; b++ {
			failed[b] = s.sample(st, x.Row(b), scores[b*n:(b+1)*n])
			did[b] = append([]Activity(nil), st.layers...)
		}
		s.states.Put(st)
	})
	for b, layer := range failed {
		if layer >= 0 {
			return nil, nil, fault.Fault{Pkg: "convert/ttfs", Subject: fmt.Sprintf("layer %q", s.c.layers[layer].Layer), Fact: fmt.Sprintf("a potential of sample %d of the batch is no number", b)}
		}
	}
	return scores, sum(s.c.layers, did), nil
}

// sample runs one sample and returns the layer that failed, or −1.
func (s *Simulator) sample(st *state, x []float32, scores []float64) int {
	st.failed = -1
	copy(st.layers, s.c.layers)
	if st.runs++; st.runs == 0 { // the stamps start over
		for _, t := range st.taken {
			clear(t)
		}
		st.runs = 1
	}
	for _, step := range s.c.steps {
		step.run(st, x)
	}
	for i := range scores {
		scores[i] = st.charge[s.out.slot][i]*at(s.out.gain, i, 1) + at(s.out.rest, i, 0)
		if math.IsNaN(scores[i]) {
			st.fail(len(st.layers) - 1)
		}
	}
	return st.failed
}

// sum adds up what layers did, sample by sample.
func sum(layers []Activity, samples [][]Activity) []Activity {
	total := append([]Activity(nil), layers...)
	for _, did := range samples {
		total = Sum(total, did)
	}
	return total
}

// Sum adds what layers did in one run to a total, which is nil at first.
func Sum(total, did []Activity) []Activity {
	if total == nil {
		return append([]Activity(nil), did...)
	}
	for i, a := range did {
		total[i].Spikes += a.Spikes
		total[i].Saturated += a.Saturated
		total[i].Operations += a.Operations
	}
	return total
}

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
	if err := s.reads("input", x); err != nil {
		return nil, nil, err
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
	if err := s.failure("input", failed); err != nil {
		return nil, nil, err
	}
	return scores, sum(s.c.layers, did), nil
}

// reads checks that x is what the network reads.
func (s *Simulator) reads(subject string, x *signal.Signal) error {
	if want := s.c.wires[model.InputName].shape; x.Spiking() || x.Steps() != 1 || !want.Equal(x.Shape) {
		return fault.Fault{Pkg: "convert/ttfs", Subject: subject, Fact: fmt.Sprintf("is %v over %d steps, expected %v values shown once", model.Shape(x.Shape), x.Steps(), want)}
	}
	return nil
}

// failure names the first sample and layer whose potentials are no numbers.
func (s *Simulator) failure(subject string, failed []int) error {
	for b, layer := range failed {
		if layer >= 0 {
			return fault.Fault{Pkg: "convert/ttfs", Subject: subject, Fact: fmt.Sprintf("sample %d of the batch leads to potentials in layer %q that are no numbers", b, s.c.layers[layer].Layer)}
		}
	}
	return nil
}

// Times returns when each neuron of each layer fires for sample b of x, in
// (C, H, W) order; +Inf is never.
func (s *Simulator) Times(x *signal.Signal, b int) (map[string][]float64, error) {
	if err := s.reads("input", x); err != nil {
		return nil, err
	}
	st := s.states.Get().(*state)
	defer s.states.Put(st)
	if err := s.failure("input", []int{s.sample(st, x.Row(b), make([]float64, s.out.shape.Size()))}); err != nil {
		return nil, err
	}
	times := map[string][]float64{}
	for _, step := range s.c.steps {
		f, ok := step.(*fire)
		if !ok {
			continue
		}
		at := each(f.in.shape.Size(), func(int) float64 { return math.Inf(1) })
		for _, e := range st.spikes[f.out] {
			at[e.at] = e.time
		}
		ordered := make([]float64, len(at))
		for chw, place := range signal.ChannelLast(f.in.shape) {
			ordered[chw] = at[place]
		}
		times[s.c.layers[f.layer].Layer] = ordered
	}
	return times, nil
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

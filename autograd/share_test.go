package autograd

import (
	"math/rand/v2"
	"testing"
	"time"

	"gorgonia.org/tensor"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// benchGraph builds graphs for benchmarks.
type benchGraph struct {
	b *testing.B
	*Graph
	r *rand.Rand
}

func (g *benchGraph) apply(name string, op Op, in ...*Node) *Node {
	g.b.Helper()
	n, err := g.Apply(name, op, in...)
	if err != nil {
		g.b.Fatal(err)
	}
	return n
}

// dense adds a linear layer and a leaky one behind it.
func (g *benchGraph) dense(x *Node, in, out int, kind string) *Node {
	g.b.Helper()
	w := make([]float32, in*out)
	for i := range w {
		w[i] = float32(g.r.NormFloat64() / 28)
	}
	weight := g.Param("weight", tensor.New(tensor.WithShape(in, out), tensor.WithBacking(w)), true)
	bias := g.Param("bias", tensor.New(tensor.WithShape(out), tensor.WithBacking(make([]float32, out))), true)
	k, err := neuron.Builtin().Get(kind)
	if err != nil {
		g.b.Fatal(err)
	}
	cell, err := k.New(neuron.Layer{
		Rules: k.Rules, Surrogate: model.SurrogateSpec{Kind: "atan"}, Shape: model.Shape{out}, Dt: 1,
		Values: map[string][]float32{"beta": {0.95}, "threshold": {1}}, Learn: map[string]bool{},
	})
	if err != nil {
		g.b.Fatal(err)
	}
	output := model.OutputSpikes
	if !k.Spiking {
		output = model.OutputMembrane
	}
	return g.apply(kind, &Neuron{Model: kind, Rules: k.Rules, Cell: cell, Output: output}, g.apply("linear", &Linear{}, x, weight, bias))
}

// BenchmarkMachineShare runs the training step of workload W2 (784-1000-10, 25
// steps, 128 samples of a constant input) and prints which share of its time is
// spent outside the ops: in walking the graph that Gorgonia differentiated.
//
//	go test ./autograd -run '^$' -bench MachineShare
func BenchmarkMachineShare(b *testing.B) {
	g := &benchGraph{b, NewGraph(), rand.New(rand.NewPCG(1, 1))}
	x := g.Input("x", model.Shape{784})
	out := g.dense(g.dense(x, 784, 1000, "lif"), 1000, 10, "li")
	loss := g.apply("loss", &CrossEntropy{}, out)
	m, err := g.Compile(loss, out)
	if err != nil {
		b.Fatal(err)
	}
	m.Context.Pool, m.Context.Train, m.Context.Labels = par.New(0), true, make([]int, 128)
	s := signal.NewAnalog(25, 128, []int{784}, true)
	for i := range s.F {
		s.F[i] = max(0, float32(g.r.NormFloat64()))
	}
	m.Set(x, &Value{Signal: s})
	var inside time.Duration
	for i := range m.full {
		ins := &m.full[i]
		if ins.kind != forwardKind && ins.kind != adjointKind {
			continue
		}
		call := ins.call
		ins.call = func(c *Context, in []*Value) (*Value, error) {
			began := time.Now()
			defer func() { inside += time.Since(began) }()
			return call(c, in)
		}
	}
	if err := m.Step(); err != nil {
		b.Fatal(err)
	}
	inside = 0
	for b.Loop() {
		if err := m.Step(); err != nil {
			b.Fatal(err)
		}
	}
	total := b.Elapsed()
	b.ReportMetric(float64((total-inside).Nanoseconds())/float64(b.N), "ns-outside-ops/op")
	b.ReportMetric(100*float64(total-inside)/float64(total), "%-outside-ops")
}

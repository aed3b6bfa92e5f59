package train

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/pages"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/layers"
)

// Optimizer changes parameters by their gradients. Its whole state is in
// State, so that a resumed run goes on with the same bits.
type Optimizer interface {
	// Step changes every parameter once, with the given learning rate.
	Step(pool *par.Pool, params []layers.Param, lr float64)
	// State lists the arrays to keep in a checkpoint, each as long as its
	// parameter; they are made when first asked for.
	State(params []layers.Param) map[string][]float32
	// Count is the number of steps done; a checkpoint keeps and sets it.
	Count() int
	SetCount(n int)
}

// OptimizerKind is an optimizer that a config can name.
type OptimizerKind struct {
	Name, Doc string
	Options   func() any
	New       func(options any) Optimizer
	LR        func(options any) float64 // the base learning rate
}

// Optimizers lists the optimizers.
func Optimizers() *registry.Registry[OptimizerKind] {
	r := registry.New[OptimizerKind]("optimizer")
	for _, k := range []OptimizerKind{sgdKind(), adamKind(), adamWKind()} {
		r.Add(k.Name, k)
	}
	return r
}

// state holds one array per parameter under a name.
type state struct {
	name   string
	arrays map[string][]float32
}

func (s *state) of(p layers.Param) []float32 {
	if s.arrays == nil {
		s.arrays = map[string][]float32{}
	}
	a, ok := s.arrays[p.Name]
	if !ok {
		a = pages.Make[float32](len(p.Value))
		s.arrays[p.Name] = a
	}
	return a
}

// collect adds the arrays of all params to out as "name.parameter".
func (s *state) collect(out map[string][]float32, params []layers.Param) {
	for _, p := range params {
		out[fmt.Sprintf("%s.%s", s.name, p.Name)] = s.of(p)
	}
}

// pieces runs body over a parameter's values in pieces.
func pieces(pool *par.Pool, n int, body func(lo, hi int)) { pool.For(n, 16384, body) }

package train_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/race"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// steady are networks whose training steps are measured.
var steady = map[string]struct {
	input model.Shape
	yaml  string
	most  float64 // allocations a step: closures of parallel loops
	bytes float64 // in them
}{
	"mlp": {model.Shape{196}, `
  - {kind: linear, out: 300}
  - {kind: lif, beta: 0.95}
  - {kind: dropout, p: 0.2}
  - {kind: linear, out: 10}
  - {kind: li, beta: 0.95}
`, 40, 4e3},
	"conv": {model.Shape{1, 14, 14}, `
  - {kind: conv2d, out: 6, kernel: 3}
  - {kind: lif, beta: 0.5}
  - {kind: max-pool}
  - {kind: conv2d, out: 8, kernel: 3}
  - {kind: max-pool}
  - {kind: lif, beta: 0.5}
  - {kind: linear, out: 10}
  - {kind: lif, beta: 0.5, output: membrane}
`, 130, 130e3}, // the patch matrix of the first convolution, once for each group of rows
}

// stepper returns a function that does one training step on a batch.
func stepper(t testing.TB, name string, steps, size, checkpoint int) func() {
	w := steady[name]
	pool := par.New(2)
	p := program(t, w.input, w.yaml, pool)
	p.SetBPTT(layers.BPTT{Checkpoint: checkpoint})
	x := signal.NewAnalog(steps, size, w.input, true)
	for i := range x.F {
		x.F[i] = float32(i%7) / 3
	}
	in := layers.Input{X: x, Labels: make([]int, size), Keys: make([]uint64, size)}
	opt := train.NewAdam(0.9, 0.999, 1e-8)
	params := p.Params()
	return func() {
		if _, err := p.Step(in); err != nil {
			t.Fatal(err)
		}
		for i, q := range p.Params() {
			params[i].Grad = q.Grad
		}
		opt.Step(pool, params, 0)
	}
}

// TestSteadyStepsAllocateNoData: a training step makes a fixed number of small
// closures, one or two for each parallel loop, whatever the number of steps and
// samples, and nothing else.
func TestSteadyStepsAllocateNoData(t *testing.T) {
	if race.Enabled {
		t.Skip("allocations are not counted under the race detector")
	}
	for name, w := range steady {
		for _, c := range []struct{ steps, size, checkpoint int }{{5, 8, 0}, {40, 8, 0}, {5, 32, 0}, {40, 8, 10}} {
			t.Run(fmt.Sprintf("%s/T=%d,B=%d,K=%d", name, c.steps, c.size, c.checkpoint), func(t *testing.T) {
				step := stepper(t, name, c.steps, c.size, c.checkpoint)
				for range 3 {
					step()
				}
				segments := 1.0
				if c.checkpoint > 0 {
					segments = float64(2*c.steps/c.checkpoint - 1) // forward, and again but for the last
				}
				count, bytes := allocations(20, step)
				for range 4 { // a collection may have emptied a sync.Pool, another thread may have needed a scratch space
					c, b := allocations(20, step)
					count, bytes = min(count, c), min(bytes, b)
				}
				if count > w.most*segments || bytes > w.bytes*segments {
					t.Errorf("%.1f allocations of %.0f bytes a step, want at most %v of %v bytes for each of %v segments", count, bytes, w.most, w.bytes, segments)
				}
				t.Logf("%.1f allocations, %.0f bytes", count, bytes)
			})
		}
	}
}

// allocations counts what f allocates, on average over n calls.
func allocations(n int, f func()) (count, bytes float64) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // as testing.AllocsPerRun
	var before, after runtime.MemStats
	f()
	runtime.ReadMemStats(&before)
	for range n {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(n), float64(after.TotalAlloc-before.TotalAlloc) / float64(n)
}

func program(t testing.TB, in model.Shape, yaml string, pool *par.Pool) *layers.Program {
	t.Helper()
	var top struct {
		Model []config.Section `yaml:"model" plug:"layer"`
	}
	doc, err := config.Load(config.Options{Texts: []config.Text{{Name: "test.yaml", YAML: []byte("model:\n" + yaml)}}}, &top)
	if err != nil {
		t.Fatal(err)
	}
	doc.Root().Decode(&top)
	b := layers.Builder{Input: in, Seed: 1}
	n := b.Build(top.Model)
	if err := doc.Err(); err != nil {
		t.Fatal(err)
	}
	p, err := layers.Compile(n, layers.Options{Loss: &layers.Loss{Kind: "cross-entropy", Readout: "mean"}, Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

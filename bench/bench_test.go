package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/testkit"
)

// BenchmarkStep measures a step of every workload, for pprof:
//
//	go test ./bench -bench 'Step/W1' -cpuprofile cpu.prof
func BenchmarkStep(b *testing.B) {
	for name, o := range map[string]Options{
		"W1-dense":     {Workload: "W1", N: 512, Input: "dense"},
		"W1-spikes":    {Workload: "W1", N: 512, Input: "spikes"},
		"W1-weights":   {Workload: "W1", N: 512, Input: "spikes", NoInput: true},
		"W1-triangle":  {Workload: "W1", N: 512, Input: "spikes", Surrogate: "triangle"},
		"W2":           {Workload: "W2"},
		"W3":           {Workload: "W3"},
		"W4":           {Workload: "W4"},
		"W5-inference": {Workload: "W5"},
	} {
		b.Run(name, func(b *testing.B) {
			m := newTestMeter(b, o)
			for b.Loop() {
				if _, err := m.step(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDensity measures a step of W1 against the density of its input, with
// and without the gradient by the input.
func BenchmarkDensity(b *testing.B) {
	for _, noInput := range []bool{true, false} {
		for _, percent := range []int{1, 2, 5, 10, 20, 30, 40, 50, 70, 100} {
			b.Run(fmt.Sprintf("input_gradient=%v/percent=%d", !noInput, percent), func(b *testing.B) {
				m := newTestMeter(b, Options{Workload: "W1", N: 512, Input: "spikes", NoInput: noInput, Density: float64(percent) / 100})
				for b.Loop() {
					if _, err := m.step(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// newTestMeter is a meter with the defaults filled in; MNIST comes from SNNTRAIN_DATA.
func newTestMeter(b testing.TB, o Options) *meter {
	b.Helper()
	if o.N == 0 {
		o.N = 512
	}
	if o.Input == "" {
		o.Input = "dense"
	}
	if o.Surrogate == "" {
		o.Surrogate = "default"
	}
	o.Runs = 1
	s, err := NewSpec(o)
	if err != nil {
		b.Fatal(err)
	}
	dir := ""
	if s.Input == "static" {
		dir = testkit.Data(b, "mnist")
	}
	in, err := newInput(s, dir)
	if err != nil {
		b.Fatal(err)
	}
	pool := par.New(0)
	net, err := newNetwork(s, in, pool)
	if err != nil {
		b.Fatal(err)
	}
	m, err := newMeter(s, net, in, pool)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := m.step(); err != nil {
		b.Fatal(err)
	}
	return m
}

func TestEveryWorkloadRuns(t *testing.T) {
	for _, name := range []string{"W1", "W4"} {
		r, err := Run(Options{Workload: name, N: 64, Steps: 20, Input: "spikes", Surrogate: "triangle", Runs: 1}, "test")
		if err != nil {
			t.Fatal(err)
		}
		if r.Step <= 0 || r.Backward == nil || r.PeakMB < r.BaselineMB || r.Threads == 0 {
			t.Errorf("%s: %+v", name, r)
		}
		rates := r.Extra["spikes_per_neuron_step"].(map[string]float64)
		for layer, rate := range rates {
			if rate < targetRate/2 || rate > targetRate*2 {
				t.Errorf("%s: layer %s fires at %v, not near %v", name, layer, rate, targetRate)
			}
		}
	}
}

func TestWorkloadsThatNeedMNIST(t *testing.T) {
	dir := testkit.Data(t, "mnist")
	for _, name := range []string{"W2", "W3", "W5"} {
		r, err := Run(Options{Workload: name, N: 1, Input: "dense", Surrogate: "default", Runs: 1, Data: dir}, "test")
		if err != nil || r.Step <= 0 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func TestFaultsOfWorkloads(t *testing.T) {
	_, err := NewSpec(Options{Workload: "W9", N: 0, Input: "sparse", Surrogate: "atan"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"known: W1, W2, W3, W4, W5", `input "sparse"`, `surrogate "atan"`, "n 0"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %s", err, part)
		}
	}
	_, err = Run(Options{Workload: "W2", N: 1, Input: "dense", Surrogate: "default", Runs: 1, Data: filepath.Join(os.TempDir(), "no such folder")}, "test")
	if err == nil || !strings.Contains(err.Error(), "W2 needs MNIST") {
		t.Errorf("missing data: %v", err)
	}
}

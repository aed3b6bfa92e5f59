package layers_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// longNet is like workload W4, without recurrence: 700-256-20.
const longNet = `
  - {kind: linear, out: 256, init: {kind: fan-in, gain: 4}}
  - {kind: cuba-lif, alpha: 0.9, beta: 0.95}
  - {kind: linear, out: 20}
  - {kind: lif, beta: 0.95, output: membrane}
`

// longProgram returns a program and a batch of T steps of spikes of density 1.5 %.
func longProgram(t testing.TB, inputs, steps, size, checkpoint int, yaml string) (*layers.Program, layers.Input) {
	t.Helper()
	p, _ := compiled(t, layers.Builder{Input: model.Shape{inputs}, Seed: 2}, yaml, layers.Options{
		Loss: &layers.Loss{Kind: "cross-entropy", Readout: "max"}, Pool: par.New(2),
	})
	p.SetBPTT(layers.BPTT{Checkpoint: checkpoint})
	x := signal.NewSpikes(steps, size, []int{inputs}, false)
	r := rand.New(rand.NewPCG(1, 2))
	for at := 0; at < x.Rows()*inputs; at += 1 + int(r.ExpFloat64()/0.015) {
		x.Fire(at/inputs, at%inputs)
	}
	return p, layers.Input{X: x, Labels: make([]int, size)}
}

// TestMemoryGrowsWithTheRootOfTime: the heap that a step leaves in use, without
// the input, with segments of √T steps.
func TestMemoryGrowsWithTheRootOfTime(t *testing.T) {
	heap := func(steps int) float64 {
		p, in := longProgram(t, 50, steps, 4, int(math.Ceil(math.Sqrt(float64(steps)))), strings.NewReplacer("256", "60").Replace(longNet))
		before := inUse()
		if _, err := p.Step(in); err != nil {
			t.Fatal(err)
		}
		used := inUse() - before
		runtime.KeepAlive(p)
		runtime.KeepAlive(in)
		return used
	}
	short := heap(100)
	for _, steps := range []int{400, 2500, 10000} {
		if long, limit := heap(steps), 1.2*math.Sqrt(float64(steps)/100); long > limit*short {
			t.Errorf("%d steps leave %.0f kB in use, %.1f times those of 100; want at most %.1f times", steps, long/1e3, long/short, limit)
		}
	}
}

// inUse is the size of the heap after a collection.
func inUse() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// memoryRun is what a process of its own measured.
type memoryRun struct {
	Baseline, Peak float64 // bytes resident
	Step           float64 // seconds of processor time, the least of three
	Events         int
}

const memoryEnv = "SNNTRAIN_MEMORY_RUN"

// TestMemoryRun is the child process of BenchmarkMemoryOverTime.
func TestMemoryRun(t *testing.T) {
	var steps, size, checkpoint int
	if n, _ := fmt.Sscan(os.Getenv(memoryEnv), &steps, &size, &checkpoint); n != 3 {
		t.Skipf("no run: %s is not set", memoryEnv)
	}
	p, in := longProgram(t, 700, steps, size, checkpoint, longNet)
	r := memoryRun{Baseline: resident(t, "VmRSS"), Step: math.Inf(1), Events: in.X.Count()}
	for range 3 {
		began := processorTime()
		if _, err := p.Step(in); err != nil {
			t.Fatal(err)
		}
		r.Step = min(r.Step, processorTime()-began)
	}
	r.Peak = resident(t, "VmHWM")
	text, _ := json.Marshal(r)
	fmt.Printf("%s\n", text)
}

// processorTime is what this process used so far, in seconds, of all cores.
func processorTime() float64 {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r) // fails for unknown arguments only
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}

// resident reads a line of /proc/self/status.
func resident(t testing.TB, key string) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("needs /proc")
	}
	_, rest, _ := strings.Cut(string(text), key+":")
	kB, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return kB * 1024
}

// BenchmarkMemoryOverTime prints resident memory above the baseline (program
// and input in place) and processor time of a training step against T, each in a process
// of its own:
//
//	go test ./layers -run '^$' -bench MemoryOverTime -benchtime 1x
func BenchmarkMemoryOverTime(b *testing.B) {
	for _, mode := range []struct {
		name       string
		checkpoint int
	}{{"auto", layers.AutoCheckpoint}, {"root", 1}, {"off", 0}} {
		for _, steps := range []int{100, 300, 1000, 3000, 10000} {
			b.Run(fmt.Sprintf("%s/T=%d", mode.name, steps), func(b *testing.B) {
				k := mode.checkpoint
				if mode.name == "root" {
					k = int(math.Ceil(math.Sqrt(float64(steps))))
				}
				var r memoryRun
				for range b.N {
					cmd := exec.Command(os.Args[0], "-test.run=^TestMemoryRun$")
					cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d 32 %d", memoryEnv, steps, k))
					out, err := cmd.Output()
					if err != nil {
						b.Fatalf("%v: %s", err, out)
					}
					if err := json.Unmarshal([]byte(strings.SplitN(string(out), "\n", 2)[0]), &r); err != nil {
						b.Fatalf("%v in %q", err, out)
					}
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric((r.Peak-r.Baseline)/1e6, "MB-above-baseline")
				b.ReportMetric(r.Baseline/1e6, "MB-baseline")
				b.ReportMetric(r.Step*1e3, "cpu-ms/step")
				b.ReportMetric(r.Step*1e6/float64(steps), "cpu-µs/T")
			})
		}
	}
}

package datasets_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"pgregory.net/rapid"
)

// newEncoder makes an encoder for static samples of n values, or sequences of them.
func newEncoder(t testing.TB, name string, opts any, shape []int, frames int) datasets.Encoder {
	t.Helper()
	k, err := datasets.EncoderKinds().Get(name)
	if err != nil {
		t.Fatal(err)
	}
	e, err := k.New(opts, datasets.Info{Name: "own", Shape: shape, Frames: frames})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// encode encodes one sample alone.
func encode(t testing.TB, e datasets.Encoder, x []float32, shape []int, frames int, key uint64) *signal.Signal {
	t.Helper()
	s := &signal.Signal{}
	if err := e.Prepare(s, 1, shape, frames); err != nil {
		t.Fatal(err)
	}
	e.Encode(s, 0, x, key)
	return s
}

// variants are the options, besides the defaults, that the suite runs over.
var variants = map[string][]any{
	"rate":    {&datasets.RateOptions{Steps: 3, Gain: 2, Process: "poisson"}},
	"latency": {&datasets.LatencyOptions{Steps: 7, Curve: "log", Tau: 2, Threshold: 0.2}},
	"delta":   {&datasets.DeltaOptions{Steps: 5, Threshold: 0.3}, &datasets.DeltaOptions{Steps: 2, Threshold: 0.3, Off: true}},
	"bins":    {&datasets.BinsOptions{Steps: 5, Mode: "max"}, &datasets.BinsOptions{Steps: 1, Mode: "sum"}},
}

func TestEveryEncoder(t *testing.T) {
	for _, name := range datasets.EncoderKinds().Names() {
		k, _ := datasets.EncoderKinds().Get(name)
		if k.Doc == "" || k.Name != name {
			t.Errorf("%s: name %q, doc %q", name, k.Name, k.Doc)
		}
		for i, opts := range append(variants[name], nil) {
			for _, shape := range [][]int{{70}, {3, 5, 5}} {
				for _, frames := range []int{1, 4} {
					e, err := k.New(opts, datasets.Info{Name: "own", Shape: shape, Frames: frames})
					if frames > 1 && err != nil && strings.Contains(err.Error(), "takes static samples") {
						continue
					}
					if err != nil {
						t.Fatal(err)
					}
					t.Run(fmt.Sprint(name, i, shape, frames), func(t *testing.T) { testkit.Encoder(t, e, shape, frames) })
				}
			}
		}
	}
}

func TestConstantIsTheSample(t *testing.T) {
	e := newEncoder(t, "constant", &datasets.ConstantOptions{Steps: 9}, []int{3}, 1)
	x := []float32{0.5, -1, 3}
	s := encode(t, e, x, []int{3}, 1, 0)
	if s.Spiking() || !s.Const || s.T != 9 || !slices.Equal(s.F, x) {
		t.Errorf("got %+v", s)
	}
}

// A rate is right when the count lies within 5 standard deviations of its
// binomial mean; the seed is fixed.
func TestRateHasTheRightMean(t *testing.T) {
	x := []float32{-1, 0, 0.001, 0.1, 0.5, 0.9, 0.999, 1, 2}
	const steps = 20000
	for _, c := range []struct {
		process string
		gain    float64
		p       func(m float64) float64
	}{
		{"bernoulli", 1, func(m float64) float64 { return max(0, min(m, 1)) }},
		{"bernoulli", 0.25, func(m float64) float64 { return max(0, min(m, 1)) }},
		{"bernoulli", 0, func(float64) float64 { return 0 }},
		{"poisson", 1, func(m float64) float64 { return 1 - math.Exp(-max(m, 0)) }},
		{"poisson", 3, func(m float64) float64 { return 1 - math.Exp(-max(m, 0)) }},
	} {
		e := newEncoder(t, "rate", &datasets.RateOptions{Steps: steps, Gain: c.gain, Process: c.process}, []int{len(x)}, 1)
		s := encode(t, e, x, []int{len(x)}, 1, 42)
		for i, v := range x {
			p := c.p(c.gain * float64(v))
			count := len(s.ByInput(nil, s.Rows()).Group(i))
			if limit := 5*math.Sqrt(steps*p*(1-p)) + steps/65536.0; math.Abs(float64(count)-steps*p) > limit {
				t.Errorf("%s gain %v x %v: %d spikes in %d steps, want %.1f ± %.1f", c.process, c.gain, v, count, steps, steps*p, limit)
			}
		}
	}
}

// Inputs share random words: their spikes must be independent all the same.
func TestRateInputsAreIndependent(t *testing.T) {
	const n, steps = 9, 20000
	x := slices.Repeat([]float32{0.5}, n)
	s := encode(t, newEncoder(t, "rate", &datasets.RateOptions{Steps: steps, Gain: 1, Process: "bernoulli"}, []int{n}, 1), x, []int{n}, 1, 7)
	for i := range n {
		for j := range i {
			both := 0
			for step := range steps {
				if s.Fired(step, i) && s.Fired(step, j) {
					both++
				}
			}
			if sd := math.Sqrt(steps * 0.25 * 0.75); math.Abs(float64(both)-steps/4) > 5*sd {
				t.Errorf("inputs %d and %d spike together %d times in %d steps, want %d ± %.0f", i, j, both, steps, steps/4, 5*sd)
			}
		}
	}
}

func TestRateIsPinned(t *testing.T) {
	// A seed must give the same spikes in every later version.
	x := make([]float32, 100)
	for i := range x {
		x[i] = float32(i) / 100
	}
	e := newEncoder(t, "rate", &datasets.RateOptions{Steps: 2, Gain: 1, Process: "bernoulli"}, []int{100}, 1)
	s := encode(t, e, x, []int{100}, 1, rng.Key(1, 2, 3))
	if want := []uint64{0x3b44a80260088000, 0xfbffdb5ff, 0x95f4b20519402000, 0xffffeddf6}; !slices.Equal(s.Words, want) {
		t.Errorf("got %#x", s.Words)
	}
}

func TestRateFollowsFrames(t *testing.T) {
	x := []float32{1, 0, 0, 1} // two frames of two inputs
	e := newEncoder(t, "rate", &datasets.RateOptions{Steps: 4, Gain: 1, Process: "bernoulli"}, []int{2}, 2)
	s := encode(t, e, x, []int{2}, 2, 1)
	if want := []uint64{1, 1, 2, 2}; !slices.Equal(s.Words, want) {
		t.Errorf("got %b, want %b", s.Words, want)
	}
}

func TestLatencyTimes(t *testing.T) {
	for _, c := range []struct {
		o    datasets.LatencyOptions
		x    float32
		want int // -1: none
	}{
		{datasets.LatencyOptions{Steps: 11, Curve: "linear", Tau: 1, Threshold: 0.2}, 1, 0},
		{datasets.LatencyOptions{Steps: 11, Curve: "linear", Tau: 1, Threshold: 0.2}, 1.5, 0},
		{datasets.LatencyOptions{Steps: 11, Curve: "linear", Tau: 1, Threshold: 0.2}, 0.5, 5},
		{datasets.LatencyOptions{Steps: 11, Curve: "linear", Tau: 1, Threshold: 0.2}, 0.25, 8}, // 7.5 to even
		{datasets.LatencyOptions{Steps: 11, Curve: "linear", Tau: 1, Threshold: 0.2}, 0.2, 8},
		{datasets.LatencyOptions{Steps: 11, Curve: "linear", Tau: 1, Threshold: 0.2}, 0.19999, -1},
		{datasets.LatencyOptions{Steps: 11, Curve: "linear", Tau: 1, Threshold: 0.2}, -3, -1},
		{datasets.LatencyOptions{Steps: 11, Curve: "log", Tau: 5, Threshold: 0.2}, 1, 1},    // 5·ln(1/0.8) = 1.12
		{datasets.LatencyOptions{Steps: 11, Curve: "log", Tau: 5, Threshold: 0.2}, 0.4, 3},  // 5·ln 2 = 3.47
		{datasets.LatencyOptions{Steps: 11, Curve: "log", Tau: 5, Threshold: 0.2}, 0.25, 8}, // 5·ln 5 = 8.05
		{datasets.LatencyOptions{Steps: 11, Curve: "log", Tau: 5, Threshold: 0.2}, 0.2, 10},
		{datasets.LatencyOptions{Steps: 11, Curve: "log", Tau: 5, Threshold: 0.2}, 0.19, -1},
		{datasets.LatencyOptions{Steps: 11, Curve: "log", Tau: 5, Threshold: 0.01}, 0.01, 10},
		{datasets.LatencyOptions{Steps: 11, Curve: "log", Tau: 5, Threshold: 0.2}, float32(math.Inf(1)), 0},
		{datasets.LatencyOptions{Steps: 3, Curve: "linear", Tau: 5, Threshold: 0.2}, 0.75, 0}, // 0.5 to even
		{datasets.LatencyOptions{Steps: 1, Curve: "linear", Tau: 5, Threshold: 0.2}, 0.3, 0},
		{datasets.LatencyOptions{Steps: 11, Curve: "linear", Tau: 1, Threshold: 0.2, Low: -1, Span: 4}, 3, 0},
		{datasets.LatencyOptions{Steps: 11, Curve: "linear", Tau: 1, Threshold: 0.2, Low: -1, Span: 4}, 0, 8}, // x = 0.25
		{datasets.LatencyOptions{Steps: 11, Curve: "linear", Tau: 1, Threshold: 0.2, Low: -1, Span: 4}, -0.5, -1},
	} {
		s := encode(t, newEncoder(t, "latency", &c.o, []int{1}, 1), []float32{c.x}, []int{1}, 1, 0)
		var want []uint32
		if c.want >= 0 {
			want = []uint32{uint32(c.want)}
		}
		if got := s.ByInput(nil, s.Rows()).Group(0); !slices.Equal(got, want) {
			t.Errorf("%+v x %v: spikes at %v, want %v", c.o, c.x, got, want)
		}
	}
}

// The documentation of snntorch.spikegen.latency_code(x, num_steps=5,
// normalize=True, linear=True) gives 3.92, 2, 0 for 0.02, 0.5, 1.
func TestLatencyAgreesWithSnntorchExample(t *testing.T) {
	e := newEncoder(t, "latency", &datasets.LatencyOptions{Steps: 5, Curve: "linear", Tau: 1, Threshold: 0.01}, []int{3}, 1)
	s := encode(t, e, []float32{0.02, 0.5, 1}, []int{3}, 1, 0)
	for i, want := range []uint32{4, 2, 0} {
		if got := s.ByInput(nil, s.Rows()).Group(i); !slices.Equal(got, []uint32{want}) {
			t.Errorf("input %d spikes at %v, want %d", i, got, want)
		}
	}
}

func TestBrighterIsNeverLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := datasets.LatencyOptions{
			Steps: rapid.IntRange(1, 50).Draw(t, "steps"), Curve: rapid.SampledFrom([]string{"linear", "log"}).Draw(t, "curve"),
			Tau: rapid.Float64Range(0.1, 20).Draw(t, "tau"), Threshold: rapid.Float64Range(1e-6, 0.99).Draw(t, "threshold"),
		}
		x := rapid.SliceOfN(rapid.Float32Range(0, 1.2), 1, 20).Draw(t, "x")
		slices.Sort(x)
		k, _ := datasets.EncoderKinds().Get("latency")
		e, err := k.New(&o, datasets.Info{Shape: []int{len(x)}, Frames: 1})
		if err != nil {
			t.Fatal(err)
		}
		s := &signal.Signal{}
		if err := e.Prepare(s, 1, []int{len(x)}, 1); err != nil {
			t.Fatal(err)
		}
		e.Encode(s, 0, x, 0)
		last := uint32(math.MaxUint32)
		for i, v := range x {
			times := s.ByInput(nil, s.Rows()).Group(i)
			if fires := v >= float32(o.Threshold); fires != (len(times) == 1) || len(times) > 1 {
				t.Fatalf("x %v, threshold %v: %d spikes", v, o.Threshold, len(times))
			}
			if len(times) == 1 {
				if times[0] > last {
					t.Fatalf("x %v spikes at %d, a darker input at %d", v, times[0], last)
				}
				last = times[0]
			}
		}
	})
}

func TestDelta(t *testing.T) {
	type fired = [][]uint32 // inputs that spike, by step
	for _, c := range []struct {
		name   string
		o      datasets.DeltaOptions
		shape  []int
		x      []float32
		frames int
		want   fired
	}{
		{"static", datasets.DeltaOptions{Steps: 3, Threshold: 0.5, Off: true}, []int{3}, []float32{0.5, 0.4, -0.6}, 1, fired{{0, 5}, {}, {}}},
		{"static, rises only", datasets.DeltaOptions{Steps: 2, Threshold: 0.5}, []int{3}, []float32{0.5, 0.4, -0.6}, 1, fired{{0}, {}}},
		{"sequence", datasets.DeltaOptions{Threshold: 0.5, Off: true}, []int{2}, []float32{0, 1, 0.5, 1, 0, 0.5}, 3, fired{{1}, {0}, {2, 3}}},
		{"frames stay for two steps", datasets.DeltaOptions{Steps: 4, Threshold: 0.5, Off: true}, []int{1}, []float32{1, 0}, 2, fired{{0}, {}, {1}, {}}},
		// (2, 1, 2) channel-last: places p0c0 p0c1 p1c0 p1c1; out of 4 channels: on c0, on c1, off c0, off c1.
		{"channels", datasets.DeltaOptions{Threshold: 0.5, Off: true}, []int{2, 1, 2}, []float32{1, -1, 0, -1}, 1, fired{{0, 3, 7}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEncoder(t, "delta", &c.o, c.shape, c.frames)
			s := encode(t, e, c.x, c.shape, c.frames, 0)
			var got fired
			for r := range s.Rows() {
				got = append(got, append([]uint32{}, s.ByRow().Group(r)...))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if out := e.OutShape(c.shape); c.o.Off != (out[0] == 2*c.shape[0]) {
				t.Errorf("shape %v out of %v", out, c.shape)
			}
		})
	}
}

func TestBins(t *testing.T) {
	x := []float32{1, 5, 2, 0, 10} // five frames of one value
	for _, c := range []struct {
		o    datasets.BinsOptions
		want []float32
	}{
		{datasets.BinsOptions{Mode: "mean"}, x},
		{datasets.BinsOptions{Steps: 2, Mode: "mean"}, []float32{3, 4}},
		{datasets.BinsOptions{Steps: 2, Mode: "sum"}, []float32{6, 12}},
		{datasets.BinsOptions{Steps: 2, Mode: "max"}, []float32{5, 10}},
		{datasets.BinsOptions{Steps: 10, Mode: "max"}, []float32{1, 1, 5, 5, 2, 2, 0, 0, 10, 10}},
		{datasets.BinsOptions{Steps: 1, Mode: "mean"}, []float32{3.6}},
	} {
		s := encode(t, newEncoder(t, "bins", &c.o, []int{1}, 5), x, []int{1}, 5, 0)
		if s.Const || !slices.Equal(s.F, c.want) {
			t.Errorf("%+v: got %v, want %v", c.o, s.F, c.want)
		}
	}
}

func TestEncoderFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		opts   any
		frames int
		want   string
	}{
		{"constant", nil, 3, `datasets: encoder "constant": takes static samples, these are sequences of 3 frames; use bins, delta or rate`},
		{"latency", nil, 2, `datasets: encoder "latency": takes static samples`},
		{"constant", &datasets.ConstantOptions{}, 1, `datasets: encoder "constant": steps is 0, must be at least 1`},
		{"rate", &datasets.RateOptions{Steps: 1, Gain: -1, Process: "gauss"}, 1, "datasets: encoder \"rate\": gain is -1, must be at least 0\ndatasets: encoder \"rate\": process is \"gauss\", must be one of: bernoulli, poisson"},
		{"latency", &datasets.LatencyOptions{Steps: 1, Curve: "log", Tau: math.NaN(), Threshold: 1}, 1, "tau is NaN, must be above 0\ndatasets: encoder \"latency\": threshold is 1, must be below 1"},
		{"bins", &datasets.BinsOptions{Steps: 4, Mode: "sum"}, 3, "mode sum with 4 steps out of 3 frames counts frames twice"},
		{"bins", &datasets.RateOptions{}, 3, "options are *datasets.RateOptions, want *datasets.BinsOptions"},
	} {
		k, _ := datasets.EncoderKinds().Get(c.name)
		_, err := k.New(c.opts, datasets.Info{Shape: []int{2}, Frames: c.frames})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	e := newEncoder(t, "rate", &datasets.RateOptions{Steps: 100000, Gain: 1, Process: "poisson"}, []int{2}, 1)
	if err := e.Prepare(&signal.Signal{}, 1<<20, []int{1 << 20}, 1); err == nil || !strings.Contains(err.Error(), "exceeds the limit of 8 GiB; lower batch or steps") {
		t.Errorf("got %v", err)
	}
}

package surrogate_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/surrogate"
	"go.yaml.in/yaml/v3"
)

func TestEverySurrogate(t *testing.T) {
	for _, name := range surrogate.Builtin().Names() {
		t.Run(name, func(t *testing.T) { testkit.Surrogate(t, name) })
	}
}

func TestNewFaults(t *testing.T) {
	for _, c := range []struct {
		spec surrogate.Spec
		want []string
	}{
		{surrogate.Spec{Kind: "trangle"}, []string{`surrogate: kind: "trangle" is unknown; did you mean "triangle"? known: atan, fast-sigmoid, `}},
		{surrogate.Spec{Kind: "none", Params: params{"width": 1}}, []string{`surrogate: none: "width" is no parameter; it has none`}},
		{surrogate.Spec{Kind: "triangle", Params: params{"width": 0, "hight": 1}}, []string{
			`surrogate: triangle: width is 0, must be from 1e-06 to 1e+06`,
			`surrogate: triangle: "hight" is no parameter; did you mean "height"? known: width, height`,
		}},
		{surrogate.Spec{Kind: "squarewave-fourier", Params: params{"terms": 1.5}}, []string{
			`surrogate: squarewave-fourier: terms is 1.5, must be a whole number from 1 to 64`,
		}},
	} {
		t.Run(c.spec.Kind, func(t *testing.T) {
			_, err := surrogate.New(c.spec)
			faults(t, err, c.want)
		})
	}
}

type params = map[string]float64

// faults compares the lines of err, each from its beginning.
func faults(t *testing.T, err error, want []string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no fault, want %q", want)
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(want) {
		t.Fatalf("got %d faults, want %d:\n%v", len(lines), len(want), err)
	}
	for i, w := range want {
		if !strings.HasPrefix(lines[i], w) {
			t.Errorf("got  %s\nwant %s", lines[i], w)
		}
	}
}

func TestSpecIsFlatInYAML(t *testing.T) {
	want := surrogate.Spec{Kind: "triangle", Params: params{"width": 2}}
	var fromYAML, fromJSON surrogate.Spec
	if err := yaml.Unmarshal([]byte("{kind: triangle, width: 2}"), &fromYAML); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"kind":"triangle","params":{"width":2}}`), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, fromYAML) + cmp.Diff(want, fromJSON); d != "" {
		t.Error(d)
	}
}

func TestDefault(t *testing.T) {
	f, err := surrogate.New(surrogate.Default())
	if err != nil {
		t.Fatal(err)
	}
	if got := f.At(0, 1); got != 1 {
		t.Errorf("peak is %v, of snnTorch's default it is 1", got)
	}
}

func TestThresholdItself(t *testing.T) {
	// x = 0 belongs to one side; elsewhere the suites allow for rounding.
	for _, c := range []struct {
		spec surrogate.Spec
		want float64
	}{
		{surrogate.Spec{Kind: "s2nn", Params: params{"beta": 3}}, 3},
		{surrogate.Spec{Kind: "leaky-relu", Params: params{"leak": 2}}, 1},
		{surrogate.Spec{Kind: "leaky-relu", Params: params{"leak": 2, "strict": 1}}, 2},
		{surrogate.Spec{Kind: "log-tailed-relu", Params: params{"leak": 2}}, 2},
		{surrogate.Spec{Kind: "sparse-fast-sigmoid", Params: params{"bound": 0}}, 0},
		{surrogate.Spec{Kind: "multi-level"}, 1},
		{surrogate.Spec{Kind: "fake-numerical"}, 0.3},
	} {
		f, err := surrogate.New(c.spec)
		if err != nil {
			t.Fatal(err)
		}
		dst := make([]float32, 1)
		f.Grad(dst, []float32{0}, []float32{1})
		if at := f.At(0, 1); at != c.want || dst[0] != float32(c.want) {
			t.Errorf("%v: At(0) = %v, Grad(0) = %v, want %v", c.spec, at, dst[0], c.want)
		}
	}
}

func TestStochasticIsPinned(t *testing.T) {
	// A seed must give the same bits in every later version.
	x, theta := []float32{-1, -0.5, 0, 0.5}, make([]float32, 4)
	for seed, want := range map[float64][]float32{
		0: {0.031758156, 0.05678904, 0.096250586, 1},
		7: {-0.093701735, 0.089483045, -0.028309215, 1},
	} {
		f, err := surrogate.New(surrogate.Spec{Kind: "stochastic", Params: params{"seed": seed}})
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float32, len(x))
		f.Grad(got, x, theta)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("seed %v: %s", seed, d)
		}
	}
}

func BenchmarkGrad(b *testing.B) {
	const row, rows = 1024, 64 // many rows, so that no branch is learned by heart
	x, dst, theta := make([]float32, row*rows), make([]float32, row), make([]float32, row)
	h := uint64(1)
	for i := range x {
		h = h*6364136223846793005 + 1442695040888963407
		x[i] = float32(int32(h>>32)) / (1 << 30)
	}
	for i := range theta {
		theta[i] = 1
	}
	for _, name := range surrogate.Builtin().Names() {
		b.Run(name, func(b *testing.B) {
			f, err := surrogate.New(surrogate.Spec{Kind: name})
			if err != nil {
				b.Fatal(err)
			}
			i := 0
			for b.Loop() {
				at := i % rows * row
				f.Grad(dst, x[at:at+row], theta)
				i++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/row, "ns/element")
		})
	}
}

func ExampleForFramework() {
	s, _ := surrogate.ForFramework("spikingjelly", "PiecewiseQuadratic", params{"alpha": 2})
	fmt.Println(s.Kind, s.Params["width"], s.Params["height"])
	// Output: triangle 0.5 2
}

package surrogate_test

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/surrogate"
)

// index is index.json of the folder.
type index struct {
	Frameworks map[string]struct {
		File      string
		DType     string
		Functions []function
	}
}

type function struct {
	Name, Key  string
	Params     map[string]float64
	Error      string
	FormulaErr float64              `json:"formula_max_abs_err"`
	NonFinite  map[string][]float64 `json:"non_finite_grad_at"`
}

// golden is a function with what it is compared with.
type golden struct {
	function
	framework string
	double    bool // grad is float64
	arrays    map[string]testkit.Array
}

func TestGoldenSurrogates(t *testing.T) {
	dir := testkit.GoldenDir(t, "surrogates")
	var in index
	testkit.Index(t, dir, &in)
	tally := testkit.Tally{Folder: "surrogates"}
	for framework, fw := range in.Frameworks {
		arrays := testkit.NPZ(t, filepath.Join(dir, fw.File))
		for _, fn := range fw.Functions {
			name := framework + "/" + fn.Key
			if fn.Error != "" {
				tally.Skip(name)
				continue
			}
			g := golden{fn, framework, fw.DType == "float64", arrays}
			tally.Run(t, name, g.compare)
		}
	}
	tally.Report(t)
}

// spec reads the name of the recording: a prefix says which spike function it
// was recorded with, a suffix that it is the derivative by the threshold.
func (g golden) spec(t *testing.T) (s surrogate.Spec, theta float64, byThreshold bool) {
	framework, name, p := g.framework, g.Name, map[string]float64{}
	theta = 1
	for key, v := range g.Params {
		if key == "thr" {
			theta = v
		} else {
			p[key] = v
		}
	}
	switch framework {
	case "sinabs":
		name = name[strings.LastIndex(name, ".")+1:]
	case "rockpool":
		name, byThreshold = strings.CutSuffix(name, ".dthr")
	case "lava_slayer":
		framework, name = "lava", "Spike" // named there by their settings
	}
	s, err := surrogate.ForFramework(framework, name, p)
	if err != nil {
		t.Fatal(err)
	}
	return s, theta, byThreshold
}

func (g golden) compare(t *testing.T) {
	s, theta, byThreshold := g.spec(t)
	f, err := surrogate.New(s)
	if err != nil {
		t.Fatal(err)
	}
	grad, at := f.Grad, f.At
	if byThreshold {
		tg, ok := f.(surrogate.ThresholdGrader)
		if !ok {
			t.Fatalf("%s has no derivative by the threshold", s.Kind)
		}
		grad, at = tg.GradThreshold, tg.AtThreshold
	}
	shift := 0.0
	if s.Kind == "multi-level" {
		shift = theta // recorded over v/θ, not over v − θ
	}
	g.double64(t, at, theta, shift)
	g.wide32(t, grad, theta, shift)
}

// double64 compares At with grad.
func (g golden) double64(t *testing.T, at func(x, theta float64) float64, theta, shift float64) {
	tol := 1e-6
	if g.double {
		// Some frameworks keep a constant in float32; the index has what that does to the formula.
		tol = max(1e-9, 1.01*g.FormulaErr)
	}
	want := g.array(t, "grad")
	for i, x := range g.arrays["x"].Data {
		if g.skipped("x", x) {
			continue
		}
		if got := at(x-shift, theta); !(math.Abs(got-want[i]) <= tol*max(1, math.Abs(want[i]))) {
			t.Fatalf("At(%v) = %v, recorded %v", x, got, want[i])
		}
	}
}

// wide32 compares Grad with grad_wide32.
func (g golden) wide32(t *testing.T, grad func(dst, x, theta []float32), theta, shift float64) {
	var x, thetas []float32
	var want []float64
	recorded := g.array(t, "grad_wide32")
	for i, v := range g.arrays["x_wide"].Data {
		if !g.skipped("x_wide(float32)", v) {
			x, thetas, want = append(x, float32(v-shift)), append(thetas, float32(theta)), append(want, recorded[i])
		}
	}
	got := make([]float32, len(x))
	grad(got, x, thetas)
	if e := testkit.RelError(got, want); !(e <= 1e-5) {
		t.Fatalf("Grad differs by %v of the largest\ngot  %v\nwant %v", e, got, want)
	}
}

func (g golden) array(t *testing.T, name string) []float64 {
	t.Helper()
	a, ok := g.arrays[g.Key+"."+name]
	if !ok {
		t.Fatalf("%s.%s is not in the file", g.Key, name)
	}
	return a.Data
}

// skipped tells whether the recording at x is listed as not finite. Signs of zero count.
func (g golden) skipped(grid string, x float64) bool {
	return slices.ContainsFunc(g.NonFinite[grid], func(v float64) bool {
		return v == x && math.Signbit(v) == math.Signbit(x)
	})
}

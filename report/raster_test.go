package report_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/report"
	"pgregory.net/rapid"
)

var (
	spikesPattern = regexp.MustCompile(`class="spikes c0" stroke-width="[^"]*" d="([^"]*)"`)
	strokePattern = regexp.MustCompile(`([Mm])([-.\d]+) ([-.\d]+)h([-.\d]+)`)
)

// drawn reads back the cells that a raster of the given number of rows draws.
func drawn(t rapid.TB, figure string, rows int) map[[2]int]bool {
	cells := map[[2]int]bool{}
	m := spikesPattern.FindStringSubmatch(figure)
	if m == nil {
		return cells
	}
	if rest := strokePattern.ReplaceAllString(m[1], ""); rest != "" {
		t.Fatalf("path data not understood: %q", rest)
	}
	var x, y float64
	for _, s := range strokePattern.FindAllStringSubmatch(m[1], -1) {
		var dx, dy, length float64
		if _, err := fmt.Sscan(s[2], &dx); err != nil {
			t.Fatal(err)
		}
		fmt.Sscan(s[3], &dy)
		fmt.Sscan(s[4], &length)
		if s[1] == "M" {
			x, y = 0, 0
		}
		x, y = x+dx, y+dy
		for c := int(math.Floor(x + 1e-6)); float64(c) < x+length-1e-6; c++ {
			cells[[2]int{c, rows - 1 - int(y)}] = true
		}
		x += length
	}
	return cells
}

func TestRasterDrawsEverySpike(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps, neurons := rapid.IntRange(1, 500).Draw(rt, "T"), rapid.IntRange(1, 280).Draw(rt, "N")
		r := report.Raster{Neurons: neurons, Steps: make([][]uint32, steps)}
		want := map[[2]int]bool{}
		for range rapid.IntRange(0, 100).Draw(rt, "spikes") {
			s, i := rapid.IntRange(0, steps-1).Draw(rt, "t"), rapid.IntRange(0, neurons-1).Draw(rt, "i")
			if !want[[2]int{s, i}] {
				r.Steps[s] = append(r.Steps[s], uint32(i))
			}
			want[[2]int{s, i}] = true
		}
		var b strings.Builder
		if err := (report.Page{Sections: []report.Section{{Parts: []report.Part{r}}}}).WriteHTML(&b); err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(want, drawn(rt, b.String(), neurons)); d != "" {
			rt.Fatal(d)
		}
	})
}

func TestGoldenRaster(t *testing.T) {
	figure := parts(t, report.Raster{Neurons: 2, Steps: [][]uint32{{0, 1}, {1}, {}, {1}}})
	_, figure, _ = strings.Cut(figure, "<g ")
	figure, _, _ = strings.Cut(figure, "</g>")
	want := `transform="translate(19.4 76) scale(111.15 107)"><path class="spikes c0" stroke-width="0.75" ` +
		`d="M0.49 1.5h0.02M0.49 0.5h0.02m0.98 0h0.02m1.98 0h0.02"/>`
	if figure != want {
		t.Errorf("got  %s\nwant %s", figure, want)
	}
}

func TestLargeRasterSharesCells(t *testing.T) {
	steps := make([][]uint32, 2000)
	steps[1999] = []uint32{999}
	steps[0] = []uint32{0, 3, 4}
	figure := parts(t, report.Raster{Neurons: 1000, Steps: steps})
	want := map[[2]int]bool{{0, 0}: true, {0, 1}: true, {666, 249}: true}
	if d := cmp.Diff(want, drawn(t, figure, 250)); d != "" {
		t.Error(d)
	}
	if want := "4 spikes of 1000 neurons in 2000 steps, 2e-6 a neuron and step. A mark is at least one spike in 3 steps × 4 neurons."; !strings.Contains(figure, want) {
		t.Errorf("the figure lacks %q", want)
	}
}

func TestRasterCountsSpikesByStep(t *testing.T) {
	figure := parts(t, report.Raster{Neurons: 3, Steps: [][]uint32{{0}, {0, 1, 2}}})
	for _, want := range []string{">spikes a step, at most 3<", `<path class="area c0" d="M19.4 46L19.4 36.7L241.7 36.7L241.7 18L464 18L464 46Z"/>`} {
		if !strings.Contains(figure, want) {
			t.Errorf("the figure lacks %s:\n%s", want, figure)
		}
	}
}

func TestTracesDrawThresholdsAndSpikes(t *testing.T) {
	figure := parts(t, report.Traces{XLabel: "time, ms", Dt: 0.5, Traces: []report.Trace{
		{Name: "fixed", V: []float32{0, 1, 0}, Threshold: []float32{1}, Spikes: []int{1, 7}},
		{Name: "adaptive", V: []float32{0, 0.5, 0}, Threshold: []float32{1, 1.2, 1.1}},
		{Name: "none", V: []float32{0, 0.5, 0}},
	}})
	for what, want := range map[string]int{
		`<path class="line c0" d="M`: 3 + 1, `<path class="bound" d="M`: 2 + 1, `<path class="spike c1"`: 1, // one each in the legend
	} {
		if got := strings.Count(figure, what); got != want {
			t.Errorf("%d of %s, want %d", got, what, want)
		}
	}
	if want := `<path class="bound" d="M34.2 37.7L249.1 37.7L464 37.7"/>`; !strings.Contains(figure, want) {
		t.Errorf("a fixed threshold must run through all steps; lacks %s:\n%s", want, figure)
	}
	if x, _ := ticks(figure); strings.Join(x, " ") != "0.0 0.2 0.4 0.6 0.8 1.0" {
		t.Errorf("time must run to 2 · 0.5 ms, ticks %v", x)
	}
}

func TestTracesCountWhatIsNotFinite(t *testing.T) {
	v := []float32{0, float32(nan), 1, float32(inf), 0, 0}
	if figure := parts(t, report.Traces{Traces: []report.Trace{{V: v}}}); !strings.Contains(figure, "2 values left out: not finite.") {
		t.Errorf("the note must count the potentials left out:\n%s", figure)
	}
}

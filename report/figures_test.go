package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/report"
	"pgregory.net/rapid"
)

var nan, inf = math.NaN(), math.Inf(1)

// oddPage holds the numbers that figures must survive.
func oddPage() report.Page {
	r := rand.New(rand.NewPCG(3, 4))
	empty := report.Section{Title: "Nothing", Parts: []report.Part{
		report.Facts{},
		report.Table{},
		report.Code{},
		report.Images{Items: []report.Image{{Name: "none"}}},
		report.Lines{Title: "lines"},
		report.Lines{Series: []report.Series{{Name: "empty"}}},
		report.Bars{},
		report.Histogram{},
		report.Raster{},
		report.Traces{},
		report.Traces{Traces: []report.Trace{{Name: "silent"}}},
		report.Matrix{},
		report.Matrix{Counts: [][]int{{0}}},
	}}
	one := report.Section{Title: "One value", Parts: []report.Part{
		report.Lines{Title: "zero", Series: []report.Series{{Name: "a", Y: []float64{0}, Low: []float64{0}, High: []float64{0}}}},
		report.Lines{Title: "logarithmic", LogX: true, LogY: true, Series: []report.Series{{Name: "a", X: []float64{3}, Y: []float64{1e-7}}}},
		report.Lines{Title: "constant", Series: []report.Series{{Name: "a", Y: []float64{0.1, 0.1, 0.1}}}},
		report.Bars{Bars: []report.Bar{{"a", 0}}},
		report.Histogram{Values: []float32{0.5}},
		report.Histogram{LogY: true, Values: []float32{-2, -2}},
		report.Raster{Neurons: 1, Steps: [][]uint32{{0}}},
		report.Traces{Traces: []report.Trace{{V: []float32{1}, Spikes: []int{0, 9, -1}}}},
	}}
	odd := report.Section{Title: "Odd values", Parts: []report.Part{
		report.Lines{Title: "diverges", LogY: true, Series: []report.Series{
			{Name: "loss", Y: []float64{1, 0.5, 0, 0.2, inf, nan, 0.3, -1, 1e3}, Low: []float64{1, nan, 0.1}, High: []float64{1, 2, 0.3}},
			{Name: "extreme", Y: []float64{1e-300, 1e-310, math.MaxFloat64}},
		}},
		report.Lines{Title: "extreme", Series: []report.Series{{Name: "a", X: []float64{-math.MaxFloat64, 1e300, nan}, Y: []float64{1, -1e300, 1e300, 7}}}},
		report.Bars{Low: nan, High: inf, Bars: []report.Bar{{"nan", nan}, {"inf", inf}, {"down", -2}, {"up", 1}, {strings.Repeat("long ", 20), 3}}},
		report.Histogram{Values: []float32{float32(nan), float32(inf), 1, 2, math.MaxFloat32}},
		report.Raster{Neurons: 2, Steps: [][]uint32{{0, 5, 1 << 31}, {1}}, Dt: nan},
		report.Raster{Neurons: -1, Steps: [][]uint32{{0}}},
		report.Traces{Dt: -1, Traces: []report.Trace{{V: []float32{1, float32(nan), float32(inf), 2}, Threshold: []float32{1, float32(nan)}}}},
		report.Matrix{Classes: []string{"a"}, Counts: [][]int{{-3, 1}, nil, {1, 2, 3, 4}}},
		report.Images{Title: "cut short", Items: []report.Image{{PNG: []byte("\x89PNG\r\n\x1a\n")}, {PNG: examplePNG(1)[:24]}}},
	}}
	large := report.Section{Title: "Large", Parts: []report.Part{
		largeCurve(r), largeRaster(r), largeMatrix(r, 1000), largeMatrix(r, 100), largeMatrix(r, 16), namedMatrix(), largeBars(r), manySeries(),
	}}
	return report.Page{Title: "Odd numbers", Sections: []report.Section{empty, one, odd, large}}
}

func largeCurve(r *rand.Rand) report.Lines {
	s := report.Series{Name: "loss"}
	for i := range 100_000 {
		y := 2*math.Exp(-float64(i)/20000) + 0.1*r.NormFloat64()
		s.Y, s.Low, s.High = append(s.Y, y), append(s.Low, y-0.3), append(s.High, y+0.3)
	}
	s.Y[70_000] = 5
	return report.Lines{Title: "100 000 steps", XLabel: "step", Series: []report.Series{s}}
}

func largeRaster(r *rand.Rand) report.Raster {
	steps := make([][]uint32, 1000)
	for range 100_000 {
		t := r.IntN(1000)
		steps[t] = append(steps[t], r.Uint32N(1000))
	}
	return report.Raster{Title: "100 000 spikes", Neurons: 1000, Steps: steps}
}

func largeMatrix(r *rand.Rand, n int) report.Matrix {
	m := report.Matrix{Title: fmt.Sprint(n, " classes"), Counts: make([][]int, n)}
	for i := range m.Counts {
		m.Counts[i] = make([]int, n)
		m.Counts[i][i] = 40
		for range 10 {
			m.Counts[i][(i+int(float64(n)*math.Pow(r.Float64(), 6)))%n]++
		}
	}
	return m
}

func namedMatrix() report.Matrix {
	return report.Matrix{
		Title: "Long names", Counts: [][]int{{30, 2}, {0, 40}},
		Classes: []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
	}
}

func largeBars(r *rand.Rand) report.Bars {
	b := report.Bars{Title: "1000 bars", High: 0.9, Label: "share"}
	for i := range 1000 {
		b.Bars = append(b.Bars, report.Bar{Name: fmt.Sprint("layer ", i), Value: r.Float64()})
	}
	return b
}

func manySeries() report.Lines {
	l := report.Lines{Title: "14 series", XLabel: "epoch"}
	for k := range 14 {
		l.Series = append(l.Series, report.Series{Name: fmt.Sprint("seed ", k), Y: []float64{float64(k), float64(k) * 2, float64(k) * 1.5}})
	}
	return l
}

func TestFiguresSurviveOddNumbers(t *testing.T) {
	page := render(t, "odd", oddPage())
	for _, want := range []string{"6 values left out: not finite, or not positive on a logarithmic axis.", "no values", "880 more left out.", "2 spikes of neurons beyond the last left out."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestLargeFiguresStaySmall(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for name, tc := range map[string]struct {
		part  report.Part
		limit int
	}{
		"100 000 spikes": {largeRaster(r), 500_000}, "100 000 values with a band": {largeCurve(r), 160_000},
		"1000 classes": {largeMatrix(r, 1000), 120_000}, "1000 bars": {largeBars(r), 60_000},
	} {
		if n := len(parts(t, tc.part)); n > tc.limit {
			t.Errorf("%s take %d bytes, want at most %d", name, n, tc.limit)
		}
	}
}

func TestAnyNumbersRender(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		floats := rapid.SliceOfN(rapid.Float64(), 0, 12)
		singles := rapid.SliceOfN(rapid.Float32(), 0, 12)
		draw := func(name string) []float64 { return floats.Draw(rt, name) }
		series := report.Series{X: draw("x"), Y: draw("y"), Low: draw("low"), High: draw("high")}
		bars := report.Bars{Low: rapid.Float64().Draw(rt, "lower"), High: rapid.Float64().Draw(rt, "upper")}
		for _, v := range draw("bars") {
			bars.Bars = append(bars.Bars, report.Bar{Value: v})
		}
		p := report.Page{Sections: []report.Section{{Parts: []report.Part{
			report.Lines{LogX: rapid.Bool().Draw(rt, "logX"), LogY: rapid.Bool().Draw(rt, "logY"), Series: []report.Series{series}},
			bars,
			report.Histogram{Values: singles.Draw(rt, "values"), LogY: rapid.Bool().Draw(rt, "log"), Bins: rapid.IntRange(-1, 9).Draw(rt, "bins")},
			report.Traces{Dt: rapid.Float64().Draw(rt, "dt"), Traces: []report.Trace{{V: singles.Draw(rt, "v"), Threshold: singles.Draw(rt, "u")}}},
		}}}}
		var b strings.Builder
		if err := p.WriteHTML(&b); err != nil {
			rt.Fatal(err)
		}
		if err := wellFormed(b.String()); err != nil {
			rt.Fatal(err)
		}
	})
}

var tickPattern = regexp.MustCompile(`<text class="tick (mid|end)"[^>]*>([^<]*)</text>`)

// ticks returns the labels of the axes of a figure.
func ticks(figure string) (x, y []string) {
	for _, m := range tickPattern.FindAllStringSubmatch(figure, -1) {
		if m[1] == "mid" {
			x = append(x, m[2])
		} else {
			y = append(y, m[2])
		}
	}
	return x, y
}

func TestTicks(t *testing.T) {
	for _, tc := range []struct {
		lo, hi float64
		log    bool
		want   string
	}{
		{0, 0.95, false, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{1, 3, false, "1 2 3"}, // whole numbers have whole ticks
		{0, 60000, false, "0 20000 40000 60000"},
		{0.917, 0.985, false, "0.90 0.92 0.94 0.96 0.98 1.00"},
		{-0.003, 0.001, false, "-0.003 -0.002 -0.001 0.000 0.001"},
		{0, 3e9, false, "0 1e9 2e9 3e9"},
		{1e-7, 4.1e-7, false, "1e-7 2e-7 3e-7 4e-7 5e-7"},
		{0.03, 0.4, true, "0.02 0.05 0.1 0.2 0.5"},
		{1e-9, 1, true, "1e-9 1e-7 1e-5 0.001 0.1"},
		{5, 5, false, "4 5 6"},
		{0.5, 0.5, false, "0.45 0.50 0.55"},
	} {
		l := report.Lines{LogY: tc.log, Series: []report.Series{{Y: []float64{tc.lo, tc.hi}}}}
		if _, y := ticks(parts(t, l)); strings.Join(y, " ") != tc.want {
			t.Errorf("%g to %g: ticks %s, want %s", tc.lo, tc.hi, strings.Join(y, " "), tc.want)
		}
	}
}

func TestCurveKeepsItsPeaks(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	l := largeCurve(r)
	y := make([]float64, len(l.Series[0].Y))
	y[70_001] = 1
	l.Series[0] = report.Series{Y: y}
	curve := curves(parts(t, l))[0]
	if n := strings.Count(curve+"L", " 26L"); n != 1 { // y = 26 is the upper edge
		t.Errorf("one value of 100 000 reaches the top of the plot, drawn %d times", n)
	}
}

var curvePattern = regexp.MustCompile(`<path class="line c0 d0" d="([^"]*)"/>`)

// curves returns the path data of the first series, without the swatch of the legend.
func curves(figure string) []string {
	var all []string
	for _, m := range curvePattern.FindAllStringSubmatch(figure, -1)[1:] {
		all = append(all, m[1])
	}
	return all
}

func TestGapsCutTheCurve(t *testing.T) {
	figure := parts(t, report.Lines{Series: []report.Series{{Name: "a", Y: []float64{1, 2, nan, 3, inf, 4, 5}}}})
	want := []string{"M19.4 250L93.5 194", "M241.7 138h0", "M389.9 82L464 26"}
	if got := curves(figure); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !strings.Contains(figure, "2 values left out: not finite.") {
		t.Errorf("the note must count the values left out")
	}
}

func TestBandRunsForthAndBack(t *testing.T) {
	y := []float64{2, 3}
	figure := parts(t, report.Lines{Series: []report.Series{{Y: y, Low: []float64{1, 2}, High: []float64{3, 5}}}})
	if want := `<path class="band c0 d0" d="M19.4 138L464 26L464 194L19.4 250Z"/>`; !strings.Contains(figure, want) {
		t.Errorf("the figure lacks %s:\n%s", want, figure)
	}
}

func TestTipsReadOutEverySeries(t *testing.T) {
	figure := parts(t, report.Lines{XLabel: "epoch", Series: []report.Series{
		{Name: "training", X: []float64{1, 2}, Y: []float64{0.5, 0.25}},
		{Name: "validation", X: []float64{2}, Y: []float64{0.125}, Low: []float64{0.1}, High: []float64{0.2}},
	}})
	for _, want := range []string{"<title>epoch 1\ntraining 0.5</title>", "<title>epoch 2\ntraining 0.25\nvalidation 0.125 (0.1 to 0.2)</title>"} {
		if !strings.Contains(figure, want) {
			t.Errorf("the figure lacks %q", want)
		}
	}
}

func TestBarsMarkWhatIsOutOfBounds(t *testing.T) {
	figure := parts(t, report.Bars{Low: 0.01, High: 0.3, Bars: []report.Bar{{"a", 0.1}, {"b", 0.001}, {"c", 0.5}, {"d", 0.01}, {"e", 0.3}}})
	if n := strings.Count(figure, `class="bar warn"`); n != 2 {
		t.Errorf("%d bars marked, want 2", n)
	}
	for _, want := range []string{">0.001 ▼ low<", ">0.5 ▲ high<", "lower bound <b>0.01</b>", "upper bound <b>0.3</b>"} {
		if !strings.Contains(figure, want) {
			t.Errorf("the figure lacks %q", want)
		}
	}
}

func TestHistogramCounts(t *testing.T) {
	figure := parts(t, report.Histogram{Bins: 4, Values: []float32{0, 0.1, 0.3, 1, 1, float32(nan)}})
	tips := regexp.MustCompile(`<title>([^<>\n]*)\n(\d+)</title>`).FindAllStringSubmatch(figure, -1)
	var got []string
	for _, m := range tips {
		got = append(got, m[1]+": "+m[2])
	}
	if want := []string{"0 to 0.25: 2", "0.25 to 0.5: 1", "0.75 to 1: 2"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if want := "5 values, mean 0.48, standard deviation 0.4354. 1 value left out: not finite."; !strings.Contains(figure, want) {
		t.Errorf("the figure lacks %q", want)
	}
}

func TestBarsStandOnZero(t *testing.T) {
	if _, y := ticks(parts(t, report.Histogram{Bins: 2, Values: []float32{0, 1}})); strings.Join(y, " ") != "0 1" {
		t.Errorf("counts begin at 0, ticks %v", y)
	}
	for high, want := range map[float64]string{0.5: "0.0 0.1 0.2 0.3 0.4 0.5", 5: "0.0 0.1 0.2 0.3 0.4"} {
		x, _ := ticks(parts(t, report.Bars{High: high, Bars: []report.Bar{{"a", 0.4}}}))
		if strings.Join(x, " ") != want {
			t.Errorf("a bound far off must not squeeze the bars: bound %g, ticks %v, want %s", high, x, want)
		}
	}
}

func TestGoldenBars(t *testing.T) {
	got := parts(t, report.Bars{Title: "Rate", Label: "Hz", Bars: []report.Bar{{"a<b", 2}, {"c", nan}}})
	_, got, _ = strings.Cut(got, `<div class="parts">`)
	got, _, _ = strings.Cut(got, "</div>")
	want := `
<figure class="card">
<figcaption>Rate</figcaption>
<svg viewBox="0 0 480 100" role="img">
<title>Rate</title>
<desc>Hz. a&lt;b: 2. c: NaN.</desc>
<path class="axis" d="M32.2 56V60"/>
<text class="tick mid" x="32.2" y="74">0</text>
<path class="axis" d="M204.1 56V60"/>
<text class="tick mid" x="204.1" y="74">1</text>
<path class="axis" d="M376 56V60"/>
<text class="tick mid" x="376" y="74">2</text>
<path class="axis" d="M32.2 56H376"/>
<text class="name mid" x="204.1" y="92">Hz</text>
<text class="name end" x="25.2" y="24">a&lt;b</text>
<rect class="bar c0" x="32.2" y="12" width="343.8" height="16">
<title>a&lt;b 2</title>
</rect>
<text class="name end" x="25.2" y="48">c</text>
<text class="value" x="382" y="24">2</text>
<text class="value" x="38.2" y="48">NaN</text>
</svg>
</figure>
`
	if d := cmp.Diff(want, strings.ReplaceAll(got, "><", ">\n<")); d != "" {
		t.Error(d)
	}
}

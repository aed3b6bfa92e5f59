package report

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
)

// Lines is a plot of curves such as loss over epochs.
type Lines struct {
	Title, XLabel, YLabel string
	LogX, LogY            bool
	Series                []Series
	Note                  string
}

// Series is one curve. Y[i] stands at X[i], or at i when X is empty. Low and
// High, when given, are the ends of a band around it, such as least and
// greatest over seeds. A value that cannot be drawn leaves a gap. Of lists
// that differ in length the shorter one counts.
type Series struct {
	Name      string
	X, Y      []float64
	Low, High []float64
}

// len is the number of values with a place on the x axis.
func (s Series) len() int {
	if len(s.X) == 0 {
		return len(s.Y)
	}
	return min(len(s.X), len(s.Y))
}

func (s Series) at(i int) float64 {
	if len(s.X) == 0 {
		return float64(i)
	}
	return s.X[i]
}

// band is the number of values that have a low and a high end.
func (s Series) band() int { return min(s.len(), len(s.Low), len(s.High)) }

func (l Lines) html() (template.HTML, error) {
	p := l.plot()
	p.yAxis(l.YLabel)
	p.xAxis(l.XLabel)
	lost := 0
	for i, s := range l.Series {
		p.drawBand(s, seriesClass(i))
		lost += s.len() - p.drawSeries(s, seriesClass(i))
	}
	l.tips(p)
	f := figure{Title: l.Title, Note: sentences(leftOut(lost, l.LogX || l.LogY), l.Note)}
	for i, s := range l.Series {
		f.Legend = append(f.Legend, key{"line " + seriesClass(i), s.Name, s.last()})
	}
	f.Picture = p.svg(p.bottom+44, l.Title, l.describe(p))
	return f.html()
}

func (l Lines) plot() *plot {
	x, y := span{log: l.LogX}, span{log: l.LogY}
	for _, s := range l.Series {
		for i := range s.len() {
			x.add(s.at(i))
		}
		y.add(s.Y[:s.len()]...)
		y.add(s.Low[:s.band()]...)
		y.add(s.High[:s.band()]...)
	}
	return newPlot(x.open(), y.open().rounded(yTicks), 250)
}

// drawSeries draws the curve and returns how many of its values have a place.
func (p *plot) drawSeries(s Series, class string) int {
	drawn := 0
	runs := p.runs(s.len(), s.at, func(i int) float64 { return s.Y[i] })
	for _, run := range runs {
		drawn += len(run)
		p.path("line "+class, polyline(thin(run)))
	}
	if s.len() <= 40 {
		for _, run := range runs {
			p.path("dots "+class, dots(run))
		}
	}
	return drawn
}

// drawBand fills the area between Low and High.
func (p *plot) drawBand(s Series, class string) {
	n := s.band()
	bounded := func(ends []float64) func(int) float64 {
		return func(i int) float64 {
			if !p.y.holds(s.Low[i]) || !p.y.holds(s.High[i]) {
				return math.NaN()
			}
			return ends[i]
		}
	}
	lows, highs := p.runs(n, s.at, bounded(s.Low)), p.runs(n, s.at, bounded(s.High))
	for i := range lows {
		outline := edge(highs[i], func(a, b point) int { return cmp.Compare(a.y, b.y) })
		low := edge(lows[i], func(a, b point) int { return cmp.Compare(b.y, a.y) })
		for _, q := range slices.Backward(low) {
			outline = append(outline, q)
		}
		p.path("band "+class, polyline(outline)+"Z")
	}
}

// runs places the values (x(i), y(i)) and cuts them where one has no place.
func (p *plot) runs(n int, x, y func(i int) float64) [][]point {
	var runs [][]point
	open := false
	for i := range n {
		if !p.x.holds(x(i)) || !p.y.holds(y(i)) {
			open = false
			continue
		}
		if !open {
			runs, open = append(runs, nil), true
		}
		last := len(runs) - 1
		runs[last] = append(runs[last], point{p.px(x(i)), p.py(y(i))})
	}
	return runs
}

// last is the last value of a series, as its legend shows it.
func (s Series) last() string {
	if s.len() == 0 {
		return "no values"
	}
	return number(s.Y[s.len()-1])
}

// describe puts the plot in words.
func (l Lines) describe(p *plot) string {
	texts := []string{fmt.Sprintf("%s from %s to %s", orElse(l.XLabel, "x"), number(p.x.lo), number(p.x.hi))}
	for _, s := range l.Series {
		if n := s.len(); n > 0 {
			texts = append(texts, fmt.Sprintf("%s: %s, first %s, last %s", s.Name, counted(n, "value"), number(s.Y[0]), s.last()))
		}
	}
	return sentences(texts...)
}

func orElse(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}

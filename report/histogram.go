package report

import (
	"fmt"
	"html/template"
	"math"
)

// Histogram counts Values in bins of one width, such as the weights of a layer.
type Histogram struct {
	Title, Label string // Label names the values
	Values       []float32
	Bins         int  // 0 means 48
	LogY         bool // counts on a logarithmic axis
	Note         string
}

// bins are counts over a span in bins of one width.
type bins struct {
	over            span
	counts          []float64
	n, nonfinite    int
	mean, deviation float64
}

func (h Histogram) html() (template.HTML, error) {
	b := h.count()
	y := span{log: h.LogY}
	y.add(0) // the foot of the bars; 0.5 on a logarithmic axis, which cannot hold 0
	if h.LogY {
		y.add(0.5)
	}
	y.add(b.counts...)
	p := newPlot(b.over, y.open().rounded(yTicks), 200)
	p.yAxis("count")
	width := (b.over.hi - b.over.lo) / float64(len(b.counts))
	for i, n := range b.counts {
		if n == 0 {
			continue
		}
		from := b.over.lo + float64(i)*width
		left, right := p.px(from), p.px(from+width)
		tip := fmt.Sprintf("%s to %s\n%s", number(from), number(from+width), number(n))
		p.rect("bar c0", left, p.py(n), max(right-left-0.6, 0.6), p.bottom-p.py(n), tip)
	}
	p.xAxis(h.Label)
	stats := b.describe()
	return figure{
		Title: h.Title, Note: sentences(stats, leftOut(b.nonfinite, false), h.Note),
		Picture: p.svg(p.bottom+44, h.Title, stats),
	}.html()
}

// count sorts the finite values into bins.
func (h Histogram) count() bins {
	var b bins
	squares := 0.0 // of the distances from the mean (Welford 1962)
	for _, v32 := range h.Values {
		v := float64(v32)
		if !b.over.holds(v) {
			b.nonfinite++
			continue
		}
		b.over.add(v)
		b.n++
		d := v - b.mean
		b.mean += d / float64(b.n)
		squares += d * (v - b.mean)
	}
	b.deviation = math.Sqrt(squares / float64(max(b.n, 1)))
	b.over = b.over.open()
	n := h.Bins
	if n <= 0 {
		n = 48
	}
	b.counts = make([]float64, n)
	for _, v := range h.Values {
		if b.over.holds(float64(v)) {
			b.counts[min(int(b.over.frac(float64(v))*float64(n)), n-1)]++
		}
	}
	return b
}

func (b bins) describe() string {
	if b.n == 0 {
		return "no values"
	}
	return fmt.Sprintf("%s, mean %s, standard deviation %s", counted(b.n, "value"), number(b.mean), number(b.deviation))
}

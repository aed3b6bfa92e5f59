package report

import (
	"fmt"
	"html/template"
	"strings"
)

// plot is a canvas with axes: x to the right, y up.
type plot struct {
	*canvas
	x, y                     span
	left, right, top, bottom float64 // where the data lie, in pixels
}

// newPlot returns a plot on open spans, with room for the labels of its axes.
func newPlot(x, y span, bottom float64) *plot {
	widest := 0.0
	for _, t := range y.ticks(yTicks) {
		widest = max(widest, textWidth(t.label))
	}
	return &plot{canvas: &canvas{}, x: x, y: y, left: widest + 12, right: figureWidth - 16, top: 26, bottom: bottom}
}

const xTicks, yTicks = 6, 5

func (p *plot) px(v float64) float64 { return p.left + p.x.frac(v)*(p.right-p.left) }
func (p *plot) py(v float64) float64 { return p.bottom - p.y.frac(v)*(p.bottom-p.top) }

// xAxis draws ticks below the data and the name of the axis below them.
func (p *plot) xAxis(name string) {
	for _, t := range p.x.ticks(xTicks) {
		x := p.px(t.value)
		p.vline("axis", x, p.bottom, p.bottom+4)
		p.text("tick mid", x, p.bottom+18, t.label)
	}
	p.hline("axis", p.left, p.right, p.bottom)
	p.text("name mid", (p.left+p.right)/2, p.bottom+36, clip(name, 60))
}

// yAxis draws grid lines with their values at the left, and the name of the axis above them.
func (p *plot) yAxis(name string) {
	for _, t := range p.y.ticks(yTicks) {
		y := p.py(t.value)
		p.hline("grid", p.left, p.right, y)
		p.text("tick end", p.left-7, y+4, t.label)
	}
	p.text("name", 2, p.top-13, clip(name, 60))
}

// figure is a titled picture.
type figure struct {
	Title, Note string
	Legend      []key
	Picture     template.HTML
}

// key explains one mark of a figure; Class styles its swatch.
type key struct{ Class, Name, Value string }

func (f figure) html() (template.HTML, error) { return fill("figure", f) }

// seriesClass gives series i its color, and dashes once the six colors are used up.
func seriesClass(i int) string { return fmt.Sprintf("c%d d%d", i%6, i/6%3) }

// sentences joins the texts that are not empty, each closed by a period.
func sentences(texts ...string) string {
	var b strings.Builder
	for _, t := range texts {
		if t == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t)
		if !strings.HasSuffix(t, ".") {
			b.WriteByte('.')
		}
	}
	return b.String()
}

// leftOut says how many values are not drawn.
func leftOut(n int, log bool) string {
	if n == 0 {
		return ""
	}
	text := counted(n, "value") + " left out: not finite"
	if log {
		text += ", or not positive on a logarithmic axis"
	}
	return text
}

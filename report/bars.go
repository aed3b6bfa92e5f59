package report

import (
	"fmt"
	"html/template"
)

// Bars compares one figure over a few things, such as the firing rate of each
// layer. Outside Low to High a bar is marked; a bound of 0 is none.
type Bars struct {
	Title, Label string // Label names the figure, with its unit
	Bars         []Bar
	Low, High    float64
	Note         string
}

// Bar is one value.
type Bar struct {
	Name  string
	Value float64
}

const (
	maxBars   = 120 // further ones are counted in the note
	barHeight = 24
)

func (b Bars) html() (template.HTML, error) {
	bars := b.Bars[:min(len(b.Bars), maxBars)]
	p := b.plot(bars)
	for i, bar := range bars {
		b.draw(p, bar, p.top+barHeight*float64(i))
	}
	f := figure{Title: b.Title, Legend: b.bounds(p)}
	texts := []string{b.Label}
	for i, bar := range bars {
		label := number(bar.Value) + b.mark(bar.Value)
		p.text("value", p.end(bar.Value)+6, p.top+barHeight*(float64(i)+0.5)+4, label)
		texts = append(texts, bar.Name+": "+label)
	}
	more := ""
	if n := len(b.Bars) - len(bars); n > 0 {
		more = fmt.Sprintf("%d more left out", n)
	}
	f.Note = sentences(more, b.Note)
	f.Picture = p.svg(p.bottom+44, b.Title, sentences(texts...))
	return f.html()
}

// bounds draws Low and High across the bars, where they fit, and returns their keys.
func (b Bars) bounds(p *plot) []key {
	var keys []key
	for i, bound := range []float64{b.Low, b.High} {
		if bound == 0 || !p.x.holds(bound) {
			continue
		}
		if bound >= p.x.lo && bound <= p.x.hi {
			p.vline("bound", p.px(bound), p.top, p.bottom)
		}
		keys = append(keys, key{"bound", []string{"lower bound", "upper bound"}[i], number(bound)})
	}
	return keys
}

// end is where the label of a bar begins: right of the bar and of 0.
func (p *plot) end(v float64) float64 {
	if !p.x.holds(v) {
		return p.px(0)
	}
	return max(p.px(0), p.px(v))
}

// plot makes room for the names at the left and the values at the right.
func (b Bars) plot(bars []Bar) *plot {
	var x span
	names := 0.0
	x.add(0)
	for _, bar := range bars {
		x.add(bar.Value)
		names = max(names, textWidth(clip(bar.Name, maxName)))
	}
	if b.High <= 1.5*x.hi {
		x.add(b.High)
	}
	p := newPlot(x.open().rounded(xTicks), span{}.open(), 0)
	p.left, p.right, p.top = names+10, figureWidth-104, 8
	p.bottom = p.top + barHeight*float64(max(len(bars), 1))
	p.xAxis(b.Label)
	return p
}

const maxName = 18

// draw draws one bar with its name; y is its upper edge.
func (b Bars) draw(p *plot, bar Bar, y float64) {
	p.text("name end", p.left-7, y+barHeight/2+4, clip(bar.Name, maxName))
	if !p.x.holds(bar.Value) {
		return
	}
	class, mark := "bar c0", b.mark(bar.Value)
	if mark != "" {
		class = "bar warn"
	}
	from, to := min(p.px(0), p.px(bar.Value)), p.end(bar.Value)
	p.rect(class, from, y+4, to-from, barHeight-8, bar.Name+" "+number(bar.Value)+mark)
}

// mark says on which side of the bounds v lies.
func (b Bars) mark(v float64) string {
	switch {
	case b.Low != 0 && v < b.Low:
		return " ▼ low"
	case b.High != 0 && v > b.High:
		return " ▲ high"
	}
	return ""
}

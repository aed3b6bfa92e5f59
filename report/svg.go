package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// canvas collects SVG elements. Coordinates are pixels of the view box, y
// down; they are finite and are rounded to 0.1. Colors come from the classes.
type canvas struct{ strings.Builder }

// figureWidth is the width of every picture in the pixels of its view box; the page scales it.
const figureWidth = 480

// svg closes the canvas to a picture. title and desc are read out in its place.
func (c *canvas) svg(height float64, title, desc string) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %s" role="img"><title>%s</title><desc>%s</desc>%s</svg>`,
		figureWidth, px(height), escape(title), escape(desc), c.String()))
}

func (c *canvas) path(class, d string) {
	if d != "" {
		fmt.Fprintf(c, `<path class="%s" d="%s"/>`, class, d)
	}
}

// text writes s at (x, y); class also sets its anchor: "mid", "end", else start.
func (c *canvas) text(class string, x, y float64, s string) {
	fmt.Fprintf(c, `<text class="%s" x="%s" y="%s">%s</text>`, class, px(x), px(y), escape(s))
}

// rect writes a box with a tip that shows under the pointer, unless it is empty.
func (c *canvas) rect(class string, x, y, w, h float64, tip string) {
	fmt.Fprintf(c, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"`, class, px(x), px(y), px(w), px(h))
	if tip == "" {
		c.WriteString("/>")
		return
	}
	fmt.Fprintf(c, `><title>%s</title></rect>`, escape(tip))
}

func (c *canvas) hline(class string, x1, x2, y float64) {
	c.path(class, fmt.Sprintf("M%s %sH%s", px(x1), px(y), px(x2)))
}

func (c *canvas) vline(class string, x, y1, y2 float64) {
	c.path(class, fmt.Sprintf("M%s %sV%s", px(x), px(y1), px(y2)))
}

func escape(s string) string { return template.HTMLEscapeString(s) }

// px writes a coordinate with at most one decimal.
func px(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10+0, 'f', -1, 64) // +0 turns −0 into 0
}

// clip shortens s to n letters, keeping both ends.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	head := (n - 1) / 2
	return string(r[:head]) + "…" + string(r[len(r)-(n-1-head):])
}

// textWidth estimates the width in pixels of s in the type size of the figures, on a narrow screen.
func textWidth(s string) float64 { return 7.4 * float64(len([]rune(s))) }

// point is a place on a canvas.
type point struct{ x, y float64 }

// polyline returns the path data through the points; a lone point becomes a dot.
func polyline(points []point) string {
	var b strings.Builder
	for i, p := range points {
		b.WriteByte("ML"[min(i, 1)])
		b.WriteString(px(p.x) + " " + px(p.y))
	}
	if len(points) == 1 {
		b.WriteString("h0")
	}
	return b.String()
}

// dots returns the path data of a dot at each point, drawn by round line caps.
func dots(points []point) string {
	var b strings.Builder
	for _, p := range points {
		b.WriteString("M" + px(p.x) + " " + px(p.y) + "h0")
	}
	return b.String()
}

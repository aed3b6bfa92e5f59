// Package draw puts plots of samples and spikes on an image.
package draw

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// LineHeight is the height of a line of text in pixels.
const LineHeight = 16

// Colors of the plots.
var (
	Ink   = color.RGBA{0x22, 0x26, 0x2b, 0xff}
	Faint = color.RGBA{0x8a, 0x92, 0x9c, 0xff}
	Frame = color.RGBA{0xd5, 0xd9, 0xde, 0xff}
	On    = color.RGBA{0x1f, 0x4e, 0x9c, 0xff} // spikes, rises, positive values
	Off   = color.RGBA{0xc2, 0x3b, 0x22, 0xff} // falls, negative values
)

// Canvas is a white image to draw on.
type Canvas struct{ *image.RGBA }

// New returns a white canvas.
func New(width, height int) *Canvas {
	c := &Canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
	draw.Draw(c, c.Bounds(), image.White, image.Point{}, draw.Src)
	return c
}

// Fill fills a rectangle.
func (c *Canvas) Fill(r image.Rectangle, ink color.Color) {
	draw.Draw(c, r, image.NewUniform(ink), image.Point{}, draw.Src)
}

// Border draws a line around r, outside of it.
func (c *Canvas) Border(r image.Rectangle) {
	o := r.Inset(-1)
	for _, side := range []image.Rectangle{
		image.Rect(o.Min.X, o.Min.Y, o.Max.X, r.Min.Y), image.Rect(o.Min.X, r.Max.Y, o.Max.X, o.Max.Y),
		image.Rect(o.Min.X, o.Min.Y, r.Min.X, o.Max.Y), image.Rect(r.Max.X, o.Min.Y, o.Max.X, o.Max.Y),
	} {
		c.Fill(side, Frame)
	}
}

// Text writes a line with its top left corner at (x, y) and returns the x after it.
func (c *Canvas) Text(x, y int, s string, ink color.Color) int {
	d := font.Drawer{Dst: c, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(x, y+12)}
	d.DrawString(s)
	return d.Dot.X.Ceil()
}

// Cells colors r as a grid of cols × rows cells. With more cells than pixels
// at is asked for ranges, else each cell has the same whole number of pixels
// and the grid returned is smaller than r.
func (c *Canvas) Cells(r image.Rectangle, cols, rows int, at func(cols, rows Range) color.Color) image.Rectangle {
	w, h := fit(r.Dx(), cols), fit(r.Dy(), rows)
	r.Max = r.Min.Add(image.Pt(w, h))
	nx, ny := min(cols, w), min(rows, h)
	for i := range nx {
		for j := range ny {
			cell := image.Rect(i*w/nx, j*h/ny, (i+1)*w/nx, (j+1)*h/ny).Add(r.Min)
			c.Fill(cell, at(Range{i * cols / nx, (i + 1) * cols / nx}, Range{j * rows / ny, (j + 1) * rows / ny}))
		}
	}
	return r
}

// Range is Lo ≤ i < Hi.
type Range struct{ Lo, Hi int }

// fit is the largest multiple of cells in size, or size when cells do not fit.
func fit(size, cells int) int {
	if cells >= size {
		return size
	}
	return size / cells * cells
}

// Bars draws one bar a value from the zero line, up when positive, and the
// values themselves where there is room.
func (c *Canvas) Bars(r image.Rectangle, values []float32) {
	lo, hi := Span(values)
	y := func(v float32) int { return r.Max.Y - int(math.Round(float64((v-lo)/(hi-lo))*float64(r.Dy()))) }
	n := len(values)
	for i, v := range values {
		x0, x1 := r.Min.X+i*r.Dx()/n, r.Min.X+(i+1)*r.Dx()/n
		if x1-x0 > 3 {
			x1--
		}
		ink := On
		if v < 0 {
			ink = Off
		}
		bar := image.Rect(x0, min(y(0), y(v)), max(x1, x0+1), max(y(0), y(v)))
		c.Fill(bar, ink)
		if note := fmt.Sprintf("%.2f", v); bar.Dx() > 7*len(note)+6 {
			c.note(r, bar, note)
		}
	}
	c.Fill(image.Rect(r.Min.X, y(0)-1, r.Max.X, y(0)), Faint)
}

// note writes in a bar, or above it when it is low.
func (c *Canvas) note(r, bar image.Rectangle, s string) {
	if bar.Dy() >= LineHeight {
		c.Text(bar.Min.X+4, bar.Min.Y+1, s, color.White)
		return
	}
	c.Text(bar.Min.X+4, max(bar.Min.Y-LineHeight, r.Min.Y), s, Ink)
}

// Span is the range of values, with 0 in it and not empty.
func Span(values []float32) (lo, hi float32) {
	for _, v := range values {
		lo, hi = min(lo, v), max(hi, v)
	}
	if lo == hi {
		hi = 1
	}
	return lo, hi
}

// Shade mixes white with ink; 0 is white, 1 is ink.
func Shade(ink color.RGBA, amount float64) color.RGBA {
	a := math.Max(0, math.Min(amount, 1))
	mix := func(v uint8) uint8 { return uint8(math.Round(255 + a*(float64(v)-255))) }
	return color.RGBA{mix(ink.R), mix(ink.G), mix(ink.B), 0xff}
}

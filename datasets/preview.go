package datasets

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"

	"github.com/snntrain/snntrain/datasets/internal/draw"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/signal"
)

// maxPreview is the most samples of one preview.
const maxPreview = 100

// Extents of a preview in pixels.
const (
	margin      = 16
	panelHeight = 196
	imageWidth  = 196
	plotWidth   = 500
	rowHeight   = draw.LineHeight + panelHeight + draw.LineHeight + margin
)

// Preview writes a PNG of the first n samples: the sample beside what the
// encoder makes of it with this seed at epoch 0. Spikes are a raster, time to
// the right and inputs downwards in storage order; more inputs than pixels
// share a pixel that is the darker the more of them spike. A constant signal
// is drawn as bars, any other analog one as a map.
func Preview(w io.Writer, s Source, enc Encoder, n int, seed uint64) error {
	in := s.Info()
	if n < 1 || n > maxPreview {
		return fault.Fault{Pkg: pkg, Subject: in.Name + ": preview", Fact: fmt.Sprintf("%d samples, must be from 1 to %d", n, maxPreview)}
	}
	n = min(n, s.Len())
	p := &preview{in: in, canvas: draw.New(3*margin+imageWidth+plotWidth, 2*margin+draw.LineHeight+n*rowHeight)}
	p.canvas.Text(margin, margin, fmt.Sprintf("%s: shape %v, %d classes, %d samples, T = %d", in.Name, in.Shape, len(in.Classes), s.Len(), enc.Steps()), draw.Ink)
	x := make([]float32, in.Values())
	for b, err := range Batches(Limit(s, n), BatchOptions{Size: 1, Seed: seed, Encoder: enc}) {
		if err == nil {
			_, err = s.At(b.IDs[0], x)
		}
		if err != nil {
			return err
		}
		p.row(b, x)
	}
	return png.Encode(w, p.canvas)
}

// preview is a page under construction.
type preview struct {
	in     Info
	canvas *draw.Canvas
}

// row draws one sample.
func (p *preview) row(b *Batch, x []float32) {
	top := margin + 2*draw.LineHeight + b.Index*rowHeight
	left := p.canvas.Text(margin, top, fmt.Sprintf("%.20s", ascii(p.in.Classes[b.Labels[0]])), draw.Ink)
	p.canvas.Text(left+7, top, fmt.Sprintf("#%d", b.IDs[0]), draw.Faint)
	top += draw.LineHeight
	p.sample(image.Rect(margin, top, margin+imageWidth, top+panelHeight), x)
	p.signal(image.Rect(2*margin+imageWidth, top, 2*margin+imageWidth+plotWidth, top+panelHeight), b.X)
}

// sample draws the mean of the frames, as an image when it has the shape of one.
func (p *preview) sample(r image.Rectangle, x []float32) {
	mean := make([]float32, p.in.N())
	for i, v := range x {
		mean[i%len(mean)] += v / float32(p.in.Frames)
	}
	lo, hi := draw.Span(mean)
	note := fmt.Sprintf("%.3g..%.3g", lo, hi)
	if p.in.Frames > 1 {
		note = fmt.Sprintf("mean of %d frames, %s", p.in.Frames, note)
	}
	if len(p.in.Shape) != 3 {
		p.canvas.Bars(r, mean)
		p.caption(r, "values, "+note)
		return
	}
	c, height, width := p.in.Shape[0], p.in.Shape[1], p.in.Shape[2]
	size := image.Pt(r.Dx()*width/max(width, height), r.Dy()*height/max(width, height))
	r.Max = r.Min.Add(image.Pt(max(size.X, 1), max(size.Y, 1)))
	r = p.canvas.Cells(r, width, height, func(cols, rows draw.Range) color.Color {
		return pixel(mean[(rows.Lo*width+cols.Lo)*c:][:c], lo, hi)
	})
	p.caption(r, note)
}

// pixel is the color of one place: red, green, blue of three channels, else the mean of all in gray.
func pixel(channels []float32, lo, hi float32) color.Color {
	level := func(v float32) uint8 { return uint8(math.Round(255 * float64((v-lo)/(hi-lo)))) }
	if len(channels) == 3 {
		return color.RGBA{level(channels[0]), level(channels[1]), level(channels[2]), 0xff}
	}
	sum := float32(0)
	for _, v := range channels {
		sum += v
	}
	return color.Gray{level(sum / float32(len(channels)))}
}

// signal draws what the encoder made.
func (p *preview) signal(r image.Rectangle, x *signal.Signal) {
	switch {
	case x.Spiking():
		p.raster(r, x)
	case x.Const:
		lo, hi := draw.Span(x.Row(0))
		p.canvas.Bars(r, x.Row(0))
		p.title(r, "constant input current, one bar an input")
		p.caption(r, fmt.Sprintf("%d steps x %d inputs, values %.3g..%.3g", x.T, x.N(), lo, hi))
	default:
		p.analog(r, x)
	}
}

// raster draws spikes; with twice the channels of the sample the second half are falls.
func (p *preview) raster(r image.Rectangle, x *signal.Signal) {
	channels := x.Shape[0]
	falls := channels == 2*p.in.Shape[0]
	r = p.canvas.Cells(r, x.T, x.N(), func(steps, inputs draw.Range) color.Color {
		var count [2]int
		for t := steps.Lo; t < steps.Hi; t++ {
			for i := inputs.Lo; i < inputs.Hi; i++ {
				if x.Fired(t, i) {
					group := 0
					if falls && i%channels >= channels/2 {
						group = 1
					}
					count[group]++
				}
			}
		}
		ink := draw.On
		if count[1] > count[0] {
			ink = draw.Off
		}
		share := float64(count[0]+count[1]) / float64((steps.Hi-steps.Lo)*(inputs.Hi-inputs.Lo))
		return draw.Shade(ink, math.Sqrt(share))
	})
	p.title(r, "spikes: time to the right, inputs downwards")
	note := fmt.Sprintf("%d steps x %d inputs, %d spikes, %.3g per input", x.T, x.N(), x.Count(), float64(x.Count())/float64(x.N()))
	if falls {
		note += "; red: falls"
	}
	p.caption(r, note)
}

// analog draws values over time, negative ones in red.
func (p *preview) analog(r image.Rectangle, x *signal.Signal) {
	lo, hi := draw.Span(x.F)
	top := max(hi, -lo)
	r = p.canvas.Cells(r, x.T, x.N(), func(steps, inputs draw.Range) color.Color {
		sum := float32(0)
		for t := steps.Lo; t < steps.Hi; t++ {
			for _, v := range x.Row(t)[inputs.Lo:inputs.Hi] {
				sum += v
			}
		}
		mean := sum / float32((steps.Hi-steps.Lo)*(inputs.Hi-inputs.Lo)) / top
		if mean < 0 {
			return draw.Shade(draw.Off, float64(-mean))
		}
		return draw.Shade(draw.On, float64(mean))
	})
	p.title(r, "input current: time to the right, inputs downwards")
	p.caption(r, fmt.Sprintf("%d steps x %d inputs, values %.3g..%.3g", x.T, x.N(), lo, hi))
}

// title writes a line above a panel.
func (p *preview) title(r image.Rectangle, s string) {
	p.canvas.Text(r.Min.X, r.Min.Y-draw.LineHeight, s, draw.Faint)
}

// caption frames a panel and writes a line below it.
func (p *preview) caption(r image.Rectangle, s string) {
	p.canvas.Border(r)
	p.canvas.Text(r.Min.X, r.Max.Y+2, ascii(s), draw.Faint)
}

// ascii replaces what the font lacks.
func ascii(s string) string {
	out := []rune(s)
	for i, r := range out {
		if r < ' ' || r > '~' {
			out[i] = '?'
		}
	}
	return string(out)
}

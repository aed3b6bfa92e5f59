package convert

import (
	"math/rand/v2"

	"github.com/snntrain/snntrain/model"
)

// augmenter draws inputs that resemble the calibration samples. What the float
// network makes of them is known, so they are worth as much as samples. Images
// are moved by up to shift pixels, their border repeated, perhaps mirrored; with
// probability mix a rectangle comes from another image (CutMix, Yun et al. 2019,
// arXiv 1905.04899); and with probability mix samples are averaged with
// random weights (mixup, Zhang et al. 2018, arXiv 1710.09412).
type augmenter struct {
	samples [][]float32
	labels  []int
	shape   model.Shape
	flip    bool
	shift   int
	mix     float64
	other   []float32
}

// share is how much of a drawn sample comes from one with a label.
type share struct {
	label int
	part  float64
}

func newAugmenter(c *Calibration, shape model.Shape, o *RateOptions) *augmenter {
	a := &augmenter{shape: shape, flip: o.Flip, shift: o.Shift, mix: o.Mix, other: make([]float32, shape.Size())}
	for i, x := range c.Samples {
		a.labels = append(a.labels, c.Labels[i]...)
		for b := range x.B {
			a.samples = append(a.samples, x.Row(b))
		}
	}
	return a
}

// draw writes what is made of sample i, and returns which labels are in it.
func (a *augmenter) draw(dst []float32, i int, r *rand.Rand) [3]share {
	a.move(dst, a.samples[i], r)
	from := [3]share{{a.labels[i], 1}}
	if len(a.shape) == 3 && r.Float64() < a.mix {
		k := r.IntN(len(a.samples))
		a.move(a.other, a.samples[k], r)
		part := a.paste(dst, r)
		from[0].part, from[1] = 1-part, share{a.labels[k], part}
	}
	if r.Float64() < a.mix {
		k := r.IntN(len(a.samples))
		a.move(a.other, a.samples[k], r)
		own := r.Float32()
		for at, v := range a.other {
			dst[at] = float32(own*dst[at]) + float32((1-own)*v)
		}
		from[0].part *= float64(own)
		from[1].part *= float64(own)
		from[2] = share{a.labels[k], 1 - float64(own)}
	}
	return from
}

// move copies an image, moved and perhaps mirrored; other samples as they are.
func (a *augmenter) move(dst, x []float32, r *rand.Rand) {
	if len(a.shape) != 3 {
		copy(dst, x)
		return
	}
	c, h, w := a.shape[0], a.shape[1], a.shape[2]
	limit := min(a.shift, min(h, w)/4)
	dy, dx := r.IntN(2*limit+1)-limit, r.IntN(2*limit+1)-limit
	mirrored := a.flip && r.IntN(2) == 0
	for y := range h {
		for z := range w {
			fromY, fromX := min(max(y+dy, 0), h-1), min(max(z+dx, 0), w-1)
			if mirrored {
				fromX = w - 1 - fromX
			}
			copy(dst[(y*w+z)*c:(y*w+z+1)*c], x[(fromY*w+fromX)*c:])
		}
	}
}

// paste copies a random rectangle of the other image, and returns its share of the area.
func (a *augmenter) paste(dst []float32, r *rand.Rand) float64 {
	c, h, w := a.shape[0], a.shape[1], a.shape[2]
	top, bottom, left, right := r.IntN(h), r.IntN(h), r.IntN(w), r.IntN(w)
	top, bottom, left, right = min(top, bottom), max(top, bottom), min(left, right), max(left, right)
	for y := top; y < bottom; y++ {
		copy(dst[(y*w+left)*c:(y*w+right)*c], a.other[(y*w+left)*c:])
	}
	return float64((bottom-top)*(right-left)) / float64(h*w)
}

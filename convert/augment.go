package convert

import (
	"math/rand/v2"

	"github.com/snntrain/snntrain/model"
)

// augmenter draws inputs that resemble the calibration samples. What the float
// network makes of them is known, so they are worth as much as samples. Images
// are moved by up to shift pixels, their border repeated, perhaps mirrored; with
// probability 1/2 a rectangle comes from another image (CutMix, Yun et al. 2019,
// arXiv 1905.04899); and with probability 1/2 samples are averaged with
// random weights (mixup, Zhang et al. 2018, arXiv 1710.09412).
type augmenter struct {
	samples [][]float32
	shape   model.Shape
	flip    bool
	other   []float32
}

// shift is the largest number of pixels that an image is moved by.
const shift = 3

func newAugmenter(c *Calibration, shape model.Shape, flip bool) *augmenter {
	a := &augmenter{shape: shape, flip: flip, other: make([]float32, shape.Size())}
	for _, x := range c.Samples {
		for b := range x.B {
			a.samples = append(a.samples, x.Row(b))
		}
	}
	return a
}

// draw writes what is made of sample i.
func (a *augmenter) draw(dst []float32, i int, r *rand.Rand) {
	a.move(dst, a.samples[i], r)
	if len(a.shape) == 3 && r.IntN(2) == 0 {
		a.move(a.other, a.samples[r.IntN(len(a.samples))], r)
		a.paste(dst, r)
	}
	if r.IntN(2) == 0 {
		a.move(a.other, a.samples[r.IntN(len(a.samples))], r)
		share := r.Float32()
		for k, v := range a.other {
			dst[k] = float32(share*dst[k]) + float32((1-share)*v)
		}
	}
}

// move copies an image, moved and perhaps mirrored; other samples as they are.
func (a *augmenter) move(dst, x []float32, r *rand.Rand) {
	if len(a.shape) != 3 {
		copy(dst, x)
		return
	}
	c, h, w := a.shape[0], a.shape[1], a.shape[2]
	limit := min(shift, min(h, w)/4)
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

// paste copies a random rectangle of the other image.
func (a *augmenter) paste(dst []float32, r *rand.Rand) {
	c, h, w := a.shape[0], a.shape[1], a.shape[2]
	top, bottom, left, right := r.IntN(h), r.IntN(h), r.IntN(w), r.IntN(w)
	top, bottom, left, right = min(top, bottom), max(top, bottom), min(left, right), max(left, right)
	for y := top; y < bottom; y++ {
		copy(dst[(y*w+left)*c:(y*w+right)*c], a.other[(y*w+left)*c:])
	}
}

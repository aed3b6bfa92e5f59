package datasets

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/rng"
)

// YinYangOptions are the sizes and seeds of the parts and the geometry.
type YinYangOptions struct {
	Sizes  YinYangSizes `yaml:"sizes" doc:"samples of each part"`
	Seeds  YinYangSeeds `yaml:"seeds" doc:"seed of each part"`
	RSmall float64      `yaml:"r_small" validate:"gt=0" doc:"radius of the dots, 0.02·r_big ≤ r < r_big/2"`
	RBig   float64      `yaml:"r_big" validate:"gt=0,lte=1000" doc:"radius of the whole"`
}

// YinYangSizes are the numbers of samples of the parts.
type YinYangSizes struct {
	Train      int `yaml:"train" validate:"min=1,max=1000000" doc:"training samples"`
	Validation int `yaml:"validation" validate:"min=1,max=1000000" doc:"validation samples"`
	Test       int `yaml:"test" validate:"min=1,max=1000000" doc:"test samples"`
}

// YinYangSeeds are the seeds of the parts; 42, 41, 40 in the published generator.
type YinYangSeeds struct {
	Train      uint64 `yaml:"train" doc:"seed of the training part"`
	Validation uint64 `yaml:"validation" doc:"seed of the validation part"`
	Test       uint64 `yaml:"test" doc:"seed of the test part"`
}

// yinyang draws points in a yin-yang sign: 4 inputs (x, y, 1−x, 1−y), 3
// classes. As in the published generator, each sample draws the class it is
// to have, then points of the square until one has it, so that classes are
// equally frequent. The random numbers are ours (NumPy's cannot be had), the
// rule is held against every published sample by a test.
func yinyang() Kind {
	return withOptions(Kind{
		Name: "yinyang", Doc: "points in a yin-yang sign, 4 inputs, 3 classes, generated", OwnValidation: true,
		Source:  "L. Kriener, J. Göltz, M. A. Petrovici, The Yin-Yang dataset, NICE 2022, arXiv:2102.08211",
		License: "generated; the published generator is MIT",
	}, YinYangOptions{YinYangSizes{5000, 1000, 1000}, YinYangSeeds{42, 41, 40}, 0.1, 0.5}, openYinYang)
}

func openYinYang(k Kind, o *YinYangOptions, _ Common, split Split) (Source, error) {
	if !(o.RSmall < o.RBig/2 && o.RSmall >= 0.02*o.RBig) {
		return nil, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("r_small is %v, must be from %v to below %v at r_big %v", o.RSmall, 0.02*o.RBig, o.RBig/2, o.RBig)}
	}
	n, seed := o.Sizes.Train, o.Seeds.Train
	switch split {
	case Validation:
		n, seed = o.Sizes.Validation, o.Seeds.Validation
	case Test:
		n, seed = o.Sizes.Test, o.Seeds.Test
	}
	points, labels := o.draw(n, seed)
	m := &memory{info: k.info(), labels: labels, fill: func(i int, dst []float32) {
		x, y := points[i][0], points[i][1]
		dst[0], dst[1], dst[2], dst[3] = x, y, 1-x, 1-y
	}}
	// In the published arrays the area the generator calls yin has label 1, against its own class names.
	m.info.Shape, m.info.Classes = []int{4}, []string{"yin", "yang", "dot"}
	m.info.Train, m.info.Test = o.Sizes.Train, o.Sizes.Test
	return m, nil
}

// draw draws n points. A label is that of the float32 coordinates that are stored.
func (o *YinYangOptions) draw(n int, seed uint64) ([][2]float32, []int32) {
	r := rng.New(seed, rng.Generate)
	points, labels := make([][2]float32, n), make([]int32, n)
	for i := range points {
		for goal := int(r.Uint64N(3)); ; {
			x, y := float32(r.Float64()*2*o.RBig), float32(r.Float64()*2*o.RBig)
			if class, inside := o.Class(float64(x), float64(y)); inside && class == goal {
				points[i], labels[i] = [2]float32{x, y}, int32(class)
				break
			}
		}
	}
	return points, labels
}

// Class returns the class of a point, and whether it lies in the sign: the
// circle of radius R = r_big around (R, R). With d_l and d_r the distances to
// the centers (R/2, R) and (3R/2, R) of the two lobes and r = r_small:
//
//	2 (dot):  d_l < r or d_r < r
//	1:        d_r ≤ r, or r < d_l ≤ R/2, or (y > R and d_r > R/2)
//	0:        elsewhere
func (o *YinYangOptions) Class(x, y float64) (class int, inside bool) {
	inside = math.Sqrt((x-o.RBig)*(x-o.RBig)+(y-o.RBig)*(y-o.RBig)) <= o.RBig
	right := math.Sqrt((x-1.5*o.RBig)*(x-1.5*o.RBig) + (y-o.RBig)*(y-o.RBig))
	left := math.Sqrt((x-0.5*o.RBig)*(x-0.5*o.RBig) + (y-o.RBig)*(y-o.RBig))
	switch {
	case right < o.RSmall || left < o.RSmall:
		return 2, inside
	case right <= o.RSmall, left > o.RSmall && left <= 0.5*o.RBig, y > o.RBig && right > 0.5*o.RBig:
		return 1, inside
	}
	return 0, inside
}

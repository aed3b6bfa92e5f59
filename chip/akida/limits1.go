package akida

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

const vendor1 = "BrainChip, Akida 1.0 hardware constraints"

var (
	limitWidth  = chip.Limit{Name: "columns of an image", Value: 256, Source: vendor1}
	limitGlobal = chip.Limit{Name: "columns of a map that is averaged", Value: 32, Source: vendor1}
	limitFilter = chip.Limit{Name: "filters of an input layer", Value: 512, Source: vendor1}
)

// filters is the most filters of an input layer with this kernel on images of
// as many channels.
func filters(kernel, channels int) chip.Limit {
	l := limitFilter
	l.Name = fmt.Sprintf("filters of an input layer, %d×%d on %d channels", kernel, kernel, channels)
	most := map[int][2]int64{3: {512, 192}, 5: {192, 64}, 7: {96, 32}}[kernel]
	l.Value = most[0]
	if channels == 3 {
		l.Value = most[1]
	}
	return l
}

// checkStages checks what depends on more than one population: images, pools and padding.
func checkStages(v *chip.Violations, net *quant.IntNet) {
	for i, s := range walk(net, v) {
		c := s.syn.Conv
		if c == nil {
			continue
		}
		image := i == 0 && net.Input.Max > 15
		if image {
			s.checkImage(v, net)
		} else if s.padding != paddingSame && c.Weight.Shape[2] > 1 {
			v.Add(s.syn.Name, fmt.Sprintf("padding %v", c.Padding), "same, half of it before and rounded down, is possible")
		}
		if s.average {
			v.Most(s.out.Name, int64(s.pop.Shape[2]), limitGlobal, "pool before")
		}
		if s.pool != nil && !poolFits(s.pool, image) {
			v.Add(s.out.Name, fmt.Sprintf("max pool of %v, stride %v", s.pool.Size, s.pool.Stride), "2×2 with stride 1 or 2 is possible; behind an image layer up to 2×2, its stride its size")
		}
	}
}

func poolFits(p *quant.Pool, image bool) bool {
	if image {
		return max(p.Size[0], p.Size[1]) <= 2 && p.Stride == p.Size
	}
	return p.Size == [2]int{2, 2} && p.Stride[0] == p.Stride[1] && p.Stride[0] <= 2 || p.Size == [2]int{1, 1}
}

// checkImage checks an InputConvolutional layer.
func (s *stage) checkImage(v *chip.Violations, net *quant.IntNet) {
	from, w := shape3(net.Input.Shape), s.syn.Conv.Weight.Shape
	v.Most(quant.InputName, int64(from[2]), limitWidth, "resize the image")
	if !slices.Contains([]int{1, 3}, from[0]) || from[1] < 5 || from[2] < 5 {
		v.Add(quant.InputName, fmt.Sprintf("images of %d channels, %d×%d", from[0], from[1], from[2]), "1 or 3 channels of at least 5×5 are possible")
		return
	}
	if w[2] < 3 {
		v.Add(s.syn.Name, fmt.Sprintf("kernel %d×%d on an image", w[2], w[3]), "3, 5 and 7, square, are possible")
		return
	}
	v.Most(s.syn.Name, int64(w[0]), filters(w[2], from[0]), "use fewer channels or a smaller kernel")
}

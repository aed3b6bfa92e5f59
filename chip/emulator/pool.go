package emulator

import (
	"math"

	"github.com/snntrain/snntrain/quant"
)

// pool takes the greatest value of a window; it needs every source, also silent ones.
type pool struct {
	rule    *quant.Pool
	in, out []int
}

func newPool(rule *quant.Pool, from, to []int) *pool { return &pool{rule, from, to} }

// add adds the greatest value of each window of values, [C, H, W], to sum.
func (p *pool) add(sum, values []int32) {
	for c := range p.out[0] {
		plane := values[c*p.in[1]*p.in[2]:][:p.in[1]*p.in[2]]
		for y := range p.out[1] {
			for x := range p.out[2] {
				sum[(c*p.out[1]+y)*p.out[2]+x] += p.window(plane, y, x)
			}
		}
	}
}

func (p *pool) window(plane []int32, y, x int) int32 {
	y0, y1 := clip(y*p.rule.Stride[0]-p.rule.Padding[0], p.rule.Size[0], p.in[1])
	x0, x1 := clip(x*p.rule.Stride[1]-p.rule.Padding[1], p.rule.Size[1], p.in[2])
	best := int32(math.MinInt32)
	for r := y0; r < y1; r++ {
		for _, v := range plane[r*p.in[2]+x0 : r*p.in[2]+x1] {
			best = max(best, v)
		}
	}
	return best
}

func clip(start, size, n int) (from, to int) { return max(start, 0), min(start+size, n) }

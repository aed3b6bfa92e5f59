package akida

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Widths implements chip.Rectified.
func (*Target2) Widths() []int { return []int{8, 4} }

// TakesNorm implements chip.Rectified.
func (*Target2) TakesNorm() bool { return true }

// Quantize implements chip.Rectified. Weights have a unit s_w a channel,
// activations one a layer, s_y, each with the least squared error; with what comes in, x = s_x·q,
//
//	V = Σ w_q·x_q + m·2^e,   m·2^e ≈ b / (s_x·s_w),   y_q = ⌊V·scale / 2^shift + ½⌋,   scale / 2^shift ≈ s_x·s_w / s_y
//
// with m and scale of 8 bits. Scores of the last layer have 8 bits.
func (*Target2) Quantize(n *model.Network, bits int, c chip.Calibration) (*quant.IntNet, error) {
	r, err := newRounder(n, c)
	if err != nil {
		return nil, err
	}
	r.input(127, true)
	top := int32(1)<<(bits-1) - 1
	for i := range r.parts {
		p := &r.parts[i]
		w, units := p.rounded(top, true)
		level := max(c.Layers[n.Output()], 1e-9) / 127
		if p.act != "" {
			level = r.level(p, ReLU2(bits, quant.Tensor{}, quant.Tensor{}, quant.Tensor{}).Requantize.Max)
		}
		bias, scale, shift := make([]int32, len(units)), make([]int32, len(units)), make([]int32, len(units))
		for k, u := range units {
			bias[k] = eightBits(p.bias[k] / (r.unit * u))
			if scale[k], shift[k], err = scaleAndShift(r.unit * u / level); err != nil {
				r.v.Add(p.name, err.Error(), "")
			}
		}
		unit := Linear2(quant.Tensor{}, quant.Vector(scale...), quant.Vector(shift...))
		if p.act != "" {
			unit = ReLU2(bits, quant.Tensor{}, quant.Vector(scale...), quant.Vector(shift...))
		}
		r.add(p, w, bits, &quant.Activation{Bias: quant.Vector(bias...), Range: register2()}, unit)
		r.unit = level
	}
	return r.done()
}

// eightBits is the nearest number of 8 bits times a power of two.
func eightBits(x float64) int32 {
	shift := 0
	for ; math.Abs(math.Round(math.Ldexp(x, -shift))) > 127 && shift < 16; shift++ {
	}
	return int32(min(max(math.Round(math.Ldexp(x, -shift)), -127), 127)) << shift
}

// scaleAndShift is a factor as scale / 2^shift with a scale of 8 bits.
func scaleAndShift(x float64) (scale, shift int32, err error) {
	_, e := math.Frexp(x) // x in 2^(e−1)..2^e
	if shift = int32(8 - e); math.Round(math.Ldexp(x, int(shift))) > scaleMost {
		shift--
	}
	if shift < 0 || shift > shiftMost2 {
		return 1, 0, fmt.Errorf("factor %g behind the sum is no scale of 8 bits over 2^0 to 2^%d", x, shiftMost2)
	}
	return int32(math.Round(math.Ldexp(x, int(shift)))), shift, nil
}

package akida

import (
	"math"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Widths implements chip.Rectified. Weights of 1 bit are for networks that were trained so.
func (*Target) Widths() []int { return []int{4, 2} }

// TakesNorm implements chip.Rectified.
func (*Target) TakesNorm() bool { return true }

// Quantize implements chip.Rectified. Weights have a unit s_w a channel (8 bits
// where images come in), activations one a layer, s_y, each with the least
// squared error. With what comes in, x = s_x·q, and d = s_y / (s_x·s_w),
//
//	y_q = ⌈(V − θ) / d⌉,   θ = ⌈d/2 − b / (s_x·s_w)⌉ − 1
//
// rounds the float network's activation to the nearest level, halves up: V is a
// whole number, so V ≥ x is V > ⌈x⌉ − 1. d is a number of sixteenths.
// The last layer has neither activation nor bias: neurons that always send, added
// to the layer before, stand for its bias.
func (*Target) Quantize(n *model.Network, bits int, c chip.Calibration) (*quant.IntNet, error) {
	r, err := newRounder(n, c)
	if err != nil {
		return nil, err
	}
	r.input(15, false)
	for i := range r.parts {
		p, wide := &r.parts[i], bits
		if i == 0 && r.net.Input.Max > 15 {
			wide = 8
		}
		w, units := p.rounded(int32(1)<<(wide-1)-1, p.act != "")
		sum := &quant.Activation{Range: register()}
		if p.act == "" {
			w = r.constants(p, w, units[0], int32(1)<<(wide-1)-1)
			r.add(p, w, wide, sum, &quant.Activation{Range: register()})
			continue
		}
		level := r.level(p, int32(1)<<bits-1)
		l := &quant.Levels{Bits: bits, Threshold: quant.Vector(make([]int32, len(units))...), Step: quant.Vector(make([]int32, len(units))...)}
		for k, u := range units {
			each := math.Ldexp(1, 4-bits) // steps are multiples of it
			l.Step.Data[k] = int32(max(math.Round(16*level/(r.unit*u)/each), 1) * each)
			l.Threshold.Data[k] = int32(min(max(math.Ceil(float64(l.Step.Data[k])/32-p.bias[k]/(r.unit*u)-1e-4)-1, -1<<(sumBits-1)), 1<<(sumBits-1)-1))
		}
		r.add(p, w, wide, sum, &quant.Activation{Range: register(), Levels: l})
		r.unit = level
	}
	return r.done()
}

// constants adds the bias of the last layer, as weights of neurons that always
// send: some the greatest value, one 1. They are channels of the layer before.
func (r *rounder) constants(p *part, w []int32, unit float64, top int32) []int32 {
	most := 0.0
	for _, b := range p.bias {
		most = max(most, math.Abs(b)/(r.unit*unit))
	}
	if most < 0.5 {
		return w
	}
	if len(r.net.Populations) == 0 || p.conv != nil {
		r.v.Add(p.name, "has a bias and is the only layer, or a convolution", "leave the bias of the last layer out")
		return w
	}
	value, places := int32(1)<<r.net.Populations[len(r.net.Populations)-1].Activation.Levels.Bits-1, r.shape[1]*r.shape[2]
	many := int(math.Ceil(most / float64(value*top) / float64(places))) // channels of the greatest value
	r.always(many)
	in, add := len(w)/len(p.bias), (many+1)*places
	out := make([]int32, 0, len(p.bias)*(in+add))
	for k, b := range p.bias {
		rest := int32(math.Round(b / (r.unit * unit)))
		extra := make([]int32, add)
		for i := range many * places {
			extra[i] = min(max(int32(math.Round(float64(rest)/float64(value))), -top), top)
			rest -= extra[i] * value
		}
		extra[many*places] = min(max(rest, -top), top)
		out = append(append(out, w[k*in:(k+1)*in]...), extra...)
	}
	return out
}

// always adds channels to the last layer of the network: many that send the greatest value, and one that sends 1.
func (r *rounder) always(many int) {
	net := r.net
	unit := &net.Populations[len(net.Populations)-1]
	l := unit.Activation.Levels
	for i := range many + 1 {
		step, theta := int32(16), -(int32(1)<<l.Bits - 1)
		if i == many {
			theta = -1
		}
		l.Threshold.Data, l.Step.Data = append(l.Threshold.Data, theta), append(l.Step.Data, step)
	}
	l.Threshold.Shape, l.Step.Shape = []int{len(l.Step.Data)}, []int{len(l.Step.Data)}
	for i := len(net.Synapses) - 1; i >= 0; i-- {
		s := &net.Synapses[i]
		pop := net.Find(s.To)
		pop.Shape = append([]int{pop.Shape[0] + many + 1}, pop.Shape[1:]...)
		if s.Pool != nil {
			continue
		}
		if s.Conv != nil {
			grow(&s.Conv.Weight, many+1)
		} else {
			grow(&s.Dense.Weight, many+1)
		}
		break
	}
	r.shape = unit.Shape
}

// grow adds channels of zeros.
func grow(w *quant.Tensor, channels int) {
	each := len(w.Data) / w.Shape[0]
	w.Data = append(w.Data, make([]int32, channels*each)...)
	w.Shape = append([]int{w.Shape[0] + channels}, w.Shape[1:]...)
}

var (
	_ chip.Rectified = (*Target)(nil)
	_ chip.Rectified = (*Target2)(nil)
)

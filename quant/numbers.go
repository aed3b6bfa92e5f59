package quant

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// Numbers are the integers of a layer. K is what a threshold of the network is
// on the chip, in units of a weight: with weights W, gain G, bias b and factor f
// of what arrives, all potentials over the threshold,
//
//	k = round(W·G·S) in Min..Max,  w = Step·k,  K = S·Step·2^e / f
//	θ = K,  b = round(b·K),  and the potential is K·2^Unit times the network's
//
// so thresholds and weights share one scale S and the raster is that of the
// network but for the rounding.
type Numbers struct {
	Weights   []int32   // w, in the order of the synapse's weights
	Gain      []float64 // dw/dW before rounding: one value, or one a channel
	K         []float64 // one value, or one a channel
	Threshold []int32   // in units of the potential
	Bias      []int32   // likewise; nil without
	BiasGain  []float64 // db/db of the network's bias before rounding; nil without
	Initial   []int32   // likewise; nil without
	Exponent  int       // e
	Clipped   int       // weights beyond the grid
	BiasOver  int       // biases beyond the target's range
	Error     float64   // root mean square of the weights' change over that of the weights
}

// Numbers rounds weights and bias, in the order of Layer.Weight and Layer.Bias.
func (p *Plan) Numbers(l *Layer, weight, bias []float64) *Numbers {
	n := &Numbers{Weights: make([]int32, len(weight))}
	each := len(weight) / l.Out
	scaled := make([]float64, len(weight))
	for i, w := range weight {
		scaled[i] = w * l.Dynamics.Gain[i/each*len(l.Dynamics.Gain)/l.Out]
	}
	step, most := float64(l.Grid.Step), p.most(l)
	total, biasGain := l.bias(bias)
	biasMost := math.Inf(1) // the greatest K that clips no bias
	for _, b := range total {
		biasMost = min(biasMost, float64(p.Arithmetic.Bias.Max)/math.Abs(b))
	}
	scales := []float64{0}
	if p.Options.Per == "channel" && l.Dynamics.Fires { // potentials that are read have one unit
		scales = make([]float64, l.Out)
	}
	rows := len(scaled) / len(scales)
	for c := range scales {
		s := scaleOf(scaled[c*rows:(c+1)*rows], l.Grid, p.Options, max(sampled/len(scales), 64))
		s = min(s, most*l.Factor/step)
		scales[c] = min(s, max(biasMost*l.Factor/step, s/8)) // rather clip than lose more than 3 bits of the weights
	}
	n.round(l, scaled, scales)
	n.Exponent = p.exponent(l, scales, min(most, biasMost))
	shift := math.Ldexp(1, n.Exponent)
	n.K = zip(scales, []float64{step * shift / l.Factor}, mul)
	n.Gain = zip(l.Dynamics.Gain, scales, func(g, s float64) float64 { return g * s * step })
	if biasGain != nil {
		n.BiasGain = zip(zip(biasGain, n.K, mul), []float64{math.Ldexp(1, p.Arithmetic.Unit)}, mul)
	}
	n.neurons(p, l, total)
	return n
}

// bias is the constant that enters the potential over the threshold, and how
// much of it one of the synapse's biases is; nil without.
func (l *Layer) bias(bias []float64) (total, gain []float64) {
	d := &l.Dynamics
	if bias == nil {
		return d.Bias, nil
	}
	gain = d.Gain
	if d.Alpha != nil { // what a constant current settles at
		gain = zip(gain, d.Alpha, func(g, alpha float64) float64 { return g / max(1-alpha, 1e-6) })
	}
	return zip(d.Bias, zip(bias, gain, mul), func(x, y float64) float64 { return x + y }), gain
}

// round fills the weights.
func (n *Numbers) round(l *Layer, scaled, scales []float64) {
	rows := len(scaled) / len(scales)
	lo, hi, step := float64(l.Grid.Min), float64(l.Grid.Max), l.Grid.Step
	var change, size float64
	for i, w := range scaled {
		s := scales[i/rows]
		k := math.Round(w * s)
		if k < lo || k > hi {
			n.Clipped++
			k = min(max(k, lo), hi)
		}
		n.Weights[i] = int32(k) * step
		d := w - k/s
		change, size = change+d*d, size+w*w
	}
	if size > 0 {
		n.Error = math.Sqrt(change / size)
	}
}

// headroom is how many thresholds the potential's register must hold, at
// least: of neurons that fire, and of those whose potential is read.
const (
	headroom     = 8
	headroomRead = 64
	headroomFine = 32 // where finer potentials are all that a greater K would give
)

// most is the greatest K: the threshold fits, and the potential has room.
func (p *Plan) most(l *Layer) float64 {
	room := float64(l.Rule.Range.Max >> p.Arithmetic.Unit)
	if !l.Dynamics.Fires { // it must not reach the threshold either
		room = min(float64(p.Arithmetic.Threshold.Max), room)
		if o := p.Options; l.Name == l.Synapse && o.Scores[1] > 0 && o.Steps > 0 { // a sum over all steps
			return room / (1.5 * o.Scores[1] * float64(o.Steps))
		}
		return room / headroomRead
	}
	return min(float64(p.Arithmetic.Threshold.Max), room/headroom)
}

// exponent is the greatest shift of sums that keeps K below its limit and sums within 31 bits.
func (p *Plan) exponent(l *Layer, scales []float64, most float64) int {
	k := 0.0
	for _, s := range scales {
		k = max(k, s*float64(l.Grid.Step)/l.Factor)
	}
	sum := float64(len(l.Weight)/l.Out) * l.Grid.most() * float64(p.arrives(l))
	e := 0
	fine := min(most, float64(l.Rule.Range.Max>>p.Arithmetic.Unit)/headroomFine)
	for e < l.Grid.Exponent && k*math.Ldexp(1, e+1) <= fine && sum*math.Ldexp(1, e+1) < math.MaxInt32 {
		e++
	}
	return e
}

// arrives is the greatest value of one element that the layer reads.
func (p *Plan) arrives(l *Layer) int64 {
	if l.Source == InputName {
		return max(int64(p.Input.Max), -int64(p.Input.Min))
	}
	for i := range p.Layers {
		if s := &p.Layers[i]; s.Name == l.Source && s.Rule.MaxSpikes > 0 {
			return int64(s.Rule.MaxSpikes) * int64(max(l.Pool*l.Pool, 1))
		}
	}
	return 32 * int64(max(l.Pool*l.Pool, 1)) // no limit: far more than a layer sends
}

// neurons fills thresholds, biases, those of the network over the threshold, and starting potentials.
func (n *Numbers) neurons(p *Plan, l *Layer, bias []float64) {
	a, d, unit := p.Arithmetic, &l.Dynamics, int32(1)<<p.Arithmetic.Unit
	if !d.Fires {
		n.Threshold = []int32{a.Threshold.Max * unit}
	} else {
		for _, k := range n.K {
			theta := threshold(k, d, l.Rule, a.Unit)
			n.Threshold = append(n.Threshold, min(max(theta, max(a.Threshold.Min, 1)), a.Threshold.Max)*unit)
		}
	}
	n.Bias = n.onGrid(bias, a.Bias, unit)
	initial := d.Init
	if l.Early > 0 {
		initial = zip(initial, bias, func(v, b float64) float64 { return v - float64(l.Early)*b })
	}
	n.Initial = n.onGrid(initial, Range{Min: l.Rule.Range.Min / unit, Max: l.Rule.Range.Max / unit}, unit)
}

// onGrid rounds potentials; nil when all are 0.
func (n *Numbers) onGrid(v []float64, r Range, unit int32) []int32 {
	if all(v, 0) {
		return nil
	}
	var out []int32
	for _, x := range zip(v, n.K, mul) {
		q := math.Round(x)
		if q < float64(r.Min) || q > float64(r.Max) {
			n.BiasOver++
		}
		out = append(out, int32(min(max(q, float64(r.Min)), float64(r.Max)))*unit)
	}
	return out
}

// threshold is the integer that stands for θ = k. Where a reset forgets the
// potential, and potentials are whole numbers of weights, it decides as the
// network's comparison does; else it is the nearest.
func threshold(k float64, d *Dynamics, rule *Spiking, unit int) int32 {
	const hair = 1e-9 // k is a product of rounded numbers
	if unit > 0 || d.Reset != model.ResetValue {
		return int32(math.Round(k))
	}
	above := math.Floor(k*(1+hair)) + 1 // the least integer above k
	least := math.Ceil(k * (1 - hair))  // the least that is not below k
	first := least
	if d.Fire == model.FireAbove {
		first = above
	}
	if rule.Fire == model.FireAbove {
		first--
	}
	return int32(first)
}

// RuleOf is the target's rule with the layer's numbers.
func (l *Layer) RuleOf(n *Numbers) *Spiking {
	r := *l.Rule
	r.Threshold = perLayerOrChannel(n.Threshold)
	if n.Bias != nil {
		r.Bias = perLayerOrChannel(n.Bias)
	} else if r.Bias.IsZero() {
		r.Bias = Tensor{}
	}
	if n.Initial != nil {
		r.Initial = perLayerOrChannel(n.Initial)
	}
	if f := r.Floor; f != nil && !math.IsInf(l.Dynamics.Min, -1) {
		floor := *f
		floor.At = Scalar(int32(math.Round(l.Dynamics.Min * n.K[0])))
		r.Floor = &floor
	}
	return &r
}

func perLayerOrChannel(v []int32) Tensor { return NewTensor(v, len(v)) }

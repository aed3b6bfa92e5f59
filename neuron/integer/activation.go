package integer

import "github.com/snntrain/snntrain/quant"

// Activation is a quant.Activation made ready for a population.
type Activation struct {
	rule        *quant.Activation
	bias        []int32
	theta, step []int32
	scale       []float32 // of a Requantize in float32
	mul, shift  []int32   // of one in integers
	always      bool
}

// NewActivation spreads a rule over a population of the given shape. The rule was validated.
func NewActivation(rule *quant.Activation, shape []int) *Activation {
	a := &Activation{rule: rule, bias: rule.Bias.Spread(shape), always: rule.Bias.MaxAbs() != 0 || !rule.Range.Has(0)}
	if l := rule.Levels; l != nil {
		a.theta, a.step = l.Threshold.Spread(shape), l.Step.Spread(shape)
		for _, t := range a.theta {
			a.always = a.always || t < 0
		}
	}
	if r := rule.Requantize; r != nil {
		if r.Round == "" {
			a.scale = r.Scales(shape)
		} else {
			a.mul, a.shift = r.Multiplier.Spread(shape), r.Shift.Spread(shape)
		}
		a.always = a.always || r.Min > 0 || r.Max < 0
	}
	return a
}

// Step fills out with every neuron whose value is not 0. sum holds what
// arrived and is left holding V. silent says that sum is zero.
func (a *Activation) Step(sum []int32, silent bool, out *Spikes) {
	out.Reset()
	if silent && !a.always {
		return
	}
	for n, v := range sum {
		v = a.rule.Range.Apply(int64(v) + int64(a.bias[n]))
		sum[n] = v
		switch {
		case a.step != nil:
			v = quant.Level(v, a.theta[n], a.step[n], a.rule.Levels.Bits)
		case a.scale != nil:
			v = a.rule.Requantize.Requantized(v, a.scale[n])
		case a.mul != nil:
			v = a.rule.Requantize.Shifted(v, a.mul[n], a.shift[n])
		}
		if v != 0 {
			out.Add(int32(n), v)
		}
	}
}

package integer_test

import (
	"math"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// TestNoise: mean, variance and independence over ticks and neurons, and the same after a restart.
func TestNoise(t *testing.T) {
	const n, ticks, sigma = 200, 100, 1000
	rule := &quant.Spiking{
		Charge: quant.ChargeSum, Leak: quant.Decay{Kind: quant.DecayMultiply, Bits: 1, Round: quant.RoundFloor, P: quant.Scalar(2)}, // nothing is left
		Range: quant.Signed(30, quant.Saturate), Threshold: quant.Scalar(1 << 28), Fire: model.FireAbove, MaxSpikes: 1, Reset: quant.Scalar(quant.ResetValue),
		Noise: &quant.Noise{Sigma: quant.Scalar(sigma), Seed: 7},
	}
	s := integer.NewSpiking(rule, []int{n})
	st := s.NewState()
	record := func() (all []float64) {
		for range ticks {
			s.Step(st, [][]int32{make([]int32, n)}, true, &integer.Spikes{})
			for _, v := range st.V {
				all = append(all, float64(v)/sigma)
			}
		}
		return all
	}
	a := record()
	s.Restart(st)
	if !slices.Equal(a, record()) {
		t.Error("after a restart the noise differs")
	}
	var mean, square, nextNeuron, nextTick float64
	for i, x := range a {
		mean += x / float64(len(a))
		square += x * x / float64(len(a))
		if i+n < len(a) {
			nextNeuron += x * a[i+1] / float64(len(a))
			nextTick += x * a[i+n] / float64(len(a))
		}
	}
	if math.Abs(mean) > 0.03 || math.Abs(square-1) > 0.04 || math.Abs(nextNeuron) > 0.03 || math.Abs(nextTick) > 0.03 {
		t.Errorf("mean %g, variance %g, correlations %g and %g", mean, square, nextNeuron, nextTick)
	}
}

package brainscales2

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/quant"
)

// Variation is how chips differ from what they are meant to be, as standard
// deviations. All but Noise are fixed on a chip.
type Variation struct {
	Weight    float64 // of each synapse's weight, relative to it
	Driver    float64 // of the strength of each source's row, relative
	Threshold float64 // of each neuron's threshold, relative
	Time      float64 // of the logarithm of each neuron's time constants
	Noise     float64 // of the potential in every tick, relative to the threshold, or to the largest sum of a tick where that is less: an output that is read has no threshold to reach
}

// Typical is a calibrated chip, by assumption.
func Typical() Variation {
	return Variation{Weight: 0.1, Driver: 0.05, Threshold: 0.05, Time: 0.1, Noise: 0.02}
}

// Sample is one chip: the network with the weights, thresholds, time constants
// and noise that the chip of this seed has. Weights are in 2^−8 of the grid's
// unit; convolutions become one synapse each. The emulator runs it.
func (v Variation) Sample(net *quant.IntNet, seed uint64) (*quant.IntNet, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	if err := New().Check(net); err != nil {
		return nil, err
	}
	out := &quant.IntNet{Input: net.Input, Output: net.Output, Dt: net.Dt}
	for i := range net.Populations {
		p := net.Populations[i]
		key := rng.Key(seed, rng.Name(p.Name))
		p.Spiking = v.neurons(&p, largest(net, &p), key)
		out.Populations = append(out.Populations, p)
	}
	for i := range net.Synapses {
		s := net.Synapses[i]
		v.synapses(&s, net, seed)
		out.Synapses = append(out.Synapses, s)
	}
	return out, out.Validate()
}

func (v Variation) check() error {
	for _, x := range []float64{v.Weight, v.Driver, v.Threshold, v.Time, v.Noise} {
		if !(x >= 0 && x <= 1) {
			return fmt.Errorf("chip/brainscales2: a variation of %v; standard deviations of 0 to 1 are possible", x)
		}
	}
	return nil
}

// neurons draws what each neuron of a population is on this chip.
func (v Variation) neurons(p *quant.Population, most float64, key uint64) *quant.Spiking {
	s, n := *p.Spiking, p.N()
	r := rng.New(key, rng.Noise)
	theta := s.Threshold.Spread(p.Shape)
	sigma := make([]int32, n)
	for i := range theta {
		sigma[i] = int32(math.Round(v.Noise * min(float64(theta[i]), most)))
		theta[i] = int32(max(1, math.Round(float64(theta[i])*factor(r, v.Threshold))))
	}
	s.Threshold = quant.NewTensor(theta, n)
	c := s.Currents[0]
	c.Shift, c.Decay.P = 0, v.decays(r, c.Decay.P, p.Shape)
	s.Currents = []quant.Current{c}
	s.Leak.P = v.decays(r, s.Leak.P, p.Shape)
	if v.Noise > 0 {
		s.Noise = &quant.Noise{Sigma: quant.NewTensor(sigma, n), Seed: key}
	}
	return &s
}

// largest is the greatest sum that can arrive in a tick, in units of a potential.
func largest(net *quant.IntNet, p *quant.Population) float64 {
	var sum int64
	for i := range net.Synapses {
		if s := &net.Synapses[i]; s.To == p.Name {
			sum += s.FanInWeight(net.SourceShape(s.From), p.Shape) * net.MaxValue(s.From)
		}
	}
	return float64(sum << unitBits)
}

// factor is 1 with a relative deviation, not below 0.
func factor(r *rand.Rand, sigma float64) float64 { return max(0, 1+sigma*r.NormFloat64()) }

// decays draws time constants: the logarithm of each deviates.
func (v Variation) decays(r *rand.Rand, p quant.Tensor, shape []int) quant.Tensor {
	all := p.Spread(shape)
	for i, x := range all {
		keep := 1 - math.Ldexp(float64(x), -decayBits)
		if keep > 0 && keep < 1 {
			all[i] = quant.DecayParam(math.Pow(keep, math.Exp(-v.Time*r.NormFloat64())), decayBits)
		}
	}
	return quant.NewTensor(all, len(all))
}

// synapses draws the weight of every synapse and the strength of every row.
func (v Variation) synapses(s *quant.Synapses, net *quant.IntNet, seed uint64) {
	from, to := net.SourceShape(s.From), net.SourceShape(s.To)
	drivers := make([]float64, quant.Len(from))
	r := rng.New(rng.Key(seed, rng.Name(s.Name)), rng.Noise)
	for i := range drivers {
		drivers[i] = factor(r, v.Driver)
	}
	drawn := func(w int32, source int) int32 {
		return int32(math.Round(float64(w<<unitBits) * drivers[source] * factor(r, v.Weight)))
	}
	if s.Dense != nil {
		in := quant.Len(from)
		w := quant.NewTensor(make([]int32, len(s.Dense.Weight.Data)), s.Dense.Weight.Shape...)
		for i, x := range s.Dense.Weight.Data {
			w.Data[i] = drawn(x, i%in)
		}
		s.Dense = &quant.Dense{Weight: w}
		return
	}
	list := unrolled(s, from, to)
	for i := range quant.Len(from) {
		for k := list.Start.Data[i]; k < list.Start.Data[i+1]; k++ {
			list.Weight.Data[k] = drawn(list.Weight.Data[k], i)
		}
	}
	s.Conv, s.One, s.Sparse = nil, nil, list
}

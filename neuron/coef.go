package neuron

import (
	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/model"
)

// coef holds the coefficients of a step for each neuron, in float32 rows of
// N, made from the parameters once before a run:
//
//	u = A·w + G·j + C,  G = r or r·(1−A),  C = (1−A)·v_leak + bias
type coef struct {
	a, g, c, alpha, theta, reset, vmin, vinit []float32
	fire                                      []float32 // a spike where u > fire
	uniform                                   bool      // all neurons have the same
}

// family reads parameters of the IF/LIF/CuBa family for a layer.
type family struct {
	Layer
	n        int
	mem, syn Param
}

func newFamily(l Layer) family {
	f := family{Layer: l, n: l.Shape.Size()}
	f.mem, _ = decayParam(l.Rules.MemDecay, true)
	f.syn, _ = decayParam(l.Rules.SynDecay, false)
	return f
}

// at returns parameter p of neuron i, or its default when the layer leaves it out.
func (f *family) at(p Param, i int) float64 {
	v := f.Values[p.Name]
	if len(v) == 0 {
		return p.Default
	}
	return float64(v[f.slot(len(v), i)])
}

// slot maps neuron i to its place in an array of length n.
func (f *family) slot(n, i int) int {
	switch n {
	case 1:
		return 0
	case f.n:
		return i
	}
	return i % n // one a channel, channel-last
}

// fill computes the rows of k.
func (f *family) fill(k *coef) {
	for _, row := range []*[]float32{&k.a, &k.g, &k.c, &k.alpha, &k.theta, &k.reset, &k.vmin, &k.vinit, &k.fire} {
		if len(*row) != f.n {
			*row = make([]float32, padded(f.n))[:f.n] // whole words of spikes are computed
		}
	}
	for i := range k.fire[:padded(f.n)] {
		k.fire[:padded(f.n)][i] = float32(inf)
	}
	k.uniform = true
	for _, v := range f.Values {
		k.uniform = k.uniform && len(v) <= 1
	}
	for i := range f.n {
		a, leak, _ := decay(f.Rules.MemDecay, f.at(f.mem, i), f.Dt)
		gain := f.at(pGain, i)
		if f.Rules.Gain == model.GainLeak {
			gain *= leak
		}
		alpha, _, _ := decay(f.Rules.SynDecay, f.at(f.syn, i), f.Dt)
		k.a[i], k.g[i], k.alpha[i] = float32(a), float32(gain), float32(alpha)
		k.c[i] = float32(leak*f.at(pLeak, i) + f.at(pBias, i))
		k.theta[i], k.reset[i], k.vmin[i] = float32(f.at(pThreshold, i)), float32(f.at(pReset, i)), float32(f.at(pMin, i))
		k.vinit[i] = float32(f.at(pInit, i))
		k.fire[i] = k.theta[i]
		if f.Rules.Fire == model.FireAtLeast {
			k.fire[i] = kernels.Below(k.theta[i])
		}
	}
}

// dcoef holds the gradients by the coefficients, in float32 rows of N summed
// over time and batch; a nil row is not wanted.
type dcoef struct {
	a, g, c, alpha, theta, reset []float32
}

// chain adds the gradients by the parameters to grads.
func (f *family) chain(d *dcoef, grads map[string][]float32) {
	for name := range f.Learn {
		into := grads[name]
		if len(into) == 0 { // nobody asks for it
			continue
		}
		sums := make([]float64, len(into))
		for i := range f.n {
			sums[f.slot(len(into), i)] += f.chainAt(name, d, i)
		}
		for s, v := range sums {
			into[s] += float32(v)
		}
	}
}

// chainAt is dL/dp for parameter p = name of neuron i, by the chain rule of fill.
func (f *family) chainAt(name string, d *dcoef, i int) float64 {
	_, leak, da := decay(f.Rules.MemDecay, f.at(f.mem, i), f.Dt)
	row := func(r []float32) float64 {
		if r == nil {
			return 0
		}
		return float64(r[i])
	}
	switch name {
	case f.mem.Name:
		dg := 0.0
		if f.Rules.Gain == model.GainLeak {
			dg = f.at(pGain, i)
		}
		return da * (row(d.a) - dg*row(d.g) - f.at(pLeak, i)*row(d.c))
	case f.syn.Name:
		_, _, dalpha := decay(f.Rules.SynDecay, f.at(f.syn, i), f.Dt)
		return dalpha * row(d.alpha)
	case pGain.Name:
		if f.Rules.Gain == model.GainLeak {
			return leak * row(d.g)
		}
		return row(d.g)
	case pLeak.Name:
		return leak * row(d.c)
	case pBias.Name:
		return row(d.c)
	case pThreshold.Name:
		return row(d.theta)
	case pReset.Name:
		return row(d.reset)
	}
	return 0
}

// wants returns which coefficient gradients the learnable parameters need.
func (f *family) wants() (w wants) {
	mem := f.Learn[f.mem.Name] && f.mem.Name != ""
	leaky := f.Learn[pLeak.Name] || len(f.Values[pLeak.Name]) > 0
	w.a = mem
	w.g = f.Learn[pGain.Name] || mem && f.Rules.Gain == model.GainLeak
	w.c = f.Learn[pLeak.Name] || f.Learn[pBias.Name] || mem && leaky
	w.alpha = f.Learn[f.syn.Name] && f.syn.Name != ""
	w.theta, w.reset = f.Learn[pThreshold.Name], f.Learn[pReset.Name]
	return w
}

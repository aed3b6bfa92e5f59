package akida

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// Net is the network of a model: each sample is one tick.
//
//	V = sat₂₀(Σ w·x), then the pool, then
//	y = clip(⌈16·(V − θ) / (⌊16·act_step⌋ ≪ (4 − act_bits))⌉, 0, 2^act_bits − 1)
func (m *Model) Net() (*quant.IntNet, error) {
	b := &builder{net: &quant.IntNet{}, last: quant.InputName}
	for i := range m.Layers {
		l := &m.Layers[i]
		if err := b.layer(fmt.Sprintf("layer%d", i), l); err != nil {
			return nil, fault.Fault{Pkg: "chip/akida", Subject: fmt.Sprintf("layer %d (%s)", i, l.Type), Fact: err.Error()}
		}
	}
	b.net.Output = b.last
	return b.net, b.net.Validate()
}

type builder struct {
	net   *quant.IntNet
	last  string
	shape []int // C, H, W of the last layer
}

func (b *builder) layer(name string, l *Layer) error {
	switch l.Type {
	case InputData, InputConvolutional:
		if b.shape != nil {
			return fmt.Errorf("comes after another layer; expected first")
		}
		b.shape = []int{l.Shape[2], l.Shape[0], l.Shape[1]}
		b.net.Input = quant.Input{Shape: b.shape, Max: 255}
		if l.Type == InputData {
			if l.Bits < 1 || l.Bits > 4 {
				return fmt.Errorf("%d input bits; 1 to 4 are possible", l.Bits)
			}
			b.net.Input.Max = 1<<l.Bits - 1
			return nil
		}
		return b.convolution(name, l)
	case Convolutional:
		return b.convolution(name, l)
	case FullyConnected:
		return b.fullyConnected(name, l)
	}
	return fmt.Errorf("type is unknown; known: %s, %s, %s, %s", InputData, InputConvolutional, Convolutional, FullyConnected)
}

// population adds a layer's neurons; levels says whether they quantize.
func (b *builder) population(name string, shape []int, a *quant.Activation) {
	b.net.Populations = append(b.net.Populations, quant.Population{Name: name, Shape: shape, Activation: a})
	b.last, b.shape = name, shape
}

// levels is the activation of a layer with as many outputs, nil without one.
func (l *Layer) levels(out int) (*quant.Levels, error) {
	if l.NoActivation {
		return nil, nil
	}
	if len(l.Threshold.Data) != out || len(l.ActStep) != out {
		return nil, fmt.Errorf("%d thresholds, %d steps for %d outputs", len(l.Threshold.Data), len(l.ActStep), out)
	}
	steps := make([]int32, out)
	for i, s := range l.ActStep {
		if steps[i] = quant.LevelStep(s, l.ActBits); steps[i] < 1 {
			return nil, fmt.Errorf("act_step %g is below 1/16", s)
		}
	}
	return &quant.Levels{Threshold: l.Threshold, Step: quant.NewTensor(steps, out), Bits: l.ActBits}, nil
}

func (b *builder) fullyConnected(name string, l *Layer) error {
	w := l.Weights
	if b.shape == nil || len(w.Shape) != 2 || w.Len() != len(w.Data) || w.Shape[0] != quant.Len(b.shape) {
		return fmt.Errorf("weights are %v, the input is %v", w.Shape, b.shape)
	}
	in, out := w.Shape[0], w.Shape[1]
	levels, err := l.levels(out)
	if err != nil {
		return err
	}
	t := quant.NewTensor(make([]int32, in*out), out, in)
	c, d1, d2 := b.shape[0], b.shape[1], b.shape[2]
	for ch := range c { // the vendor's index is (c·D2 + d2)·D1 + d1
		for y := range d1 {
			for x := range d2 {
				for o := range out {
					t.Data[o*in+(ch*d1+y)*d2+x] = w.Data[((ch*d2+x)*d1+y)*out+o]
				}
			}
		}
	}
	b.net.Synapses = append(b.net.Synapses, quant.Synapses{Name: name, From: b.last, To: name, Bits: l.WeightsBits, Dense: &quant.Dense{Weight: t}})
	b.population(name, []int{out, 1, 1}, &quant.Activation{Range: register(), Levels: levels})
	return nil
}

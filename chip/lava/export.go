package lava

import (
	"fmt"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// FromNet is the netx form of a network: a chain of layers that Check accepts.
func FromNet(net *quant.IntNet) (*Netx, error) {
	if err := Loihi2().Check(net); err != nil {
		return nil, err
	}
	if err := refuseJoins(net); err != nil {
		return nil, err
	}
	x, last := &Netx{}, quant.InputName
	for i := range net.Populations {
		p := &net.Populations[i]
		in, rec, err := groupsInto(net, p.Name, last)
		if err != nil {
			return nil, fault.Fault{Pkg: "chip/lava", Subject: fmt.Sprintf("layer %q", p.Name), Fact: err.Error(), Hint: "netx holds a chain of layers"}
		}
		x.before(net, in, i)
		x.Layers = append(x.Layers, layerOf(p, in, rec))
		last = p.Name
	}
	if last != net.Output {
		return nil, fault.Fault{Pkg: "chip/lava", Subject: fmt.Sprintf("layer %q", last), Fact: "comes after the output", Hint: "netx holds a chain of layers"}
	}
	return x, nil
}

// refuseJoins names the first layer that reads several others, as those of first spike times do.
func refuseJoins(net *quant.IntNet) error {
	for _, p := range net.Populations {
		var from []string
		for _, s := range net.Into(p.Name) {
			if s.From != p.Name && !slices.Contains(from, s.From) {
				from = append(from, s.From)
			}
		}
		if len(from) > 1 {
			return fault.Fault{
				Pkg: "chip/lava", Subject: fmt.Sprintf("layer %q", p.Name), Fact: "reads " + strings.Join(from, ", "),
				Hint: "netx holds a chain of layers, each of which reads the one before; the image itself runs on the emulator",
			}
		}
	}
	return nil
}

// groupsInto finds the synapses into a layer: those of the layer before, and recurrent ones.
func groupsInto(net *quant.IntNet, name, last string) (in, rec *quant.Synapses, err error) {
	for i := range net.Synapses {
		s := &net.Synapses[i]
		switch {
		case s.To != name:
		case s.From == last && in == nil:
			in = s
		case s.From == name && rec == nil && s.Dense != nil:
			rec = s
		default:
			return nil, nil, fmt.Errorf("synapses %q come from %q, the layer before is %q", s.Name, s.From, last)
		}
	}
	for _, s := range []*quant.Synapses{in, rec} {
		if s != nil && s.Exponent != 0 {
			return nil, nil, fmt.Errorf("synapses %q have the exponent %d, and netx finds its own", s.Name, s.Exponent)
		}
	}
	if in == nil || rec != nil && in.Dense == nil {
		return nil, nil, fmt.Errorf("has no dense or convolutional synapses from %q", last)
	}
	return in, rec, nil
}

// before adds the layers that only shape: the input of a convolution, a flatten.
func (x *Netx) before(net *quant.IntNet, in *quant.Synapses, i int) {
	from := net.SourceShape(in.From)
	switch {
	case i == 0 && in.One == nil && len(from) == mapAxes:
		x.Layers = append(x.Layers, Layer{Type: Input, Shape: from})
		if in.Dense != nil {
			x.Layers = append(x.Layers, Layer{Type: Flatten})
		}
	case i > 0 && in.Dense != nil && len(from) == mapAxes:
		x.Layers = append(x.Layers, Layer{Type: Flatten})
	}
}

func layerOf(p *quant.Population, in, rec *quant.Synapses) Layer {
	s := p.Spiking
	l := Layer{Shape: p.Shape, Bias: shifted(s.Bias), Neuron: &Neuron{
		Type: "CUBA", IDecay: s.Currents[0].Decay.P.Data[0], VDecay: s.Leak.P.Data[0], VThMant: s.Threshold.Data[0] >> scaleBits,
	}}
	switch {
	case in.One != nil:
		l.Type = Input
	case in.Conv != nil:
		c := in.Conv
		l.Type, l.Weight = Conv, c.Weight
		l.Stride, l.Padding, l.Dilation, l.Groups = c.Stride, c.Padding, c.Dilation, c.Groups
	default:
		l.Type, l.Weight, l.Delay = Dense, in.Dense.Weight, in.Delay.Ticks
		l.Shape = []int{p.N()}
	}
	if rec != nil {
		l.Type, l.WeightRec = DenseRec, rec.Dense.Weight
	}
	return l
}

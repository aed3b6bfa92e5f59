package xylo

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Target is Xylo's digital core.
type Target struct{}

// New is the target.
func New() *Target { return &Target{} }

// Name is xylo.
func (*Target) Name() string { return "xylo" }

const rockpool = "rockpool 3.1, Xylo-A2"

// The limits of the core.
var (
	limitIn        = chip.Limit{Name: "inputs", Value: 16, Source: rockpool}
	limitHidden    = chip.Limit{Name: "hidden neurons", Value: 1000, Source: rockpool}
	limitOut       = chip.Limit{Name: "outputs", Value: 8, Source: rockpool}
	limitWeight    = chip.Limit{Name: "weight (8 bits, signed)", Value: 127, Source: rockpool}
	limitState     = chip.Limit{Name: "threshold or bias (16 bits, signed)", Value: 32767, Source: rockpool}
	limitHiddenOut = chip.Limit{Name: "spikes of a hidden neuron in a step", Value: maxHiddenSpikes, Source: rockpool}
	limitOutOut    = chip.Limit{Name: "spikes of an output in a step", Value: maxOutputSpikes, Source: rockpool}
	limitInput     = chip.Limit{Name: "spikes of an input in a step", Value: maxInput, Source: rockpool}
)

// Limits is the table of limits.
func (*Target) Limits() []chip.Limit {
	return []chip.Limit{limitIn, limitHidden, limitOut, limitWeight, limitState, limitHiddenOut, limitOutOut, limitInput}
}

// Place puts everything on the one core.
func (t *Target) Place(net *quant.IntNet) (*chip.Placement, error) {
	p := &chip.Placement{Cores: []chip.Core{{}}, Usage: []chip.Use{{Resource: limitIn.Name, Used: int64(quant.Len(net.Input.Shape)), Limit: limitIn.Value}}}
	for i := range net.Populations {
		pop := &net.Populations[i]
		p.Cores[0].Slices = append(p.Cores[0].Slices, chip.Slice{Population: pop.Name, To: pop.N()})
		l := limitHidden
		if pop.Name == net.Output {
			l = limitOut
		}
		if pop.Spiking != nil {
			p.Usage = append(p.Usage, chip.Use{Resource: l.Name, Used: int64(pop.N()), Limit: l.Value})
		}
	}
	return p, nil
}

// Check reports everything that the core cannot hold.
func (t *Target) Check(net *quant.IntNet) error {
	_, err := FromNet(net)
	return err
}

func checkNeuron(v *chip.Violations, name string, s *quant.Spiking, spikes chip.Limit) {
	for _, c := range s.Currents {
		chip.Want(v, name, "order of the current", c.Order, quant.AddDecay, "")
		chip.Want(v, name, "current decay", c.Decay.Kind, quant.DecayDash, "choose time constants of 2^n steps")
		chip.Want(v, name, "range of the current", c.Range, register(), "")
		if !c.EachEvent {
			v.Add(name, "the current saturates once a step", "the target saturates after every addition")
		}
	}
	chip.Want(v, name, "leak", s.Leak.Kind, quant.DecayDash, "choose time constants of 2^n steps")
	chip.Want(v, name, "range of the potential", s.Range, register(), "")
	chip.Want(v, name, "comparison", s.Fire, model.FireAtLeast, "raise the threshold by one")
	chip.Want(v, name, "refractory period", s.Refractory, 0, "")
	if s.Charge != quant.ChargeIncrement && s.Charge != quant.ChargeStaged {
		v.Add(name, fmt.Sprintf("charge is %s, the target has %s or, v1, %s", s.Charge, quant.ChargeIncrement, quant.ChargeStaged), "")
	}
	if s.Charge == quant.ChargeStaged && s.Bias.MaxAbs() != 0 {
		v.Add(name, "has a bias", "v1 has none")
	}
	if s.Floor != nil {
		v.Add(name, "has a floor", "")
	}
	v.Within(name, "reset mode", s.Reset, quant.ResetSubtract, quant.ResetSubtract, "a reset to a value is not possible: train with subtraction")
	v.Within(name, "initial potential", s.Initial, 0, 0, "")
	v.Within(name, "threshold", s.Threshold, 1, int32(limitState.Value), "scale weights and threshold down")
	v.Within(name, "bias", s.Bias, -1<<15, int32(limitState.Value), "scale weights and threshold down")
	if int64(s.MaxSpikes) != spikes.Value {
		v.Add(name, fmt.Sprintf("%d spikes a step, the target has %d", s.MaxSpikes, spikes.Value), "0 means without limit")
	}
}

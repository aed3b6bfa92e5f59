package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// ruleOf describes the rule of a population in a line.
func ruleOf(p *quant.Population) string {
	if a := p.Activation; a != nil {
		return activationOf(a)
	}
	s := p.Spiking
	parts := []string{}
	for _, c := range s.Currents {
		parts = append(parts, fmt.Sprintf("current %d bits%s", c.Range.Bits(), decayOf(c.Decay)))
	}
	parts = append(parts, fmt.Sprintf("potential %d bits %s%s", s.Range.Bits(), s.Range.Overflow, decayOf(s.Leak)))
	sign := ">"
	if s.Fire == model.FireAtLeast {
		sign = "≥"
	}
	parts = append(parts, sign+" "+valuesOf(s.Threshold), "reset "+resetOf(s.Reset))
	if !s.Bias.IsZero() && s.Bias.MaxAbs() > 0 {
		parts = append(parts, "bias "+valuesOf(s.Bias))
	}
	switch {
	case s.MaxSpikes == 0:
		parts = append(parts, "any number of spikes")
	case s.MaxSpikes > 1:
		parts = append(parts, fmt.Sprintf("up to %d spikes", s.MaxSpikes))
	}
	if s.Refractory > 0 {
		parts = append(parts, fmt.Sprintf("refractory %d", s.Refractory))
	}
	if s.Floor != nil {
		parts = append(parts, "floor "+valuesOf(s.Floor.At))
	}
	return strings.Join(parts, ", ")
}

func activationOf(a *quant.Activation) string {
	text := fmt.Sprintf("sum %d bits %s", a.Range.Bits(), a.Range.Overflow)
	if a.Levels != nil {
		text += fmt.Sprintf(", activation of %d bits", a.Levels.Bits)
	}
	if r := a.Requantize; r != nil {
		text += fmt.Sprintf(", scaled to %d..%d", r.Min, r.Max)
	}
	return text
}

func decayOf(d quant.Decay) string {
	switch {
	case d.IsNone():
		return ""
	case d.Kind == quant.DecayMultiply:
		return fmt.Sprintf(" decay %s/%d", valuesOf(d.P), 1<<d.Bits)
	}
	return fmt.Sprintf(" %s %s", d.Kind, valuesOf(d.P))
}

func resetOf(t quant.Tensor) string {
	names := map[int32]string{quant.ResetValue: "value", quant.ResetSubtract: "subtract", quant.ResetNone: "none"}
	lo, hi := slices.Min(t.Data), slices.Max(t.Data)
	if lo == hi {
		return names[lo]
	}
	return "of each neuron"
}

// valuesOf is a parameter's value, or the range of its values.
func valuesOf(t quant.Tensor) string {
	if len(t.Data) == 0 {
		return "0"
	}
	lo, hi := slices.Min(t.Data), slices.Max(t.Data)
	if lo == hi {
		return fmt.Sprint(lo)
	}
	return fmt.Sprintf("%d..%d", lo, hi)
}

package xylo

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// FromNet is the specification of a network, or everything in it that the core
// cannot hold: one hidden layer, recurrent or not, and one output layer.
func FromNet(net *quant.IntNet) (*Spec, error) {
	e := &exporter{v: chip.NewViolations("chip/xylo"), net: net, spec: &Spec{}}
	e.populations()
	if e.hidden != nil && e.output != nil {
		e.neurons()
		e.synapses()
	}
	return e.spec, e.v.Err()
}

type exporter struct {
	v                       *chip.Violations
	net                     *quant.IntNet
	spec                    *Spec
	hidden, output, aliased *quant.Population
}

// populations finds the layers: the output, a layer that the input reaches, and aliases.
func (e *exporter) populations() {
	reached := map[string]bool{}
	for i := range e.net.Synapses {
		if e.net.Synapses[i].From == quant.InputName {
			reached[e.net.Synapses[i].To] = true
		}
	}
	for i := range e.net.Populations {
		p := &e.net.Populations[i]
		switch {
		case p.Activation != nil && p.Name == aliased:
			e.aliased = p
		case p.Spiking == nil:
			e.v.Add(p.Name, "has no spiking neurons", "train a spiking network")
		case p.Name == e.net.Output:
			e.output = p
		case reached[p.Name] && e.hidden == nil:
			e.hidden = p
		default:
			e.v.Add(p.Name, "is a second hidden layer", "put all hidden neurons into one recurrent layer")
		}
	}
	if e.hidden == nil || e.output == nil {
		e.v.Add(e.net.Output, "has no hidden layer before it", "the target needs input, hidden and output layers")
	}
}

func (e *exporter) neurons() {
	h, o, s := e.hidden.Spiking, e.output.Spiking, e.spec
	e.v.Most(quant.InputName, int64(quant.Len(e.net.Input.Shape)), limitIn, "use fewer channels")
	e.v.Most(quant.InputName, max(int64(e.net.Input.Max), -int64(e.net.Input.Min)), limitInput, "limit the input")
	e.v.Most(e.hidden.Name, int64(e.hidden.N()), limitHidden, "use fewer neurons")
	e.v.Most(e.output.Name, int64(e.output.N()), limitOut, "use fewer outputs")
	checkNeuron(e.v, e.hidden.Name, h, limitHiddenOut)
	checkNeuron(e.v, e.output.Name, o, limitOutOut)
	if len(h.Currents) < 1 || len(o.Currents) != 1 {
		e.v.Add(e.hidden.Name, fmt.Sprintf("%d currents, the output %d", len(h.Currents), len(o.Currents)), "the target has 1 or 2, and 1")
		return
	}
	if h.Charge == quant.ChargeStaged {
		s.Version = "v1"
	}
	spread := func(t quant.Tensor, p *quant.Population) quant.Tensor {
		if t.IsZero() {
			return t
		}
		return quant.NewTensor(t.Spread(p.Shape), p.N())
	}
	s.DashMem, s.Threshold, s.Bias = spread(h.Leak.P, e.hidden), spread(h.Threshold, e.hidden), spread(h.Bias, e.hidden)
	s.DashSyn = spread(h.Currents[0].Decay.P, e.hidden)
	if len(h.Currents) == 2 {
		s.DashSyn2 = spread(h.Currents[1].Decay.P, e.hidden)
	}
	s.DashMemOut, s.ThresholdOut, s.BiasOut = spread(o.Leak.P, e.output), spread(o.Threshold, e.output), spread(o.Bias, e.output)
	s.DashSynOut = spread(o.Currents[0].Decay.P, e.output)
}

// synapses gathers the weights; each matrix may be there once.
func (e *exporter) synapses() {
	n := len(e.hidden.Spiking.Currents)
	in, rec, out := make([]*quant.Tensor, n), make([]*quant.Tensor, n), make([]*quant.Tensor, 1)
	spikes := e.hidden.Name
	if e.aliased != nil {
		spikes = e.aliased.Name
	}
	for i := range e.net.Synapses {
		s := &e.net.Synapses[i]
		into, latency := in, 0
		switch {
		case e.aliased != nil && s.To == e.aliased.Name:
			e.aliases(s)
			continue
		case s.From == quant.InputName && s.To == e.hidden.Name:
		case s.From == spikes && s.To == e.hidden.Name:
			into, latency = rec, 1
		case s.From == spikes && s.To == e.output.Name:
			into, latency = out, 1
		default:
			e.v.Add(s.Name, fmt.Sprintf("joins %q to %q", s.From, s.To), "the target joins input to hidden, hidden to hidden and hidden to output")
			continue
		}
		e.take(s, latency, into)
	}
	e.spec.WeightsIn, e.spec.ShiftIn = e.stack("in", in, quant.Len(e.net.Input.Shape), e.hidden.N())
	e.spec.WeightsRec, e.spec.ShiftRec = e.stack("rec", rec, e.hidden.N(), e.hidden.N())
	e.spec.WeightsOut, e.spec.ShiftOut = e.stack("out", out, e.hidden.N(), e.output.N())
	e.spec.WeightsOut.Shape = []int{e.hidden.N(), e.output.N()}
	if !slices.ContainsFunc(rec, func(t *quant.Tensor) bool { return t != nil }) {
		e.spec.WeightsRec = quant.Tensor{}
	}
}

func (e *exporter) take(s *quant.Synapses, latency int, into []*quant.Tensor) {
	if s.Dense == nil || s.Delay.Per != "" || s.Range != nil || s.Exponent != 0 {
		e.v.Add(s.Name, "is not plain and dense", "the target has dense weights without delays")
		return
	}
	chip.Want(e.v, s.Name, "latency", s.Latency, latency, "")
	if s.Current >= len(into) || into[s.Current] != nil {
		e.v.Add(s.Name, "is a second matrix for the same current", "add the matrices up")
		return
	}
	into[s.Current] = &s.Dense.Weight
}

// stack is matrices [out, in] as one array [in, out, S] of 8 bits and their
// shift: the least that brings all weights into 8 bits.
func (e *exporter) stack(name string, planes []*quant.Tensor, in, out int) (quant.Tensor, int) {
	t := quant.NewTensor(make([]int32, in*out*len(planes)), in, out, len(planes))
	var most, low int32 // greatest magnitude of v or, below zero, of v + 1; all bits in use
	for k, p := range planes {
		if p == nil {
			continue
		}
		for i := range in {
			for o := range out {
				v := p.Data[o*in+i]
				low |= v
				most = max(most, v, ^v)
				t.Data[(i*out+o)*len(planes)+k] = v
			}
		}
	}
	shift := 0
	for int64(most>>shift) > limitWeight.Value && low>>shift&1 == 0 {
		shift++
	}
	e.v.Most(name, int64(most>>shift), limitWeight, "quantize to 8 bits and a common power of two")
	for i := range t.Data {
		t.Data[i] >>= shift
	}
	return t, shift
}

// aliases reads lists back from their matrix.
func (e *exporter) aliases(s *quant.Synapses) {
	n := e.hidden.N()
	if s.Dense == nil || s.Latency != 0 || s.From != e.hidden.Name {
		e.v.Add(s.Name, "are no aliases", "")
		return
	}
	lists := make([][]int, n)
	for a := range n {
		for i := range n {
			for range s.Dense.Weight.Data[a*n+i] - boolInt(a == i) {
				lists[i] = append(lists[i], a)
			}
		}
	}
	e.spec.Aliases = lists
	if again := e.spec.aliasMatrix(n); !slices.Equal(again.Data, s.Dense.Weight.Data) {
		e.v.Add(s.Name, "chain", "hand spikes on from one neuron to others, not further")
	}
}

func boolInt(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// specJSON is the keyword arguments of XyloSim.from_specification.
type specJSON struct {
	WeightsIn    any     `json:"weights_in"`
	WeightsOut   any     `json:"weights_out"`
	WeightsRec   any     `json:"weights_rec,omitempty"`
	DashMem      []int32 `json:"dash_mem"`
	DashMemOut   []int32 `json:"dash_mem_out"`
	DashSyn      []int32 `json:"dash_syn"`
	DashSyn2     []int32 `json:"dash_syn_2,omitempty"`
	DashSynOut   []int32 `json:"dash_syn_out"`
	Threshold    []int32 `json:"threshold"`
	ThresholdOut []int32 `json:"threshold_out"`
	Bias         []int32 `json:"bias,omitempty"`
	BiasOut      []int32 `json:"bias_out,omitempty"`
	ShiftIn      int     `json:"weight_shift_in"`
	ShiftRec     int     `json:"weight_shift_rec"`
	ShiftOut     int     `json:"weight_shift_out"`
	Aliases      [][]int `json:"aliases,omitempty"`
}

// JSON is the specification as keyword arguments of XyloSim.from_specification;
// arrays become numpy arrays with numpy.asarray.
func (s *Spec) JSON() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	j := specJSON{
		WeightsIn: nested(s.WeightsIn), WeightsOut: nested(s.WeightsOut), DashMem: s.DashMem.Data, DashMemOut: s.DashMemOut.Data,
		DashSyn: s.DashSyn.Data, DashSyn2: s.DashSyn2.Data, DashSynOut: s.DashSynOut.Data, Threshold: s.Threshold.Data,
		ThresholdOut: s.ThresholdOut.Data, Bias: s.Bias.Data, BiasOut: s.BiasOut.Data,
		ShiftIn: s.ShiftIn, ShiftRec: s.ShiftRec, ShiftOut: s.ShiftOut, Aliases: s.Aliases,
	}
	if !s.WeightsRec.IsZero() {
		j.WeightsRec = nested(s.WeightsRec)
	}
	return json.Marshal(j)
}

// nested is an array as lists of lists.
func nested(t quant.Tensor) any {
	if len(t.Shape) <= 1 {
		return t.Data
	}
	rows, size := make([]any, t.Shape[0]), len(t.Data)/max(t.Shape[0], 1)
	for i := range rows {
		rows[i] = nested(quant.Tensor{Shape: t.Shape[1:], Data: t.Data[i*size : (i+1)*size]})
	}
	return rows
}

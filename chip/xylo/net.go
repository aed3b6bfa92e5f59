package xylo

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Net is the network of a specification. Every spike is added to its current
// alone, saturating: those of the input first, then the hidden ones of the step
// before. The output layer reads the hidden spikes of the step before.
func (s *Spec) Net() (*quant.IntNet, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	in, n, out := s.WeightsIn.Shape[0], s.WeightsIn.Shape[1], s.WeightsOut.Shape[1]
	dashes := []quant.Tensor{s.DashSyn, s.DashSyn2}[:s.currents()]
	net := &quant.IntNet{
		Input: quant.Input{Shape: []int{in}, Max: maxInput},
		Populations: []quant.Population{
			{Name: hidden, Shape: []int{n}, Spiking: s.neuron(dashes, s.DashMem, s.Threshold, s.Bias, maxHiddenSpikes)},
		},
		Output: output,
	}
	spikes := hidden
	if s.hasAliases() {
		spikes = aliased
		net.Populations = append(net.Populations, quant.Population{
			Name: aliased, Shape: []int{n}, Activation: &quant.Activation{Range: quant.Range{Max: maxHiddenSpikes, Overflow: quant.Saturate}},
		})
		net.Synapses = append(net.Synapses, quant.Synapses{Name: aliased, From: hidden, To: aliased, Dense: &quant.Dense{Weight: s.aliasMatrix(n)}})
	}
	net.Populations = append(net.Populations, quant.Population{
		Name: output, Shape: []int{out}, Spiking: s.neuron([]quant.Tensor{s.DashSynOut}, s.DashMemOut, s.ThresholdOut, s.BiasOut, maxOutputSpikes),
	})
	for k := range dashes {
		net.Synapses = append(net.Synapses, synapses(fmt.Sprintf("in%d", k), quant.InputName, hidden, k, plane(s.WeightsIn, k, s.ShiftIn), 0))
		if !s.WeightsRec.IsZero() {
			net.Synapses = append(net.Synapses, synapses(fmt.Sprintf("rec%d", k), spikes, hidden, k, plane(s.WeightsRec, k, s.ShiftRec), 1))
		}
	}
	net.Synapses = append(net.Synapses, synapses("out", spikes, output, 0, plane(s.WeightsOut, 0, s.ShiftOut), 1))
	return net, net.Validate()
}

func (s *Spec) hasAliases() bool {
	return slices.ContainsFunc(s.Aliases, func(a []int) bool { return len(a) > 0 })
}

// neuron is Xylo's neuron. v2 adds one increment to the potential,
// sat(sat(Σi − loss(v)) + bias); v1 has no bias and takes the loss off first.
func (s *Spec) neuron(dashes []quant.Tensor, dashMem, threshold, bias quant.Tensor, most int) *quant.Spiking {
	dash := func(t quant.Tensor) quant.Decay { return quant.Decay{Kind: quant.DecayDash, P: t} }
	r := &quant.Spiking{
		Leak: dash(dashMem), Charge: quant.ChargeIncrement, Bias: bias, Range: register(), Threshold: threshold,
		Fire: model.FireAtLeast, MaxSpikes: most, Reset: quant.Scalar(quant.ResetSubtract),
	}
	if s.Version == "v1" {
		r.Charge, r.Bias = quant.ChargeStaged, quant.Tensor{}
	}
	for _, d := range dashes {
		r.Currents = append(r.Currents, quant.Current{Order: quant.AddDecay, Decay: dash(d), Range: register(), EachEvent: true})
	}
	return r
}

func synapses(name, from, to string, current int, w quant.Tensor, latency int) quant.Synapses {
	return quant.Synapses{Name: name, From: from, To: to, Current: current, Latency: latency, Bits: 8, Dense: &quant.Dense{Weight: w}}
}

// plane is the k-th matrix of [in, out, S] weights, shifted, as [out, in].
func plane(w quant.Tensor, k, shift int) quant.Tensor {
	in, out, s := w.Shape[0], w.Shape[1], 1
	if len(w.Shape) == 3 {
		s = w.Shape[2]
	}
	t := quant.NewTensor(make([]int32, in*out), out, in)
	for i := range in {
		for o := range out {
			t.Data[o*in+i] = w.Data[(i*out+o)*s+k] << shift
		}
	}
	return t
}

// aliasMatrix is how often the spikes of each neuron count for each: neurons
// hand theirs on in the order of their index, so a chain adds up.
func (s *Spec) aliasMatrix(n int) quant.Tensor {
	t := quant.NewTensor(make([]int32, n*n), n, n)
	for i := range n {
		t.Data[i*n+i] = 1
	}
	for i, to := range s.Aliases {
		for _, a := range to {
			for j := range n {
				t.Data[a*n+j] += t.Data[i*n+j]
			}
		}
	}
	return t
}

func (s *Spec) currents() int {
	if len(s.WeightsIn.Shape) == 3 {
		return s.WeightsIn.Shape[2]
	}
	return 1
}

// check reports every array that does not fit the others.
func (s *Spec) check() error {
	var faults fault.List
	add := func(subject, format string, args ...any) {
		faults.Add(fault.Fault{Pkg: "chip/xylo", Subject: subject, Fact: fmt.Sprintf(format, args...)})
	}
	if d := len(s.WeightsIn.Shape); d < 2 || d > 3 || s.currents() < 1 || s.currents() > 2 {
		add("weights_in", "is %v, expected [in, hidden] or [in, hidden, 1 or 2]", s.WeightsIn.Shape)
		return faults.Err()
	}
	if len(s.WeightsOut.Shape) != 2 {
		add("weights_out", "is %v, expected [hidden, out]", s.WeightsOut.Shape)
		return faults.Err()
	}
	n, out, c := s.WeightsIn.Shape[1], s.WeightsOut.Shape[1], s.currents()
	has := func(name string, t quant.Tensor, may bool, want int) {
		if t.IsZero() && may {
			return
		}
		if len(t.Data) != want || t.Len() != want {
			add(name, "is %v, expected %d values", t.Shape, want)
		}
	}
	has("weights_in", s.WeightsIn, false, s.WeightsIn.Shape[0]*n*c)
	has("weights_rec", s.WeightsRec, true, n*n*c)
	has("weights_out", s.WeightsOut, false, n*out)
	has("dash_mem", s.DashMem, false, n)
	has("dash_syn", s.DashSyn, false, n)
	has("dash_syn_2", s.DashSyn2, c == 1, n)
	has("threshold", s.Threshold, false, n)
	has("bias", s.Bias, true, n)
	has("dash_mem_out", s.DashMemOut, false, out)
	has("dash_syn_out", s.DashSynOut, false, out)
	has("threshold_out", s.ThresholdOut, false, out)
	has("bias_out", s.BiasOut, true, out)
	for _, shift := range []int{s.ShiftIn, s.ShiftRec, s.ShiftOut} {
		if shift < 0 || shift > 16 {
			add("weight_shift", "%d is outside 0..16", shift)
		}
	}
	if len(s.Aliases) > n {
		add("aliases", "%d lists for %d hidden neurons", len(s.Aliases), n)
	}
	for i, to := range s.Aliases {
		for _, a := range to {
			if a < 0 || a >= n {
				add("aliases", "of neuron %d name neuron %d of %d", i, a, n)
			}
		}
	}
	return faults.Err()
}

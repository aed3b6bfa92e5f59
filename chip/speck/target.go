package speck

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Target is Speck's DYNAP-CNN part.
type Target struct{}

// New is the target.
func New() *Target { return &Target{} }

// Name is speck.
func (*Target) Name() string { return "speck" }

const source = "sinabs 3.1, DYNAP-CNN"

// memory is the words of a core.
type memory struct{ kernel, neuron int }

// cores is the memories of the nine cores.
func cores() []memory {
	const ki = 1024
	return []memory{
		{16 * ki, 64 * ki},
		{16 * ki, 64 * ki},
		{16 * ki, 64 * ki},
		{32 * ki, 32 * ki},
		{32 * ki, 32 * ki},
		{64 * ki, 16 * ki},
		{64 * ki, 16 * ki},
		{16 * ki, 16 * ki},
		{16 * ki, 16 * ki},
	}
}

var (
	limitCores    = chip.Limit{Name: "cores", Value: 9, Source: source}
	limitKernel   = chip.Limit{Name: "rows or columns of a kernel", Value: 16, Source: source}
	limitFeatures = chip.Limit{Name: "features of a layer", Value: 1024, Source: source}
	limitWeight   = chip.Limit{Name: "weight (8 bits, signed)", Value: 127, Source: source}
	limitState    = chip.Limit{Name: "potential, threshold or bias (16 bits, signed)", Value: 32767, Source: source}
	limitPerWord  = chip.Limit{Name: "words of kernel memory of the largest core", Value: 64 * 1024, Source: source}
	limitPerState = chip.Limit{Name: "words of neuron memory of the largest core", Value: 64 * 1024, Source: source}
)

// Limits is the table of limits.
func (*Target) Limits() []chip.Limit {
	return []chip.Limit{limitCores, limitKernel, limitFeatures, limitWeight, limitState, limitPerWord, limitPerState}
}

// ceilLog2 is the bits that address n things.
func ceilLog2(n int) int { return bits.Len(uint(n - 1)) }

// need is the memory of a layer: addresses are powers of two,
// C_in·2^(⌈log₂ k_h·k_w⌉ + ⌈log₂ C_out⌉) and C_out·2^(⌈log₂ H⌉ + ⌈log₂ W⌉).
func need(w, out []int) memory {
	return memory{
		kernel: w[1] << (ceilLog2(w[2]*w[3]) + ceilLog2(w[0])),
		neuron: out[0] << (ceilLog2(out[1]) + ceilLog2(out[2])),
	}
}

// part is one layer of a network as the chip sees it.
type part struct {
	pop  *quant.Population
	conv *quant.Conv
	pool int
}

// Check reports everything that the cores cannot hold.
func (t *Target) Check(net *quant.IntNet) error {
	v := chip.NewViolations("chip/speck")
	parts := chain(net, v)
	for _, p := range parts {
		checkPart(v, p)
	}
	if v.Len() == 0 {
		_, err := assign(parts)
		return err
	}
	return v.Err()
}

// chain walks convolution, neurons and pool of layer after layer.
func chain(net *quant.IntNet, v *chip.Violations) []part {
	var parts []part
	last := quant.InputName
	for i := range net.Populations {
		p := &net.Populations[i]
		s := net.Into(p.Name)
		if len(s) != 1 || s[0].From != last || s[0].Conv == nil || s[0].Latency != 0 || s[0].Delay.Per != "" || s[0].Exponent != 0 || s[0].Range != nil {
			v.Add(p.Name, fmt.Sprintf("is no plain convolution of %q without latency", last), "the target holds a chain of them; a dense layer is a convolution with the kernel of the whole map")
			return parts
		}
		c := s[0].Conv
		switch {
		case p.Spiking != nil:
			parts = append(parts, part{pop: p, conv: c, pool: 1})
		case len(parts) > 0 && parts[len(parts)-1].pool == 1 && isSum(c, p.Shape[0]):
			parts[len(parts)-1].pool = c.Stride[0]
		default:
			v.Add(p.Name, "is neither a spiking layer nor a sum pool behind one", "")
		}
		last = p.Name
	}
	if last != net.Output {
		v.Add(last, "comes after the output", "the target holds a chain of layers")
	}
	return parts
}

// isSum reports whether a convolution adds up size×size places of each channel.
func isSum(c *quant.Conv, channels int) bool {
	w := c.Weight.Shape
	return c.Groups == channels && w[1] == 1 && w[2] == w[3] && c.Stride == [2]int{w[2], w[2]} && c.Padding == [2]int{} &&
		!slices.ContainsFunc(c.Weight.Data, func(x int32) bool { return x != 1 })
}

func checkPart(v *chip.Violations, p part) {
	name, c := p.pop.Name, p.conv
	w := c.Weight.Shape
	v.Most(name, int64(max(w[2], w[3])), limitKernel, "use a smaller kernel, or pool before")
	v.Most(name, int64(w[0]), limitFeatures, "use fewer channels")
	v.Within(name, "weight", c.Weight, -128, int32(limitWeight.Value), "weights have 8 bits")
	chip.Want(v, name, "groups", c.Groups, 1, "")
	chip.Want(v, name, "dilation", c.Dilation, [2]int{1, 1}, "")
	for _, stride := range c.Stride {
		if !slices.Contains([]int{1, 2, 4, 8}, stride) {
			v.Add(name, fmt.Sprintf("stride %d", stride), "1, 2, 4 and 8 are possible")
		}
	}
	if !slices.Contains([]int{1, 2, 4}, p.pool) {
		v.Add(name, fmt.Sprintf("pool of %d", p.pool), "1, 2 and 4 are possible")
	}
	m := need(w, p.pop.Shape)
	v.Most(name, int64(m.kernel), limitPerWord, "use fewer channels or a smaller kernel")
	v.Most(name, int64(m.neuron), limitPerState, "use fewer channels, a stride, or a smaller input")
	checkNeuron(v, name, p.pop.Spiking)
}

func checkNeuron(v *chip.Violations, name string, s *quant.Spiking) {
	chip.Want(v, name, "synaptic currents", len(s.Currents), 0, "the target integrates spikes directly")
	if !s.Leak.IsNone() {
		v.Add(name, "has a leak that depends on the potential", "the target integrates and fires: leak by bias")
	}
	chip.Want(v, name, "charge", s.Charge, quant.ChargeSum, "")
	chip.Want(v, name, "range of the potential", s.Range, register(), "")
	chip.Want(v, name, "comparison", s.Fire, model.FireAtLeast, "raise the threshold by one")
	chip.Want(v, name, "refractory period", s.Refractory, 0, "")
	v.Within(name, "threshold", s.Threshold, 1, int32(limitState.Value), "scale weights and threshold down")
	v.Within(name, "bias", s.Bias, -1<<15, int32(limitState.Value), "scale weights and threshold down")
	if len(s.Threshold.Data) != 1 {
		v.Add(name, fmt.Sprintf("%d thresholds", len(s.Threshold.Data)), "one a layer is possible")
	}
	if subtract := len(s.Reset.Data) == 1 && s.Reset.Data[0] == quant.ResetSubtract; subtract != (s.MaxSpikes == 0) {
		v.Add(name, fmt.Sprintf("%d spikes a tick with reset mode %v", s.MaxSpikes, s.Reset.Data), "subtraction goes with any number of spikes, a reset to zero with one")
	}
	if s.Floor == nil {
		v.Add(name, "has no floor", "set one, -32768 at the lowest")
	} else {
		v.Within(name, "floor mode", s.Floor.Mode, quant.FloorClamp, quant.FloorClamp, "")
	}
}

// assign finds a core for every layer, or says which layer is left over.
func assign(parts []part) ([]int, error) {
	mem := cores()
	owner := make([]int, len(mem)) // layer of each core, −1 for none
	for i := range owner {
		owner[i] = -1
	}
	var try func(layer int, seen []bool) bool
	try = func(layer int, seen []bool) bool {
		m := need(parts[layer].conv.Weight.Shape, parts[layer].pop.Shape)
		for c := range mem {
			if seen[c] || m.kernel > mem[c].kernel || m.neuron > mem[c].neuron {
				continue
			}
			seen[c] = true
			if owner[c] < 0 || try(owner[c], seen) {
				owner[c] = layer
				return true
			}
		}
		return false
	}
	v := chip.NewViolations("chip/speck")
	v.Most(parts[len(parts)-1].pop.Name, int64(len(parts)), limitCores, "use fewer layers")
	for i := range parts {
		if v.Len() == 0 && !try(i, make([]bool, len(mem))) {
			m := need(parts[i].conv.Weight.Shape, parts[i].pop.Shape)
			v.Add(parts[i].pop.Name, fmt.Sprintf("%d words of kernels and %d of neurons: no free core holds both", m.kernel, m.neuron), "use fewer channels in this or another layer")
		}
	}
	out := make([]int, len(parts))
	for c, layer := range owner {
		if layer >= 0 {
			out[layer] = c
		}
	}
	return out, v.Err()
}

// Place gives every layer a core whose memories hold it.
func (t *Target) Place(net *quant.IntNet) (*chip.Placement, error) {
	v := chip.NewViolations("chip/speck")
	parts := chain(net, v)
	if err := v.Err(); err != nil {
		return nil, err
	}
	on, err := assign(parts)
	if err != nil {
		return nil, err
	}
	p, mem := &chip.Placement{}, cores()
	p.Usage = append(p.Usage, chip.Use{Resource: limitCores.Name, Used: int64(len(parts)), Limit: limitCores.Value})
	for i, part := range parts {
		p.Cores = append(p.Cores, chip.Core{Index: on[i], Slices: []chip.Slice{{Population: part.pop.Name, To: part.pop.N()}}})
		m := need(part.conv.Weight.Shape, part.pop.Shape)
		p.Usage = append(
			p.Usage,
			chip.Use{Resource: "kernel words of core " + fmt.Sprint(on[i]), Used: int64(m.kernel), Limit: int64(mem[on[i]].kernel)},
			chip.Use{Resource: "neuron words of core " + fmt.Sprint(on[i]), Used: int64(m.neuron), Limit: int64(mem[on[i]].neuron)},
		)
	}
	return p, nil
}

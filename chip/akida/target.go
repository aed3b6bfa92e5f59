package akida

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// Target is Akida 1 (AKD1000).
type Target struct{}

// New is the target akida.
func New() *Target { return &Target{} }

// Name is akida.
func (*Target) Name() string { return "akida" }

const vendor = "akida 2.19, AKD1000"

var (
	limitInputWeight = chip.Limit{Name: "bits of weights of the input layer", Value: 8, Source: vendor}
	limitWeight      = chip.Limit{Name: "bits of weights", Value: 4, Source: vendor}
	limitActivation  = chip.Limit{Name: "bits of activations", Value: 4, Source: vendor}
	limitInput       = chip.Limit{Name: "value of the input (8 bits)", Value: 255, Source: vendor}
	limitKernel      = chip.Limit{Name: "rows or columns of a kernel", Value: 7, Source: vendor}
	limitFanIn       = chip.Limit{Name: "inputs of a fully connected layer", Value: 57334, Source: vendor}
)

// Limits is the table of limits.
func (*Target) Limits() []chip.Limit {
	return []chip.Limit{limitInputWeight, limitWeight, limitActivation, limitInput, limitKernel, limitFanIn, limitWidth, limitGlobal, limitFilter}
}

// Place says which layers there are: how the vendor's software spreads them
// over its neural processors is its own.
func (t *Target) Place(net *quant.IntNet) (*chip.Placement, error) { return place(net), nil }

func place(net *quant.IntNet) *chip.Placement {
	p := &chip.Placement{}
	for i := range net.Populations {
		pop := &net.Populations[i]
		p.Cores = append(p.Cores, chip.Core{Index: i, Slices: []chip.Slice{{Population: pop.Name, To: pop.N()}}})
	}
	return p
}

// Check reports everything that Akida's layers cannot hold.
func (t *Target) Check(net *quant.IntNet) error {
	v := chip.NewViolations("chip/akida")
	if net.Input.Min < 0 {
		v.Add(quant.InputName, fmt.Sprintf("values down to %d", net.Input.Min), "inputs are not negative")
	}
	v.Most(quant.InputName, int64(net.Input.Max), limitInput, "")
	for i := range net.Populations {
		checkPopulation(v, &net.Populations[i], net.Populations[i].Name == net.Output)
	}
	for i := range net.Synapses {
		checkSynapses(v, net, &net.Synapses[i])
	}
	if v.Len() == 0 {
		checkStages(v, net)
	}
	return v.Err()
}

func checkPopulation(v *chip.Violations, p *quant.Population, last bool) {
	a := p.Activation
	if a == nil {
		v.Add(p.Name, "has spiking neurons", "the target has quantized activations without state")
		return
	}
	chip.Want(v, p.Name, "range of the sum", a.Range, register(), "")
	if a.Requantize != nil {
		v.Add(p.Name, "scales and rounds", "the target has thresholds and steps: use levels")
		return
	}
	switch {
	case a.Levels != nil:
		v.Most(p.Name, int64(a.Levels.Bits), limitActivation, "use fewer levels")
		if a.Levels.Bits == 3 {
			v.Add(p.Name, "3 bits of activations", "1, 2 and 4 are possible")
		}
	case !last && len(p.Shape) == 3 && p.Shape[1]*p.Shape[2] == 1:
		v.Add(p.Name, "has no activation", "only the last layer can do without")
	}
}

func checkSynapses(v *chip.Violations, net *quant.IntNet, s *quant.Synapses) {
	if s.Latency != 0 || s.Delay.Per != "" || s.Exponent != 0 || s.Range != nil {
		v.Add(s.Name, "have latency, delays, an exponent or a range", "the target has no time")
	}
	if s.Pool != nil || isSum(net, s) {
		return
	}
	limit := limitWeight
	if s.From == quant.InputName && net.Input.Max > 15 {
		limit = limitInputWeight
	}
	lo, hi := s.WeightRange()
	used := quant.Range{Min: lo, Max: hi}.Bits()
	if lo >= 0 && hi <= 1 {
		used = 1 // one bit holds 0 and 1
	}
	v.Most(s.Name, int64(used), limit, "quantize further")
	switch {
	case s.Dense != nil:
		v.Most(s.Name, int64(s.Dense.Weight.Shape[1]), limitFanIn, "pool before")
	case s.Conv != nil:
		checkConv(v, s.Name, s.Conv)
	default:
		v.Add(s.Name, "are neither dense nor a convolution", "")
	}
}

// isSum reports whether synapses are the sum of whole maps behind a layer (average pooling).
func isSum(net *quant.IntNet, s *quant.Synapses) bool {
	from := net.SourceShape(s.From)
	return s.Conv != nil && s.From != quant.InputName && s.Conv.Groups == from[0] && s.Conv.Weight.Shape[2] == from[1] &&
		s.Conv.Weight.Shape[3] == from[2] && !slices.ContainsFunc(s.Conv.Weight.Data, func(x int32) bool { return x != 1 })
}

func checkConv(v *chip.Violations, name string, c *quant.Conv) {
	h, w := c.Weight.Shape[2], c.Weight.Shape[3]
	v.Most(name, int64(max(h, w)), limitKernel, "1, 3, 5 and 7 are possible")
	if h != w || h%2 == 0 {
		v.Add(name, fmt.Sprintf("kernel %d×%d", h, w), "1, 3, 5 and 7, square, are possible")
	}
	if c.Stride != [2]int{1, 1} && (c.Stride != [2]int{2, 2} || h != 3) {
		v.Add(name, fmt.Sprintf("stride %v with kernel %d×%d", c.Stride, h, w), "2 is possible with 3×3, else 1")
	}
	chip.Want(v, name, "groups", c.Groups, 1, "")
	chip.Want(v, name, "dilation", c.Dilation, [2]int{1, 1}, "")
}

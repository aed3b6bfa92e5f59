package brainscales2

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Target is one BrainScaleS-2 chip.
type Target struct{}

// New is the target.
func New() *Target { return &Target{} }

// Name is brainscales2.
func (*Target) Name() string { return "brainscales2" }

const pehle = "Pehle 2022"

// Figures of the chip.
const (
	circuitCount = 512
	rows         = 256 // synapses of a circuit
	perCircuit   = rows / 2
	blockSize    = 128 // circuits of a quadrant
	joinable     = 64
)

var (
	limitCircuits = chip.Limit{Name: "neuron circuits", Value: circuitCount, Source: pehle}
	limitJoined   = chip.Limit{Name: "circuits joined to a neuron (128 signed inputs each)", Value: joinable, Source: pehle}
	limitSynapses = chip.Limit{Name: "synapses, two for each signed weight", Value: circuitCount * rows, Source: pehle}
	limitWeight   = chip.Limit{Name: "weight (6 bits, its sign by the row)", Value: 63, Source: pehle}
	limitInput    = chip.Limit{Name: "value of an input (5 bits)", Value: 31, Source: pehle}
	limitState    = chip.Limit{Name: "threshold or bias (the range of a potential)", Value: 1<<(stateBits-1) - 1, Source: "the model's register"}
)

// Limits is the table of limits. That of synapses is not among them: a circuit
// has those of the 128 inputs that it counts for.
func (*Target) Limits() []chip.Limit {
	return []chip.Limit{limitCircuits, limitJoined, limitWeight, limitInput, limitState}
}

// circuits is how many a neuron of a fan-in joins.
func circuits(fanIn int) int { return max(1, (fanIn+perCircuit-1)/perCircuit) }

// fanIns is the number of different sources of every neuron.
func fanIns(net *quant.IntNet) map[string][]int {
	f, out := chip.NewFanIn(net), map[string][]int{}
	for i := range net.Populations {
		p := &net.Populations[i]
		for n := range p.N() {
			seen := map[int32]bool{}
			for _, s := range f.Sources(p.Name, n) {
				seen[s] = true
			}
			out[p.Name] = append(out[p.Name], len(seen))
		}
	}
	return out
}

// Place fills the four quadrants in the order of the layers; a neuron takes as
// many circuits as its fan-in needs, all in one quadrant.
func (*Target) Place(net *quant.IntNet) (*chip.Placement, error) {
	v, p := chip.NewViolations("chip/brainscales2"), &chip.Placement{}
	used, quadrant, total := 0, -1, 0
	fan := fanIns(net)
	var synapses int64
	for i := range net.Populations {
		pop := &net.Populations[i]
		for n, fanIn := range fan[pop.Name] {
			need := circuits(fanIn)
			if quadrant < 0 || used+need > blockSize {
				quadrant, used = quadrant+1, 0
				p.Cores = append(p.Cores, chip.Core{Index: quadrant})
			}
			used, total, synapses = used+need, total+need, synapses+2*int64(fanIn)
			addNeuron(&p.Cores[quadrant], pop.Name, n)
		}
	}
	if v.Most(net.Output, int64(len(p.Cores))*blockSize, limitCircuits, "use fewer neurons or a smaller fan-in"); v.Len() > 0 {
		return nil, v.Err()
	}
	p.Usage = []chip.Use{
		{Resource: limitCircuits.Name, Used: int64(total), Limit: limitCircuits.Value},
		{Resource: limitSynapses.Name, Used: synapses, Limit: limitSynapses.Value},
	}
	return p, nil
}

func addNeuron(c *chip.Core, name string, n int) {
	if k := len(c.Slices) - 1; k >= 0 && c.Slices[k].Population == name && c.Slices[k].To == n {
		c.Slices[k].To++
		return
	}
	c.Slices = append(c.Slices, chip.Slice{Population: name, From: n, To: n + 1})
}

// Check reports everything that the chip cannot hold.
func (*Target) Check(net *quant.IntNet) error {
	v := chip.NewViolations("chip/brainscales2")
	v.Most(quant.InputName, int64(net.Input.Max), limitInput, "scale the input to 0..31")
	if net.Input.Min < 0 {
		v.Add(quant.InputName, fmt.Sprintf("values down to %d", net.Input.Min), "inputs are not negative")
	}
	for i := range net.Populations {
		p := &net.Populations[i]
		if p.Spiking == nil {
			v.Add(p.Name, "has no spiking neurons", "train a spiking network")
			continue
		}
		checkNeuron(v, p.Name, p.Spiking)
	}
	for i := range net.Synapses {
		checkSynapses(v, &net.Synapses[i])
	}
	if v.Len() == 0 {
		checkSize(v, net)
	}
	return v.Err()
}

// checkSize checks circuits; their synapses are then enough.
func checkSize(v *chip.Violations, net *quant.IntNet) {
	total := 0
	fan := fanIns(net)
	for i := range net.Populations {
		name, most := net.Populations[i].Name, 0
		for _, fanIn := range fan[name] {
			most, total = max(most, circuits(fanIn)), total+circuits(fanIn)
		}
		v.Most(name, int64(most), limitJoined, "give the layer fewer inputs")
	}
	v.Most(net.Output, int64(total), limitCircuits, "use fewer neurons or a smaller fan-in")
}

func checkNeuron(v *chip.Violations, name string, s *quant.Spiking) {
	if len(s.Currents) != 1 {
		v.Add(name, fmt.Sprintf("%d synaptic currents, the target has 1", len(s.Currents)), "use a current-based neuron (cuba-lif)")
	} else {
		c := s.Currents[0]
		chip.Want(v, name, "order of the current", c.Order, quant.DecayAdd, "")
		chip.Want(v, name, "range of the current", c.Range, register(), "")
		chip.Want(v, name, "shift of the input", c.Shift, unitBits, "")
		checkDecay(v, name, "current decay", c.Decay)
	}
	checkDecay(v, name, "membrane decay", s.Leak)
	chip.Want(v, name, "charge", s.Charge, quant.ChargeSum, "")
	chip.Want(v, name, "range of the potential", s.Range, register(), "")
	chip.Want(v, name, "comparison", s.Fire, model.FireAbove, "lower the threshold by one")
	chip.Want(v, name, "spikes a tick", s.MaxSpikes, 1, "")
	v.Within(name, "reset mode", s.Reset, quant.ResetValue, quant.ResetValue, "soft reset is not possible: train with a reset to zero")
	v.Within(name, "threshold", s.Threshold, 1, int32(limitState.Value), "scale weights and threshold down")
	v.Within(name, "bias", s.Bias, -int32(limitState.Value), int32(limitState.Value), "scale weights and threshold down")
	if s.Floor != nil {
		v.Add(name, "has a floor", "")
	}
	if s.Noise != nil {
		v.Add(name, "has noise of its own", "check the network that is meant; a sampled chip is for its emulator")
	}
}

func checkDecay(v *chip.Violations, name, what string, d quant.Decay) {
	if d.IsNone() {
		v.Add(name, what+" is none", "set a time constant: the circuits leak")
		return
	}
	chip.Want(v, name, what, d.Kind, quant.DecayMultiply, "")
	chip.Want(v, name, what+" bits", d.Bits, decayBits, "")
	chip.Want(v, name, what+" rounding", d.Round, quant.RoundNearestEven, "")
}

func checkSynapses(v *chip.Violations, s *quant.Synapses) {
	if s.Pool != nil {
		v.Add(s.Name, "is a max pool", "use a stride")
		return
	}
	lo, hi := s.WeightRange()
	v.Most(s.Name, max(int64(hi), -int64(lo)), limitWeight, "scale the layer to -63..63")
	if s.Exponent != 0 || s.Range != nil || s.Delay.Per != "" {
		v.Add(s.Name, "has an exponent, a range or delays", "synapses add their charge as it comes")
	}
	if s.Latency < 1 {
		v.Add(s.Name, "latency is 0, the target needs at least 1 tick a layer", "")
	}
}

package quant

// InputName is the source of synapses that read the network's own input.
const InputName = "input"

// IntNet is a network in integers: populations of neurons joined by synapses.
// Time goes in ticks. In a tick the populations are updated in their order;
// each first takes what arrives in the tick.
type IntNet struct {
	Input       Input        `json:"input"`
	Populations []Population `json:"populations"`
	Synapses    []Synapses   `json:"synapses"`
	Output      string       `json:"output"` // the population whose spikes leave
	Dt          float64      `json:"dt"`     // length of a tick in s, 0 where ticks have no unit
}

// Input is what comes from outside in a tick: a value an element, 0 = nothing.
type Input struct {
	Shape []int `json:"shape"` // (N) or (C, H, W)
	Min   int32 `json:"min"`
	Max   int32 `json:"max"`

	// Scale is what 1 stands for in the data that the network was trained on:
	// a value x enters as round(x/Scale), held in Min..Max. 0 is 1: spikes, or
	// counts, enter as they are.
	Scale float64 `json:"scale,omitempty"`
}

// Of is the value that enters for a value of the data, halves away from zero.
func (in Input) Of(x float32) int32 {
	scale := in.Scale
	if scale == 0 {
		scale = 1
	}
	return Quantize(float64(x), scale, Range{Min: in.Min, Max: in.Max})
}

// Population is a set of neurons of one rule. Exactly one rule is set.
type Population struct {
	Name       string      `json:"name"`
	Shape      []int       `json:"shape"` // (N) or (C, H, W), flattened in C order
	Spiking    *Spiking    `json:"spiking,omitempty"`
	Activation *Activation `json:"activation,omitempty"`
}

// N is the number of neurons.
func (p *Population) N() int { return Len(p.Shape) }

// Synapses join a source to a population. What the source sends in tick t
// arrives in tick t + Latency + delay. The sum of what arrives through these
// synapses in a tick is shifted by Exponent, then brought into Range.
type Synapses struct {
	Name     string `json:"name"`
	From     string `json:"from"` // a population, or InputName
	To       string `json:"to"`
	Current  int    `json:"current,omitempty"` // of the target's currents
	Latency  int    `json:"latency"`           // 0 only from a population before the target, or the input
	Delay    Delay  `json:"delay,omitzero"`
	Exponent int    `json:"exponent,omitempty"` // −16..16; negative shifts go toward minus infinity
	Range    *Range `json:"range,omitempty"`
	Bits     int    `json:"bits,omitempty"` // of a weight, for size and export

	Dense  *Dense  `json:"dense,omitempty"`
	Conv   *Conv   `json:"conv,omitempty"`
	Sparse *Sparse `json:"sparse,omitempty"`
	One    *One    `json:"one,omitempty"`
	Pool   *Pool   `json:"pool,omitempty"`
}

// Delay is added to the latency. The zero value is no delay.
type Delay struct {
	Per   DelayPer `json:"per,omitempty"`
	Ticks Tensor   `json:"ticks,omitzero"` // 0..MaxDelay
}

// MaxDelay bounds delays and latencies, and so the memory of an emulator.
const MaxDelay = 1 << 12

// DelayPer is what has its own delay.
type DelayPer string

// The grains of delays.
const (
	DelayAll     DelayPer = "all"     // [1]
	DelaySource  DelayPer = "source"  // [in]
	DelayTarget  DelayPer = "target"  // [out]
	DelaySynapse DelayPer = "synapse" // as the weights: dense [out, in], sparse one a synapse
)

// Dense joins all to all.
type Dense struct {
	Weight Tensor `json:"weight"` // [out, in]
}

// Conv is a two-dimensional cross-correlation of (C, H, W) maps.
type Conv struct {
	Weight   Tensor `json:"weight"`   // [C_out, C_in/groups, k_h, k_w]
	Stride   [2]int `json:"stride"`   // h, w
	Padding  [2]int `json:"padding"`  // zeros before the first row and column; those behind follow from the shapes
	Dilation [2]int `json:"dilation"` // h, w
	Groups   int    `json:"groups"`
}

// Sparse lists the synapses of each source.
type Sparse struct {
	Start  Tensor `json:"start"`  // [in + 1]: the synapses of source i are Start[i] to Start[i+1]
	Target Tensor `json:"target"` // one a synapse
	Weight Tensor `json:"weight"` // one a synapse
}

// One joins neuron i to neuron i.
type One struct {
	Weight Tensor `json:"weight"` // one value, one a channel, or one a neuron
}

// Pool takes the greatest value of a window of (C, H, W) maps; silent sources
// count with the value 0. It is the only input of its target.
type Pool struct {
	Size    [2]int `json:"size"`
	Stride  [2]int `json:"stride"`
	Padding [2]int `json:"padding"` // rows and columns outside before the first; they never win
}

// Find is the population called name, or nil.
func (n *IntNet) Find(name string) *Population {
	for i := range n.Populations {
		if n.Populations[i].Name == name {
			return &n.Populations[i]
		}
	}
	return nil
}

// Into is the synapse groups that lead into a population.
func (n *IntNet) Into(name string) []*Synapses {
	var out []*Synapses
	for i := range n.Synapses {
		if n.Synapses[i].To == name {
			out = append(out, &n.Synapses[i])
		}
	}
	return out
}

// SourceShape is the shape of a population or of the input, nil where there is none.
func (n *IntNet) SourceShape(name string) []int {
	if name == InputName {
		return n.Input.Shape
	}
	if p := n.Find(name); p != nil {
		return p.Shape
	}
	return nil
}

// Tensors calls visit for every array with its name, in a fixed order.
func (n *IntNet) Tensors(visit func(name string, t *Tensor)) {
	some := func(name string, t *Tensor) {
		if !t.IsZero() {
			visit(name, t)
		}
	}
	for i := range n.Populations {
		n.Populations[i].tensors(some)
	}
	for i := range n.Synapses {
		n.Synapses[i].tensors(some)
	}
}

func (p *Population) tensors(visit func(string, *Tensor)) {
	at := "population." + p.Name + "."
	if s := p.Spiking; s != nil {
		for k := range s.Currents {
			visit(at+"decay."+string(rune('0'+k)), &s.Currents[k].Decay.P)
		}
		visit(at+"leak", &s.Leak.P)
		visit(at+"bias", &s.Bias)
		visit(at+"threshold", &s.Threshold)
		visit(at+"reset", &s.Reset)
		visit(at+"reset_to", &s.ResetTo)
		visit(at+"initial", &s.Initial)
		if s.Noise != nil {
			visit(at+"noise", &s.Noise.Sigma)
		}
		if f := s.Floor; f != nil {
			visit(at+"floor", &f.At)
			visit(at+"floor_mode", &f.Mode)
			visit(at+"floor_to", &f.To)
		}
	}
	if a := p.Activation; a != nil {
		visit(at+"bias", &a.Bias)
		if l := a.Levels; l != nil {
			visit(at+"threshold", &l.Threshold)
			visit(at+"step", &l.Step)
		}
		if r := a.Requantize; r != nil {
			visit(at+"multiplier", &r.Multiplier)
			visit(at+"shift", &r.Shift)
		}
	}
}

func (s *Synapses) tensors(visit func(string, *Tensor)) {
	at := "synapses." + s.Name + "."
	visit(at+"delay", &s.Delay.Ticks)
	if s.Dense != nil {
		visit(at+"weight", &s.Dense.Weight)
	}
	if s.Conv != nil {
		visit(at+"weight", &s.Conv.Weight)
	}
	if s.One != nil {
		visit(at+"weight", &s.One.Weight)
	}
	if p := s.Sparse; p != nil {
		visit(at+"start", &p.Start)
		visit(at+"target", &p.Target)
		visit(at+"weight", &p.Weight)
	}
}

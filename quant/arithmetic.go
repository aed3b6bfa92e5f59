package quant

import "fmt"

// Arithmetic is what a quantizer must know of a target: where its numbers
// lie, and how its neurons compute.
type Arithmetic struct {
	Target string

	Grid  func(bits int) (Grid, error) // of weights; 0 bits = all that there are
	Input Range                        // of what an input element sends in a tick
	First int                          // latency of synapses that read the input, in ticks
	Next  int                          // least latency of synapses between layers
	Most  int                          // greatest latency of these
	Unit  int                          // what a weight of 1 adds to the potential is 2^Unit

	Threshold Range  // in units of a weight
	Bias      Range  // likewise
	PerNeuron bool   // thresholds may differ within a layer
	Initial   bool   // potentials may start at other values than 0
	ConvSum   *Range // register of a convolution's sum

	AsConv    bool // all synapses are convolutions, a dense one has the kernel of the whole map
	SumPool   bool // there are pools that sum spikes
	Potential bool // the output's potentials can be read
	Counts    bool // a neuron sends any number of spikes a tick

	// Neuron is the target's rule for neurons with these dynamics: decays are
	// set, thresholds and biases are not. What it cannot compute is refused.
	Neuron func(d Dynamics, r *Refusals) *Spiking
}

// Grid is the values that weights may have: Step·k for k in Min..Max.
type Grid struct {
	Min, Max, Step int32
	Exponent       int // synapses may shift their sums left by up to this
}

// SignedGrid is the grid of a two's complement weight of so many bits, at most
// most; 0 asks for all.
func SignedGrid(bits, most int) (Grid, error) {
	if bits == 0 {
		bits = most
	}
	if bits < 2 || bits > most {
		return Grid{}, fmt.Errorf("weights of %d bits; 2 to %d are possible", bits, most)
	}
	r := Signed(bits, Saturate)
	return Grid{Min: r.Min, Max: r.Max, Step: 1}, nil
}

// Refusals collects what a target cannot compute of a layer.
type Refusals struct {
	refused []Refusal
	notes   []string
}

// Refusal is one property of a layer that a target does not have.
type Refusal struct{ Property, Hint string }

// Add refuses a property.
func (r *Refusals) Add(property, hint string) {
	r.refused = append(r.refused, Refusal{property, hint})
}

// Note records what the target computes differently, though it takes the layer.
func (r *Refusals) Note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

package nir

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/model"
)

// Profile is what a framework takes a file for: its own reader, with the
// settings it comes with. Versions are those of data/golden.
type Profile struct {
	Name, Doc string
	Dt        float64 // time step when none is asked for, in the unit of the file's time constants
	Fixed     bool    // the framework has no option for it
	Reader    string  // whose reader it is, with version

	// guess is the time step that the reader takes for a node, where it has no other.
	guess func(c *cell) float64
	// neurons is what a node of neurons becomes.
	neurons func(c *cell, o settings) (*model.Neuron, remarks)
	// other says what it does with a node without neurons; nil: reads all of them as they are.
	other  func(p Primitive) remarks
	writes writing
	last   bool // Flatten joins the axes of maps with the channels last
}

// writing says how a node is written for a reader, so that it takes the decays
// and gains of the network from it, as far as it can.
type writing struct {
	exp   bool                          // it reads a time constant as e^(−dt/τ), not as 1 − dt/τ
	steps bool                          // time constants count steps
	gain  gain                          // the input gain that it takes for a membrane that leaks
	r     func(tau, dt float64) float64 // r of a membrane that leaks, where it is not the gain; nil: 1
	rIF   func(dt float64) float64      // r of one that does not; nil: 1; where r is read, the gain over dt
	in    bool                          // it reads w_in
	late  bool                          // its synapse decays before the membrane sees the input
	li    bool                          // it reads LI; else that is written for NIR's equation
	bias  bool                          // v_leak is a current that is added in every step
}

// gain is what the input of a step enters the membrane with.
type gain int

const (
	gainR    gain = iota // r·(1 − A)
	gainLeak             // 1 − A
	gainUnit             // 1
)

// settings are the choices of an import that a profile sees.
type settings struct {
	dt       float64
	subtract bool // the plain reading with the threshold subtracted
}

// remarks are what a profile says of a node: notes of what it does not take
// from the file, and why it cannot take the node at all.
type remarks struct{ notes, faults []string }

func (r *remarks) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *remarks) refuse(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// Profiles lists the profiles.
func Profiles() *registry.Registry[Profile] {
	r := registry.New[Profile]("profile")
	for _, p := range []Profile{
		plainProfile(), snntorchProfile(), norseProfile(), spikingJellyProfile(), sinabsProfile(), rockpoolProfile(),
		spyxProfile(), lavaProfile(), spinnaker2Profile(),
	} {
		r.Add(p.Name, p)
	}
	return r
}

// only refuses nodes of types that a reader does not know.
func only(reader string, types ...string) func(Primitive) remarks {
	known := map[string]bool{"Input": true, "Output": true}
	for _, t := range types {
		known[t] = true
	}
	return func(p Primitive) (r remarks) {
		if !known[p.Type()] {
			r.refuse("%s does not read %s", reader, p.Type())
		}
		return r
	}
}

// readout is a leaky integrator at the end of a network, which the reader does
// not know: it is run by NIR's equation, as something outside the framework.
func readout(reader string, c *cell, o settings) (*model.Neuron, remarks) {
	var r remarks
	if c.kind == "I" {
		r.refuse("%s does not read I", reader)
		return nil, r
	}
	op, _ := plainNeurons(c, o)
	r.note("%s does not read %s: it is run here by NIR's equation, as a readout outside of it", reader, c.kind)
	return op, r
}

// newNeuron starts a layer of the model that a node stands for.
func newNeuron(c *cell, rules model.Rules) *model.Neuron {
	op := &model.Neuron{
		Model: c.model(), Rules: rules, Output: model.OutputSpikes, Values: map[string]*model.Tensor{},
		Surrogate: model.SurrogateSpec{Kind: "atan", Params: map[string]float64{"alpha": 2}},
	}
	if !c.fires() {
		op.Output = model.OutputMembrane
		op.Rules.Fire, op.Rules.MaxSpikes, op.Rules.Reset, op.Rules.ResetAt, op.Rules.Delay = model.FireAbove, 1, model.ResetNone, model.ResetAtSpike, 0
	}
	return op
}

// set stores a parameter of a layer, or leaves it out when it is what stands for it.
func set(op *model.Neuron, name string, s series, shape model.Shape, left float64) {
	if !s.uniform() || s[0] != left {
		op.Values[name] = s.tensor(shape)
	}
}

// always stores a parameter.
func always(op *model.Neuron, name string, s series, shape model.Shape) {
	op.Values[name] = s.tensor(shape)
}

// hard are the rules of a strict comparison and a reset to a value in the step of the spike.
func hard() model.Rules {
	return model.Rules{
		Fire: model.FireAbove, MaxSpikes: 1, Reset: model.ResetValue, ResetAt: model.ResetAtSpike, DetachReset: true,
		Gain: model.GainUnit,
	}
}

// cubaRules adds a synapse: i = αi + x, and the new current reaches the membrane.
func cubaRules(r *model.Rules, c *cell, decay model.Decay) {
	if c.cuba() {
		r.Synapse, r.SynDecay = model.SynapseDecayAdd, decay
	}
}

package neuron

import (
	"math"

	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/model"
)

// Kind describes a neuron model.
type Kind struct {
	Name     string
	Doc      string // one sentence
	Equation string // of one step
	Spiking  bool
	Rules    model.Rules                 // what the model does when nothing else is said
	Params   func(r model.Rules) []Param // the parameters it has under these rules
	New      func(l Layer) (Cell, error) // a layer ready to run
	Adjust   func(r *model.Rules)        // imposes what the model is not free in
	Feedback bool                        // Layer.Recurrence may be other than none
}

// Param describes one parameter of a model.
type Param struct {
	Name     string
	Unit     string // "1", "dt" (the unit of the time step), "θ" (that of the membrane potential)
	Default  float64
	Min, Max float64 // a value outside is a fault
	Fixed    bool    // cannot be learned
	Doc      string
}

// Layer is what a cell is built from. Values are live: the optimizer changes
// them between calls. A per-neuron array of a (C, H, W) layer is channel-last.
type Layer struct {
	Rules     model.Rules
	Surrogate model.SurrogateSpec
	Shape     model.Shape
	Dt        float64
	Values    map[string][]float32 // one value, one a channel, or one a neuron
	Learn     map[string]bool

	Recurrence model.Recurrence
}

// Builtin lists the neuron models.
func Builtin() *registry.Registry[Kind] {
	r := registry.New[Kind]("neuron model")
	for _, k := range []Kind{
		ifKind(), lifKind(), liKind(), cubaLIFKind(), cubaLIKind(), slayerCubaKind(),
		qifKind(), eifKind(), adaptiveQIFKind(), izhikevichKind(), klifKind(), rafKind(),
		refractoryKind(), lsnnKind(), adexKind(), alifKind(), alphaKind(), slayerALIFKind(), slayerRFKind(),
	} {
		r.Add(k.Name, k)
	}
	return r
}

// the ranges that parameters of several models share
var (
	inf        = math.Inf(1)
	pThreshold = Param{Name: "threshold", Unit: "θ", Default: 1, Min: -inf, Max: inf, Doc: "membrane potential θ at which a spike is fired"}
	pReset     = Param{Name: "v_reset", Unit: "θ", Default: 0, Min: -inf, Max: inf, Doc: "potential after a spike when reset is value"}
	pMin       = Param{Name: "v_min", Unit: "θ", Default: math.Inf(-1), Min: -inf, Max: inf, Fixed: true, Doc: "lower bound of the potential"}
	pInit      = Param{Name: "v_init", Unit: "θ", Default: 0, Min: -inf, Max: inf, Fixed: true, Doc: "potential before the first step"}
	pGain      = Param{Name: "r", Unit: "1", Default: 1, Min: -inf, Max: inf, Doc: "input gain (membrane resistance)"}
	pLeak      = Param{Name: "v_leak", Unit: "θ", Default: 0, Min: -inf, Max: inf, Doc: "potential that the membrane decays to"}
	pBias      = Param{Name: "bias", Unit: "θ", Default: 0, Min: -inf, Max: inf, Doc: "constant added to the potential in every step"}
)

package chip

import "github.com/snntrain/snntrain/quant"

// Constant is what one event costs.
type Constant struct {
	Event  Event   `json:"event"`
	Joule  float64 `json:"joule"`            // energy of one
	Second float64 `json:"second,omitempty"` // time of one
	Source string  `json:"source"`
}

// Event is what can be counted. Per inference, that is per sample.
type Event string

// The events.
const (
	SynapticEvent  Event = "synaptic-event"  // a spike that goes through a synapse of weight other than 0
	ActiveUpdate   Event = "active-update"   // a neuron in a tick in which its membrane potential changes or it fires
	InactiveUpdate Event = "inactive-update" // a neuron in any other tick
	CoreSpike      Event = "core-spike"      // a spike that reaches a core, once for each core that reads it
	HopX           Event = "hop-x"           // a spike that goes one tile east or west, on its way to one core
	HopY           Event = "hop-y"           // the same, north or south
	Tick           Event = "tick"            // of the whole chip
	Second         Event = "second"          // of the whole chip in operation
)

// Events lists the events.
func Events() []Event {
	return []Event{SynapticEvent, ActiveUpdate, InactiveUpdate, CoreSpike, HopX, HopY, Tick, Second}
}

// Metered is a target with published constants. One without the method, or
// with none, has nothing published.
type Metered interface {
	Energy() []Constant
}

// EnergyOf is the constants of a target, nil where none are published.
func EnergyOf(t Target) []Constant {
	if m, ok := t.(Metered); ok {
		return m.Energy()
	}
	return nil
}

// Multiplied is a target on which one synapse may be several events, as with
// weights made of bit planes, or neurons that are there several times.
type Multiplied interface {
	// EventsOf returns how many synaptic events a spike of element from is that
	// goes through a weight of s, a synapse group of net, to neuron to.
	EventsOf(net *quant.IntNet, s *quant.Synapses) func(from, to int, weight int32) int64
}

// Routing reports whether a synapse group only passes values on, so that the
// chip has no synaptic event for it: one to one, pooling, and lists into a
// population without levels or state, such as RANC's routes.
func Routing(net *quant.IntNet, s *quant.Synapses) bool {
	to := net.Find(s.To)
	return s.One != nil || s.Pool != nil || s.Sparse != nil && to.Spiking == nil && to.Activation.Levels == nil && to.Activation.Requantize == nil
}

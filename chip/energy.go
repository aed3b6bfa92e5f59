package chip

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
	SynapticEvent  Event = "synaptic event"         // a spike that goes through a synapse of weight other than 0
	ActiveUpdate   Event = "active neuron update"   // a neuron in a tick that changes its membrane potential
	InactiveUpdate Event = "inactive neuron update" // a neuron in any other tick
	CoreSpike      Event = "spike at a core"        // a spike that reaches a core, once for each core that reads it
	HopX           Event = "hop east-west"          // a spike that goes one tile on, to one core
	HopY           Event = "hop north-south"
	Tick           Event = "tick"   // of the whole chip
	Second         Event = "second" // of the whole chip in operation
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

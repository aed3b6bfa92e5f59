package chip

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// Target is a chip, or an emulator of one, that runs networks in integers.
type Target interface {
	// Name is the target's name in commands and images.
	Name() string
	// Limits is the table of limits.
	Limits() []Limit
	// Check reports everything in a valid network that the target cannot hold, all at once.
	Check(net *quant.IntNet) error
	// Place puts a network that passed Check onto cores.
	Place(net *quant.IntNet) (*Placement, error)
}

// Violations collects what a target cannot hold.
type Violations struct {
	pkg    string
	faults fault.List
}

// NewViolations collects for a package, "chip/lava".
func NewViolations(pkg string) *Violations { return &Violations{pkg: pkg} }

// Add records a fact about a layer and what to do about it.
func (v *Violations) Add(layer, fact, hint string) {
	v.faults.Add(fault.Fault{Pkg: v.pkg, Subject: fmt.Sprintf("layer %q", layer), Fact: fact, Hint: hint})
}

// Most records a value above its limit.
func (v *Violations) Most(layer string, value int64, l Limit, hint string) {
	if value > l.Value {
		v.Add(layer, fmt.Sprintf("%d %s, the limit is %d (%s)", value, l.Name, l.Value, l.Source), hint)
	}
}

// Want records a property that differs from the only one the target has.
func Want[T comparable](v *Violations, layer, property string, got, want T, hint string) {
	if got != want {
		v.Add(layer, fmt.Sprintf("%s is %v, the target has %v", property, got, want), hint)
	}
}

// Within records values of a parameter outside lo..hi.
func (v *Violations) Within(layer, parameter string, t quant.Tensor, lo, hi int32, hint string) {
	for _, x := range t.Data {
		if x < lo || x > hi {
			v.Add(layer, fmt.Sprintf("%s %d is outside %d..%d", parameter, x, lo, hi), hint)
			return
		}
	}
}

// Multiple records values of a parameter that are not multiples of step.
func (v *Violations) Multiple(layer, parameter string, t quant.Tensor, step int32, hint string) {
	for _, x := range t.Data {
		if x%step != 0 {
			v.Add(layer, fmt.Sprintf("%s %d is no multiple of %d", parameter, x, step), hint)
			return
		}
	}
}

// Len is the number of violations so far.
func (v *Violations) Len() int { return v.faults.Len() }

// Err is all violations, or nil.
func (v *Violations) Err() error { return v.faults.Err() }

// Make checks, places and wraps a network as an image of a target.
func Make(t Target, net *quant.IntNet, producer string) (*Image, error) {
	if err := net.Validate(); err != nil {
		return nil, err
	}
	if err := t.Check(net); err != nil {
		return nil, err
	}
	placement, err := t.Place(net)
	if err != nil {
		return nil, err
	}
	return &Image{
		Producer: producer, Target: TargetRecord{Name: t.Name(), Limits: t.Limits()}, Net: net, Placement: placement, Energy: EnergyOf(t),
	}, nil
}

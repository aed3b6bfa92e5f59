package ranc

import (
	"errors"
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Target is RANC with cores of TrueNorth's size.
type Target struct{ narrow bool }

// New is the target ranc: RANC as its simulator has it, with states of 32 bits.
func New() *Target { return &Target{} }

// Name is ranc or truenorth.
func (t *Target) Name() string {
	if t.narrow {
		return "truenorth"
	}
	return "ranc"
}

const merolla = "Merolla 2014"

// Figures of a TrueNorth chip.
const (
	coreAxons, coreNeurons, axonTypes = 256, 256, 4
	gridX, gridY                      = 64, 64
	maxTicks                          = 16 // slots of a core's scheduler; the last loses its packets
)

var (
	limitCores   = chip.Limit{Name: "cores", Value: gridX * gridY, Source: merolla}
	limitAxons   = chip.Limit{Name: "axons a core", Value: coreAxons, Source: merolla}
	limitNeurons = chip.Limit{Name: "neurons a core", Value: coreNeurons, Source: merolla}
	limitWeight  = chip.Limit{Name: "weight (9 bits, signed)", Value: 255, Source: merolla}
	limitTotal   = chip.Limit{Name: "neurons of a layer on all cores", Value: gridX * gridY * coreNeurons, Source: merolla}
	limitDelay   = chip.Limit{Name: "ticks of delay", Value: maxTicks - 1, Source: merolla}
)

// Limits is the table of limits.
func (t *Target) Limits() []chip.Limit {
	out := []chip.Limit{limitCores, limitAxons, limitNeurons, limitTotal, limitWeight, limitDelay, splitDelay()}
	if t.narrow {
		out = append(out, narrowLimits()...)
	}
	return out
}

// LIF is RANC's neuron: V ← V + Σw + leak, a spike at V ≥ threshold that
// subtracts it (or resets to 0), and a floor at which V is held at 0 or grows
// from 0 again.
func LIF(threshold, leak, floor int32, reset int32) *quant.Spiking {
	return &quant.Spiking{
		Charge: quant.ChargeSum, Bias: quant.Scalar(leak), Range: quant.Full(), Threshold: quant.Scalar(threshold),
		Fire: model.FireAtLeast, MaxSpikes: 1, Reset: quant.Scalar(reset),
		Floor: &quant.Floor{At: quant.Scalar(floor), Mode: quant.Scalar(floorMode(reset))},
	}
}

// floorMode is the floor that belongs to a reset: the same kind on the negative side.
func floorMode(reset int32) int32 {
	if reset == quant.ResetSubtract {
		return quant.FloorSubtract
	}
	return quant.FloorValue
}

// Check reports everything that cores of a binary crossbar cannot hold.
func (t *Target) Check(net *quant.IntNet) error {
	_, err := Map(net)
	if t.narrow {
		return errors.Join(checkNarrow(net), err)
	}
	return err
}

// Place is the placement that Map finds.
func (t *Target) Place(net *quant.IntNet) (*chip.Placement, error) {
	m, err := Map(net)
	if err != nil {
		return nil, err
	}
	return m.placement(), nil
}

func checkNeuron(v *chip.Violations, name string, s *quant.Spiking) {
	chip.Want(v, name, "synaptic currents", len(s.Currents), 0, "spikes enter the potential directly")
	if !s.Leak.IsNone() {
		v.Add(name, "has a leak that depends on the potential", "the target adds a constant every tick: use a bias")
	}
	chip.Want(v, name, "charge", s.Charge, quant.ChargeSum, "")
	chip.Want(v, name, "range of the potential", s.Range, quant.Full(), "")
	chip.Want(v, name, "comparison", s.Fire, model.FireAtLeast, "raise the threshold by one")
	chip.Want(v, name, "spikes a tick", s.MaxSpikes, 1, "")
	chip.Want(v, name, "refractory period", s.Refractory, 0, "")
	if s.Floor == nil {
		v.Add(name, "has no floor", "set a negative threshold below every potential that can come")
		return
	}
	reset, mode := s.Reset.Data, s.Floor.Mode.Data
	if len(reset) == 1 && len(mode) == 1 && mode[0] != floorMode(reset[0]) {
		v.Add(name, fmt.Sprintf("resets by rule %d above and by rule %d below", reset[0], mode[0]), "both sides reset alike")
	}
	if len(s.Reset.Data) != 1 || len(mode) != 1 {
		v.Add(name, "neurons of different resets", "one a layer is mapped")
	}
	if !sameMagnitude(s) {
		v.Add(name, "the reset potential below is not the negative of that above", "")
	}
}

func sameMagnitude(s *quant.Spiking) bool {
	to, from := s.Floor.To, s.ResetTo
	if to.MaxAbs() == 0 && from.MaxAbs() == 0 {
		return true
	}
	if len(to.Data) != len(from.Data) {
		return false
	}
	for i, v := range to.Data {
		if v != -from.Data[i] {
			return false
		}
	}
	return true
}

package quant

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
)

// Spiking is the integer rule of a spiking population. In one tick, with a_k
// the sum of what arrives for current k, in this order:
//
//	current: i_k ← R_k(decay(i_k) + a_k≪shift)            Order decay-add
//	         i_k ← decay(R_k(i_k + a_k≪shift))            Order add-decay
//	         without currents, i is a itself
//	charge:  u ← R(leak(v) + Σ i_k + b)                   Charge sum
//	         u ← R(leak(v) + R(R(Σ i_k) + b))             Charge staged
//	         u ← R(v + R(R(Σ i_k − loss(v)) + b))         Charge increment, loss(v) = v − leak(v)
//	fire:    s = [u > θ] or [u ≥ θ], or a count up to MaxSpikes, each taking θ off u
//	reset:   v ← u after the reset of a neuron that fired
//	floor:   v ← its floor, where a neuron that did not fire is below v_min
//
// R and R_k bring a result into a register (Range). Each parameter is one
// value, one a channel, or one a neuron.
type Spiking struct {
	Currents   []Current     `json:"currents,omitempty"` // 0, 1 or 2
	Leak       Decay         `json:"leak,omitzero"`
	Charge     Charge        `json:"charge"`
	Bias       Tensor        `json:"bias,omitzero"`
	Range      Range         `json:"range"` // of the membrane potential
	Threshold  Tensor        `json:"threshold"`
	Fire       model.Compare `json:"fire"`
	MaxSpikes  int           `json:"max_spikes"`        // 1 = binary; n = up to n a tick; 0 = no limit
	Reset      Tensor        `json:"reset"`             // ResetValue, ResetSubtract or ResetNone
	ResetTo    Tensor        `json:"reset_to,omitzero"` // of ResetValue; absent = 0
	Floor      *Floor        `json:"floor,omitempty"`
	Refractory int           `json:"refractory,omitempty"` // ticks after that of a spike in which v is held
	Initial    Tensor        `json:"initial,omitzero"`     // v before the first tick; absent = 0
	State      State         `json:"state,omitempty"`      // absent = integers
	Noise      *Noise        `json:"noise,omitempty"`      // added to what arrives in every tick
}

// Noise is what an analog membrane picks up: in every tick each neuron gains
// round(σ·g), g of mean 0 and variance 1 (a sum of eight uniform numbers, at most
// 4.9), drawn for (seed, tick, neuron). The same seed gives the same noise after every reset.
type Noise struct {
	Sigma Tensor `json:"sigma"` // in units of the potential, ≥ 0
	Seed  uint64 `json:"seed"`
}

// State is the numbers that a membrane potential is held in.
type State string

// StateFloat32 is a potential in float32, which no register bounds; parameters
// and what arrives are integers. Leaks are multiply decays or none; currents,
// floors, refractory periods and several spikes a tick are not possible.
const StateFloat32 State = "float32"

// Charge is how the terms of the membrane potential are added up.
type Charge string

// The charges; the equations are those of Spiking.
const (
	ChargeSum       Charge = "sum"       // one sum, one overflow (Lava, Loihi, RANC)
	ChargeStaged    Charge = "staged"    // Xylo v1
	ChargeIncrement Charge = "increment" // Xylo v2
)

// What a spike does to the membrane potential; TrueNorth's γ.
const (
	ResetValue    int32 = 0 // v ← ResetTo
	ResetSubtract int32 = 1 // v ← u − s·θ
	ResetNone     int32 = 2 // v ← u
)

// Floor is what happens below a lower threshold.
type Floor struct {
	At   Tensor `json:"at"`          // v_min
	Also bool   `json:"also"`        // a potential that equals v_min counts as below
	Mode Tensor `json:"mode"`        // FloorValue, FloorSubtract or FloorClamp
	To   Tensor `json:"to,omitzero"` // of FloorValue; absent = 0
}

// The floors.
const (
	FloorValue    int32 = 0 // v ← To
	FloorSubtract int32 = 1 // v ← u − v_min
	FloorClamp    int32 = 2 // v ← v_min
)

// Current is one synaptic current.
type Current struct {
	Order     CurrentOrder `json:"order"`
	Decay     Decay        `json:"decay,omitzero"`
	Shift     int          `json:"shift,omitempty"` // what arrives is shifted left by it, 0..16
	Range     Range        `json:"range"`
	EachEvent bool         `json:"each_event,omitempty"` // the range holds after every single addition (add-decay only)
}

// CurrentOrder is the order of decay and addition.
type CurrentOrder string

// The orders.
const (
	DecayAdd CurrentOrder = "decay-add"
	AddDecay CurrentOrder = "add-decay"
)

// Activation is the rule of a population without state: what arrives in a
// tick decides what leaves in it.
//
//	V = R(Σ w·x + b)
//	y = V                                                      by itself
//	y = clip(⌈16·(V − θ) / step⌉, 0, 2^bits − 1)               with Levels
//	y = clip(round(V·s), min, max)                             with Requantize
type Activation struct {
	Bias       Tensor      `json:"bias,omitzero"`
	Range      Range       `json:"range"`
	Levels     *Levels     `json:"levels,omitempty"`
	Requantize *Requantize `json:"requantize,omitempty"`
}

// Levels is Akida's activation: step = ⌊16·act_step⌋ ≪ (4 − bits).
type Levels struct {
	Threshold Tensor `json:"threshold"` // θ
	Step      Tensor `json:"step"`      // > 0
	Bits      int    `json:"bits"`      // 1..8
}

// Level is the activation of the sum v.
func Level(v, threshold, step int32, bits int) int32 {
	y := CeilDiv(16*(int64(v)-int64(threshold)), int64(step))
	return int32(min(max(y, 0), int64(1)<<bits-1))
}

// LevelStep is the divisor of Level for Akida's act_step: ⌊16·act_step⌋ ≪ (4 − bits), or ≫ (bits − 4).
func LevelStep(actStep float32, bits int) int32 {
	return int32(Shift(int64(math.Floor(16*float64(actStep))), 4-bits))
}

func (s *Spiking) validate(shape []int) error {
	for _, p := range []struct {
		name string
		t    Tensor
	}{
		{"leak", s.Leak.P},
		{"bias", s.Bias},
		{"threshold", s.Threshold},
		{"reset", s.Reset},
		{"reset_to", s.ResetTo},
		{"initial", s.Initial},
	} {
		if err := p.t.spreads(p.name, shape); err != nil {
			return err
		}
	}
	for k := range s.Currents {
		if err := s.Currents[k].validate(shape); err != nil {
			return fmt.Errorf("current %d: %w", k, err)
		}
	}
	if err := s.Leak.validate(); err != nil {
		return err
	}
	if err := s.Range.validate(); err != nil {
		return err
	}
	if err := s.validateState(); err != nil {
		return err
	}
	if n := s.Noise; n != nil {
		if s.State != "" {
			return fmt.Errorf("noise on a %s potential; integers are needed", s.State)
		}
		if err := n.Sigma.within("noise", Range{Min: 0, Max: 1 << 24}); err != nil {
			return err
		}
		if err := n.Sigma.spreads("noise", shape); err != nil {
			return err
		}
	}
	return s.validateFiring(shape)
}

func (s *Spiking) validateState() error {
	switch s.State {
	case "":
		return nil
	case StateFloat32:
		if len(s.Currents) > 0 || s.Charge != ChargeSum || s.Floor != nil || s.Refractory != 0 || s.MaxSpikes != 1 || !s.Leak.IsNone() && s.Leak.Kind != DecayMultiply {
			return fmt.Errorf("a float32 potential goes with a multiply leak or none, charge %s and one spike a tick, without currents, floor or refractory period", ChargeSum)
		}
		return nil
	}
	return fmt.Errorf("state %q is unknown; known: %s, or none", s.State, StateFloat32)
}

func (s *Spiking) validateFiring(shape []int) error {
	switch s.Charge {
	case ChargeSum, ChargeStaged, ChargeIncrement:
	default:
		return fmt.Errorf("charge %q is unknown; known: %s, %s, %s", s.Charge, ChargeSum, ChargeStaged, ChargeIncrement)
	}
	if s.Fire != model.FireAbove && s.Fire != model.FireAtLeast {
		return fmt.Errorf("fire %q is unknown; known: %s, %s", s.Fire, model.FireAbove, model.FireAtLeast)
	}
	if len(s.Currents) > 2 || s.MaxSpikes < 0 || s.Refractory < 0 {
		return fmt.Errorf("%d currents, %d spikes a tick, refractory %d: at most 2 currents, nothing negative", len(s.Currents), s.MaxSpikes, s.Refractory)
	}
	if err := s.Threshold.within("threshold", Full()); err != nil {
		return err
	}
	if err := s.Reset.within("reset", Range{Min: ResetValue, Max: ResetNone}); err != nil {
		return err
	}
	if s.MaxSpikes != 1 {
		if err := s.Threshold.within("threshold of several spikes a tick", Range{Min: 1, Max: math.MaxInt32}); err != nil {
			return err
		}
		if err := s.Reset.within("reset of several spikes a tick", Range{Min: ResetSubtract, Max: ResetSubtract}); err != nil {
			return err
		}
	}
	for _, t := range []Tensor{s.ResetTo, s.Initial} {
		if !t.IsZero() {
			if err := t.within("potential", s.Range); err != nil {
				return err
			}
		}
	}
	return s.Floor.validate(shape, s.Range)
}

func (f *Floor) validate(shape []int, r Range) error {
	if f == nil {
		return nil
	}
	if err := f.At.within("floor", r); err != nil {
		return err
	}
	if !f.To.IsZero() {
		if err := f.To.within("potential", r); err != nil {
			return err
		}
	}
	if err := f.Mode.within("floor mode", Range{Min: FloorValue, Max: FloorClamp}); err != nil {
		return err
	}
	for _, t := range []Tensor{f.At, f.Mode, f.To} {
		if err := t.spreads("floor", shape); err != nil {
			return err
		}
	}
	return nil
}

func (c *Current) validate(shape []int) error {
	switch {
	case c.Order != DecayAdd && c.Order != AddDecay:
		return fmt.Errorf("order %q is unknown; known: %s, %s", c.Order, DecayAdd, AddDecay)
	case c.Shift < 0 || c.Shift > 16:
		return fmt.Errorf("shift %d is outside 0..16", c.Shift)
	case c.EachEvent && (c.Order != AddDecay || c.Shift != 0):
		return fmt.Errorf("each_event needs order %s and no shift", AddDecay)
	}
	if err := c.Range.validate(); err != nil {
		return err
	}
	if err := c.Decay.P.spreads("decay", shape); err != nil {
		return err
	}
	return c.Decay.validate()
}

func (a *Activation) validate(shape []int) error {
	if err := a.Bias.spreads("bias", shape); err != nil {
		return err
	}
	if err := a.Range.validate(); err != nil {
		return err
	}
	if a.Requantize != nil {
		if a.Levels != nil {
			return fmt.Errorf("both levels and requantize; one activation is possible")
		}
		return a.Requantize.validate(shape)
	}
	if l := a.Levels; l != nil {
		if l.Bits < 1 || l.Bits > 8 {
			return fmt.Errorf("%d activation bits; 1 to 8 are known", l.Bits)
		}
		if err := l.Step.within("step", Range{Min: 1, Max: math.MaxInt32}); err != nil {
			return err
		}
		if err := l.Threshold.within("threshold", Full()); err != nil {
			return err
		}
		for _, t := range []Tensor{l.Step, l.Threshold} {
			if err := t.spreads("levels", shape); err != nil {
				return err
			}
		}
	}
	return nil
}

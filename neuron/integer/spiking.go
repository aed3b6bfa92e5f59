package integer

import (
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Spiking is a quant.Spiking made ready for a population: every parameter
// spread over the neurons. It is not changed by use and may be shared.
type Spiking struct {
	N        int
	rule     *quant.Spiking
	currents []current
	leak     decay
	bias     []int32
	theta    []int32
	reset    []int32
	resetTo  []int32
	initial  []int32
	floor    *floor
	keep     []float32 // of a decay in float32
	noise    *noise
	always   bool // a silent population at rest may still change
}

type floor struct{ at, mode, to []int32 }

// State is what a spiking population remembers. Only the emulator and the
// tests look inside.
type State struct {
	I        [][]int32 // synaptic currents
	V        []int32   // membrane potential
	F        []float32 // the same where it is float32; V is then not used
	Wait     []int32   // ticks for which the membrane is still held; nil without refractory period
	Changed  int       // neurons whose membrane potential the last tick changed
	Returned int       // neurons that fired in the last tick and were reset to where they had been
	resting  bool      // everything is zero
	U        []int32   // potential that was compared with the threshold in the last tick that was not skipped as silent; valid until the arrays given to Step change
	tick     uint64    // for noise
	x        []int32   // the charge of this tick
}

// Spikes is what a population sends in a tick: indices in ascending order, and how much each sends.
type Spikes struct {
	Index []int32
	Value []int32
}

// Reset empties the list.
func (s *Spikes) Reset() { s.Index, s.Value = s.Index[:0], s.Value[:0] }

// Add appends a spike.
func (s *Spikes) Add(i, value int32) {
	s.Index, s.Value = append(s.Index, i), append(s.Value, value)
}

// AddRow appends every value of a row other than 0.
func (s *Spikes) AddRow(row []int32) {
	for i, v := range row {
		if v != 0 {
			s.Add(int32(i), v)
		}
	}
}

// NewSpiking spreads a rule over a population of the given shape. The rule was validated.
func NewSpiking(rule *quant.Spiking, shape []int) *Spiking {
	n := quant.Len(shape)
	s := &Spiking{
		N: n, rule: rule, leak: newDecay(rule.Leak, shape), theta: rule.Threshold.Spread(shape),
		bias: rule.Bias.Spread(shape), reset: rule.Reset.Spread(shape), resetTo: rule.ResetTo.Spread(shape), initial: rule.Initial.Spread(shape),
	}
	for _, c := range rule.Currents {
		s.currents = append(s.currents, current{Current: c, decay: newDecay(c.Decay, shape)})
	}
	if f := rule.Floor; f != nil {
		s.floor = &floor{at: f.At.Spread(shape), mode: f.Mode.Spread(shape), to: f.To.Spread(shape)}
	}
	if rule.State == quant.StateFloat32 {
		s.keep = keepFactors(rule.Leak, shape)
	}
	if rule.Noise != nil {
		s.noise = &noise{sigma: rule.Noise.Sigma.Spread(shape), seed: rule.Noise.Seed}
	}
	s.always = !s.restIsStable() || s.noise != nil
	return s
}

// restIsStable reports whether a neuron at zero that gets nothing stays at zero and silent.
func (s *Spiking) restIsStable() bool {
	for i, theta := range s.theta {
		fires := theta < 0 || theta == 0 && s.rule.Fire == model.FireAtLeast
		if fires || s.bias[i] != 0 {
			return false
		}
		if s.floor != nil && (s.floor.at[i] > 0 || s.floor.at[i] == 0 && s.rule.Floor.Also && s.floor.to[i] != 0) {
			return false
		}
	}
	return s.rule.Range.Has(0)
}

// Potential is the membrane potential of neuron n, in integers or float32.
func (st *State) Potential(n int) float32 {
	if st.F != nil {
		return st.F[n]
	}
	return float32(st.V[n])
}

// NewState is the state before the first tick.
func (s *Spiking) NewState() *State {
	st := &State{V: make([]int32, s.N), x: make([]int32, s.N)}
	for range s.currents {
		st.I = append(st.I, make([]int32, s.N))
	}
	if s.rule.State == quant.StateFloat32 {
		st.F = make([]float32, s.N)
	}
	if s.rule.Refractory > 0 {
		st.Wait = make([]int32, s.N)
	}
	s.Restart(st)
	return st
}

// Restart puts the state back to that before the first tick.
func (s *Spiking) Restart(st *State) {
	copy(st.V, s.initial)
	for n := range st.F {
		st.F[n] = float32(s.initial[n])
	}
	for _, i := range st.I {
		clear(i)
	}
	clear(st.Wait)
	st.resting, st.tick = false, 0
}

// Step advances one tick. in holds what arrived, one array a current (one in
// all when there are no currents); it is changed. silent says that in is zero.
// With EachEvent the additions were already made to st.I. out is filled.
func (s *Spiking) Step(st *State, in [][]int32, silent bool, out *Spikes) {
	out.Reset()
	st.Changed, st.Returned = 0, 0
	if silent && st.resting && !s.always {
		return
	}
	x := in[0]
	if st.F != nil {
		s.stepReal(st, x, out)
		st.resting = silent && restReal(st.F)
		return
	}
	if len(s.currents) > 0 {
		x = st.x
		s.stepCurrents(st, in, x)
	}
	if s.noise != nil {
		s.noise.add(x, st.tick)
		st.tick++
	}
	s.charge(st, x)
	st.U = x
	s.fire(st, x, out)
	st.resting = silent && allZero(st.V) && allZero(st.Wait)
	for _, i := range st.I {
		st.resting = st.resting && allZero(i)
	}
}

func allZero(v []int32) bool {
	for _, x := range v {
		if x != 0 {
			return false
		}
	}
	return true
}

package integer_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// neuron is one neuron by the equations of quant.Spiking, in int64 throughout.
type neuron struct {
	rule *quant.Spiking
	k    int // which neuron, for its parameters
	i    []int64
	v    int64
	wait int
}

func newNeuron(rule *quant.Spiking, k int) *neuron {
	return &neuron{rule: rule, k: k, i: make([]int64, len(rule.Currents)), v: at(rule.Initial, k)}
}

func at(t quant.Tensor, k int) int64 {
	switch len(t.Data) {
	case 0:
		return 0
	case 1:
		return int64(t.Data[0])
	}
	return int64(t.Data[k])
}

func (n *neuron) left(x int64, d quant.Decay) int64 {
	p := at(d.P, n.k)
	switch d.Kind {
	case quant.DecayMultiply:
		return quant.ShiftRight(x*(int64(1)<<d.Bits-p), uint(d.Bits), d.Round)
	case quant.DecayDash:
		if x>>p != 0 {
			return x - x>>p
		}
		return x - int64(sign(x))
	case quant.DecaySubtract:
		return int64(sign(x)) * max(int64(sign(x))*x-p, 0)
	}
	return x
}

func sign(x int64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// step takes what arrives for each current and returns the number of spikes.
func (n *neuron) step(in []int64) int64 {
	sum := in[0]
	if len(n.i) > 0 {
		sum = 0
	}
	for k, c := range n.rule.Currents {
		if c.Order == quant.DecayAdd {
			n.i[k] = int64(c.Range.Apply(n.left(n.i[k], c.Decay) + in[k]<<c.Shift))
		} else {
			n.i[k] = n.left(int64(c.Range.Apply(n.i[k]+in[k]<<c.Shift)), c.Decay)
		}
		sum += n.i[k]
	}
	r, b := n.rule.Range, at(n.rule.Bias, n.k)
	reg := func(x int64) int64 { return int64(r.Apply(x)) }
	var u int64
	switch left := n.left(n.v, n.rule.Leak); n.rule.Charge {
	case quant.ChargeSum:
		u = reg(left + sum + b)
	case quant.ChargeStaged:
		u = reg(left + reg(reg(sum)+b))
	case quant.ChargeIncrement:
		wrapped := r
		wrapped.Overflow = quant.Wrap
		u = reg(n.v + reg(reg(sum+int64(wrapped.Apply(left-n.v)))+b))
	}
	if n.wait > 0 {
		n.wait--
		return 0
	}
	return n.fire(u)
}

func (n *neuron) fire(u int64) (count int64) {
	theta := at(n.rule.Threshold, n.k)
	above := func() bool { return u > theta || u == theta && n.rule.Fire == model.FireAtLeast }
	mode := at(n.rule.Reset, n.k)
	for above() && (n.rule.MaxSpikes == 0 || count < int64(n.rule.MaxSpikes)) {
		count++
		switch int32(mode) {
		case quant.ResetSubtract:
			u = int64(n.rule.Range.Apply(u - theta))
		case quant.ResetValue:
			u = at(n.rule.ResetTo, n.k)
		}
	}
	if count > 0 {
		n.v, n.wait = u, n.rule.Refractory
		return count
	}
	if f := n.rule.Floor; f != nil && (u < at(f.At, n.k) || u == at(f.At, n.k) && f.Also) {
		switch int32(at(f.Mode, n.k)) {
		case quant.FloorValue:
			u = at(f.To, n.k)
		case quant.FloorSubtract:
			u = int64(n.rule.Range.Apply(u - at(f.At, n.k)))
		default:
			u = at(f.At, n.k)
		}
	}
	n.v = u
	return 0
}

const count = 3 // neurons of a population

func values(t *rapid.T, name string, lo, hi int32) quant.Tensor {
	n := rapid.SampledFrom([]int{1, count}).Draw(t, name+" values")
	return quant.NewTensor(rapid.SliceOfN(rapid.Int32Range(lo, hi), n, n).Draw(t, name), n)
}

func decay(t *rapid.T, name string) quant.Decay {
	switch kind := rapid.SampledFrom([]quant.DecayKind{"", quant.DecayMultiply, quant.DecayDash, quant.DecaySubtract}).Draw(t, name+" kind"); kind {
	case quant.DecayMultiply:
		return quant.Decay{Kind: kind, Bits: 6, Round: rapid.SampledFrom(quant.Roundings()).Draw(t, name+" rounding"), P: values(t, name, 0, 64)}
	case quant.DecayDash:
		return quant.Decay{Kind: kind, P: values(t, name, 0, 8)}
	case quant.DecaySubtract:
		return quant.Decay{Kind: kind, P: values(t, name, 0, 9)}
	}
	return quant.Decay{}
}

func register(t *rapid.T, name string) quant.Range {
	return quant.Signed(10, rapid.SampledFrom([]quant.Overflow{quant.Saturate, quant.Wrap, quant.WrapOnce}).Draw(t, name))
}

// randomRule draws every option of a rule.
func randomRule(t *rapid.T) *quant.Spiking {
	s := &quant.Spiking{
		Leak: decay(t, "leak"), Range: register(t, "range"), Bias: values(t, "bias", -20, 20), Initial: values(t, "initial", -100, 100),
		Charge:    rapid.SampledFrom([]quant.Charge{quant.ChargeSum, quant.ChargeStaged, quant.ChargeIncrement}).Draw(t, "charge"),
		Fire:      rapid.SampledFrom([]model.Compare{model.FireAbove, model.FireAtLeast}).Draw(t, "fire"),
		MaxSpikes: rapid.SampledFrom([]int{1, 1, 4, 0}).Draw(t, "spikes"), Refractory: rapid.IntRange(0, 3).Draw(t, "refractory"),
		Threshold: values(t, "threshold", 1, 90), Reset: quant.Scalar(quant.ResetSubtract),
	}
	if s.MaxSpikes == 1 {
		s.Threshold, s.Reset, s.ResetTo = values(t, "any threshold", -50, 200), values(t, "reset", 0, 2), values(t, "reset to", -200, 200)
	}
	for k := range rapid.IntRange(0, 2).Draw(t, "currents") {
		name := string(rune('a' + k))
		s.Currents = append(s.Currents, quant.Current{
			Order: rapid.SampledFrom([]quant.CurrentOrder{quant.DecayAdd, quant.AddDecay}).Draw(t, name+" order"),
			Decay: decay(t, name), Shift: rapid.IntRange(0, 2).Draw(t, name+" shift"), Range: register(t, name+" range"),
		})
	}
	if rapid.Bool().Draw(t, "has floor") {
		s.Floor = &quant.Floor{At: values(t, "floor", -100, 50), Also: rapid.Bool().Draw(t, "also"), Mode: values(t, "floor mode", 0, 2), To: values(t, "floor to", -200, 200)}
	}
	return s
}

// TestStepIsTheEquation: every combination of options against the equations,
// neuron by neuron; silent ticks among busy ones, and once more after a restart.
func TestStepIsTheEquation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := randomRule(t)
		s := integer.NewSpiking(rule, []int{count})
		st, channels := s.NewState(), max(1, len(rule.Currents))
		for round := range 2 {
			ref := []*neuron{newNeuron(rule, 0), newNeuron(rule, 1), newNeuron(rule, 2)}
			for tick := range 12 {
				silent := rapid.Bool().Draw(t, "silent")
				in, want := make([][]int32, channels), &integer.Spikes{}
				for k := range in {
					in[k] = make([]int32, count)
					for i := range in[k] {
						if !silent {
							in[k][i] = rapid.Int32Range(-300, 300).Draw(t, "in")
						}
					}
				}
				changed, returned := 0, 0
				for i, n := range ref {
					before := n.v
					own := make([]int64, channels)
					for k := range in {
						own[k] = int64(in[k][i])
					}
					c := n.step(own)
					if c > 0 {
						want.Add(int32(i), int32(c))
					}
					switch {
					case n.v != before:
						changed++
					case c > 0:
						returned++
					}
				}
				out := &integer.Spikes{}
				s.Step(st, in, silent, out)
				if !slices.Equal(out.Index, want.Index) || !slices.Equal(out.Value, want.Value) {
					t.Fatalf("round %d, tick %d: spikes %v, by the equation %v", round, tick, out, want)
				}
				if st.Changed != changed || st.Returned != returned {
					t.Fatalf("round %d, tick %d: %d potentials changed, %d returned; by the equation %d, %d", round, tick, st.Changed, st.Returned, changed, returned)
				}
				for i, n := range ref {
					if int64(st.V[i]) != n.v {
						t.Fatalf("round %d, tick %d: v[%d] is %d, by the equation %d", round, tick, i, st.V[i], n.v)
					}
					for k := range n.i {
						if int64(st.I[k][i]) != n.i[k] {
							t.Fatalf("round %d, tick %d: i%d[%d] is %d, by the equation %d", round, tick, k, i, st.I[k][i], n.i[k])
						}
					}
				}
			}
			s.Restart(st)
		}
	})
}

// TestLowestPotentialOfXylo: at −32768 with dash 0 the loss is −32768, whose
// negative does not fit 16 bits: the potential stays (xylosim v2).
func TestLowestPotentialOfXylo(t *testing.T) {
	rule := &quant.Spiking{
		Leak: quant.Decay{Kind: quant.DecayDash, P: quant.Scalar(0)}, Charge: quant.ChargeIncrement, Range: quant.Signed(16, quant.Saturate),
		Threshold: quant.Scalar(1), Fire: model.FireAtLeast, MaxSpikes: 31, Reset: quant.Scalar(quant.ResetSubtract), Initial: quant.Scalar(-32768),
	}
	s := integer.NewSpiking(rule, []int{1})
	st := s.NewState()
	s.Step(st, [][]int32{{0}}, true, &integer.Spikes{})
	if st.V[0] != -32768 {
		t.Errorf("v is %d", st.V[0])
	}
}

func TestActivation(t *testing.T) {
	rule := &quant.Activation{
		Bias: quant.Vector(0, 5), Range: quant.Signed(6, quant.Saturate),
		Levels: &quant.Levels{Threshold: quant.Vector(-1, 4), Step: quant.Scalar(32), Bits: 2},
	}
	a := integer.NewActivation(rule, []int{2})
	out := &integer.Spikes{}
	for _, c := range []struct{ in, want [2]int32 }{
		{[2]int32{0, 0}, [2]int32{1, 1}}, // ⌈16·1/32⌉ in both
		{[2]int32{99, -99}, [2]int32{3, 0}},
		{[2]int32{2, 3}, [2]int32{2, 2}},
	} {
		in := c.in
		a.Step(in[:], in == [2]int32{}, out)
		got := [2]int32{}
		for k, i := range out.Index {
			got[i] = out.Value[k]
		}
		if got != c.want {
			t.Errorf("%v gives %v, want %v", c.in, got, c.want)
		}
	}
}

// TestSilentActivation: a threshold below zero answers silence.
func TestSilentActivation(t *testing.T) {
	rule := &quant.Activation{Range: quant.Signed(6, quant.Saturate), Levels: &quant.Levels{Threshold: quant.Vector(-1, 0), Step: quant.Scalar(16), Bits: 2}}
	out := &integer.Spikes{}
	integer.NewActivation(rule, []int{2}).Step([]int32{0, 0}, true, out)
	if !slices.Equal(out.Index, []int32{0}) || out.Value[0] != 1 {
		t.Errorf("%v", out)
	}
}

package emulator_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// reference is the emulator by definition: every synapse of every target in
// every tick, from the whole history, with no events.
type reference struct {
	net  *quant.IntNet
	sent map[string][][]int32 // every source's rows so far
	v, i map[string][]int32
}

func newReference(net *quant.IntNet) *reference {
	r := &reference{net: net, sent: map[string][][]int32{}, v: map[string][]int32{}, i: map[string][]int32{}}
	for _, p := range net.Populations {
		r.v[p.Name], r.i[p.Name] = make([]int32, p.N()), make([]int32, p.N())
	}
	return r
}

func (r *reference) step(in []int32) []int32 {
	r.sent[quant.InputName] = append(r.sent[quant.InputName], in)
	for k := range r.net.Populations {
		p := &r.net.Populations[k]
		arrived := make([]int64, p.N())
		for j := range r.net.Synapses {
			if s := &r.net.Synapses[j]; s.To == p.Name {
				r.group(s, arrived)
			}
		}
		row := make([]int32, p.N())
		for n := range row {
			row[n] = r.neuron(p, n, arrived[n])
		}
		r.sent[p.Name] = append(r.sent[p.Name], row)
	}
	return r.sent[r.net.Output][len(r.sent[r.net.Output])-1]
}

// group adds what a synapse group brings in the present tick.
func (r *reference) group(s *quant.Synapses, arrived []int64) {
	now := len(r.sent[quant.InputName]) - 1
	from := r.net.SourceShape(s.From)
	for n := range arrived {
		var sum int64
		for i := range quant.Len(from) {
			for _, w := range weights(s, from, r.net.Find(s.To).Shape, i, n) {
				if sentAt := now - s.Latency - delay(s, i, n, quant.Len(from)); sentAt >= 0 {
					sum += int64(w) * int64(r.sent[s.From][sentAt][i])
				}
			}
		}
		sum = quant.Shift(sum, s.Exponent)
		if s.Range != nil {
			sum = int64(s.Range.Apply(sum))
		}
		arrived[n] += sum
	}
}

func delay(s *quant.Synapses, i, n, in int) int {
	switch s.Delay.Per {
	case quant.DelayAll:
		return int(s.Delay.Ticks.Data[0])
	case quant.DelaySource:
		return int(s.Delay.Ticks.Data[i])
	case quant.DelayTarget:
		return int(s.Delay.Ticks.Data[n])
	case quant.DelaySynapse:
		return int(s.Delay.Ticks.Data[n*in+i])
	}
	return 0
}

// weights are the synapses from source i to target n.
func weights(s *quant.Synapses, from, to []int, i, n int) []int32 {
	switch {
	case s.Dense != nil:
		return []int32{s.Dense.Weight.Data[n*quant.Len(from)+i]}
	case s.One != nil:
		if i == n {
			return []int32{s.One.Weight.Spread(to)[n]}
		}
	case s.Sparse != nil:
		var out []int32
		for k := s.Sparse.Start.Data[i]; k < s.Sparse.Start.Data[i+1]; k++ {
			if int(s.Sparse.Target.Data[k]) == n {
				out = append(out, s.Sparse.Weight.Data[k])
			}
		}
		return out
	case s.Conv != nil:
		return convWeights(s.Conv, from, to, i, n)
	}
	return nil
}

func convWeights(c *quant.Conv, from, to []int, i, n int) []int32 {
	ci, y, x := i/(from[1]*from[2]), i/from[2]%from[1], i%from[2]
	co, oy, ox := n/(to[1]*to[2]), n/to[2]%to[1], n%to[2]
	perIn, perOut := from[0]/c.Groups, to[0]/c.Groups
	if ci/perIn != co/perOut {
		return nil
	}
	kh, kw := c.Weight.Shape[2], c.Weight.Shape[3]
	var out []int32
	for ky := range kh {
		for kx := range kw {
			if oy*c.Stride[0]-c.Padding[0]+ky*c.Dilation[0] == y && ox*c.Stride[1]-c.Padding[1]+kx*c.Dilation[1] == x {
				out = append(out, c.Weight.Data[((co*perIn+ci%perIn)*kh+ky)*kw+kx])
			}
		}
	}
	return out
}

// neuron is one tick of the rule that randomNet uses: an integer CUBA neuron.
func (r *reference) neuron(p *quant.Population, n int, arrived int64) int32 {
	s := p.Spiking
	c := s.Currents[0]
	i := r.i[p.Name][n]
	i = c.Range.Apply(int64(quant.DecayedMul(i, c.Decay.P.Data[0], uint(c.Decay.Bits), c.Decay.Round)) + arrived)
	r.i[p.Name][n] = i
	v := s.Range.Apply(int64(quant.DecayedMul(r.v[p.Name][n], s.Leak.P.Data[0], uint(s.Leak.Bits), s.Leak.Round)) + int64(i) + int64(s.Bias.Data[0]))
	spikes := int32(0)
	if v > s.Threshold.Data[0] {
		spikes, v = 1, 0
	}
	r.v[p.Name][n] = v
	return spikes
}

func rule(t *rapid.T) *quant.Spiking {
	decay := func(name string) quant.Decay {
		return quant.Decay{
			Kind: quant.DecayMultiply, Bits: 12, P: quant.Scalar(rapid.Int32Range(0, 4096).Draw(t, name)),
			Round: rapid.SampledFrom(quant.Roundings()).Draw(t, name+" rounding"),
		}
	}
	overflow := rapid.SampledFrom([]quant.Overflow{quant.Saturate, quant.Wrap, quant.WrapOnce})
	return &quant.Spiking{
		Currents: []quant.Current{{Order: quant.DecayAdd, Decay: decay("decay"), Range: quant.Signed(12, overflow.Draw(t, "i"))}},
		Leak:     decay("leak"), Charge: quant.ChargeSum, Bias: quant.Scalar(rapid.Int32Range(-3, 6).Draw(t, "bias")),
		Range: quant.Signed(11, quant.Saturate), Threshold: quant.Scalar(rapid.Int32Range(5, 60).Draw(t, "threshold")),
		Fire: model.FireAbove, MaxSpikes: 1, Reset: quant.Scalar(quant.ResetValue),
	}
}

func tensor(t *rapid.T, name string, lo, hi int32, shape ...int) quant.Tensor {
	n := quant.Len(shape)
	return quant.NewTensor(rapid.SliceOfN(rapid.Int32Range(lo, hi), n, n).Draw(t, name), shape...)
}

// randomNet is a network with every kind of connection and delay.
func randomNet(t *rapid.T) *quant.IntNet {
	kh, kw := rapid.IntRange(1, 3).Draw(t, "kh"), rapid.IntRange(1, 3).Draw(t, "kw")
	groups := rapid.IntRange(1, 2).Draw(t, "groups")
	c := &quant.Conv{
		Groups: groups, Weight: tensor(t, "kernel", -40, 40, 4, 2/groups, kh, kw),
		Stride:   [2]int{rapid.IntRange(1, 2).Draw(t, "sh"), rapid.IntRange(1, 3).Draw(t, "sw")},
		Dilation: [2]int{rapid.IntRange(1, 2).Draw(t, "dh"), 1},
	}
	in, maps := []int{2, 5, 6}, []int{4, 0, 0}
	for d, k := range []int{kh, kw} {
		span := c.Dilation[d]*(k-1) + 1
		c.Padding[d] = rapid.IntRange(0, span-1).Draw(t, "padding")
		maps[d+1] = (in[d+1]+2*c.Padding[d]-span)/c.Stride[d] + 1
	}
	n := quant.Len(maps)
	r := quant.Signed(9, quant.Wrap)
	return &quant.IntNet{
		Input: quant.Input{Shape: in, Min: -2, Max: 3}, Output: "c",
		Populations: []quant.Population{
			{Name: "a", Shape: maps, Spiking: rule(t)}, {Name: "b", Shape: []int{5}, Spiking: rule(t)}, {Name: "c", Shape: []int{5}, Spiking: rule(t)},
		},
		Synapses: []quant.Synapses{
			{Name: "conv", From: "input", To: "a", Latency: rapid.IntRange(0, 2).Draw(t, "latency"), Conv: c, Range: &r},
			{Name: "ab", From: "a", To: "b", Latency: 1, Exponent: rapid.IntRange(-2, 2).Draw(t, "exponent"), Dense: &quant.Dense{Weight: tensor(t, "ab", -300, 300, 5, n)}, Delay: randomDelay(t, "ab", n, 5)},
			{Name: "bb", From: "b", To: "b", Latency: 1, Dense: &quant.Dense{Weight: tensor(t, "bb", -40, 40, 5, 5)}, Delay: randomDelay(t, "bb", 5, 5)},
			{Name: "bc", From: "b", To: "c", Sparse: randomSparse(t, 5, 5)},
			{Name: "one", From: "c", To: "a2b", One: &quant.One{Weight: tensor(t, "one", -9, 90, 5)}, Latency: 3},
		},
	}
}

func randomDelay(t *rapid.T, name string, in, out int) quant.Delay {
	per := rapid.SampledFrom([]quant.DelayPer{"", quant.DelayAll, quant.DelaySource, quant.DelayTarget, quant.DelaySynapse}).Draw(t, name+" delays")
	shape := map[quant.DelayPer][]int{quant.DelayAll: {1}, quant.DelaySource: {in}, quant.DelayTarget: {out}, quant.DelaySynapse: {out, in}}[per]
	if per == "" {
		return quant.Delay{}
	}
	return quant.Delay{Per: per, Ticks: tensor(t, name+" ticks", 0, 5, shape...)}
}

func randomSparse(t *rapid.T, in, out int) *quant.Sparse {
	s := &quant.Sparse{Start: quant.Vector(0)}
	for range in {
		for range rapid.IntRange(0, 4).Draw(t, "fan-out") {
			s.Target.Data = append(s.Target.Data, int32(rapid.IntRange(0, out-1).Draw(t, "target")))
			s.Weight.Data = append(s.Weight.Data, rapid.Int32Range(-20, 60).Draw(t, "weight"))
		}
		s.Start.Data = append(s.Start.Data, int32(len(s.Target.Data)))
	}
	s.Start.Shape, s.Target.Shape, s.Weight.Shape = []int{in + 1}, []int{len(s.Target.Data)}, []int{len(s.Weight.Data)}
	return s
}

// nextRow is a random input, or that of the tick before once more.
func nextRow(t *rapid.T, rows [][]int32, n int) []int32 {
	if len(rows) > 0 && rapid.Bool().Draw(t, "again") {
		return rows[len(rows)-1]
	}
	row := make([]int32, n)
	for i := range row {
		if rapid.IntRange(0, 3).Draw(t, "busy") == 0 {
			row[i] = rapid.Int32Range(-2, 3).Draw(t, "value")
		}
	}
	return row
}

// TestEventsEqualDefinition: random networks with every connection, delay,
// exponent and range, event by event and by definition; then again after a reset.
func TestEventsEqualDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		net := randomNet(t)
		net.Synapses[4].To = "b"
		if rapid.Bool().Draw(t, "plain sums of the input") {
			net.Synapses[0].Range = nil
		}
		prog, err := emulator.Compile(net)
		if err != nil {
			t.Fatal(err)
		}
		m, ref, n := prog.NewMachine(), newReference(net), quant.Len(net.Input.Shape)
		var rows, outs [][]int32
		for tick := range 12 {
			row := nextRow(t, rows, n)
			out, err := m.Step(testkit.Sparse(row))
			if err != nil {
				t.Fatal(err)
			}
			got, want := testkit.Row(out, 5), ref.step(row)
			if !slices.Equal(got, want) {
				t.Fatalf("tick %d: %v, by definition %v", tick, got, want)
			}
			for _, p := range net.Populations {
				if st := m.State(p.Name); !slices.Equal(st.V, ref.v[p.Name]) || !slices.Equal(st.I[0], ref.i[p.Name]) {
					t.Fatalf("tick %d: state of %s differs", tick, p.Name)
				}
			}
			rows, outs = append(rows, row), append(outs, got)
		}
		m.Reset()
		for tick, row := range rows {
			if out, _ := m.Step(testkit.Sparse(row)); !slices.Equal(testkit.Row(out, 5), outs[tick]) {
				t.Fatalf("tick %d after a reset differs", tick)
			}
		}
	})
}

func TestCounts(t *testing.T) {
	net := chain(3, 2)
	net.Synapses[0].Dense.Weight.Data[0] = 0
	m := mustMachine(t, net)
	for range 2 {
		if _, err := m.Step(testkit.Sparse([]int32{1, 0, 1})); err != nil {
			t.Fatal(err)
		}
	}
	got := m.Counts()
	want := emulator.Counts{
		Samples: 1, Ticks: 2, Inputs: 4, Spikes: []int64{4}, Sent: [][]int64{{2, 0, 2}, {2, 2}}, Arrived: [][]int64{{2, 0, 2}}, Events: []int64{6},
		MACs: []int64{0}, Updates: []int64{0}, Returns: []int64{4}, First: []int64{0},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	got.Add(m.Counts())
	if got.Ticks != 4 || got.Samples != 2 || got.Sent[1][1] != 4 || got.SynapticEvents() != 12 || m.Counts().Ticks != 2 {
		t.Errorf("%+v", got)
	}
}

// TestCountsOfValues: ticks in which a source sends more than one spike's worth
// are multiplications; a membrane potential that changes is an update.
func TestCountsOfValues(t *testing.T) {
	net := chain(2, 2)
	net.Input.Max, net.Input.Min = 5, -1
	copy(net.Synapses[0].Dense.Weight.Data, []int32{1, 1, 1, 1})
	net.Populations[0].Spiking.Threshold = quant.Scalar(4)
	net.Populations[0].Spiking.Reset = quant.Scalar(quant.ResetSubtract)
	m := mustMachine(t, net)
	for _, row := range [][]int32{{1, -1}, {2, 0}, {0, 0}, {5, 1}} { // v: 0, 2, 2, 8−4
		if _, err := m.Step(testkit.Sparse(row)); err != nil {
			t.Fatal(err)
		}
	}
	m.Reset()
	if _, err := m.Step(testkit.Sparse([]int32{1, 0})); err != nil {
		t.Fatal(err)
	}
	got := m.Counts()
	if got.Events[0] != 4+2+4+2 || got.MACs[0] != 2+4 || got.Updates[0] != 2+2+2 || got.First[0] != 2 || got.Samples != 2 {
		t.Errorf("%+v", got)
	}
}

// chain is one dense layer that fires whenever a spike arrives.
func chain(in, out int) *quant.IntNet {
	w := quant.NewTensor(make([]int32, in*out), out, in)
	for i := range w.Data {
		w.Data[i] = int32(i%7 + 1)
	}
	return &quant.IntNet{
		Input: quant.Input{Shape: []int{in}, Max: 1}, Output: "out",
		Populations: []quant.Population{{Name: "out", Shape: []int{out}, Spiking: &quant.Spiking{
			Charge: quant.ChargeSum, Range: quant.Signed(24, quant.Saturate), Threshold: quant.Scalar(1), Fire: model.FireAtLeast, MaxSpikes: 1, Reset: quant.Scalar(quant.ResetValue),
		}}},
		Synapses: []quant.Synapses{{Name: "in", From: "input", To: "out", Dense: &quant.Dense{Weight: w}}},
	}
}

func mustMachine(t testing.TB, net *quant.IntNet) *emulator.Machine {
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	return prog.NewMachine()
}

func TestInputFaults(t *testing.T) {
	m := mustMachine(t, chain(3, 2))
	for _, row := range [][]int32{{2, 0, 0}, {0, -1, 0}, {0, 0, 0, 1}} {
		if _, err := m.Step(testkit.Sparse(row)); err == nil {
			t.Errorf("%v was taken", row)
		}
	}
	twice := testkit.Sparse([]int32{1})
	twice.Add(0, 1)
	if _, err := m.Step(twice); err == nil {
		t.Error("an element given twice was taken")
	}
	if _, err := emulator.Compile(&quant.IntNet{}); err == nil {
		t.Error("an empty network was compiled")
	}
}

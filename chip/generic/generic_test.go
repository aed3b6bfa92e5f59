package generic_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/generic"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

func load(t *testing.T) *generic.Chip {
	c, err := generic.Load("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// network is two layers within all limits of the small chip.
func network(c *generic.Chip) *quant.IntNet {
	w := func(out, in int) *quant.Dense {
		t := quant.NewTensor(make([]int32, in*out), out, in)
		for i := range t.Data {
			t.Data[i] = int32(i%15) - 7
		}
		return &quant.Dense{Weight: t}
	}
	p := generic.Parameters{CurrentDecay: quant.Scalar(64), Leak: quant.Scalar(3), Threshold: quant.Scalar(9), Bias: quant.Scalar(1)}
	return &quant.IntNet{
		Input: quant.Input{Shape: []int{6}, Max: 1}, Output: "b",
		Populations: []quant.Population{{Name: "a", Shape: []int{4}, Spiking: c.LIF(p)}, {Name: "b", Shape: []int{2}, Spiking: c.LIF(p)}},
		Synapses: []quant.Synapses{
			{Name: "aw", From: "input", To: "a", Latency: 1, Bits: 4, Dense: w(4, 6)},
			{Name: "bw", From: "a", To: "b", Latency: 1, Bits: 4, Dense: w(2, 4)},
		},
	}
}

func TestDescription(t *testing.T) {
	c := load(t)
	im, err := chip.Make(c, network(c), "test")
	if err != nil {
		t.Fatal(err)
	}
	want := []chip.Use{
		{Resource: "cores", Used: 2, Limit: 2},
		{Resource: "neurons a core", Used: 4, Limit: 4},
		{Resource: "input axons a core", Used: 6, Limit: 6},
		{Resource: "output axons a core", Used: 4, Limit: 8},
		{Resource: "bits of synapse memory a core", Used: 88, Limit: 96},
	}
	if !slices.Equal(im.Placement.Usage, want) {
		t.Errorf("%+v", im.Placement.Usage)
	}
}

// TestTextOfDescriptions: a description written and read again is the same; the default is nothing to write.
func TestTextOfDescriptions(t *testing.T) {
	c := load(t)
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	got, err := generic.Parse("text", text)
	if d := cmp.Diff(c, got); err != nil || d != "" {
		t.Error(err, d)
	}
	own := generic.Default()
	if text, err := own.Text(); text != "" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
}

func TestFaultsOfDescriptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chip.yaml")
	text := "weight: {bits: 99}\nreset: soft\npotential: {bits: 16, overflow: wrap, decay: multiplyy, decay_bits: 12, rounding: floor}\nthresold: {bits: 3}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := generic.Load(path)
	for _, want := range []string{"weight.bits: 99 is above 24", `reset`, `potential.decay`, `did you mean "threshold"?`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in %v", want, err)
		}
	}
}

func TestEachLimitIsRefused(t *testing.T) {
	a := func(n *quant.IntNet) *quant.Spiking { return n.Populations[0].Spiking }
	for want, damage := range map[string]func(n *quant.IntNet){
		`weight 8 is outside -8..7; weights have 4 bits`:        func(n *quant.IntNet) { n.Synapses[0].Dense.Weight.Data[0] = 8 },
		`threshold 2048 is outside -2048..2047`:                 func(n *quant.IntNet) { a(n).Threshold = quant.Scalar(2048) },
		`bias -2049 is outside -2048..2047`:                     func(n *quant.IntNet) { a(n).Bias = quant.Scalar(-2049) },
		`comparison is >=, the target has >`:                    func(n *quant.IntNet) { a(n).Fire = model.FireAtLeast },
		`reset mode 1 is outside 0..0; the chip resets by zero`: func(n *quant.IntNet) { a(n).Reset = quant.Scalar(1) },
		`spikes a tick is 2, the target has 1`:                  func(n *quant.IntNet) { a(n).MaxSpikes = 2 },
		`range of the potential is`:                             func(n *quant.IntNet) { a(n).Range = quant.Signed(13, quant.Wrap) },
		`range of the current is`:                               func(n *quant.IntNet) { a(n).Currents[0].Range.Overflow = quant.Wrap },
		`decay of the current, rounding is floor`:               func(n *quant.IntNet) { a(n).Currents[0].Decay.Round = quant.RoundFloor },
		`decay of the potential is none, the target has dash`:   func(n *quant.IntNet) { a(n).Leak = quant.Decay{} },
		`synaptic currents is 0, the target has 1`:              func(n *quant.IntNet) { a(n).Currents = nil },
		`refractory period is 1`:                                func(n *quant.IntNet) { a(n).Refractory = 1 },
		`order of the current is add-decay`:                     func(n *quant.IntNet) { a(n).Currents[0].Order = quant.AddDecay },
		`shift of the input is 2`:                               func(n *quant.IntNet) { a(n).Currents[0].Shift = 2 },
		`charge is staged`:                                      func(n *quant.IntNet) { a(n).Charge = quant.ChargeStaged },
		`reset potential 3 is outside 0..0`:                     func(n *quant.IntNet) { a(n).ResetTo = quant.Scalar(3) },
		`4 ticks of delay, the limit is 3 (small)`:              func(n *quant.IntNet) { n.Synapses[0].Latency = 5 },
		`has no spiking neurons`: func(n *quant.IntNet) {
			n.Populations[0].Spiking = nil
			n.Populations[0].Activation = &quant.Activation{}
		},
		`has a floor`: func(n *quant.IntNet) { a(n).Floor = &quant.Floor{} },
	} {
		c := load(t)
		n := network(c)
		damage(n)
		if err := c.Check(n); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q alone, got %v", want, err)
		}
	}
	for want, damage := range map[string]func(c *generic.Chip){
		`3 cores, the limit is 2 (small)`:                                    func(c *generic.Chip) { c.Cores.Neurons = 3 },
		`6 input axons a core of neuron 0, the limit is 5`:                   func(c *generic.Chip) { c.Cores.InAxons = 5 },
		`24 bits of synapse memory a core of neuron 0, the limit is 23`:      func(c *generic.Chip) { c.Cores.SynapseBits = 23 },
		`4 output axons a core, the limit is 3 (small); make the next layer`: func(c *generic.Chip) { c.Cores.OutAxons = 3 },
	} {
		c := load(t)
		damage(c)
		if _, err := c.Place(network(c)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// TestStatesStayInTheirRegisters: random chips and networks; no state ever
// leaves its bits, the image gives the same raster, and so does a second machine.
func TestStatesStayInTheirRegisters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state := func(name string) generic.State {
			return generic.State{
				Bits: rapid.IntRange(6, 20).Draw(t, name), Overflow: rapid.SampledFrom([]string{"saturate", "wrap"}).Draw(t, name+" overflow"),
				Decay:     rapid.SampledFrom([]string{"none", "multiply", "dash", "subtract"}).Draw(t, name+" decay"),
				DecayBits: rapid.IntRange(5, 15).Draw(t, name+" bits"), Rounding: string(rapid.SampledFrom(quant.Roundings()).Draw(t, name+" rounding")),
			}
		}
		c := generic.Default()
		c.Potential, c.Reset = state("potential"), rapid.SampledFrom([]string{"zero", "subtract", "none"}).Draw(t, "reset")
		if cur := state("current"); rapid.Bool().Draw(t, "has current") {
			c.Current = &cur
		}
		n := network(&c)
		for i := range n.Populations {
			n.Populations[i].Spiking = c.LIF(generic.Parameters{
				CurrentDecay: quant.Scalar(rapid.Int32Range(0, 31).Draw(t, "decay")), Leak: quant.Scalar(rapid.Int32Range(0, 31).Draw(t, "leak")),
				Threshold: quant.Scalar(rapid.Int32Range(-3, 30).Draw(t, "threshold")), Bias: quant.Scalar(rapid.Int32Range(-9, 9).Draw(t, "bias")),
			})
		}
		im, err := chip.Make(&c, n, "test")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := im.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := chip.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		a, b := machine(t, n), machine(t, again.Net)
		for range 40 {
			row := testkit.Sparse(rapid.SliceOfN(rapid.Int32Range(0, 1), 6, 6).Draw(t, "row"))
			x, err := a.Step(row)
			if err != nil {
				t.Fatal(err)
			}
			if y, _ := b.Step(row); !slices.Equal(x.Index, y.Index) {
				t.Fatalf("%v, from the image %v", x.Index, y.Index)
			}
			for _, p := range n.Populations {
				inside(t, a.State(p.Name).V, p.Spiking.Range)
				for k, cur := range p.Spiking.Currents {
					inside(t, a.State(p.Name).I[k], cur.Range)
				}
			}
		}
	})
}

func inside(t *rapid.T, v []int32, r quant.Range) {
	for _, x := range v {
		if !r.Has(int64(x)) {
			t.Fatalf("%d is outside %d..%d", x, r.Min, r.Max)
		}
	}
}

func machine(t *rapid.T, n *quant.IntNet) *emulator.Machine {
	p, err := emulator.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	return p.NewMachine()
}

// TestEnergyOfTheDescription: what the user gives, with the chip's name where no source is named.
func TestEnergyOfTheDescription(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.yaml")
	write := func(text string) (*generic.Chip, error) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return generic.Load(path)
	}
	c, err := write("name: own\nenergy:\n  - {event: synaptic-event, joule: 2e-12}\n  - {event: tick, joule: 1e-9, second: 1e-6, source: meter}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []chip.Constant{{Event: chip.SynapticEvent, Joule: 2e-12, Source: "own"}, {Event: chip.Tick, Joule: 1e-9, Second: 1e-6, Source: "meter"}}
	if got := chip.EnergyOf(c); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	for _, e := range chip.Events() {
		if _, err := write("energy: [{event: " + string(e) + ", joule: 1}]\n"); err != nil {
			t.Errorf("%s: %v", e, err)
		}
	}
	if _, err := write("energy: [{event: synaptic-evnt, joule: -1}]\n"); err == nil || !strings.Contains(err.Error(), `did you mean "synaptic-event"?`) || !strings.Contains(err.Error(), "-1 is below 0") {
		t.Errorf("%v", err)
	}
}

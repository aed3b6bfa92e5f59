package testkit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// ChipCase is one golden case of a chip emulator.
type ChipCase struct {
	Name, Chip, Dir string
	Arrays          map[string]Array
}

// ChipCases lists the golden cases of one emulator.
func ChipCases(t testing.TB, chip string) []ChipCase {
	t.Helper()
	dir := ChipsDir(t)
	var index struct {
		Cases []struct {
			Name string `json:"name"`
			Chip string `json:"chip"`
		} `json:"cases"`
	}
	Index(t, dir, &index)
	var out []ChipCase
	for _, c := range index.Cases {
		if c.Chip == chip {
			out = append(out, ChipCase{Name: c.Name, Chip: chip, Dir: dir, Arrays: NPZ(t, filepath.Join(dir, c.Name+".npz"))})
		}
	}
	return out
}

// GoldenChips runs test for every golden case of one emulator and prints the tally.
func GoldenChips(t *testing.T, chip string, test func(t *testing.T, c ChipCase)) {
	t.Helper()
	tally := Tally{Folder: "golden_chips/" + chip}
	for _, c := range ChipCases(t, chip) {
		tally.Run(t, c.Name, func(t *testing.T) { test(t, c) })
	}
	tally.Report(t)
}

// Parameters reads the case's JSON into v.
func (c ChipCase) Parameters(t testing.TB, v any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(c.Dir, c.Name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
}

// Tensor is an array of the case as integers; it fails the test where there is none.
func (c ChipCase) Tensor(t testing.TB, name string) quant.Tensor {
	t.Helper()
	a, ok := c.Arrays[name]
	if !ok {
		t.Fatalf("%s: no array %q", c.Name, name)
	}
	shape := a.Shape
	if len(shape) == 0 {
		shape = []int{1}
	}
	return quant.Tensor{Shape: shape, Data: a.I32()}
}

// Probe compares rows of an array with what a function gives after each tick.
type Probe struct {
	Array string
	Get   func(m *emulator.Machine) []int32
}

// Spikes is a population's spikes as a row of n values.
func Spikes(m *emulator.Machine, population string, n int) []int32 {
	return Row(m.Sent(population), n)
}

// Row spreads spikes over n values.
func Row(s *integer.Spikes, n int) []int32 {
	out := make([]int32, n)
	for k, i := range s.Index {
		out[i] = s.Value[k]
	}
	return out
}

// Sparse lists the values of a row other than 0.
func Sparse(row []int32) *integer.Spikes {
	s := &integer.Spikes{}
	s.AddRow(row)
	return s
}

// Compare runs a network on input rows, zeros behind them, and fails at the
// first tick in which a probe differs from its array; it returns the values compared.
func (c ChipCase) Compare(t *testing.T, net *quant.IntNet, input quant.Tensor, probes []Probe) int {
	t.Helper()
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	m, width, compared := prog.NewMachine(), quant.Len(net.Input.Shape), 0
	ticks := c.Tensor(t, probes[0].Array).Shape[0]
	for tick := range ticks {
		in := &integer.Spikes{}
		if tick < input.Shape[0] {
			in = Sparse(input.Data[tick*width : (tick+1)*width])
		}
		if _, err := m.Step(in); err != nil {
			t.Fatal(err)
		}
		for _, p := range probes {
			want := c.Tensor(t, p.Array)
			n := len(want.Data) / ticks
			got := p.Get(m)
			for i, w := range want.Data[tick*n : (tick+1)*n] {
				if got[i] != w {
					t.Fatalf("tick %d: %s[%d] is %d, the emulator has %d", tick, p.Array, i, got[i], w)
				}
			}
			compared += n
		}
	}
	return compared
}

// Product is b + W·x in float64, with W in rows.
func Product(weight, bias []float32, x []float64) []float64 {
	y := make([]float64, len(bias))
	for o := range y {
		y[o] = float64(bias[o])
		for i, v := range x {
			y[o] += v * float64(weight[o*len(x)+i])
		}
	}
	return y
}

package ranc_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/internal/testkit"
)

type goldenCase struct {
	Input  string `json:"input"`
	Config string `json:"config"`
	Ticks  int    `json:"ticks"`
}

func read(t testing.TB, c testkit.ChipCase) (*ranc.Chip, *ranc.Config, int) {
	var g goldenCase
	c.Parameters(t, &g)
	input, err := os.ReadFile(filepath.Join(c.Dir, g.Input))
	if err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(c.Dir, g.Config))
	if err != nil {
		t.Fatal(err)
	}
	chip, cfg, err := ranc.Read(input, config)
	if err != nil {
		t.Fatal(err)
	}
	return chip, cfg, g.Ticks
}

// TestGoldenRANC: output rows and the potentials of every core of ranc_sim.
func TestGoldenRANC(t *testing.T) {
	compared := 0
	testkit.GoldenChips(t, "ranc", func(t *testing.T, c testkit.ChipCase) {
		chip, cfg, ticks := read(t, c)
		net, err := chip.Net(cfg)
		if err != nil {
			t.Fatal(err)
		}
		probes := []testkit.Probe{{Array: "output", Get: func(m *emulator.Machine) []int32 {
			return testkit.Spikes(m, "bus", chip.OutputBus.NumOutputs)
		}}}
		first := 0
		for _, core := range chip.Cores {
			from, to := first, first+len(core.Neurons)
			first = to
			probes = append(probes, testkit.Probe{
				Array: fmt.Sprintf("V.%d.%d", core.Coordinates[0], core.Coordinates[1]),
				Get:   func(m *emulator.Machine) []int32 { return m.State("neurons").V[from:to] },
			})
		}
		compared += c.Compare(t, net, chip.Raster(cfg, ticks), probes)
	})
	t.Logf("%d values compared", compared)
}

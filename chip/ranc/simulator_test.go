package ranc_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/quant"
)

// TestRANCSimulator: mapped networks, split and unrolled, run by ranc_sim itself where it is on the path.
func TestRANCSimulator(t *testing.T) {
	sim, err := exec.LookPath("ranc_sim")
	if err != nil {
		t.Skip("needs ranc_sim on the path")
	}
	rule := func() *quant.Spiking { return ranc.LIF(6, 0, -40, quant.ResetSubtract) }
	biased := func() *quant.Spiking { return ranc.LIF(9, 2, -20, quant.ResetValue) }
	conv := chainOf(rule, 1, signs(1, 1), signs(3, 4*16))
	conv.Input.Shape = []int{20, 6, 6}
	conv.Populations[0].Shape = []int{4, 4, 4}
	w := someWeights(4, 20*9)
	conv.Synapses[0].Dense, conv.Synapses[0].Conv = nil, &quant.Conv{Weight: quant.NewTensor(w.Data, 4, 20, 3, 3), Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}
	for name, net := range map[string]*quant.IntNet{
		"split":       chainOf(rule, 300, signs(3, 300), signs(2, 3)),
		"split, bias": chainOf(biased, 300, signs(3, 300), signs(2, 3)),
		"two split":   chainOf(rule, 4, someWeights(260, 4), signs(257, 260), signs(1, 257)),
		"convolution": conv,
		"parts":       partsOf(t),
		"many bits":   chainOf(func() *quant.Spiking { return ranc.LIF(200, 0, -900, quant.ResetSubtract) }, 3, quant.NewTensor([]int32{-255, 17, 99, 3, -8, 200}, 2, 3)),
	} {
		t.Run(name, func(t *testing.T) { compareSimulator(t, sim, net) })
	}
}

func compareSimulator(t *testing.T, sim string, net *quant.IntNet) {
	m, err := ranc.Map(net)
	if err != nil {
		t.Fatal(err)
	}
	const ticks = 20
	in := quant.Len(net.Input.Shape)
	raster := someWeights(ticks, in)
	for i, v := range raster.Data {
		raster.Data[i] = max(v, 0)
	}
	m.Packets(raster)
	input, config, err := m.Chip.Encode(m.Config)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, raw := range map[string][]byte{"in.json": input, "config.json": config} {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	late := m.Extra + 1
	cmd := exec.Command(sim, "-i", "in.json", "-o", "out.txt", "-c", "config.json", "--ticks", strconv.Itoa(ticks+late))
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "out.txt"))
	if err != nil {
		t.Fatal(err)
	}
	raw = bytes.ReplaceAll(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), []byte(" "), nil)
	got := bytes.Split(bytes.TrimSpace(raw), []byte("\n"))
	if len(got) < ticks {
		t.Fatalf("%d rows: %.200s", len(got), raw)
	}
	spikes := 0
	for tick, row := range outputs(t, net, raster) {
		if tick+late >= len(got) {
			break
		}
		for n, s := range row {
			if spikes += int(s); int32(got[tick+late][n]-'0') != s {
				t.Fatalf("tick %d, output %d: the network gives %d, ranc_sim's row is %s", tick, n, s, got[tick+late])
			}
		}
	}
	if spikes == 0 {
		t.Error("no spikes: nothing was tested")
	}
	t.Logf("%d cores, %d spikes", len(m.Chip.Cores), spikes)
}

// partsOf is a network whose sums are taken in parts.
func partsOf(t *testing.T) *quant.IntNet {
	w := someWeights(3, 700)
	for i := range w.Data {
		w.Data[i] *= int32(i%7 + 1)
	}
	net, _ := inParts(t, chainOf(func() *quant.Spiking { return ranc.LIF(90, 1, -4000, quant.ResetSubtract) }, 700, w), 1)
	return net
}

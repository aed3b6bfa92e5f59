package ranc_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

func lines(t testing.TB, path string) []string {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(raw))
}

// numbersOf reads a number a line.
func numbersOf(t testing.TB, path string) (out []int) {
	for _, line := range lines(t, path) {
		n, err := strconv.Atoi(line)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// TestTea128: a network for MNIST on 31 cores of the hardware, its memories, ten
// images of packets and the packets that must leave.
func TestTea128(t *testing.T) {
	dir := testkit.Data(t, "ranc", "tea128")
	h := ranc.Hardware{Width: 8, Height: 4, Bus: [2]int{0, 3}, Outputs: 120, Axons: 128, Neurons: 128}
	c, cfg, err := h.ReadMemory(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "tb_input.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Packets, err = h.ReadPackets(raw, numbersOf(t, filepath.Join(dir, "tb_num_inputs.txt"))); err != nil {
		t.Fatal(err)
	}
	net, err := h.Net(c, cfg)
	if err != nil {
		t.Fatal(err)
	}
	want := expected(t, dir)
	const first = 3 // three layers of cores, each a tick later
	got, total := busPackets(t, net, c, cfg, len(want)+first), 0
	for tick, packets := range want {
		slices.Sort(packets)
		total += len(packets)
		if !slices.Equal(got[first+tick], packets) {
			t.Errorf("image %d: %v, expected %v", tick, got[first+tick], packets)
		}
	}
	t.Logf("%d packets of %d images compared", total, len(want))
}

// expected is the outputs of each image.
func expected(t testing.TB, dir string) (out [][]int) {
	packets := lines(t, filepath.Join(dir, "tb_correct.txt"))
	for _, n := range numbersOf(t, filepath.Join(dir, "tb_num_outputs.txt")) {
		var list []int
		for _, p := range packets[:n] {
			v, err := strconv.ParseInt(p, 2, 32)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, int(v))
		}
		out, packets = append(out, list), packets[n:]
	}
	return out
}

// busPackets is the outputs that spike in each tick, ascending.
func busPackets(t testing.TB, net *quant.IntNet, c *ranc.Chip, cfg *ranc.Config, ticks int) [][]int {
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	m, n, raster := prog.NewMachine(), quant.Len(net.Input.Shape), c.Raster(cfg, ticks)
	out := make([][]int, ticks)
	for tick := range ticks {
		s, err := m.Step(testkit.Sparse(raster.Data[tick*n : (tick+1)*n]))
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range s.Index {
			out[tick] = append(out[tick], int(i))
		}
	}
	return out
}

// TestMemoryFaults: what is wrong in memories is named with file and line.
func TestMemoryFaults(t *testing.T) {
	h := ranc.Hardware{Width: 2, Height: 1, Bus: [2]int{1, 0}, Outputs: 2, Axons: 2, Neurons: 1}
	neuron := "10" + strings.Repeat("0", 54) + strings.Repeat("0", 9) + "000000001" + "000000000" + "0" + "000000001" + "000000000" + "1" + "0000"
	good := map[string]string{"tc_000.mem": "00\n01\n", "csram_000.mem": neuron + "\n"}
	files := func() fstest.MapFS {
		fs := fstest.MapFS{}
		for name, text := range good {
			fs[name] = &fstest.MapFile{Data: []byte(text)}
		}
		return fs
	}
	c, _, err := h.ReadMemory(files())
	if err != nil {
		t.Fatal(err)
	}
	if n := c.Cores[0]; !slices.Equal(n.Axons, []int{0, 1}) || !slices.Equal(n.Connections[0], []int{0, 1}) || n.Neurons[0].Axon != 1 || n.Neurons[0].PositiveThreshold != 1 {
		t.Errorf("%+v", n)
	}
	for want, change := range map[string]func(fs fstest.MapFS){
		"tc_000.mem":                  func(fs fstest.MapFS) { delete(fs, "tc_000.mem") },
		"tc_000.mem, line 2: 3 chara": func(fs fstest.MapFS) { fs["tc_000.mem"].Data = []byte("00 010") },
		"expected 2 binary digits":    func(fs fstest.MapFS) { fs["tc_000.mem"].Data = []byte("00 0x") },
		"csram_000.mem: 2 lines, exp": func(fs fstest.MapFS) { fs["csram_000.mem"].Data = []byte(neuron + " " + neuron) },
		"which is not there":          func(fs fstest.MapFS) { fs["csram_000.mem"].Data[84] = '1' },
	} {
		fs := files()
		change(fs)
		if _, _, err := h.ReadMemory(fs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := h.ReadPackets([]byte("0101"), []int{1}); err == nil || !strings.Contains(err.Error(), "4 characters, expected 23") {
		t.Errorf("%v", err)
	}
	if _, err := h.ReadPackets(nil, []int{1}); err == nil || !strings.Contains(err.Error(), "tick 0 has 1 packets, 0 are left") {
		t.Errorf("%v", err)
	}
	if _, err := h.ReadPackets([]byte("0"), []int{0}); err == nil || !strings.Contains(err.Error(), "beyond the last tick") {
		t.Errorf("%v", err)
	}
	if _, _, err := (ranc.Hardware{}).ReadMemory(files()); err == nil {
		t.Error("hardware without cores was taken")
	}
}

// TestSimulatorExamples: the simulator's own examples are read and run.
func TestSimulatorExamples(t *testing.T) {
	dir := testkit.Data(t, "ranc", "simulator")
	config, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"test.json", "example/input.json", "mceliece/mceliece-1.json", "vmm/josh-input.json"} {
		input, err := os.ReadFile(filepath.Join(dir, "data", name))
		if err != nil {
			t.Fatal(err)
		}
		c, cfg, err := ranc.Read(input, config)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		net, err := c.Net(cfg)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := 0
		for _, row := range busPackets(t, net, c, cfg, len(c.Packets)+8) {
			n += len(row)
		}
		t.Logf("%s: %d cores, %d packets leave", name, len(c.Cores), n)
	}
}

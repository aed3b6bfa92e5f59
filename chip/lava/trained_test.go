package lava_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sbinet/npyio"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// values reads an npy file of floats.
func values[E float32 | float64](t *testing.T, path string) ([]E, []int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := npyio.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	v := make([]E, quant.Len(r.Header.Descr.Shape))
	if err := r.Read(&v); err != nil {
		t.Fatal(err)
	}
	return v, r.Header.Descr.Shape
}

func machine(t *testing.T, net *quant.IntNet) *emulator.Machine {
	t.Helper()
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	return prog.NewMachine()
}

func step(t *testing.T, m *emulator.Machine, row []int32) {
	t.Helper()
	if _, err := m.Step(testkit.Sparse(row)); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, path string) *quant.IntNet {
	t.Helper()
	x, err := lava.ReadNetx(path)
	if err != nil {
		t.Fatal(err)
	}
	net, err := x.Net()
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// differing counts the values of [N, T] that differ from the spikes of a
// population, tick t of the file being tick t + shift of the machine.
func differing[E float32 | float64](spikes []*integer.Spikes, want []E, n, shift int) (differ, fired int) {
	ticks := len(want) / n
	for tick := max(0, -shift); tick < ticks && tick+shift < len(spikes); tick++ {
		got := testkit.Row(spikes[tick+shift], n)
		for i := range n {
			w := int32(want[i*ticks+tick])
			fired += int(w)
			if got[i] != w {
				differ++
			}
		}
	}
	return differ, fired
}

func clone(s *integer.Spikes) *integer.Spikes {
	return &integer.Spikes{Index: append([]int32(nil), s.Index...), Value: append([]int32(nil), s.Value...)}
}

// TestGoldenOxford: the first layer of a network that SLAYER trained, over 2000 ticks.
func TestGoldenOxford(t *testing.T) {
	needLibrary(t)
	dir := testkit.Data(t, "loihi_lava", "oxford")
	in, shape := values[float64](t, filepath.Join(dir, "layer0_in.npy"))
	want, _ := values[float64](t, filepath.Join(dir, "layer0_out.npy"))
	m := machine(t, load(t, filepath.Join(dir, "network.net")))
	inputs, ticks := shape[0], shape[1]
	var spikes []*integer.Spikes
	for tick := range ticks {
		row := make([]int32, inputs)
		for i := range row {
			row[i] = int32(in[i*ticks+tick])
		}
		step(t, m, row)
		spikes = append(spikes, clone(m.Sent("layer0")))
	}
	if differ, fired := differing(spikes, want, 256, 0); differ != 0 || fired != 1826 {
		t.Errorf("%d values differ, %d spikes; expected none of 1826", differ, fired)
	}
}

// TestGoldenTinynet: input neurons driven by their bias and two convolutions,
// against SLAYER's rasters. In SLAYER a layer adds no tick and a raster begins
// with an empty one, so the synapses have no latency here.
func TestGoldenTinynet(t *testing.T) {
	needLibrary(t)
	dir := testkit.Data(t, "loihi_lava", "tinynet")
	net := load(t, filepath.Join(dir, "tiny.net"))
	for i := range net.Synapses {
		net.Synapses[i].Latency = 0
	}
	bias, shape := values[float64](t, filepath.Join(dir, "input_bias.npy")) // W, H, C
	w, h, c := shape[0], shape[1], shape[2]
	row := make([]int32, w*h*c)
	for i, v := range bias {
		row[(i%c*h+i/c%h)*w+i/(c*h)] = int32(v)
	}
	m := machine(t, net)
	spikes := map[string][]*integer.Spikes{}
	for range 16 {
		step(t, m, row)
		for _, p := range net.Populations {
			spikes[p.Name] = append(spikes[p.Name], clone(m.Sent(p.Name)))
		}
	}
	for k, name := range []string{"input", "layer1", "output"} {
		want, _ := values[float32](t, filepath.Join(dir, name+".npy"))
		p := net.Populations[k]
		differ, fired := differing(spikes[p.Name], want, p.N(), -1)
		if differ != 0 || fired == 0 {
			t.Errorf("%s: %d values differ, %d spikes", name, differ, fired)
		}
		t.Logf("%s: %d spikes", name, fired)
	}
}

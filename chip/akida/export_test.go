package akida_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

// TestModelsComeBack: every golden model, made a network and taken apart, is the model.
func TestModelsComeBack(t *testing.T) {
	for _, c := range testkit.ChipCases(t, "akida") {
		m, maps := golden(t, c)
		net, err := m.Net()
		if err != nil {
			t.Fatal(err)
		}
		got, err := akida.FromNet(net)
		if err != nil {
			if maps {
				t.Errorf("%s: %v", c.Name, err)
			}
			continue
		}
		again, err := got.Net()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(net, again); d != "" {
			t.Errorf("%s: %s", c.Name, d)
		}
	}
}

// random2 makes networks of the second generation.
type random2 struct {
	rng *rand.Rand
	net *quant.IntNet
}

func (r *random2) tensor(lo, hi int32, shape ...int) quant.Tensor {
	t := quant.NewTensor(make([]int32, quant.Len(shape)), shape...)
	for i := range t.Data {
		t.Data[i] = lo + r.rng.Int32N(hi-lo+1)
	}
	return t
}

func (r *random2) unit(kind string, channels int, shift int32) *quant.Activation {
	bias := r.tensor(-128, 127, channels)
	for i := range bias.Data {
		bias.Data[i] <<= r.rng.IntN(4)
	}
	scale, shifts := r.tensor(1, 255, channels), r.tensor(shift, shift+2, channels)
	switch kind {
	case "linear":
		return akida.Linear2(bias, scale, shifts)
	case "relu4":
		return akida.ReLU2(4, bias, scale, shifts)
	}
	return akida.ReLU2(8, bias, scale, shifts)
}

func (r *random2) add(name string, shape []int, a *quant.Activation, s quant.Synapses) {
	s.Name, s.To, s.From = name, name, quant.InputName
	if n := len(r.net.Populations); n > 0 {
		s.From = r.net.Populations[n-1].Name
	}
	r.net.Populations = append(r.net.Populations, quant.Population{Name: name, Shape: shape, Activation: a})
	r.net.Synapses, r.net.Output = append(r.net.Synapses, s), name
}

func raw2(bias quant.Tensor) *quant.Activation {
	return &quant.Activation{Bias: bias, Range: quant.Signed(28, quant.Saturate)}
}

func conv(w quant.Tensor, stride, padding int) *quant.Conv {
	return &quant.Conv{Weight: w, Stride: [2]int{stride, stride}, Padding: [2]int{padding, padding}, Dilation: [2]int{1, 1}, Groups: 1}
}

// image2 is an image layer with a pool, a convolution of 4-bit activations, one with a stride, and a dense layer.
func image2(seed uint64) *quant.IntNet {
	r := &random2{rng: rand.New(rand.NewPCG(seed, 3)), net: &quant.IntNet{Input: quant.Input{Shape: []int{3, 9, 8}, Max: 255}}}
	a := r.unit("relu", 5, 16)
	bias := a.Bias
	a.Bias = quant.Tensor{}
	r.add("image", []int{5, 9, 8}, raw2(bias), quant.Synapses{Conv: conv(r.tensor(-128, 127, 5, 3, 3, 3), 1, 1)})
	r.add("pool", []int{5, 5, 4}, a, quant.Synapses{Pool: &quant.Pool{Size: [2]int{2, 2}, Stride: [2]int{2, 2}}})
	r.add("c", []int{4, 5, 4}, r.unit("relu4", 4, 17), quant.Synapses{Conv: conv(r.tensor(-8, 7, 4, 5, 3, 3), 1, 1)})
	r.add("d", []int{6, 3, 2}, r.unit("relu", 6, 14), quant.Synapses{Conv: conv(r.tensor(-128, 127, 6, 4, 3, 3), 2, 1)})
	r.net.Synapses[3].Conv.Padding = [2]int{1, 0}
	r.add("e", []int{7, 1, 1}, r.unit("linear", 7, 15), quant.Synapses{Dense: &quant.Dense{Weight: r.tensor(-128, 127, 7, 36)}})
	return r.net
}

// dense2 is two dense layers of signed inputs.
func dense2(seed uint64) *quant.IntNet {
	r := &random2{rng: rand.New(rand.NewPCG(seed, 4)), net: &quant.IntNet{Input: quant.Input{Shape: []int{12}, Min: -128, Max: 127}}}
	r.add("a", []int{9}, r.unit("relu", 9, 14), quant.Synapses{Dense: &quant.Dense{Weight: r.tensor(-128, 127, 9, 12)}})
	r.add("b", []int{5}, r.unit("linear", 5, 15), quant.Synapses{Dense: &quant.Dense{Weight: r.tensor(-128, 127, 5, 9)}})
	return r.net
}

// vendor runs exported files in the vendor's package and returns its answers, [N, H, W, C].
func vendor(t *testing.T, f *akida.Files, in quant.Tensor) []int32 {
	t.Helper()
	dir := t.TempDir()
	for name, raw := range map[string][]byte{"net.npz": f.NPZ, "net.json": f.JSON, "load_akida.py": f.Loader} {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := npy.WriteInt32(filepath.Join(dir, "in.npy"), in.Shape, in.Data); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "load_akida.py", "net", "in.npy", "out.npy")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	a, err := npy.Read(filepath.Join(dir, "out.npy"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := a.Int32s()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// answers are the emulator's for samples of [N, H, W, C], in the same order.
func answers(t *testing.T, net *quant.IntNet, in quant.Tensor) []int32 {
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	m, chw, out := prog.NewMachine(), hwc(in), net.Find(net.Output)
	size := quant.Len(net.Input.Shape)
	shape := out.Shape
	if len(shape) == 1 {
		shape = []int{shape[0], 1, 1}
	}
	var all []int32
	for k := range in.Shape[0] {
		s, err := m.Step(testkit.Sparse(chw.Data[k*size : (k+1)*size]))
		if err != nil {
			t.Fatal(err)
		}
		row := testkit.Row(s, out.N())
		for i := range row { // C, H, W to H, W, C
			c, y, x := i%shape[0], i/(shape[0]*shape[2]), i/shape[0]%shape[2]
			all = append(all, row[(c*shape[1]+y)*shape[2]+x])
		}
	}
	return all
}

// TestVendorRunsExports: golden models of the first generation and random ones of
// the second, exported, loaded and run by the vendor's package where it is installed.
func TestVendorRunsExports(t *testing.T) {
	if err := exec.Command("python3", "-c", "import akida").Run(); err != nil {
		t.Skip("needs python3 with akida")
	}
	for _, c := range testkit.ChipCases(t, "akida") {
		m, maps := golden(t, c)
		net, err := m.Net()
		if err != nil {
			t.Fatal(err)
		}
		f, err := akida.Export(net)
		if err != nil {
			if maps {
				t.Errorf("%s: %v", c.Name, err)
			}
			continue
		}
		if got, want := vendor(t, f, c.Tensor(t, "input")), c.Tensor(t, "output").Data; !slices.Equal(got, want) {
			t.Errorf("%s: %v, recorded %v", c.Name, got, want)
		}
	}
	compared := 0
	for seed := range uint64(3) {
		for name, net := range map[string]*quant.IntNet{"image": image2(seed), "dense": dense2(seed)} {
			f, err := akida.Export2(net)
			if err != nil {
				t.Fatal(err)
			}
			in := samples(net, seed)
			got, want := vendor(t, f, in), answers(t, net, in)
			if !slices.Equal(got, want) {
				t.Errorf("%s %d: the vendor's package gives %v, the emulator %v", name, seed, got, want)
			}
			compared += len(got)
			if seed == 0 && os.Getenv("SNNTRAIN_UPDATE") != "" {
				if err := npy.WriteInt32(recorded(name), []int{len(got)}, got); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	t.Logf("%d values of the second generation compared", compared)
}

// recorded is the file of the vendor's answers to a network; SNNTRAIN_UPDATE=1 writes it.
func recorded(name string) string { return filepath.Join("testdata", "akida2_"+name+".npy") }

// TestGoldenAkida2: what the vendor's software backend 2.19.3 answered.
func TestGoldenAkida2(t *testing.T) {
	for name, net := range map[string]*quant.IntNet{"image": image2(0), "dense": dense2(0)} {
		a, err := npy.Read(recorded(name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := a.Int32s()
		if err != nil {
			t.Fatal(err)
		}
		if got := answers(t, net, samples(net, 0)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, recorded %v", name, got, want)
		}
		if slices.Min(want) == slices.Max(want) {
			t.Errorf("%s: nothing was tested", name)
		}
	}
}

// samples is 20 inputs, [N, H, W, C].
func samples(net *quant.IntNet, seed uint64) quant.Tensor {
	shape := net.Input.Shape
	if len(shape) == 1 {
		shape = []int{shape[0], 1, 1}
	}
	r := &random2{rng: rand.New(rand.NewPCG(seed, 5))}
	return r.tensor(net.Input.Min, net.Input.Max, 20, shape[1], shape[2], shape[0])
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }

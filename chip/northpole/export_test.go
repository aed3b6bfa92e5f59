package northpole_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/quant"
)

// update writes the files that testdata/run_onnxruntime.py answers.
func updating() bool {
	return flag.Lookup("update") != nil && flag.Lookup("update").Value.String() == "true"
}

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write models and inputs into testdata")
	flag.Parse()
	os.Exit(m.Run())
}

// nets is every recorded case by its name.
func nets(t testing.TB) map[string]*quant.IntNet {
	last := mlp(t, 9, 8, false)
	last.Populations[2].Activation.Requantize = &quant.Requantize{Multiplier: quant.Scalar(3), Shift: quant.Scalar(9), Min: -128, Max: 127}
	signed := mlp(t, 10, 8, false)
	signed.Input.Min, signed.Input.Max = -128, 127
	return map[string]*quant.IntNet{
		"mlp8": mlp(t, 1, 8, false), "mlp4": mlp(t, 2, 4, false), "mlp2": mlp(t, 3, 2, false), "mlp8_power": mlp(t, 4, 8, true),
		"maps8": maps(t, 5, 8, false), "maps4": maps(t, 6, 4, false), "maps2_power": maps(t, 7, 2, true),
		"residual8": residual(t, 8, 8), "last8": last, "signed8": signed,
	}
}

const samples = 40

func write(t testing.TB, dir, name string, net *quant.IntNet) string {
	t.Helper()
	raw, err := northpole.Export(net, "snntrain")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path+".onnx", raw, 0o644); err != nil {
		t.Fatal(err)
	}
	in := inputs(net, 11, samples)
	if err := npy.WriteInt32(path+".input.npy", in.Shape, in.Data); err != nil {
		t.Fatal(err)
	}
	return path
}

func answers(t testing.TB, path string) []int32 {
	t.Helper()
	a, err := npy.Read(path + ".output.npy")
	if err != nil {
		t.Fatal(err)
	}
	out, err := a.Int32s()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestGoldenOnnxruntime: the same file is exported, and the emulator gives what
// onnxruntime 1.32.0 answered for it.
func TestGoldenOnnxruntime(t *testing.T) {
	compared := 0
	for name, net := range nets(t) {
		t.Run(name, func(t *testing.T) {
			if updating() {
				write(t, "testdata", name, net)
				return
			}
			raw, err := northpole.Export(net, "snntrain")
			if err != nil {
				t.Fatal(err)
			}
			if want, err := os.ReadFile(filepath.Join("testdata", name+".onnx")); err != nil || !bytes.Equal(raw, want) {
				t.Errorf("the exported file differs (%v)", err)
			}
			got, want := infer(t, net, inputs(net, 11, samples)), answers(t, filepath.Join("testdata", name))
			if !slices.Equal(got, want) {
				t.Errorf("%v\nonnxruntime %v", got, want)
			}
			if low, high := slices.Min(got), slices.Max(got); low == high {
				t.Errorf("every answer is %d: nothing was tested", low)
			}
			compared += len(got)
		})
	}
	t.Logf("%d values compared", compared)
}

// TestOnnxruntime: more networks, answered by onnxruntime itself where it is
// installed; those with scales of powers of two without optimizations too.
func TestOnnxruntime(t *testing.T) {
	if err := exec.Command("python3", "-c", "import onnxruntime").Run(); err != nil {
		t.Skip("needs python3 with onnxruntime")
	}
	dir := t.TempDir()
	fused, plain := map[string]*quant.IntNet{}, map[string]*quant.IntNet{}
	for seed := range uint64(6) {
		for _, bits := range []int{8, 4, 2} {
			name := string(rune('a'+seed)) + string(rune('0'+bits))
			fused["mlp"+name], fused["maps"+name] = mlp(t, 100+seed, bits, false), maps(t, 200+seed, bits, false)
			plain["mlp.power"+name], plain["maps.power"+name] = mlp(t, 300+seed, bits, true), maps(t, 400+seed, bits, true)
			plain["residual"+name] = residual(t, 500+seed, bits)
		}
	}
	for level, set := range map[string][]map[string]*quant.IntNet{"all": {fused, plain}, "extended": {fused}, "basic": {plain}, "off": {plain}} {
		for _, nets := range set {
			var paths []string
			for name, net := range nets {
				paths = append(paths, write(t, dir, name, net))
			}
			if out, err := exec.Command("python3", append([]string{"testdata/run_onnxruntime.py", "--level", level}, paths...)...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			for name, net := range nets {
				got, want := infer(t, net, inputs(net, 11, samples)), answers(t, filepath.Join(dir, name))
				if wrong := differing(got, want); wrong > 0 {
					t.Errorf("%s, optimizations %s: %d of %d values differ", name, level, wrong, len(want))
				}
			}
		}
	}
}

func differing(a, b []int32) int {
	if len(a) != len(b) {
		return max(len(a), len(b))
	}
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// TestNamesAreUnique: of nodes and values, where synapses and populations share theirs.
func TestNamesAreUnique(t *testing.T) {
	for _, net := range []*quant.IntNet{maps(t, 1, 4, false), residual(t, 1, 8)} {
		for i := range net.Synapses {
			if s := &net.Synapses[i]; s.Name != "skip" {
				s.Name = s.To
			}
		}
		raw, err := northpole.Export(net, "test")
		if err != nil {
			t.Fatal(err)
		}
		m, err := onnx.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		nodes, values := map[string]bool{}, map[string]bool{"input": true}
		for _, n := range m.Nodes {
			if nodes[n.Name] || values[n.Outputs[0]] || m.Constants[n.Outputs[0]] != nil {
				t.Errorf("node %q, value %q: a name is there twice", n.Name, n.Outputs[0])
			}
			nodes[n.Name], values[n.Outputs[0]] = true, true
		}
	}
}

func TestExportRefuses(t *testing.T) {
	for want, damage := range map[string]func() *quant.IntNet{
		`layer "b": joins several synapses with a scale that is no power of two`: func() *quant.IntNet {
			n := residual(t, 1, 8)
			n.Populations[1].Activation.Requantize.Multiplier.Data[2] = 3
			return n
		},
		`layer "b": begins with one-to-one synapses`: func() *quant.IntNet {
			n := residual(t, 1, 8)
			n.Synapses[1], n.Synapses[2] = n.Synapses[2], n.Synapses[1]
			return n
		},
		`layer "c": sums can reach 18`: func() *quant.IntNet {
			n := mlp(t, 1, 8, false)
			n.Populations[2].Activation.Bias.Data[0] = 18e6
			return n
		},
		`layer "a": biases differ within a channel`: func() *quant.IntNet {
			n := maps(t, 1, 8, false)
			n.Populations[0].Activation.Bias = newBuilder(t, 1, 8, false, 1).tensor(-9, 9, 6, 9, 8)
			return n
		},
		`layer "a": scales differ within a channel`: func() *quant.IntNet {
			n := maps(t, 1, 8, false)
			r := n.Populations[0].Activation.Requantize
			r.Multiplier, r.Shift = newBuilder(t, 1, 8, false, 1).tensor(1, 9, 6, 9, 8), quant.Scalar(9)
			return n
		},
		`layer "a": leaves out places`: func() *quant.IntNet {
			n := maps(t, 1, 8, false)
			n.Populations[0].Shape = []int{6, 7, 8}
			return n
		},
		`has spiking neurons`: func() *quant.IntNet {
			n := mlp(t, 1, 8, false)
			n.Populations[0].Activation, n.Populations[0].Spiking = nil, &quant.Spiking{}
			return n
		},
	} {
		if _, err := northpole.Export(damage(), "snntrain"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

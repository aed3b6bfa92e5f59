package northpole_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/internal/onnx"
)

// TestReadIsExport: every network comes back, and is written again byte for byte.
func TestReadIsExport(t *testing.T) {
	for name, net := range nets(t) {
		raw, err := northpole.Export(net, "snntrain test")
		if err != nil {
			t.Fatal(err)
		}
		got, err := northpole.Read(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := northpole.Export(got, "snntrain test")
		if err != nil || !bytes.Equal(raw, again) {
			t.Errorf("%s: written again otherwise: %v", name, err)
		}
		in := inputs(net, 7, 20)
		if want, have := infer(t, net, in), infer(t, got, in); !slices.Equal(want, have) {
			t.Errorf("%s: other answers", name)
		}
	}
}

// TestReadRefuses: what is none of our files, and ours with a part missing.
func TestReadRefuses(t *testing.T) {
	raw, err := northpole.Export(mlp(t, 1, 4, false), "another program")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := northpole.Read(raw); err == nil || !strings.Contains(err.Error(), "is none that export wrote") {
		t.Error(err)
	}
	node := func(m *onnx.Model, name string) *onnx.Node {
		for i := range m.Nodes {
			if m.Nodes[i].Name == name {
				return &m.Nodes[i]
			}
		}
		return nil
	}
	for want, damage := range map[string]func(m *onnx.Model){
		`node "a.weights" (Gemm): is not what export writes here`: func(m *onnx.Model) { node(m, "a.weights").Inputs[1] = "one" },
		`node "b.clip" (Clip): is not what export writes here`:    func(m *onnx.Model) { node(m, "b.clip").Inputs[2] = "a.weights.weight" },
		`node "a.relu" (Sin): is not what export writes here`:     func(m *onnx.Model) { node(m, "a.relu").Op = "Sin" },
	} {
		raw, err := northpole.Export(mlp(t, 1, 4, false), "snntrain test")
		if err != nil {
			t.Fatal(err)
		}
		m, err := onnx.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		damage(m)
		if raw, err = onnx.Encode(m); err != nil {
			t.Fatal(err)
		}
		if _, err := northpole.Read(raw); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, net := range nets(f) {
		if raw, err := northpole.Export(net, "snntrain test"); err == nil {
			f.Add(raw)
		}
	}
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _ = northpole.Read(raw) })
}

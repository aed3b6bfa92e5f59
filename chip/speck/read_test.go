package speck_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/snntrain/snntrain/chip/speck"
	"github.com/snntrain/snntrain/quant"
)

func config(t testing.TB) []byte {
	raw, err := speck.New().Config(network(t, small()))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestReadOfConfig: what is written is read, as the network that it was.
func TestReadOfConfig(t *testing.T) {
	m, err := speck.Read(config(t))
	if err != nil {
		t.Fatal(err)
	}
	got, want := network(t, m), network(t, small())
	for i := range want.Populations { // an absent bias is written as zeros
		if s := want.Populations[i].Spiking; s != nil {
			s.Bias = got.Populations[i].Spiking.Bias
			if s.Bias.MaxAbs() != 0 {
				t.Errorf("bias %v", s.Bias)
			}
		}
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	if again, err := speck.New().Config(got); err != nil || !bytes.Equal(again, config(t)) {
		t.Errorf("written again it differs: %v", err)
	}
}

// TestReadKeepsInitialPotentials: neurons of a converted network do not start at 0.
func TestReadKeepsInitialPotentials(t *testing.T) {
	want := network(t, small())
	first := want.Populations[0].Spiking
	first.Initial = quant.NewTensor(make([]int32, quant.Len(want.Populations[0].Shape)), want.Populations[0].Shape...)
	for i := range first.Initial.Data {
		first.Initial.Data[i] = int32(i % 7)
	}
	raw, err := speck.New().Config(want)
	if err != nil {
		t.Fatal(err)
	}
	m, err := speck.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first.Initial, network(t, m).Populations[0].Spiking.Initial); d != "" {
		t.Error(d)
	}
	cut := strings.Replace(string(raw), "\"neurons_initial_value\": [\n    0,", "\"neurons_initial_value\": [", 1)
	if _, err := speck.Read([]byte(cut)); err == nil || !strings.Contains(err.Error(), "layer 0: 2047 initial values for [8 16 16] neurons") {
		t.Errorf("an initial value is missing: %v", err)
	}
}

// TestReadOfWideLayers: what follows a pool has a bounded sum, whatever its fan-in.
func TestReadOfWideLayers(t *testing.T) {
	wide := layer(10, 512, 4, 1)
	wide.Padding = [2]int{}
	for i := range wide.Weight.Data {
		wide.Weight.Data[i] = 127
	}
	first := layer(512, 1, 3, 2)
	first.Threshold = 821
	network(t, &speck.Model{Input: [3]int{1, 8, 8}, Layers: []speck.Layer{first, wide}})
}

func TestReadFaults(t *testing.T) {
	raw := string(config(t))
	for want, change := range map[string][2]string{
		"unknown field":                     {`"biases"`, `"biasses"`},
		"layer 0: sends to core":            {`"destination_core": `, `"destination_core": 7`},
		"weights do not fit [8 2 3 5]":      {"\"kernel_size\": [\n     3,\n     3", "\"kernel_size\": [\n     3,\n     5"},
		"layer 0: pooling 3":                {`"pooling": 2`, `"pooling": 3`},
		"holds no layer":                    {raw, `{"cnn_layers": []}`},
		"gives [8 8 8], the configuration":  {"\"stride\": [\n     1,\n     1", "\"stride\": [\n     2,\n     2"},
		"7 biases for 8 channels":           {"\"biases\": [\n    0,", "\"biases\": ["},
		"layer 0: padding [-1 1]":           {"\"padding\": [\n     1,", "\"padding\": [\n     -1,"},
		"configuration: unexpected EOF":     {raw, raw[:100]},
		"kernel 3×3 with stride [0 1] does": {"\"stride\": [\n     1,", "\"stride\": [\n     0,"},
	} {
		text := strings.Replace(raw, change[0], change[1], 1)
		if text == raw {
			t.Fatalf("%q: nothing was changed in\n%s", want, raw[:700])
		}
		if _, err := speck.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(config(f))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		if m, err := speck.Read(raw); err == nil {
			_, _ = m.Net()
		}
	})
}

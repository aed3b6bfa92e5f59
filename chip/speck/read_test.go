package speck_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/snntrain/snntrain/chip/speck"
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

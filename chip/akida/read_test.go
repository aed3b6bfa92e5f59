package akida_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

// TestReadOfExports: golden models and networks of the second generation,
// written, read and written again, are the same bytes.
func TestReadOfExports(t *testing.T) {
	read := 0
	for _, c := range testkit.ChipCases(t, "akida") {
		m, _ := golden(t, c)
		net, err := m.Net()
		if err != nil {
			t.Fatal(err)
		}
		f, err := akida.Export(net)
		if err != nil {
			continue // what does not map
		}
		got, version, err := akida.Read(f.JSON, f.NPZ)
		if err != nil || version != 1 {
			t.Fatalf("%s: version %d, %v", c.Name, version, err)
		}
		if d := cmp.Diff(net, got); d != "" {
			t.Errorf("%s: %s", c.Name, d)
		}
		again, err := akida.Export(got)
		if err != nil || !bytes.Equal(again.JSON, f.JSON) || !bytes.Equal(again.NPZ, f.NPZ) {
			t.Errorf("%s: written again it differs: %v", c.Name, err)
		}
		read++
	}
	if read == 0 {
		t.Error("no model was read")
	}
	for seed := range uint64(3) {
		for name, net := range map[string]*quant.IntNet{"image": image2(seed), "dense": dense2(seed)} {
			f, err := akida.Export2(net)
			if err != nil {
				t.Fatal(err)
			}
			got, version, err := akida.Read(f.JSON, f.NPZ)
			if err != nil || version != 2 {
				t.Fatalf("%s: version %d, %v", name, version, err)
			}
			again, err := akida.Export2(got)
			if err != nil || !bytes.Equal(again.JSON, f.JSON) || !bytes.Equal(again.NPZ, f.NPZ) {
				t.Errorf("%s %d: written again it differs: %v\n%s\n%s", name, seed, err, f.JSON, again.JSON)
			}
			in := samples(net, seed)
			if d := cmp.Diff(answers(t, net, in), answers(t, got, in)); d != "" {
				t.Errorf("%s %d answers otherwise: %s", name, seed, d)
			}
		}
	}
}

func TestReadFaults(t *testing.T) {
	f, err := akida.Export2(image2(0))
	if err != nil {
		t.Fatal(err)
	}
	text := string(f.JSON)
	for want, change := range map[string][2]string{
		`format "other"`:                        {`"snntrain-akida"`, `"other"`},
		"version 3 of the chip":                 {`"version": 2`, `"version": 3`},
		"weights is missing in the arrays":      {`"layer0.weights"`, `"layer9.weights"`},
		`type "Conv3D" is unknown`:              {`"Conv2D"`, `"Conv3D"`},
		"an input layer comes first":            {`"InputConv2D"`, `"Conv2D"`},
		"is neither a number nor two":           {`"kernel_size": 3`, `"kernel_size": [3]`},
		`activation "tanh" is unknown`:          {`"activation": "relu"`, `"activation": "tanh"`},
		`padding "some" with a window`:          {`"padding": "same"`, `"padding": "some"`},
		`pool "min" is unknown`:                 {`"pool_type": "max"`, `"pool_type": "min"`},
		"weights are [3 3 3 5], the input is [": {"\"input_shape\": [\n     9,\n     8,\n     3", "\"input_shape\": [\n     9,\n     8,\n     2"},
		"5 output bits; 4 and 8 are possible":   {`"output_bits": 8`, `"output_bits": 5`},
		"expected 1 to 16777216 values":         {"\"input_shape\": [\n     9,", "\"input_shape\": [\n     1000000000,"},
		"unknown field":                         {`"units"`, `"unitz"`},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if changed == text {
			t.Fatalf("%q: nothing was changed in\n%s", want, text[:900])
		}
		if _, _, err := akida.Read([]byte(changed), f.NPZ); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, _, err := akida.Read(f.JSON, f.NPZ[:100]); err == nil || !strings.Contains(err.Error(), "arrays") {
		t.Errorf("cut arrays: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, net := range []*quant.IntNet{image2(0), dense2(0)} {
		x, err := akida.Export2(net)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(x.JSON, x.NPZ)
	}
	f.Fuzz(func(_ *testing.T, text, arrays []byte) { _, _, _ = akida.Read(text, arrays) })
}

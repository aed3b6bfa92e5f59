package chip_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/internal/tensorfile"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

func example() *chip.Image {
	lif := &quant.Spiking{
		Currents: []quant.Current{{Order: quant.DecayAdd, Range: quant.Signed(24, quant.Wrap), Decay: quant.Decay{Kind: quant.DecayMultiply, Bits: 12, Round: quant.RoundTowardZero, P: quant.Vector(1, 2, 3)}}},
		Charge:   quant.ChargeSum, Range: quant.Signed(24, quant.Saturate), Threshold: quant.Scalar(10),
		Fire: model.FireAbove, MaxSpikes: 1, Reset: quant.Scalar(quant.ResetValue),
	}
	return &chip.Image{
		Producer: "test", Target: chip.TargetRecord{Name: "generic", Limits: []chip.Limit{{Name: "neurons", Value: 3, Source: "here"}}},
		Net: &quant.IntNet{
			Input: quant.Input{Shape: []int{2}, Max: 1}, Output: "a",
			Populations: []quant.Population{{Name: "a", Shape: []int{3}, Spiking: lif}},
			Synapses: []quant.Synapses{{
				Name: "in", From: "input", To: "a", Latency: 1,
				Dense: &quant.Dense{Weight: quant.NewTensor([]int32{1, -2, 300, 4, 5, -600}, 3, 2)},
			}},
		},
		IO: chip.IO{
			Coding: "rate", Data: map[string]any{"name": "digits", "limit": 3.0}, Seed: 7, Ticks: 6, Steps: 4, From: 1,
			Readout: "sum", Potential: 0.5, Classes: []string{"a", "b", "c"},
		},
		Energy:      []chip.Constant{{Event: chip.SynapticEvent, Joule: 1e-12, Second: 1e-9, Source: "here"}},
		Conformance: []chip.Vector{{Name: "one", Input: quant.NewTensor([]int32{1, 0, 0, 1}, 2, 2), Output: quant.NewTensor([]int32{0, 0, 0, 0, 1, 0}, 2, 3)}},
	}
}

func TestImageRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a"+chip.Extension)
	if err := example().Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := chip.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(example(), got); d != "" {
		t.Error(d)
	}
	a, _ := os.ReadFile(path)
	b, err := got.Encode()
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("written again it differs: %v", err)
	}
}

// TestFormat1IsRead: an image that the program wrote before format 2.
func TestFormat1IsRead(t *testing.T) {
	got, err := chip.Load(filepath.Join("testdata", "format1.snnimg"))
	if err != nil {
		t.Fatal(err)
	}
	want := example()
	want.IO, want.Energy = chip.IO{}, nil
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if err := got.Save(filepath.Join(t.TempDir(), "new.snnimg")); err != nil {
		t.Error(err)
	}
}

// TestEveryFlippedByteIsFound: each byte, replaced by each of some others.
func TestEveryFlippedByteIsFound(t *testing.T) {
	raw, err := example().Encode()
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for _, mask := range []byte{1, 2, 4, 8, 16, 32, 64, 128, 255, ' ' ^ '\t', ' ' ^ '\n'} {
			damaged := bytes.Clone(raw)
			damaged[i] ^= mask
			if _, err := chip.Decode(damaged); err == nil {
				t.Fatalf("byte %d of %d with %08b flipped was not found", i, len(raw), mask)
			}
		}
	}
}

func TestImageFaults(t *testing.T) {
	reencode := func(change func(f *tensorfile.File)) []byte {
		raw, err := example().Encode()
		if err != nil {
			t.Fatal(err)
		}
		f, err := tensorfile.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		change(f)
		if raw, err = f.Encode(); err != nil {
			t.Fatal(err)
		}
		return raw
	}
	replace := func(old, text string) func(f *tensorfile.File) {
		return func(f *tensorfile.File) {
			f.Meta[chip.MetaKey] = strings.Replace(f.Meta[chip.MetaKey], old, text, 1)
		}
	}
	for want, change := range map[string]func(f *tensorfile.File){
		"format 3 is newer than this program's 2":         replace(`"format":2`, `"format":3`),
		"format 0 is none":                                replace(`"format":2`, `"format":0`),
		"readout \"vote\" is unknown":                     replace(`"readout":"sum"`, `"readout":"vote"`),
		"2 classes for 3 output neurons":                  replace(`"classes":["a","b","c"]`, `"classes":["a","b"]`),
		"6 ticks, 4 of them with input, read from tick 9": replace(`"from":1`, `"from":9`),
		"6 ticks, 7 of them with input":                   replace(`"steps":4`, `"steps":7`),
		"readout first-spike of the potential":            replace(`"readout":"sum"`, `"readout":"first-spike"`),
		"stands for -1":                                   replace(`"potential":0.5`, `"potential":-1`),
		`unknown field "nett"`:                            replace(`"net"`, `"nett"`),
		"the array is missing":                            func(f *tensorfile.File) { f.Tensors = f.Tensors[1:] },
		"belongs to nothing in the image":                 func(f *tensorfile.File) { f.AddInt("more", []int{1}, []int32{1}) },
		"holds no integers": func(f *tensorfile.File) {
			f.Tensors[0].Int, f.Tensors[0].Data = nil, make([]float32, len(f.Tensors[0].Int))
		},
		"the image says":           replace(`"shape":[3,2]`, `"shape":[2,3]`),
		"no key \"image\"":         func(f *tensorfile.File) { f.Meta = nil },
		`charge "sun" is unknown`:  replace(`"charge":"sum"`, `"charge":"sun"`),
		"another program wrote it": replace(`"format":2`, `"format": 2`),
	} {
		if _, err := chip.Decode(reencode(change)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	bad := example()
	bad.Net.Output = "nothing"
	path := filepath.Join(t.TempDir(), "bad.snnimg")
	if err := bad.Save(path); err == nil {
		t.Error("a network that is none was written")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("something was left behind")
	}
}

func FuzzDecode(f *testing.F) {
	raw, err := example().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte{})
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _ = chip.Decode(raw) })
}

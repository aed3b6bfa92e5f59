package wav_test

import (
	"slices"
	"testing"

	"github.com/snntrain/snntrain/datasets/internal/wav"
)

func file() []byte {
	return []byte("RIFF\x32\x00\x00\x00WAVE" +
		"fmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00" +
		"LIST\x03\x00\x00\x00abc\x00" + "data\x04\x00\x00\x00\x00\x40\x00\x80")
}

func TestDecode(t *testing.T) {
	samples, rate, err := wav.Decode(file())
	if err != nil || rate != 8000 || !slices.Equal(samples, []float32{0.5, -1}) {
		t.Errorf("%v at %d, %v", samples, rate, err)
	}
	for name, damage := range map[string]func(raw []byte) []byte{
		"stereo":       func(raw []byte) []byte { raw[22] = 2; return raw },
		"8 bits":       func(raw []byte) []byte { raw[34] = 8; return raw },
		"no header":    func([]byte) []byte { return []byte("RIFF") },
		"no samples":   func(raw []byte) []byte { return raw[:40] },
		"data too big": func(raw []byte) []byte { raw[len(raw)-8] = 9; return raw },
	} {
		if _, _, err := wav.Decode(damage(file())); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(file())
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _, _ = wav.Decode(raw) })
}

package datasets_test

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets"
)

// tone is a recording of 0.1 s.
func tone(f float64) []byte {
	var b bytes.Buffer
	b.WriteString("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x40\x06\x00\x00")
	for i := range 800 {
		_ = binary.Write(&b, binary.LittleEndian, int16(8000*math.Sin(2*math.Pi*f*float64(i)/8000)))
	}
	return b.Bytes()
}

// spoken is an archive of tones: digit d sounds at 300·(d + 1) Hz.
func spoken(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(name string, raw []byte) {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(raw)), Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	add("recordings/readme.txt", []byte("no sound"))
	for digit := range 10 {
		for _, take := range []int{0, 4, 5, 7} {
			add(fmt.Sprintf("recordings/%d_ann_%d.wav", digit, take), tone(300*float64(digit+1)))
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSpokenDigits: higher tones are loudest in higher bands; takes below 5 are
// the test part; what is behind the end of a recording is silent.
func TestSpokenDigits(t *testing.T) {
	k, err := datasets.Builtin().Get("fsdd")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, "recordings.tar", spoken(t))
	o := k.Options().(*datasets.FSDDOptions)
	o.Digits = 8
	for split, n := range map[datasets.Split]int{datasets.Train: 16, datasets.Test: 16} {
		s, err := datasets.Open(k, o, datasets.Common{Name: "fsdd", Dir: dir}, split)
		if err != nil {
			t.Fatal(err)
		}
		if s.Len() != n || len(s.Info().Classes) != 8 || s.Info().Frames != 40 {
			t.Fatalf("%s: %d samples, %+v", split, s.Len(), s.Info())
		}
		x, last := make([]float32, s.Info().Values()), -1
		for i := range s.Len() {
			label, err := s.At(i, x)
			if err != nil || label != i/2 {
				t.Fatalf("sample %d: label %d, %v", i, label, err)
			}
			best := 0
			for k, v := range x[16:32] {
				if v > x[16+best] {
					best = k
				}
			}
			if i%2 == 0 && best <= last || x[16+best] < 0.9 || x[39*16] != 0 {
				t.Errorf("digit %d is loudest in band %d (%v), the one before in %d; at the end %v", label, best, x[16+best], last, x[39*16])
			}
			last = best
		}
	}
}

func TestSpokenDigitsFaults(t *testing.T) {
	k, err := datasets.Builtin().Get("fsdd")
	if err != nil {
		t.Fatal(err)
	}
	var empty bytes.Buffer
	_ = tar.NewWriter(&empty).Close()
	for want, raw := range map[string][]byte{
		"holds no recording":               empty.Bytes(),
		"0_ann_0.wav: 9000 Hz":             bytes.Replace(spoken(t), []byte("\x40\x1f\x00\x00"), []byte("\x28\x23\x00\x00"), 1),
		"0_ann_0.wav: format 1, 3 chan":    bytes.Replace(spoken(t), []byte("\x01\x00\x01\x00\x40\x1f"), []byte("\x01\x00\x03\x00\x40\x1f"), 1),
		"unexpected EOF":                   spoken(t)[:3000],
		"no file \"recordings.tar\"":       nil,
		"0_ann_0.wav: chunk \"data\" has ": bytes.Replace(spoken(t), []byte("data\x40\x06\x00\x00"), []byte("data\x40\x06\x09\x00"), 1),
	} {
		dir := t.TempDir()
		if raw != nil {
			write(t, dir, "recordings.tar", raw)
		}
		if _, err := datasets.Open(k, nil, datasets.Common{Name: "fsdd", Dir: dir}, datasets.Test); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

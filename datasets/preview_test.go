package datasets_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets"
)

func TestPreviewDrawsEveryKind(t *testing.T) {
	for _, name := range datasets.Builtin().Names() {
		k, opts, c := open(t, name)
		s, err := datasets.Open(k, opts, c, datasets.Train)
		if err != nil {
			t.Fatal(err)
		}
		for _, encoder := range datasets.EncoderKinds().Names() {
			if name != "digits" && encoder != "rate" {
				continue // each axis alone
			}
			ek, _ := datasets.EncoderKinds().Get(encoder)
			e, err := ek.New(nil, s.Info())
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := datasets.Preview(&b, s, e, 1, 1); err != nil {
				t.Errorf("%s, %s: %v", name, encoder, err)
				continue
			}
			img, err := png.Decode(&b)
			if err != nil || img.Bounds().Dx() != 744 || img.Bounds().Dy() != 292 {
				t.Errorf("%s, %s: %v %v", name, encoder, err, img.Bounds())
			}
		}
	}
}

// The raster of one input that spikes at the first of two steps is blue on
// its left half, white on its right half.
func TestPreviewShowsTime(t *testing.T) {
	e := newEncoder(t, "latency", &datasets.LatencyOptions{Steps: 2, Curve: "linear", Tau: 1, Threshold: 0.1}, []int{2, 1, 2}, 1)
	var b bytes.Buffer
	if err := datasets.Preview(&b, datasets.Limit(small{9}, 2), e, 2, 1); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	// Sample 1: values 10..13, all spike at step 0. Its panel starts at (228, 308).
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) }
	if left, right := at(240, 400), at(700, 400); left.B < 100 || left.R > 60 || right != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("left half %v, right half %v in %v", left, right, image.Rectangle{Max: img.Bounds().Max})
	}
}

func TestPreviewFaults(t *testing.T) {
	e := newEncoder(t, "constant", nil, []int{2, 1, 2}, 1)
	for _, n := range []int{0, 101} {
		if err := datasets.Preview(io.Discard, small{3}, e, n, 1); err == nil || !strings.Contains(err.Error(), "samples, must be from 1 to 100") {
			t.Errorf("%d samples: %v", n, err)
		}
	}
	if err := datasets.Preview(io.Discard, failing{small{3}, 1}, e, 3, 1); err == nil {
		t.Error("a sample that cannot be read must be reported")
	}
}

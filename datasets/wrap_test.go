package datasets_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/datasets"
)

// small is a source of n samples of shape (2, 1, 2); value j of sample i is 10·i + j.
type small struct{ n int }

func (s small) Info() datasets.Info {
	return datasets.Info{Name: "small", Shape: []int{2, 1, 2}, Frames: 1, Classes: []string{"a", "b"}}
}
func (s small) Len() int { return s.n }
func (s small) At(i int, dst []float32) (int, error) {
	for j := range dst {
		dst[j] = float32(10*i + j)
	}
	return i % 2, nil
}

func TestNormalizeWorksOnChannels(t *testing.T) {
	s, err := datasets.Normalize(small{3}, datasets.Normalization{Mean: []float64{1, 2}, Std: []float64{2}})
	if err != nil {
		t.Fatal(err)
	}
	// channel-last: places 0 and 2 are channel 0, places 1 and 3 channel 1
	if got, _ := values(t, s, 1); !cmp.Equal(got, []float32{4.5, 4.5, 5.5, 5.5}) {
		t.Errorf("got %v", got)
	}
}

func TestNormalizeFaults(t *testing.T) {
	for _, c := range []struct {
		n    datasets.Normalization
		want string
	}{
		{datasets.Normalization{Mean: []float64{0}, Std: []float64{0}}, "datasets: small: normalize: std[0] is 0, must be above 0"},
		{datasets.Normalization{Mean: []float64{0, 0, 0}, Std: []float64{1}}, "3 values in mean, shape [2 1 2] has 2 channels"},
		{datasets.Normalization{Mean: []float64{0}, Std: []float64{1, -1}}, "std[1] is -1, must be above 0"},
		{datasets.Normalization{Mean: []float64{math.NaN()}, Std: []float64{math.Inf(1)}}, "mean[0] is NaN, must be finite\ndatasets: small: normalize: std[0] is +Inf, must be finite"},
		{datasets.Normalization{}, "mean is [], must be at least 1 long\ndatasets: small: normalize: std is [], must be at least 1 long"},
	} {
		_, err := datasets.Normalize(small{3}, c.n)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestOpenAppliesTheCommonOptions(t *testing.T) {
	k, _ := datasets.Builtin().Get("digits")
	c := datasets.Defaults("digits")
	c.Limit = datasets.Limits{Train: 100, Test: 7}
	c.Normalize = &datasets.Normalization{Mean: []float64{8}, Std: []float64{4}}
	c.Raw = true
	p, err := datasets.OpenAll(k, nil, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	if p.Train.Len() != 90 || p.Validation.Len() != 10 || p.Test.Len() != 7 {
		t.Errorf("parts of %d, %d, %d samples", p.Train.Len(), p.Validation.Len(), p.Test.Len())
	}
	x, _ := values(t, p.Train, 0)
	for j, v := range x {
		if raw := 4*v + 8; raw < 0 || raw > 16 || raw != float32(math.Trunc(float64(raw))) {
			t.Fatalf("value %d is %v: not a raw value 0..16 under mean 8, std 4", j, v)
		}
	}
	c.Validation = 0
	if p, err = datasets.OpenAll(k, nil, c, 1); err != nil || p.Validation != nil || p.Train.Len() != 100 {
		t.Errorf("without validation: %+v, %v", p, err)
	}
	k, _ = datasets.Builtin().Get("yinyang")
	if p, err = datasets.OpenAll(k, nil, datasets.Defaults("yinyang"), 1); err != nil || p.Train.Len() != 5000 || p.Validation.Len() != 1000 {
		t.Errorf("a dataset with a validation part of its own: %+v, %v", p, err)
	}
}

func TestOpenReportsAllFaults(t *testing.T) {
	k, _ := datasets.Builtin().Get("digits")
	c := datasets.Common{Validation: 1, Limit: datasets.Limits{Train: -1}, Normalize: &datasets.Normalization{Mean: []float64{1}, Std: []float64{0}}}
	_, err := datasets.Open(k, nil, c, datasets.Train)
	for _, want := range []string{`name is "", must be given`, "limit.train is -1, must be at least 0", "validation is 1, must be below 1", "normalize.std[0] is 0, must be above 0"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
}

func TestHashNamesTheSamples(t *testing.T) {
	base := datasets.Hash(small{4})
	if base != datasets.Hash(small{4}) || len(base) != 64 {
		t.Errorf("hash %q", base)
	}
	normal, _ := datasets.Normalize(small{4}, datasets.Normalization{Mean: []float64{1}, Std: []float64{1}})
	rest, validation := datasets.SplitOff(small{4}, 0.5, 1)
	seen := map[string]bool{base: true}
	for _, s := range []datasets.Source{small{5}, normal, rest, validation} {
		if h := datasets.Hash(s); seen[h] {
			t.Errorf("two sources share the hash %s", h)
		} else {
			seen[h] = true
		}
	}
	if h := datasets.Hash(failing{small{4}, 2}); h != "" {
		t.Errorf("a source that fails has hash %q", h)
	}
}

// TestSkip: what Limit shows and what Skip shows are the whole.
func TestSkip(t *testing.T) {
	for _, c := range []struct{ n, first, length int }{{0, 0, 9}, {4, 4, 5}, {9, 9, 0}, {20, 9, 0}} {
		s := datasets.Skip(small{9}, c.n)
		if s.Len() != c.length {
			t.Errorf("without the first %d of 9 there are %d", c.n, s.Len())
		}
		if s.Len() == 0 {
			continue
		}
		got, want := make([]float32, 4), make([]float32, 4)
		if _, err := s.At(0, got); err != nil {
			t.Fatal(err)
		}
		if _, err := (small{9}).At(c.first, want); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("without the first %d the first is %v, expected %v", c.n, got, want)
		}
	}
}

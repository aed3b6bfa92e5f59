package datasets_test

import (
	"slices"
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/testkit"
)

func openPart(t testing.TB, name, dir string, split datasets.Split) datasets.Source {
	t.Helper()
	k, err := datasets.Builtin().Get(name)
	if err != nil {
		t.Fatal(err)
	}
	c := datasets.Defaults(name)
	c.Dir = dir
	s, err := datasets.Open(k, nil, c, split)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// counts is how many samples each class has.
func counts(t testing.TB, s datasets.Source) []int {
	t.Helper()
	n := make([]int, len(s.Info().Classes))
	x := make([]float32, s.Info().Values())
	for i := range s.Len() {
		label, err := s.At(i, x)
		if err != nil {
			t.Fatal(err)
		}
		n[label]++
	}
	return n
}

func TestDigitsSplitIsStratified(t *testing.T) {
	train, test := openPart(t, "digits", "", datasets.Train), openPart(t, "digits", "", datasets.Test)
	if train.Len() != 1438 || test.Len() != 359 {
		t.Fatalf("%d + %d samples, want 1438 + 359", train.Len(), test.Len())
	}
	all := counts(t, train)
	for class, k := range counts(t, test) {
		if n := all[class] + k; k < n/5-1 || k > n/5+1 {
			t.Errorf("class %d: %d of %d in the test part", class, k, n)
		}
	}
	// The first line of the file: 0,0,5,13,9,1,0,0,… label 0.
	x, label := values(t, train, 0)
	if want := []float32{0, 0, 5. / 16, 13. / 16, 9. / 16, 1. / 16, 0, 0}; label != 0 || !slices.Equal(x[:8], want) {
		t.Errorf("first sample: label %d, values %v, want %v", label, x[:8], want)
	}
}

// The hash of the data is part of every run record: it must not change.
func TestDigitsHashIsPinned(t *testing.T) {
	if got, want := datasets.Hash(openPart(t, "digits", "", datasets.Test)), "51eabeeb33592a63a7f5e85fef9ddc574945e914f9bdce0f8639fe3f475b23d5"; got != want {
		t.Errorf("hash %s, in every release %s", got, want)
	}
}

func TestDataDigitsAreThoseOfScikitLearn(t *testing.T) {
	k, _ := datasets.Builtin().Get("csv")
	o := &datasets.CSVOptions{Train: testkit.Data(t, "digits", "digits.csv.gz"), Label: "last", Delimiter: ",", Scale: 1. / 16, TestFraction: 0.5}
	file, err := datasets.Open(k, o, datasets.Defaults("csv"), datasets.Train)
	if err != nil {
		t.Fatal(err)
	}
	train, test := openPart(t, "digits", "", datasets.Train), openPart(t, "digits", "", datasets.Test)
	if file.Len() != train.Len()+test.Len() {
		t.Fatalf("%d samples in the file, %d + %d in the program", file.Len(), train.Len(), test.Len())
	}
	i, j := 0, 0
	for id := range file.Len() {
		want, _ := values(t, file, id)
		if got, _ := values(t, train, min(i, train.Len()-1)); slices.Equal(got, want) {
			i++
		} else if got, _ := values(t, test, min(j, test.Len()-1)); slices.Equal(got, want) {
			j++
		} else {
			t.Fatalf("line %d is in neither part", id+1)
		}
	}
}

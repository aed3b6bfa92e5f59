package testkit

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"pgregory.net/rapid"
)

// datasetPart is how many samples of a source the suite reads.
const datasetPart = 20

// Dataset holds a source against the contract of datasets.Source, of the
// wrappers and of Batches. enc is an encoder that suits it.
func Dataset(t *testing.T, s datasets.Source, enc datasets.Encoder) {
	t.Run("info", func(t *testing.T) { datasetInfo(t, s.Info()) })
	if s.Len() < 1 {
		t.Fatal("no samples")
	}
	part := datasets.Limit(s, datasetPart)
	t.Run("at", func(t *testing.T) { datasetAt(t, part) })
	t.Run("wrappers", func(t *testing.T) { datasetWrappers(t, part) })
	t.Run("batches", func(t *testing.T) { datasetBatches(t, part, enc) })
}

func datasetInfo(t *testing.T, in datasets.Info) {
	for name, empty := range map[string]bool{
		"Name": in.Name == "", "Doc": in.Doc == "", "Source": in.Source == "", "License": in.License == "",
		"Classes": len(in.Classes) == 0, "Frames": in.Frames < 1,
	} {
		if empty {
			t.Errorf("%s is missing: %+v", name, in)
		}
	}
	if rank := len(in.Shape); rank != 1 && rank != 3 || slices.Min(in.Shape) < 1 {
		t.Errorf("shape %v must be (N) or (C, H, W)", in.Shape)
	}
}

// sample is one sample with its label.
type sample struct {
	Label  int
	Values []float32
}

func (a sample) equal(b sample) bool { return a.Label == b.Label && slices.Equal(a.Values, b.Values) }

// read reads sample i into room filled with NaN, so that a value not written shows.
func read(t rapid.TB, s datasets.Source, i int) sample {
	t.Helper()
	x := make([]float32, s.Info().Values())
	for j := range x {
		x[j] = float32(math.NaN())
	}
	label, err := s.At(i, x)
	if err != nil {
		t.Fatalf("At(%d): %v", i, err)
	}
	for j, v := range x {
		if math.IsNaN(float64(v)) {
			t.Fatalf("At(%d) left value %d unwritten", i, j)
		}
	}
	if label < 0 || label >= len(s.Info().Classes) {
		t.Fatalf("At(%d): label %d of %d classes", i, label, len(s.Info().Classes))
	}
	return sample{label, x}
}

func datasetAt(t *testing.T, s datasets.Source) {
	want := make([]sample, s.Len())
	for i := range want {
		want[i] = read(t, s, i)
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, s.Len()-1).Draw(t, "i")
		if got := read(t, s, i); !got.equal(want[i]) {
			t.Fatalf("At(%d) depends on what was read before: %s", i, cmp.Diff(want[i], got))
		}
	})
	par.New(4).For(s.Len(), 1, func(i, _ int) { // for the race detector
		x := make([]float32, s.Info().Values())
		if _, err := s.At(i, x); err != nil || !slices.Equal(x, want[i].Values) {
			t.Errorf("At(%d) on several threads differs (%v)", i, err)
		}
	})
	room := make([]float32, s.Info().Values()+1)
	for _, i := range []int{-1, s.Len()} {
		if _, err := s.At(i, room[1:]); err == nil {
			t.Errorf("At(%d) of %d samples must fail", i, s.Len())
		}
	}
	if _, err := s.At(0, room); err == nil {
		t.Error("At with room of the wrong size must fail")
	}
}

func datasetWrappers(t *testing.T, s datasets.Source) {
	n := s.Len()
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(0, n+3).Draw(t, "limit")
		limited := datasets.Limit(s, k)
		if want := min(k, n); k > 0 && limited.Len() != want || k == 0 && limited.Len() != n {
			t.Fatalf("Limit(%d) of %d has %d samples", k, n, limited.Len())
		}
		fraction := rapid.Float64Range(0, 0.99).Draw(t, "fraction")
		seed := rapid.Uint64().Draw(t, "seed")
		rest, validation := datasets.SplitOff(s, fraction, seed)
		if rest.Len()+validation.Len() != n || rest.Len() == 0 {
			t.Fatalf("SplitOff(%v) of %d: %d + %d", fraction, n, rest.Len(), validation.Len())
		}
		if k := float64(validation.Len()); math.Abs(k-fraction*float64(n)) > 1 {
			t.Fatalf("SplitOff(%v) of %d put %v off", fraction, n, k)
		}
		// Each sample of s is met once: both parts keep the order of s.
		i, j := 0, 0
		for id := range n {
			want := read(t, s, id)
			switch {
			case i < rest.Len() && want.equal(read(t, rest, i)):
				i++
			case j < validation.Len() && want.equal(read(t, validation, j)):
				j++
			default:
				t.Fatalf("sample %d is in neither part", id)
			}
		}
	})
}

// epoch is everything that one pass yields.
type epoch struct {
	IDs, Labels, Index, Batch []int
	X                         [][]float32 // of each sample, all steps
}

func collect(t rapid.TB, s datasets.Source, o datasets.BatchOptions) (e epoch) {
	t.Helper()
	for b, err := range datasets.Batches(s, o) {
		if err != nil {
			t.Fatal(err)
		}
		e.IDs = append(e.IDs, b.IDs...)
		e.Labels = append(e.Labels, b.Labels...)
		e.Index = append(e.Index, b.Index)
		e.Batch = append(e.Batch, len(b.IDs))
		dense, n := b.X.Dense(nil), b.X.N()
		for i := range b.IDs {
			var x []float32
			for step := range b.X.Steps() {
				x = append(x, dense[(step*b.X.B+i)*n:][:n]...)
			}
			e.X = append(e.X, x)
		}
	}
	return e
}

func datasetBatches(t *testing.T, s datasets.Source, enc datasets.Encoder) {
	n := s.Len()
	rapid.Check(t, func(t *rapid.T) {
		o := datasets.BatchOptions{
			Size: rapid.IntRange(1, n+2).Draw(t, "size"), Shuffle: rapid.Bool().Draw(t, "shuffle"),
			Seed: rapid.Uint64().Draw(t, "seed"), Epoch: rapid.Uint64Range(0, 3).Draw(t, "epoch"),
			DropLast: rapid.Bool().Draw(t, "drop"), Encoder: enc,
		}
		whole := collect(t, s, o)
		want := n
		if o.DropLast {
			want = n / o.Size * o.Size
		}
		seen := map[int]bool{}
		for i, id := range whole.IDs {
			seen[id] = true
			if got := read(t, s, id).Label; got != whole.Labels[i] {
				t.Fatalf("sample %d has label %d, in its batch %d", id, got, whole.Labels[i])
			}
		}
		if len(seen) != want || len(whole.IDs) != want {
			t.Fatalf("%d samples, %d different, want %d", len(whole.IDs), len(seen), want)
		}
		o.Pool = par.New(4)
		if many := collect(t, s, o); !slices.Equal(many.IDs, whole.IDs) || !slices.Equal(many.Batch, whole.Batch) || !sameBits(many.X, whole.X) {
			t.Fatal("4 threads differ from 1")
		}
		other := o
		if other.Size = rapid.IntRange(1, n+2).Draw(t, "other size"); !o.DropLast {
			if single := collect(t, s, other); !slices.Equal(single.IDs, whole.IDs) || !sameBits(single.X, whole.X) {
				t.Fatal("order or encoding depends on the size of a batch")
			}
		}
		o.Start = rapid.IntRange(0, len(whole.Index)).Draw(t, "start")
		resumed := collect(t, s, o)
		before := 0
		for _, size := range whole.Batch[:o.Start] {
			before += size
		}
		if !sameBits(resumed.X, whole.X[before:]) || !slices.Equal(resumed.IDs, whole.IDs[before:]) || !slices.Equal(resumed.Index, whole.Index[o.Start:]) {
			t.Fatalf("resume at batch %d differs", o.Start)
		}
	})
}

func sameBits(a, b [][]float32) bool { return slices.EqualFunc(a, b, slices.Equal[[]float32]) }

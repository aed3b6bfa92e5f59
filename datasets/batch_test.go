package datasets_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/par"
	"go.uber.org/goleak"
)

var errRead = errors.New("cannot be read")

// failing fails at sample bad.
type failing struct {
	datasets.Source
	bad int
}

func (f failing) At(i int, dst []float32) (int, error) {
	if i == f.bad {
		return 0, errRead
	}
	return f.Source.At(i, dst)
}

func options(t *testing.T) datasets.BatchOptions {
	return datasets.BatchOptions{Size: 2, Pool: par.New(2), Encoder: newEncoder(t, "constant", nil, []int{2, 1, 2}, 1)}
}

func TestBatchesLeaveNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t)
	for stop := range 5 {
		n := 0
		for _, err := range datasets.Batches(small{9}, options(t)) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n > stop {
				break
			}
		}
	}
	func() {
		defer func() { _ = recover() }()
		for range datasets.Batches(small{9}, options(t)) {
			panic("in the loop")
		}
	}()
	for range datasets.Batches(failing{small{9}, 3}, options(t)) {
	}
}

func TestBatchesEndWithAnError(t *testing.T) {
	var good []int
	var last error
	for b, err := range datasets.Batches(failing{small{9}, 5}, options(t)) {
		if last != nil {
			t.Fatal("something comes after an error")
		}
		if last = err; err == nil {
			good = append(good, b.IDs...)
		} else if b != nil {
			t.Error("an error comes with a batch")
		}
	}
	if !errors.Is(last, errRead) || !slices.Equal(good, []int{0, 1, 2, 3}) {
		t.Errorf("error %v after samples %v", last, good)
	}
}

// While a batch is in use, the next must be prepared in other room.
func TestABatchIsValidUntilTheNext(t *testing.T) {
	for b, err := range datasets.Batches(small{40}, options(t)) {
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			for i, id := range b.IDs {
				if got := b.X.Row(i)[0]; got != float32(10*id) || b.Labels[i] != id%2 {
					t.Fatalf("batch %d changed while it was used: sample %d has value %v", b.Index, id, got)
				}
			}
		}
	}
}

func TestOrderDependsOnSeedAndEpoch(t *testing.T) {
	order := func(seed, epoch uint64) (ids []int) {
		o := options(t)
		o.Shuffle, o.Seed, o.Epoch, o.Size = true, seed, epoch, 3
		for b := range datasets.Batches(small{50}, o) {
			ids = append(ids, b.IDs...)
		}
		return ids
	}
	base := order(1, 0)
	if slices.Equal(base, order(2, 0)) || slices.Equal(base, order(1, 1)) || slices.IsSorted(base) {
		t.Error("order must depend on seed and epoch")
	}
	// A seed must give the same order in every later version.
	if got, want := base[:8], []int{14, 24, 0, 19, 32, 41, 7, 13}; !slices.Equal(got, want) {
		t.Errorf("order starts %v, in every release %v", got, want)
	}
}

func TestBatchFaults(t *testing.T) {
	for want, change := range map[string]func(o *datasets.BatchOptions){
		"datasets: small: batches: size is 0, must be at least 1":          func(o *datasets.BatchOptions) { o.Size = 0 },
		"datasets: small: batches: start is batch 6, must be from 0 to 5":  func(o *datasets.BatchOptions) { o.Start = 6 },
		"datasets: small: batches: start is batch -1, must be from 0 to 4": func(o *datasets.BatchOptions) { o.Start, o.DropLast = -1, true },
		"datasets: small: batches: no encoder":                             func(o *datasets.BatchOptions) { o.Encoder = nil },
	} {
		o := options(t)
		change(&o)
		n := 0
		for b, err := range datasets.Batches(small{9}, o) {
			if n++; b != nil || err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		}
		if n != 1 {
			t.Errorf("%s: yielded %d times", want, n)
		}
	}
}

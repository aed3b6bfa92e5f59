package testkit

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/signal"
	"pgregory.net/rapid"
)

// Encoder holds an encoder made for samples of shape and frames against the
// contract of datasets.Encoder.
func Encoder(t *testing.T, e datasets.Encoder, shape []int, frames int) {
	values := rapid.SliceOfN(rapid.Float32Range(-0.5, 1.5), frames*signal.Size(shape), frames*signal.Size(shape))
	rapid.Check(t, func(t *rapid.T) {
		x, other := values.Draw(t, "x"), values.Draw(t, "other")
		key := rapid.Uint64().Draw(t, "key")
		batch := rapid.IntRange(1, 3).Draw(t, "batch")
		place := rapid.IntRange(0, batch-1).Draw(t, "place")

		alone := &signal.Signal{}
		prepare(t, e, alone, 1, shape, frames)
		e.Encode(alone, 0, x, key)

		dst := &signal.Signal{}
		prepare(t, e, dst, batch, shape, frames)
		soil(dst)
		for b := range batch {
			if b == place {
				e.Encode(dst, b, x, key)
			} else {
				e.Encode(dst, b, other, key+1)
			}
		}
		for step := range dst.Steps() {
			if d := cmp.Diff(rowOf(alone, step), rowOf(dst, step*batch+place)); d != "" {
				t.Fatalf("step %d of place %d of %d differs from the sample alone in fresh room: %s", step, place, batch, d)
			}
		}
	})
}

func prepare(t rapid.TB, e datasets.Encoder, dst *signal.Signal, batch int, shape []int, frames int) {
	t.Helper()
	if err := e.Prepare(dst, batch, shape, frames); err != nil {
		t.Fatal(err)
	}
	if dst.T != e.Steps() || dst.B != batch || !slices.Equal(dst.Shape, e.OutShape(shape)) {
		t.Fatalf("Prepare made [%d, %d] × %v, want [%d, %d] × %v", dst.T, dst.B, dst.Shape, e.Steps(), batch, e.OutShape(shape))
	}
}

// soil fills a signal with what no encoder writes.
func soil(s *signal.Signal) {
	for i := range s.F {
		s.F[i] = float32(math.Inf(1))
	}
	for i := range s.Words {
		s.Words[i] = math.MaxUint64
	}
}

// rowOf is a row as it is stored, spare bits included.
func rowOf(s *signal.Signal, r int) any {
	if s.Spiking() {
		return s.WordRow(r)
	}
	return s.Row(r)
}

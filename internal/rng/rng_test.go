package rng_test

import (
	"testing"

	"github.com/snntrain/snntrain/internal/rng"
)

func TestStreamsArePinned(t *testing.T) {
	// A seed must give the same bits in every later version.
	if got, want := rng.New(rng.Key(1, 2, 3), rng.Encode).Uint64(), uint64(9739976386671936203); got != want {
		t.Errorf("first value of the stream is %d, was %d in every release", got, want)
	}
	if got, want := rng.Name("fc1"), uint64(15906805250693388557); got != want {
		t.Errorf("Name is %d, was %d in every release", got, want)
	}
	a, b := rng.New(7, rng.Encode).Uint64(), rng.New(7, rng.Dropout).Uint64()
	if a == b {
		t.Error("two purposes share a stream")
	}
	if rng.Key(1, 2) == rng.Key(2, 1) {
		t.Error("order of the parts must matter")
	}
}

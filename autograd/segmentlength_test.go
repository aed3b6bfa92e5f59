package autograd

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestAutoSegment(t *testing.T) {
	for _, c := range []struct{ steps, bytes, weights, want int }{
		{25, 1 << 20, 0, 25},             // 25 MiB stay whole
		{128, 1 << 20, 0, 128},           // exactly the limit
		{129, 1 << 20, 0, 15},            // 16 MiB a segment: ⌈129/16⌉ = 9 segments
		{1000, 1 << 20, 0, 32},           // √1000 is more
		{10000, 8, 0, 10000},             // tiny steps
		{10000, 1 << 30, 0, 100},         // huge steps: the root
		{1, 1 << 40, 0, 1}, {2, 0, 0, 2}, // nothing to cut
		{10000, AutoPart / 250, 0, 250}, // what fits, evenly
		{256, 1 << 20, 16 << 20, 256},   // 16 times the weights stay whole
		{257, 1 << 20, 16 << 20, 17},    // ⌈257/17⌉ = 16 segments
	} {
		if got := autoSegment(c.steps, c.bytes, c.weights); got != c.want {
			t.Errorf("%d steps of %d bytes, weights of %d: segments of %d, want %d", c.steps, c.bytes, c.weights, got, c.want)
		}
	}
}

// TestAutoSegmentBounds: a segment is at least the root of the steps or all of
// them, and no longer than the rule allows.
func TestAutoSegmentBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps, bytes := rapid.IntRange(1, 20000).Draw(t, "steps"), rapid.IntRange(0, 1<<24).Draw(t, "bytes")
		weights := rapid.IntRange(0, 1<<26).Draw(t, "weights")
		k := autoSegment(steps, bytes, weights)
		if k < 1 || k > steps {
			t.Fatalf("segments of %d of %d steps", k, steps)
		}
		root := int(math.Ceil(math.Sqrt(float64(steps))))
		if memory := k * bytes; memory > AutoWhole && memory > AutoWeights*weights && memory > AutoPart && k > root {
			t.Fatalf("segments of %d steps hold %d bytes", k, memory)
		}
		if count := (steps + k - 1) / k; count > root {
			t.Fatalf("%d segments of %d steps", count, steps)
		}
	})
}

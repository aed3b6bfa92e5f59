package autograd

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestAutoSegment(t *testing.T) {
	for _, c := range []struct{ steps, bytes, want int }{
		{25, 1 << 20, 25},          // 25 MiB stay whole
		{128, 1 << 20, 128},        // exactly the limit
		{129, 1 << 20, 15},         // 16 MiB a segment: ⌈129/16⌉ = 9 segments
		{1000, 1 << 20, 32},        // √1000 is more
		{10000, 8, 10000},          // tiny steps
		{10000, 1 << 30, 100},      // huge steps: the root
		{1, 1 << 40, 1}, {2, 0, 2}, // nothing to cut
		{10000, AutoPart / 250, 250}, // what fits, evenly
	} {
		if got := autoSegment(c.steps, c.bytes); got != c.want {
			t.Errorf("%d steps of %d bytes: segments of %d, want %d", c.steps, c.bytes, got, c.want)
		}
	}
}

// TestAutoSegmentBounds: a segment is at least the root of the steps or all of
// them, and no longer than the rule allows.
func TestAutoSegmentBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps, bytes := rapid.IntRange(1, 20000).Draw(t, "steps"), rapid.IntRange(0, 1<<24).Draw(t, "bytes")
		k := autoSegment(steps, bytes)
		if k < 1 || k > steps {
			t.Fatalf("segments of %d of %d steps", k, steps)
		}
		root := int(math.Ceil(math.Sqrt(float64(steps))))
		if memory := k * bytes; memory > AutoWhole && memory > AutoPart && k > root {
			t.Fatalf("segments of %d steps hold %d bytes", k, memory)
		}
		if count := (steps + k - 1) / k; count > root {
			t.Fatalf("%d segments of %d steps", count, steps)
		}
	})
}

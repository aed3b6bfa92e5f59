package main

import (
	"math"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{3}, 3},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 2, 10}, 3},
		{nil, math.NaN()},
	} {
		if got := median(c.x); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("median(%v) = %v, want %v", c.x, got, c.want)
		}
	}
	x := []float64{3, 1, 2}
	if median(x); x[0] != 3 {
		t.Errorf("median reordered its argument to %v", x)
	}
}

func TestSpanAndRatio(t *testing.T) {
	if lo, hi := span([]float64{3, 1, 2}); lo != 1 || hi != 3 {
		t.Errorf("span = %v, %v, want 1, 3", lo, hi)
	}
	if got := ratio(6, 4); got != 1.5 {
		t.Errorf("ratio(6, 4) = %v, want 1.5", got)
	}
	for _, c := range [][2]float64{{1, 0}, {0, 1}, {1, math.NaN()}, {math.NaN(), 1}, {-1, 2}} {
		if got := ratio(c[0], c[1]); !math.IsNaN(got) {
			t.Errorf("ratio(%v, %v) = %v, want NaN", c[0], c[1], got)
		}
	}
}

func TestMachineFiles(t *testing.T) {
	if got := parseLoad("1.25 0.80 0.31 2/310 4711\n"); got != 1.25 {
		t.Errorf("load %v, want 1.25", got)
	}
	const stat = "cpu  100 20 30 9000 400 5 6 7 50 0\ncpu0 50 10 15 4500 200 2 3 3 25 0\n"
	if got, want := parseBusy(stat), 1680*time.Millisecond; got != want {
		t.Errorf("busy %v, want %v: user, nice, system, irq, softirq, steal; not idle, iowait, guest", got, want)
	}
	for _, bad := range []string{"", "cpu 1 2 3", "cpu a 2 3 4 5 6 7 8", "intr 1 2 3 4 5 6 7 8"} {
		if got := parseBusy(bad); got >= 0 {
			t.Errorf("parseBusy(%q) = %v, want it unknown", bad, got)
		}
	}
}

func TestOthers(t *testing.T) {
	if got := others(10*time.Second, 14*time.Second, 3*time.Second, 2*time.Second); got != 0.5 {
		t.Errorf("others = %v, want (4 - 3) / 2", got)
	}
	if got := others(-1, 5, 0, time.Second); got != 0 {
		t.Errorf("others = %v without /proc/stat, want 0", got)
	}
	if got := others(0, time.Second, 2*time.Second, time.Second); got != 0 {
		t.Errorf("others = %v, want 0 and nothing below it", got)
	}
}

package signal

import (
	"math"
	"testing"
)

func TestArgMax(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		row  []float32
		want int
	}{
		{[]float32{3}, 0},
		{[]float32{-2, -1, -3}, 1},
		{[]float32{1, 2, 2, 0}, 1}, // the first of equal ones
		{[]float32{1, nan, 2}, 2},
		{[]float32{nan, 5}, 0},
	} {
		if got := ArgMax(c.row); got != c.want {
			t.Errorf("ArgMax(%v) = %d, want %d", c.row, got, c.want)
		}
	}
}

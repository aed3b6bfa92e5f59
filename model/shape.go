package model

import (
	"slices"
	"strconv"
	"strings"
)

// Shape is the shape of one sample at one time step: (N) or (C, H, W).
type Shape []int

// Size is the number of values.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Channels is the extent of the channel axis: C of (C, H, W), N of (N).
func (s Shape) Channels() int {
	if len(s) == 0 {
		return 1
	}
	return s[0]
}

// Equal reports whether the shapes are the same.
func (s Shape) Equal(o Shape) bool { return slices.Equal(s, o) }

// String renders the shape as C×H×W.
func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = strconv.Itoa(d)
	}
	return strings.Join(parts, "×")
}

package fault

import (
	"errors"
	"strconv"
	"strings"
)

// before orders two errors by the position of the faults they carry; faults
// of one file come in line order, and an error without a position keeps its place.
func before(a, b error) bool {
	var fa, fb Fault
	if !errors.As(a, &fa) || !errors.As(b, &fb) {
		return false
	}
	fileA, lineA, colA, okA := split(fa.Pos)
	fileB, lineB, colB, okB := split(fb.Pos)
	if !okA || !okB || fileA != fileB {
		return false
	}
	if lineA != lineB {
		return lineA < lineB
	}
	return colA < colB
}

// split takes "file:line:col" apart.
func split(pos string) (file string, line, col int, ok bool) {
	parts := strings.Split(pos, ":")
	if len(parts) < 3 {
		return "", 0, 0, false
	}
	n := len(parts)
	line, err1 := strconv.Atoi(parts[n-2])
	col, err2 := strconv.Atoi(parts[n-1])
	return strings.Join(parts[:n-2], ":"), line, col, err1 == nil && err2 == nil
}

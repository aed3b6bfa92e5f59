package testkit_test

import (
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
)

func TestNPZReadsScalarsAndArrays(t *testing.T) {
	a := testkit.NPZ(t, filepath.Join(testkit.GoldenDir(t, "neurons"), "snntorch_leaky_subtract_delay.npz"))
	if got := len(a["I"].Data); got != 60*2*12 {
		t.Errorf("I has %d values, want 1440", got)
	}
	if got := len(a["L"].Data); got != 1 || len(a["L"].Shape) != 0 {
		t.Errorf("L is a scalar, got %d values, shape %v", got, a["L"].Shape)
	}
}

package testkit

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"testing"
)

// Index reads index.json of a golden folder into v.
func Index(t testing.TB, dir string, v any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
}

// Tally counts golden cases and prints the line that the project's proof
// rules ask for: golden: <passed> of <applicable> (<total>) <folder>.
type Tally struct {
	Folder                    string
	Passed, Applicable, Total int
	NotYet                    []string // cases that are not applicable yet
}

// Skip records a case that is not applicable yet.
func (c *Tally) Skip(name string) {
	c.Total++
	c.NotYet = append(c.NotYet, name)
}

// Run runs one applicable case as a subtest and counts it.
func (c *Tally) Run(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	c.Total++
	c.Applicable++
	if t.Run(name, f) {
		c.Passed++
	}
}

// Report prints the tally and the names of the cases that are not applicable yet.
func (c *Tally) Report(t *testing.T) {
	t.Helper()
	fmt.Printf("golden: %d of %d (%d) %s\n", c.Passed, c.Applicable, c.Total, c.Folder)
	sort.Strings(c.NotYet)
	for _, name := range c.NotYet {
		t.Logf("not applicable yet: %s", name)
	}
	if c.Applicable == 0 {
		t.Errorf("no case in %s is applicable", c.Folder)
	}
}

// RelError is max|got−want| / max|want|, the measure of agreement used by the golden vectors.
func RelError(got []float32, want []float64) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	var diff, scale float64
	for i, w := range want {
		d := math.Abs(float64(got[i]) - w)
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		diff, scale = max(diff, d), max(scale, math.Abs(w))
	}
	if scale == 0 {
		return diff
	}
	return diff / scale
}

// MaxError is max|got−want|.
func MaxError(got []float32, want []float64) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	var diff float64
	for i, w := range want {
		d := math.Abs(float64(got[i]) - w)
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		diff = max(diff, d)
	}
	return diff
}

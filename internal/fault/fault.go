// Package fault gives every message to a user one form:
//
//	package: subject: fact against limit (file:line:col); hint
//
// and collects all faults of an input before any is reported.
package fault

import (
	"errors"
	"sort"
	"strings"
)

// Fault is one thing a user can put right. Empty parts are left out.
type Fault struct {
	Pkg     string // package that found it, e.g. "layers"
	Subject string // what it is about, e.g. `layer "fc2"`
	Fact    string // what was found against what is allowed
	Pos     string // where: file:line:col, or the override it came from
	Hint    string // what to do, or the nearest known name
}

// Error renders the fault on one line.
func (f Fault) Error() string {
	var b strings.Builder
	for _, part := range []string{f.Pkg, f.Subject} {
		if part != "" {
			b.WriteString(part)
			b.WriteString(": ")
		}
	}
	b.WriteString(f.Fact)
	if f.Pos != "" {
		b.WriteString(" (" + f.Pos + ")")
	}
	if f.Hint != "" {
		b.WriteString("; " + f.Hint)
	}
	return b.String()
}

// List collects faults. The zero value is ready to use.
type List struct{ faults []error }

// Add records a fault.
func (l *List) Add(f Fault) { l.faults = append(l.faults, f) }

// AddError records err unless it is nil; a joined error is taken apart, so that each fault stays one line.
func (l *List) AddError(err error) {
	if err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			l.AddError(e)
		}
		return
	}
	l.faults = append(l.faults, err)
}

// Len is the number of faults recorded.
func (l *List) Len() int { return len(l.faults) }

// Err returns nil, or all faults joined in the order of their positions.
func (l *List) Err() error {
	if len(l.faults) == 0 {
		return nil
	}
	sort.SliceStable(l.faults, func(i, j int) bool { return before(l.faults[i], l.faults[j]) })
	return errors.Join(l.faults...)
}

// Nearest returns the known name closest to name, or "" when none is near
// enough to be worth offering (more than a third of the letters differ).
func Nearest(name string, known []string) string {
	best, bestDist := "", len(name)/3+2
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < bestDist {
			best, bestDist = k, d
		}
	}
	return best
}

// distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbors each cost one.
func distance(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	prev2 := make([]int, len(rb)+1)
	prev := make([]int, len(rb)+1)
	cur := make([]int, len(rb)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		cur[0] = i
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(rb)]
}

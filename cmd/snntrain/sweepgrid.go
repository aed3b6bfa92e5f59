package main

import (
	"fmt"
	"hash/fnv"
	"os"
	"regexp"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/rng"
)

// The largest grid to draw from, and the most points to train.
const (
	maxGrid   = 1 << 53
	maxPoints = 9999
)

// point is one combination of values, one of each axis.
type point struct {
	name     string // of its directory
	settings []setting
}

// label says what a point sets.
func (p point) label(between string) string {
	var parts []string
	for _, s := range p.settings {
		parts = append(parts, s.short+"="+s.label)
	}
	return strings.Join(parts, between)
}

// pointsOf lists the points of a sweep: the grid, the last axis varying fastest,
// or as many of its points as random says, drawn by seed. A smaller number draws the first
// points of a larger one.
func pointsOf(axes []*axis, random *int, seed uint64) ([]point, error) {
	size := 1
	for _, a := range axes {
		if size > maxGrid/len(a.settings) {
			return nil, fault.Fault{Pkg: "sweep", Fact: fmt.Sprintf("the grid has more than %d points", maxGrid)}
		}
		size *= len(a.settings)
	}
	n := size
	if random != nil {
		n = *random
	}
	switch {
	case n > size:
		return nil, fault.Fault{Pkg: "sweep", Fact: fmt.Sprintf("--random %d of a grid of %d points", n, size), Hint: "leave --random out for all of them"}
	case n > maxPoints:
		return nil, fault.Fault{Pkg: "sweep", Fact: fmt.Sprintf("%d points, at most %d are trained", n, maxPoints), Hint: "draw fewer with --random"}
	}
	points := make([]point, n)
	chosen := indices(n, size, random != nil, seed)
	for i := range points {
		points[i].settings = at(axes, chosen[i])
	}
	return points, nil
}

// indices are n different numbers below size: the first, or drawn.
func indices(n, size int, drawn bool, seed uint64) []int {
	out := make([]int, 0, n)
	r := rng.New(rng.Key(seed, rng.Name("sweep")), rng.Generate)
	taken := map[int]bool{}
	for len(out) < n {
		i := len(out)
		if drawn {
			i = r.IntN(size)
		}
		if !taken[i] {
			taken[i] = true
			out = append(out, i)
		}
	}
	return out
}

// at is the point of the grid with a number.
func at(axes []*axis, number int) []setting {
	out := make([]setting, len(axes))
	for k := len(axes) - 1; k >= 0; k-- {
		n := len(axes[k].settings)
		out[k] = axes[k].settings[number%n]
		number /= n
	}
	return out
}

// nameFrom gives points their directories: a number and what they set. A point
// that has a directory in out keeps it, whatever its place in the grid was then;
// left counts the directories of no point.
func nameFrom(out string, points []point) (left int) {
	there, number := existing(out)
	for i := range points {
		base := safeName(points[i].label("-"))
		if old := there[base]; len(old) > 0 {
			points[i].name, there[base] = old[0], old[1:]
			continue
		}
		number++
		points[i].name = fmt.Sprintf("%04d-%s", number, base)
	}
	for _, names := range there {
		left += len(names)
	}
	return left
}

// existing are the directories of points in out by their names without the
// number, and the highest number.
func existing(out string) (byName map[string][]string, highest int) {
	byName = map[string][]string{}
	entries, _ := os.ReadDir(out)
	for _, e := range entries {
		number, base, ok := strings.Cut(e.Name(), "-")
		n := 0
		if _, err := fmt.Sscanf(number, "%d", &n); ok && err == nil && e.IsDir() {
			byName[base] = append(byName[base], e.Name())
			highest = max(highest, n)
		}
	}
	return byName, highest
}

// safeName is a name that every file system takes. What had to be changed or
// cut gets a checksum, so that different names stay different.
func safeName(text string) string {
	const longest = 100
	name := regexp.MustCompile(`[^A-Za-z0-9._=+-]+`).ReplaceAllString(text, "_")
	name = strings.TrimRight(name[:min(len(name), longest)], ".")
	if name == text {
		return name
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(text))
	return fmt.Sprintf("%s~%08x", name, h.Sum32())
}

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/snntrain/snntrain/train"
)

// axesOf reads what --over was given.
func axesOf(t *testing.T, over ...string) []*axis {
	t.Helper()
	axes, err := parseAxes(over)
	if err == nil {
		axes, err = mergeAxes(nil, axes)
	}
	if err != nil {
		t.Fatal(err)
	}
	return axes
}

func labels(t *testing.T, axes []*axis, random *int, seed uint64) []string {
	t.Helper()
	points, err := pointsOf(axes, random, seed)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range points {
		out = append(out, p.label(" "))
	}
	return out
}

func TestGridOrder(t *testing.T) {
	got := labels(t, axesOf(t, "a.x=1,2", "b=p,'q,r',[3, 4]", "c.x={kind: sgd, lr: 0.1},~"), nil, 1)
	var want []string
	for _, a := range []string{"1", "2"} {
		for _, b := range []string{"p", "q,r", "[3, 4]"} {
			for _, c := range []string{"{kind: sgd, lr: 0.1}", "null"} {
				want = append(want, fmt.Sprintf("a.x=%s b=%s c.x=%s", a, b, c))
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestRandomPoints: different ones, the same for a seed, and the first of a longer draw.
func TestRandomPoints(t *testing.T) {
	axes := axesOf(t, "a=1,2,3,4,5", "b=1,2,3,4", "c=1,2,3")
	draw := func(n int, seed uint64) []string { return labels(t, axes, &n, seed) }
	all := labels(t, axes, nil, 1)
	for seed := range uint64(5) {
		ten, every := draw(10, seed), draw(60, seed)
		if !slices.Equal(ten, draw(10, seed)) || !slices.Equal(ten, every[:10]) {
			t.Errorf("seed %d: %v, then %v", seed, ten, every[:10])
		}
		slices.Sort(every)
		if sorted := slices.Sorted(slices.Values(all)); !slices.Equal(every, sorted) {
			t.Errorf("seed %d: 60 points of 60 are %v", seed, every)
		}
	}
	if slices.Equal(draw(10, 1), draw(10, 2)) {
		t.Error("two seeds draw the same")
	}
	if slices.Equal(draw(10, 1), all[:10]) {
		t.Error("nothing was drawn")
	}
}

// TestGridsTooLarge are refused before they are listed; points of a large one are drawn.
func TestGridsTooLarge(t *testing.T) {
	var over []string
	for i := range 17 {
		over = append(over, fmt.Sprintf("k%d=1,2,3,4,5,6,7,8", i)) // 2^51 points
	}
	axes := axesOf(t, over...)
	if _, err := pointsOf(axes, nil, 1); err == nil || !strings.Contains(err.Error(), "2251799813685248 points, at most 9999 are trained; draw fewer with --random") {
		t.Error(err)
	}
	n := 3
	if got := labels(t, axes, &n, 1); len(got) != 3 {
		t.Error(got)
	}
	if _, err := pointsOf(axesOf(t, append(over, "z=1,2,3,4,5")...), &n, 1); err == nil || !strings.Contains(err.Error(), "the grid has more than 9007199254740992 points") {
		t.Error(err)
	}
}

// TestShortNames: the end of a key that no other has.
func TestShortNames(t *testing.T) {
	got := labels(t, axesOf(t, "model.1.beta=1", "model.3.beta=2", "train.optimizer.lr=1e-3", "lr=5", "x.model.3.beta=1"), nil, 1)
	if d := cmp.Diff([]string{"1.beta=1 model.3.beta=2 optimizer.lr=0.001 lr=5 x.model.3.beta=1"}, got); d != "" {
		t.Error(d)
	}
}

// TestSafeNames: nothing that leads elsewhere or that a file system refuses, and different for different text.
func TestSafeNames(t *testing.T) {
	for _, same := range []string{"lr=0.001-beta=0.9", "readout=spike-count", "a=-1e+36"} {
		if got := safeName(same); got != same {
			t.Errorf("%q became %q", same, got)
		}
	}
	seen := map[string]string{}
	long := strings.Repeat("x", 300)
	for _, text := range []string{"../../etc", "a/b", `a\b`, "a b", "a:b", "a*b", "a?b", "a\nb", "ä", "x.", "..", long, long + "y", "{kind: sgd}", "[kind; sgd]"} {
		name := safeName(text)
		if strings.ContainsAny(name, "/\\ :*?\n<>|\"") || len(name) > 120 || strings.HasSuffix(name, ".") || seen[name] != "" {
			t.Errorf("%q became %q, as %q did", text, name, seen[name])
		}
		seen[name] = text
	}
}

// TestBestIsByValidation, whatever the test part says; equals by the other figure, then by order.
func TestBestIsByValidation(t *testing.T) {
	run := func(accuracy, loss, test float64) *pointResult {
		p := &pointResult{}
		p.fill([]*summary{{Validation: &train.Score{Accuracy: accuracy, Loss: loss}, Test: &train.Score{Accuracy: test, Loss: 1 - test}}})
		return p
	}
	failed := &pointResult{State: stateFailed}
	points := []*pointResult{failed, run(0.8, 0.1, 0.9), run(0.9, 0.5, 0.1), run(0.9, 0.4, 0.2), run(0.9, 0.4, 0.3), run(0.7, 0.1, 0.99)}
	for by, want := range map[string][]int{"accuracy": {3, 4, 2, 1, 5, 0}, "loss": {1, 5, 3, 4, 2, 0}} {
		r := &sweepResult{Points: points, by: by}
		r.choose()
		if r.Best != points[want[0]] {
			t.Errorf("by %s the best is %+v", by, r.Best)
		}
		var order []int
		for _, p := range r.ranked() {
			order = append(order, slices.Index(points, p))
		}
		if !slices.Equal(order, want) {
			t.Errorf("by %s the order is %v, want %v", by, order, want)
		}
	}
	none := &sweepResult{Points: []*pointResult{failed}}
	if none.choose(); none.Best != nil {
		t.Errorf("a failed point is best: %+v", none.Best)
	}
}

func TestShellWords(t *testing.T) {
	for word, want := range map[string]string{"a=1e-3,2": "a=1e-3,2", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "x={a: 1}": "'x={a: 1}'", "$HOME": "'$HOME'"} {
		if got := shellWord(word); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
}

// FuzzOver: whatever --over is given, values come back from their text as they were read, on one line.
func FuzzOver(f *testing.F) {
	for _, text := range []string{"a=1,2", "a[1].b={kind: sgd, lr: 0.1},~", "a='x,y',\"z\\n\"", "a=&x 1,*x", "a=1],[2", "a=.inf,.nan", "a=!!binary aGk=", "a=2001-01-01", "a=[[1],[2]]", "a=<<: {b: 1}", "a=|\n x", "a={0}", "a={b: }"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAxis(text)
		if err != nil {
			return
		}
		for i, s := range a.settings {
			var back any
			if err := yaml.Unmarshal([]byte(s.text), &back); err != nil || strings.Contains(s.text, "\n") {
				t.Errorf("%q: value %d became %q: %v", text, i, s.text, err)
			} else if fmt.Sprint(back) != fmt.Sprint(s.value) {
				t.Errorf("%q: value %d is %v, and from %q %v", text, i, s.value, s.text, back)
			}
			if name := safeName(point{settings: a.settings[i : i+1]}.label("-")); strings.ContainsAny(name, "/\\ \n") || len(name) > 120 {
				t.Errorf("%q: value %d has the name %q", text, i, name)
			}
		}
	})
}

package datasets_test

import (
	"encoding/binary"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/testkit"
)

func yinYang(t *testing.T) *datasets.YinYangOptions {
	t.Helper()
	k, err := datasets.Builtin().Get("yinyang")
	if err != nil {
		t.Fatal(err)
	}
	return k.Options().(*datasets.YinYangOptions)
}

func TestYinYangRule(t *testing.T) {
	o := yinYang(t)
	for _, c := range []struct {
		x, y   float64
		class  int
		inside bool
	}{
		{0.25, 0.5, 2, true},   // center of the left dot
		{0.75, 0.5, 2, true},   // center of the right dot
		{0.84, 0.5, 2, true},   // just in the right dot
		{0.86, 0.5, 0, true},   // between dot and border of the right lobe
		{0.25, 0.35, 1, true},  // left lobe, below the middle
		{0.75, 0.65, 0, true},  // right lobe, above the middle
		{0.5, 0.9, 1, true},    // above both lobes
		{0.5, 0.1, 0, true},    // below both lobes
		{0.01, 0.01, 0, false}, // a corner
	} {
		if class, inside := o.Class(c.x, c.y); class != c.class || inside != c.inside {
			t.Errorf("(%v, %v): class %d inside %v, want %d %v", c.x, c.y, class, inside, c.class, c.inside)
		}
	}
}

func TestYinYangSamples(t *testing.T) {
	o := yinYang(t)
	for split, seedOther := range map[datasets.Split]datasets.Split{datasets.Train: datasets.Test, datasets.Test: datasets.Validation} {
		s := openPart(t, "yinyang", "", split)
		for class, k := range counts(t, s) {
			// The goal class is drawn uniformly: binomial(n, 1/3), 5 standard deviations, fixed seed.
			n := float64(s.Len())
			if math.Abs(float64(k)-n/3) > 5*math.Sqrt(n*2/9) {
				t.Errorf("%s: class %d has %d of %v samples", split, class, k, n)
			}
		}
		for i := range s.Len() {
			x, label := values(t, s, i)
			if class, inside := o.Class(float64(x[0]), float64(x[1])); class != label || !inside {
				t.Fatalf("sample %d at %v has label %d, the rule says %d, inside %v", i, x, label, class, inside)
			}
			if x[2] != 1-x[0] || x[3] != 1-x[1] {
				t.Fatalf("sample %d: %v is not (x, y, 1−x, 1−y)", i, x)
			}
		}
		if datasets.Hash(s) == datasets.Hash(openPart(t, "yinyang", "", seedOther)) {
			t.Errorf("parts %s and %s are the same", split, seedOther)
		}
	}
	if got, want := datasets.Hash(openPart(t, "yinyang", "", datasets.Test)), "28404274a75c2a3c2281ebc19eeb0276c6fa67733dc09dee207ce19108872157"; got != want {
		t.Errorf("hash of the test part %s, in every release %s", got, want)
	}
}

// A longer part starts with the samples of a shorter one.
func TestYinYangPrefix(t *testing.T) {
	k, _ := datasets.Builtin().Get("yinyang")
	o := yinYang(t)
	o.Sizes.Test = 10
	short, err := datasets.Open(k, o, datasets.Defaults("yinyang"), datasets.Test)
	if err != nil {
		t.Fatal(err)
	}
	if datasets.Hash(short) != datasets.Hash(datasets.Limit(openPart(t, "yinyang", "", datasets.Test), 10)) {
		t.Error("the first ten samples depend on the number of samples")
	}
}

func TestYinYangFaults(t *testing.T) {
	k, _ := datasets.Builtin().Get("yinyang")
	for want, change := range map[string]func(o *datasets.YinYangOptions){
		"r_small is 0.25, must be from 0.01 to below 0.25 at r_big 0.5": func(o *datasets.YinYangOptions) { o.RSmall = 0.25 },
		"r_small is 0.001, must be from":                                func(o *datasets.YinYangOptions) { o.RSmall = 0.001 }, // would draw for minutes
		"train is 0, must be at least 1":                                func(o *datasets.YinYangOptions) { o.Sizes.Train = 0 },
		"r_big is NaN, must be above 0":                                 func(o *datasets.YinYangOptions) { o.RBig = math.NaN() },
	} {
		o := yinYang(t)
		change(o)
		if _, err := datasets.Open(k, o, datasets.Defaults("yinyang"), datasets.Train); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// Every published sample must get its published label from our rule.
func TestDataYinYangLabelsAreThoseOfTheRule(t *testing.T) {
	o := yinYang(t)
	for part, n := range map[string]int{"train": 5000, "validation": 1000, "test": 1000} {
		x := words(t, testkit.Data(t, "yinyang", part+"_samples.npy"), 4*n)
		labels := words(t, testkit.Data(t, "yinyang", part+"_labels.npy"), n)
		for i := range n {
			px, py := math.Float64frombits(x[4*i]), math.Float64frombits(x[4*i+1])
			class, inside := o.Class(px, py)
			if class != int(labels[i]) || !inside {
				t.Errorf("%s sample %d (%v, %v): class %d inside %v, published %d", part, i, px, py, class, inside, labels[i])
			}
			if math.Float64frombits(x[4*i+2]) != 1-px || math.Float64frombits(x[4*i+3]) != 1-py {
				t.Errorf("%s sample %d is not (x, y, 1−x, 1−y)", part, i)
			}
		}
	}
}

// Published and generated points must fill the same area: each cell of an 8×8
// grid and each class holds the same share, within 5 standard deviations of
// the difference of two binomial counts.
func TestDataYinYangHasThePublishedDistribution(t *testing.T) {
	const n = 5000
	x := words(t, testkit.Data(t, "yinyang", "train_samples.npy"), 4*n)
	labels := words(t, testkit.Data(t, "yinyang", "train_labels.npy"), n)
	var published, ours [3][8][8]float64
	cell := func(v float64) int { return min(int(8*v), 7) }
	s := openPart(t, "yinyang", "", datasets.Train)
	for i := range n {
		published[labels[i]][cell(math.Float64frombits(x[4*i]))][cell(math.Float64frombits(x[4*i+1]))]++
		v, label := values(t, s, i)
		ours[label][cell(float64(v[0]))][cell(float64(v[1]))]++
	}
	for class := range published {
		for cx := range 8 {
			for cy := range 8 {
				a, b := published[class][cx][cy], ours[class][cx][cy]
				if math.Abs(a-b) > 5*math.Sqrt(a+b+1) {
					t.Errorf("class %d, cell (%d, %d): %v published, %v generated", class, cx, cy, a, b)
				}
			}
		}
	}
}

// words reads n 8-byte values behind the 128-byte header of a .npy file.
func words(t *testing.T, path string, n int) []uint64 {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil || len(raw) != 128+8*n {
		t.Fatalf("%s: %d bytes, want %d (%v)", path, len(raw), 128+8*n, err)
	}
	out := make([]uint64, n)
	for i := range out {
		out[i] = binary.LittleEndian.Uint64(raw[128+8*i:])
	}
	return out
}

package config_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/internal/config"
	"pgregory.net/rapid"
)

func TestResolvedShowsDefaultsInTheOrderOfTheFields(t *testing.T) {
	root, _, d, err := load(sets("model=[{kind: linear, out: 10}, {surrogate: {width: 2}, kind: lif}, lif]", "data.name=mnist"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Resolved(&root)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/resolved.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestResolvedLoadsToTheSame(t *testing.T) {
	files, _ := filepath.Glob("testdata/good/*.yaml")
	for _, file := range files {
		root, own, d, err := load(config.Options{Files: []string{file}})
		if err != nil {
			t.Fatal(err)
		}
		first, err := d.Resolved(root)
		if err != nil {
			t.Fatal(err)
		}
		root2, own2, d2, err := load(config.Options{Files: []string{write(t, "again.yaml", string(first))}})
		if err != nil {
			t.Fatalf("%s: %v in\n%s", file, err, first)
		}
		if diff := cmp.Diff(root, root2, values) + cmp.Diff(own, own2, values); diff != "" {
			t.Errorf("%s (-first +again):\n%s", file, diff)
		}
		if again, _ := d2.Resolved(root2); string(again) != string(first) {
			t.Errorf("%s: first\n%sagain\n%s", file, first, again)
		}
	}
}

func TestResolvedJoinsHostAndInlineSection(t *testing.T) {
	d, err := config.Load(config.Options{Sets: []string{"data={name: mnist, raw: true}"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var root struct {
		Data config.Section `yaml:"data"`
	}
	var host dataOptions
	var own mnist
	d.Root().Decode(&root)
	root.Data.Decode(&host)
	host.Own.Decode(&own)
	text, err := d.Resolved(root)
	if want := "data:\n  name: mnist\n  validation: 0\n  raw: true\n"; string(text) != want || err != nil || d.Err() != nil {
		t.Errorf("got %v, %v\n%swant\n%s", err, d.Err(), text, want)
	}
}

// anyValues holds each type that can be decoded.
type anyValues struct {
	Int      int64              `yaml:"int"`
	Small    int16              `yaml:"small"`
	Uint     uint64             `yaml:"uint"`
	Float    float64            `yaml:"float"`
	Single   float32            `yaml:"single"`
	Text     string             `yaml:"text"`
	Truth    bool               `yaml:"truth"`
	Span     time.Duration      `yaml:"span"`
	Layout   layout             `yaml:"layout"`
	Maybe    *float64           `yaml:"maybe"`
	Texts    []string           `yaml:"texts"`
	Floats   []float64          `yaml:"floats"`
	Pair     [2]int             `yaml:"pair"`
	Map      map[string]float64 `yaml:"map"`
	Stages   []stage            `yaml:"stages"`
	common   `yaml:",inline"`
	Hidden   string `yaml:"-"`
	Nested   stage  `yaml:"nested"`
	Optional *stage `yaml:"optional"`
}

func drawValues(t *rapid.T) anyValues {
	finite := rapid.Float64().Filter(func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) })
	single := rapid.Float32().Filter(func(x float32) bool { return x-x == 0 })
	steps := rapid.Custom(func(t *rapid.T) stage {
		return stage{rapid.Int().Draw(t, "until"), finite.Draw(t, "gain")}
	})
	key := rapid.StringMatching(`[ -~]{1,5}|[a-zé.A-Z]{1,3}`)
	return anyValues{
		Int: rapid.Int64().Draw(t, "int"), Small: rapid.Int16().Draw(t, "small"), Uint: rapid.Uint64().Draw(t, "uint"),
		Float: finite.Draw(t, "float"), Single: single.Draw(t, "single"),
		Text: rapid.String().Draw(t, "text"), Truth: rapid.Bool().Draw(t, "truth"),
		Span:   time.Duration(rapid.Int64().Draw(t, "span")),
		Layout: layout(rapid.IntRange(0, 1).Draw(t, "layout")),
		Maybe:  rapid.Ptr(finite, true).Draw(t, "maybe"), Optional: rapid.Ptr(steps, true).Draw(t, "optional"),
		Texts:  rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.SampledFrom(awkward()))).Draw(t, "texts"),
		Floats: rapid.SliceOf(finite).Draw(t, "floats"), Pair: [2]int{rapid.Int().Draw(t, "a"), rapid.Int().Draw(t, "b")},
		Map:    rapid.MapOf(key, finite).Draw(t, "map"),
		Stages: rapid.SliceOf(steps).Draw(t, "stages"), Nested: steps.Draw(t, "nested"),
		common: common{rapid.IntRange(0, 9).Draw(t, "every")},
	}
}

// awkward are texts that YAML would read as something else, or write in a form of its own.
func awkward() []string {
	return []string{
		"", " ", "~", "null", "true", "yes", "1", "1e3", ".5", "0x1", "1_0", ".nan", "2024-01-02", "<<", "=", "- a",
		"a: b", "a #b", "#", "&a", "*a", "!t", "|", "> ", "a\nb", "\t\n", "\n\t", " \n", "a\n\n", " a\n b", "\ta", "a\r\nb", "\u2028", "\ufeff", "\x00", "é", "'", `"`, `\`,
	}
}

func TestAnyValueSurvivesResolved(t *testing.T) {
	dir := t.TempDir()
	blank, _ := config.Load(config.Options{}, nil)
	rapid.Check(t, func(t *rapid.T) {
		want := drawValues(t)
		text, err := blank.Resolved(want)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "x.yaml")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := config.Load(config.Options{Files: []string{file}}, &want)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		got := anyValues{Float: 1, Text: "default", Truth: true}
		d.Root().Decode(&got)
		if err := d.Err(); err != nil && !strings.Contains(err.Error(), "until: is required") {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(want, got, values, cmp.AllowUnexported(anyValues{})); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s", diff, text)
		}
	})
}

func TestAwkwardTextsSurviveResolved(t *testing.T) {
	blank, _ := config.Load(config.Options{}, nil)
	want := anyValues{Texts: awkward()}
	for _, text := range awkward() {
		want.Map = map[string]float64{"k" + text: 1}
		want.Text = text
		yaml, err := blank.Resolved(want)
		if err != nil {
			t.Fatal(err)
		}
		d, err := config.Load(config.Options{Files: []string{write(t, "x.yaml", string(yaml))}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got anyValues
		d.Root().Decode(&got)
		if diff := cmp.Diff(want, got, values, cmp.AllowUnexported(anyValues{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestResolvedRefusesWhatCannotBeLoaded(t *testing.T) {
	d, _ := config.Load(config.Options{}, nil)
	for want, v := range map[string]any{
		"config: x: NaN is not a finite number": struct {
			X float64 `yaml:"x"`
		}{math.NaN()},
		"config: x: +Inf is not a finite number": struct {
			X []float32 `yaml:"x"`
		}{[]float32{1, float32(math.Inf(1))}},
		"config: x: y: -Inf is not a finite number": struct {
			X struct {
				Y float64 `yaml:"y"`
			} `yaml:"x"`
		}{struct {
			Y float64 `yaml:"y"`
		}{math.Inf(-1)}},
		"config: x: NaN is not a finite number ": struct {
			X map[string]float64 `yaml:"x"`
		}{map[string]float64{"k": math.NaN()}},
		"config: int is not a struct": 3,
	} {
		if _, err := d.Resolved(v); err == nil || err.Error() != strings.TrimSpace(want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/internal/config"
	"go.yaml.in/yaml/v3"
)

const parts = `name: net
layers:
  - {kind: lif, size: 3}
  - conv
opt: {a: 1, b: {c: text}, n: ~}
`

// section is the top level of text, in a file called p.yaml.
func section(t *testing.T, text string) (config.Section, func() string) {
	t.Helper()
	file := write(t, "p.yaml", text)
	d, err := config.Load(config.Options{Files: []string{file}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d.Root(), func() string { return message(d.Err(), file[:len(file)-len("/p.yaml")]) }
}

func TestSectionsAreReadPieceByPiece(t *testing.T) {
	root, faults := section(t, parts)
	items := root.Get("layers").Items()
	opt := root.Get("opt")
	got := []any{
		root.String("name"), root.String("none"), root.Get("none").Given(), opt.Given(), opt.Get("n").Given(),
		opt.Has("a"), opt.Has("n"), opt.Has("z"), len(items), items[0].Kind(), items[1].Kind(), len(root.Get("none").Items()),
		opt.Get("b").String("c"), opt.Get("b").Path(), items[1].Path(), root.Path(),
	}
	want := []any{
		"net", "", false, true, false, true, false, false, 2, "lif", "conv", 0, "text", "opt.b", "layers.1", "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := faults(); got != "<nil>" {
		t.Errorf("reading what is there gave %s", got)
	}
	root.String("opt")
	root.Get("name").Items()
	want2 := `config: name: needs a list, got "net" (p.yaml:1:7)
config: opt: needs text, got a map (p.yaml:5:1)`
	if got := faults(); got != want2 {
		t.Errorf("got\n%s\nwant\n%s", got, want2)
	}
}

func TestPositions(t *testing.T) {
	file := write(t, "p.yaml", parts)
	var root struct {
		Name string         `yaml:"name"`
		Opt  config.Section `yaml:"opt"`
		None config.Section `yaml:"none"`
	}
	d, err := config.Load(config.Options{
		Files: []string{file}, Env: []string{"SNNTRAIN_NAME=x"}, Sets: []string{"opt.a=2", "layers[1].size=4"},
	}, &root)
	if err != nil {
		t.Fatal(err)
	}
	r := d.Root()
	for _, c := range []struct {
		s    config.Section
		want string
	}{
		{r, file + ":1:1"},
		{r.Get("opt"), file + ":5:1"},                                    // its key
		{r.Get("opt").Get("b").Get("c"), file + ":5:20"},                 // its value
		{r.Get("layers").Items()[0], file + ":3:5"},                      // it has no key
		{r.Get("opt").Get("a"), "--set opt.a"},                           //
		{r.Get("layers").Items()[1].Get("size"), "--set layers[1].size"}, //
		{r.Get("name"), "$SNNTRAIN_NAME"},                                //
		{r.Get("opt").Get("none"), file + ":5:1"},                        // absent: what should hold it
	} {
		if got := c.s.Pos(); got != c.want {
			t.Errorf("%q is at %s, want %s", c.s.Path(), got, c.want)
		}
	}
	d.Root().Decode(&root)
	if got := root.None.Pos(); got != file+":1:1" {
		t.Errorf("the absent section is at %s", got)
	}
}

func TestFaultsOfOwners(t *testing.T) {
	root, faults := section(t, parts)
	opt := root.Get("opt")
	opt.Fault("b.c", "is wrong", "try another")
	opt.Fault("b.none", "is missing", "")
	opt.Fault("", "does not fit", "")
	opt.Fault("", "does not fit", "")
	root.Get("none").Fault("x", "is missing", "")
	want := `config: none.x: is missing (p.yaml:1:1)
config: opt: does not fit (p.yaml:5:1)
config: opt.b.none: is missing (p.yaml:5:13)
config: opt.b.c: is wrong (p.yaml:5:20); try another`
	if got := faults(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSeveralTargetsShareKeys(t *testing.T) {
	type common struct {
		Dir string `yaml:"dir" validate:"required"`
	}
	type own struct {
		Raw bool `yaml:"raw"`
		Max int  `yaml:"max" validate:"gte=1"`
	}
	for text, want := range map[string]string{
		"data: {name: mnist, dir: d, raw: true}": "<nil>",
		"data: {name: mnist, dir: d, dri: d}":    `config: data.dri: unknown key (p.yaml:1:29); did you mean "dir"?`,
		"data: {name: mnist, max: 0, raw: 1}": `config: data.dir: is required (p.yaml:1:1)
config: data.max: 0 is below 1 (p.yaml:1:26)
config: data.raw: needs true or false, got 1 (p.yaml:1:34)`,
		"data: 3": `config: data: needs a map, got 3 (p.yaml:1:7)`,
	} {
		root, faults := section(t, text)
		data := root.Get("data")
		if data.Has("name") {
			data.String("name")
		}
		c, o := common{}, own{Max: 1}
		data.Decode(&c, &o)
		if got := faults(); got != want {
			t.Errorf("%s gave\n%s\nwant\n%s", text, got, want)
		}
	}
}

func TestAKeyThatNobodyReadIsUnknown(t *testing.T) {
	root, faults := section(t, "a: {kind: x, b: 1}\n")
	root.Get("a").Decode()
	want := `config: a.kind: unknown key (p.yaml:1:5)
config: a.b: unknown key (p.yaml:1:14)`
	if got := faults(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWhatIsInABrokenPartIsNotMissing(t *testing.T) {
	var x struct {
		Train struct {
			Loss   config.Section `yaml:"loss"`
			Epochs int            `yaml:"epochs" validate:"required"`
		} `yaml:"train"`
	}
	root, faults := section(t, "train: 3\n")
	root.Decode(&x)
	if kind := x.Train.Loss.Kind(); kind != "" {
		t.Errorf("kind is %q", kind)
	}
	if got, want := faults(), "config: train: needs a map, got 3 (p.yaml:1:8)"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestABareNameIsAKindOnlyForWhoAsks(t *testing.T) {
	root, faults := section(t, "a: cosine\nb: cosine\n")
	var x struct {
		Rate float64 `yaml:"rate"`
	}
	if kind := root.Get("a").Kind("cosine"); kind != "cosine" {
		t.Errorf("kind is %q", kind)
	}
	root.Get("a").Decode(&x)
	root.Get("b").Decode(&x)
	if got, want := faults(), `config: b: needs a map, got "cosine" (p.yaml:2:4)`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDecodeIntoOtherThanStructs(t *testing.T) {
	root, faults := section(t, "n: [1, 2]\nm: {a: 1}\nx: 1.5\nbad: [1, b]\n")
	var (
		n, bad []int
		m      map[string]int
		x      float32
	)
	root.Get("n").Decode(&n)
	root.Get("m").Decode(&m)
	root.Get("x").Decode(&x)
	root.Get("bad").Decode(&bad)
	if len(n) != 2 || m["a"] != 1 || x != 1.5 {
		t.Errorf("got %v, %v, %v", n, m, x)
	}
	if got, want := faults(), `config: bad.1: needs a whole number, got "b" (p.yaml:4:10)`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestASectionMayBeRequired(t *testing.T) {
	var x struct {
		Loss config.Section `yaml:"loss" validate:"required"`
	}
	root, faults := section(t, "other: 1\n")
	root.String("other")
	root.Decode(&x)
	want := `config: loss: is required (p.yaml:1:1)
config: other: needs text, got 1 (p.yaml:1:8)`
	if got := faults(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestSectionAsWritten: keys in their order, values as YAML.
func TestSectionAsWritten(t *testing.T) {
	root, _ := section(t, "z.b: [1e-3, '1', ~, {b: 2, a: 1}]\na: {}\n")
	if diff := cmp.Diff([]string{"z.b", "a"}, root.Keys()); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, s := range root.Get("z.b").Items() {
		text, err := yaml.Marshal(s.YAML())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(text))
	}
	if diff := cmp.Diff([]string{"1e-3\n", "\"1\"\n", "null\n", "b: 2\na: 1\n"}, got); diff != "" {
		t.Error(diff)
	}
	if none := root.Get("none"); none.YAML() != nil || none.Keys() != nil {
		t.Errorf("what is absent has keys %v", none.Keys())
	}
}

// TestOverridesNameTheirPlace, and lie over those of --set.
func TestOverridesNameTheirPlace(t *testing.T) {
	root := defaults()
	d, err := config.Load(config.Options{
		Sets: []string{"train.epochs=2", "seed=5"},
		Over: []config.Override{{Source: "a.yaml:3:4", Text: "train.epochs=7"}, {Source: "--over x", Text: "train.batch=no"}, {Source: "there", Text: "="}},
	}, root)
	if err != nil {
		t.Fatal(err)
	}
	d.Root().Decode(&root)
	for _, want := range []string{`train.batch: needs a whole number from -128 to 127, got "no" (--over x)`, "an override needs the form key.path=value (there)"} {
		if text := d.Err().Error(); !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if root.Train.Epochs != 7 || root.Seed != 5 {
		t.Errorf("epochs %d, seed %d", root.Train.Epochs, root.Seed)
	}
}

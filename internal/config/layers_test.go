package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/internal/config"
)

func TestLaterSourcesWin(t *testing.T) {
	first := write(t, "first.yaml", "model: [lif, lif]\ntrain: {epochs: 1, batch: 1, fast: true, steps: [1, 2, 3]}\n")
	second := write(t, "second.yaml", "train: {epochs: 2, batch: 2, steps: [4]}\n")
	o := config.Options{
		Files: []string{first, second},
		Env:   []string{"SNNTRAIN_TRAIN_EPOCHS=3", "SNNTRAIN_TRAIN_LOG_EVERY=3"},
		Sets:  []string{"train.epochs=4", "train.epochs=5"},
	}
	want := defaults().Train
	want.Epochs, want.Batch, want.Quick, want.Steps, want.Log_every = 5, 2, true, []int{4}, 3
	root, _, _, err := load(o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, root.Train, values); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLayersReplaceOrMerge(t *testing.T) {
	for name, c := range map[string]struct {
		files []string // the value of x, in one file after the other
		want  string
	}{
		"maps merge":            {[]string{"{a: 1, b: {c: 1}}", "{b: {d: 2}}"}, "{a: 1, b: {c: 1, d: 2}}"},
		"scalars replace":       {[]string{"1", "2"}, "2"},
		"lists replace":         {[]string{"[{a: 1}, 2, 3]", "[{b: 1}]"}, "[{b: 1}]"},
		"scalar over map":       {[]string{"{a: 1}", "2"}, "2"},
		"list over map":         {[]string{"{a: 1}", "[2]"}, "[2]"},
		"map over scalar":       {[]string{"1", "{a: 1}"}, "{a: 1}"},
		"map over list":         {[]string{"[1, 2]", "{a: 1}"}, "{a: 1}"},
		"map over name":         {[]string{"cosine", "{a: 1}"}, "{kind: cosine, a: 1}"},
		"empty map over map":    {[]string{"{a: 1}", "{}"}, "{a: 1}"},
		"null over map":         {[]string{"{a: 1}", "~"}, "null"},
		"replaced map is gone":  {[]string{"{a: 1, b: 1}", "2", "{b: 3}"}, "{b: 3}"},
		"replaced list is gone": {[]string{"[{a: 1}, 1]", "2", "[{b: 1}, 1, 1]", "[{c: 1}]"}, "[{c: 1}]"},
		"map, name, map":        {[]string{"{a: 1}", "step", "{b: 1}"}, "{kind: step, b: 1}"},
		"case and dots differ":  {[]string{"{A: 1, a.b: 2}", "{a: {b: 3}, A.b: 4}"}, "{A: 1, a.b: 2, a: {b: 3}, A.b: 4}"},
	} {
		t.Run(name, func(t *testing.T) {
			var o config.Options
			for _, text := range c.files {
				o.Files = append(o.Files, write(t, "f.yaml", "x: "+text+"\n"))
			}
			if got, want := plain(t, o), plain(t, config.Options{Files: []string{write(t, "w.yaml", "x: "+c.want+"\n")}}); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestKeysWithDotsAndCapitalsStayApart(t *testing.T) {
	d, err := config.Load(config.Options{Files: []string{write(t, "f.yaml", "{a.b: 1, a: {b: 1}, A.b: 1, ^: 1}\n")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a.b", "a", "A.b", "^"} {
		if !d.Root().Has(key) {
			t.Errorf("key %q is lost", key)
		}
	}
}

// plain is key x as it was merged, in YAML.
func plain(t *testing.T, o config.Options) string {
	t.Helper()
	d, err := config.Load(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	var x struct {
		X config.Section `yaml:"x"`
	}
	d.Root().Decode(&x)
	text, err := d.Resolved(x)
	if err := errorsOf(d.Err(), err); err != nil {
		t.Fatal(err)
	}
	if !x.X.Given() {
		return "x: null\n"
	}
	return string(text)
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestSets(t *testing.T) {
	file := write(t, "f.yaml", "x:\n  list: [{a: 1}, {b: [1, 2]}]\n  name: cosine\n")
	for set, want := range map[string]string{
		"x.list.1.b=3":      "x: {list: [{a: 1}, {b: 3}], name: cosine}",
		"x.list[1].b[0]=3":  "x: {list: [{a: 1}, {b: [3, 2]}], name: cosine}",
		"x.list[0]=~":       "x: {list: [~, {b: [1, 2]}], name: cosine}",
		"x.list.0={c: 1}":   "x: {list: [{a: 1, c: 1}, {b: [1, 2]}], name: cosine}",
		"x.list=[]":         "x: {name: cosine, list: []}",
		"x.new.deep=a=b":    "x: {list: [{a: 1}, {b: [1, 2]}], name: cosine, new: {deep: a=b}}",
		"x.name.gamma=1e-3": "x: {list: [{a: 1}, {b: [1, 2]}], name: {kind: cosine, gamma: 1e-3}}",
		"x=":                "x: null",
	} {
		got := plain(t, config.Options{Files: []string{file}, Sets: []string{set}})
		if want := plain(t, config.Options{Files: []string{write(t, "w.yaml", want)}}); got != want {
			t.Errorf("--set %s gave\n%swant\n%s", set, got, want)
		}
	}
}

func TestFaultsOfSets(t *testing.T) {
	for set, want := range map[string]string{
		"train.epochs":        "config: an override needs the form key.path=value (--set train.epochs)",
		"train..epochs=3":     "config: an override needs the form key.path=value (--set train..epochs)",
		"=3":                  "config: an override needs the form key.path=value (--set )",
		"train.epochs=[3":     `config: train.epochs: "[3" is not a YAML value (--set train.epochs)`,
		"train.epochs=three":  `config: train.epochs: needs a whole number, got "three" (--set train.epochs)`,
		"train.epohs=3":       `config: train.epohs: unknown key (--set train.epohs); did you mean "epochs"?`,
		"model[1].out=3":      `config: model: the list has no entry "1", it has 1, counted from 0 (--set model[1].out)`,
		"model.first.out=3":   `config: model: the list has no entry "first", it has 1, counted from 0 (--set model.first.out)`,
		"model.-1.out=3":      `config: model: the list has no entry "-1", it has 1, counted from 0 (--set model.-1.out)`,
		"model[0].out=0.5":    "config: model.0.out: needs a whole number, got 0.5 (--set model[0].out)",
		"train.epochs=0":      "config: train.epochs: 0 is below 1 (--set train.epochs)",
		"train={epochs: 0}":   "config: train.epochs: 0 is below 1 (--set train)",
		"train.optimizer.x=1": "config: train.optimizer.x: unknown key (--set train.optimizer.x); known: lr, beta1, amount",
	} {
		if _, _, _, err := load(sets(set)); err == nil || err.Error() != want {
			t.Errorf("--set %s gave\n%v\nwant\n%s", set, err, want)
		}
	}
}

func TestAFileHasLimits(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	d, err := config.Load(config.Options{Files: []string{write(t, "f.yaml", b.String())}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Err(); got == nil || !strings.HasPrefix(got.Error(), "config: more than 4096 keys outside lists (") {
		t.Errorf("got %v", got)
	}
}

func TestANameThatGrewIntoAMap(t *testing.T) {
	_, _, _, err := load(sets("train.optimizer=adm", "train.optimizer.lr=1"))
	want := `config: train.optimizer.kind: "adm" is unknown (--set train.optimizer); did you mean "adam"?`
	if got := message(err, ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAMapIsWhereItWasWrittenLast(t *testing.T) {
	first, second := write(t, "a.yaml", "x: {a: 1}\n"), write(t, "b.yaml", "\nx: {b: 1}\n")
	d, err := config.Load(config.Options{Files: []string{first, second}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.Root().Get("x").Pos(), second+":2:1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEnvironment(t *testing.T) {
	o := sets()
	o.Env = []string{
		"SNNTRAIN_DATA=/data", "SNNTRAIN_SEED=", "SNNTRAIN_TITLE=3", "SNNTRAIN_TRAIN_TIMEOUT=5s",
		"SNNTRAIN_DATA_NAME=mnist", "SNNTRAIN_TRAIN_CLIP=0.5", "SNNTRAIN_TRAIN_OPTIMIZER=sgd",
		"SNNTRAIN_TRAIN_EPOHS=3", "SNNTRAIN_TRAIN_LAYOUT=grid", "TRAIN_EPOCHS=9", "odd",
	}
	root, _, _, err := load(o)
	if err != nil {
		t.Fatal(err)
	}
	clip := 0.5
	want := defaults()
	want.Title, want.Data.Name, want.Train.Timeout, want.Train.Clip, want.Train.Layout = "3", "mnist", 5e9, &clip, 1
	if diff := cmp.Diff(want, root, values); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	o.Env = []string{"SNNTRAIN_TRAIN_EPOCHS=three", "SNNTRAIN_TRAIN_BATCH=0", "SNNTRAIN_SEED=[", "SNNTRAIN_TRAIN_FAST=[1]"}
	_, _, _, err = load(o)
	wantErr := `config: seed: "[" is not a YAML value ($SNNTRAIN_SEED)
config: train.epochs: needs a whole number, got "three" ($SNNTRAIN_TRAIN_EPOCHS)
config: train.batch: 0 is below 1 ($SNNTRAIN_TRAIN_BATCH)
config: train.fast: needs true or false, got a list ($SNNTRAIN_TRAIN_FAST)`
	if got := message(err, ""); got != wantErr {
		t.Errorf("got\n%s\nwant\n%s", got, wantErr)
	}
}

func TestDataFolderIsNeverAKey(t *testing.T) {
	var root struct {
		Data string `yaml:"data"`
	}
	d, err := config.Load(config.Options{Env: []string{"SNNTRAIN_DATA=/data"}}, &root)
	if err != nil {
		t.Fatal(err)
	}
	d.Root().Decode(&root)
	if root.Data != "" {
		t.Errorf("$SNNTRAIN_DATA became the value %q", root.Data)
	}
}

func TestUnreadableFilesAreAllNamed(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	if err := os.WriteFile(bad, []byte("a: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(config.Options{Files: []string{filepath.Join(dir, "none.yaml"), bad}}, nil)
	want := `config: none.yaml: cannot be read: no such file or directory
config: not YAML: did not find expected node content (bad.yaml:1:1)`
	if got := message(err, dir); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTextsComeBeforeFiles(t *testing.T) {
	file := write(t, "f.yaml", "train: {batch: 0}\n")
	_, _, _, err := load(config.Options{
		Texts: []config.Text{{Name: "the record", YAML: []byte("model: [lif]\ntrain: {batch: 3, epochs: 0}\n")}},
		Files: []string{file},
	})
	want := "config: train.epochs: 0 is below 1 (the record:2:27)\nconfig: train.batch: 0 is below 1 (" + file + ":1:16)"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	_, err = config.Load(config.Options{Texts: []config.Text{{Name: "the record", YAML: []byte("a: [")}}}, nil)
	if want := "config: not YAML: did not find expected node content (the record:1:1)"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

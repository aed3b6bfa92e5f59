package datasets_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/testkit"
)

// openCSV opens files of the given content with the default options, changed.
func openCSV(t *testing.T, files map[string]string, change func(o *datasets.CSVOptions), split datasets.Split) (datasets.Source, error) {
	t.Helper()
	k, err := datasets.Builtin().Get("csv")
	if err != nil {
		t.Fatal(err)
	}
	c := datasets.Common{Name: "csv", Dir: t.TempDir()}
	for name, content := range files {
		write(t, c.Dir, name, []byte(content))
	}
	o := k.Options().(*datasets.CSVOptions)
	change(o)
	return datasets.Open(k, o, c, split)
}

func TestCSVLayouts(t *testing.T) {
	for _, c := range []struct {
		name, text string
		change     func(o *datasets.CSVOptions)
		classes    []string
		label      int
		want       []float32
	}{
		{"label first", "2,0.5,1e1\n", func(*datasets.CSVOptions) {}, []string{"0", "1", "2"}, 2, []float32{0.5, 10}},
		{"label last, semicolon", "0.5; 1e1; 1\n", func(o *datasets.CSVOptions) { o.Label, o.Delimiter = "last", ";" }, []string{"0", "1"}, 1, []float32{0.5, 10}},
		{"named, tab", "a\tkind\tb\n1\trose\t2\n", func(o *datasets.CSVOptions) { o.Header, o.Label, o.Delimiter = true, "kind", "tab" }, []string{"rose"}, 0, []float32{1, 2}},
		{"words are sorted", "-1,1\n1,2\n0.5,3\n", func(*datasets.CSVOptions) {}, []string{"-1", "0.5", "1"}, 0, []float32{1}},
		{"scale", "6.0000,-1,3\n", func(o *datasets.CSVOptions) { o.Scale = 0.5 }, []string{"0", "1", "2", "3", "4", "5", "6"}, 6, []float32{-0.5, 1.5}},
		{"channels come last", "0,1,2,3,4\n", func(o *datasets.CSVOptions) { o.Shape = []int{2, 1, 2} }, []string{"0"}, 0, []float32{1, 3, 2, 4}},
		{"byte order mark", "\ufeffkind,x\n0,4\n", func(o *datasets.CSVOptions) { o.Header, o.Label = true, "kind" }, []string{"0"}, 0, []float32{4}},
		{"quotes", "\"a,b\",\"4\"\n", func(*datasets.CSVOptions) {}, []string{"a,b"}, 0, []float32{4}},
		{"gzip", string(gzipped([]byte("0,4\n"))), func(*datasets.CSVOptions) {}, []string{"0"}, 0, []float32{4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := openCSV(t, map[string]string{"own.csv": c.text}, func(o *datasets.CSVOptions) { o.Train = "own.csv"; c.change(o) }, datasets.Train)
			if err != nil {
				t.Fatal(err)
			}
			x, label := values(t, s, 0)
			if !slices.Equal(x, c.want) || label != c.label || !slices.Equal(s.Info().Classes, c.classes) {
				t.Errorf("got %v label %d of %v, want %v label %d of %v", x, label, s.Info().Classes, c.want, c.label, c.classes)
			}
		})
	}
}

func TestCSVSplitOfOneFile(t *testing.T) {
	var text strings.Builder
	for i := range 50 {
		text.WriteString(strings.Repeat("1", i%2+1) + "," + strings.Repeat("2", i%5+1) + "\n")
	}
	part := func(seed uint64, split datasets.Split) datasets.Source {
		s, err := openCSV(t, map[string]string{"own.csv": text.String()}, func(o *datasets.CSVOptions) { o.File, o.TestFraction, o.Seed = "own.csv", 0.3, seed }, split)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	train, test := part(1, datasets.Train), part(1, datasets.Test)
	if train.Len() != 35 || test.Len() != 15 {
		t.Errorf("%d + %d samples, want 35 + 15", train.Len(), test.Len())
	}
	if datasets.Hash(test) != datasets.Hash(part(1, datasets.Test)) || datasets.Hash(test) == datasets.Hash(part(2, datasets.Test)) {
		t.Error("the split must depend on the seed alone")
	}
}

func TestCSVFaults(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		change           func(o *datasets.CSVOptions)
	}{
		{"neither", "", "needs either file, or train and test", func(o *datasets.CSVOptions) { o.Train = "" }},
		{"missing", "", "no such file", func(o *datasets.CSVOptions) { o.Train = "other.csv" }},
		{"empty", "", "own.csv\": no rows", func(*datasets.CSVOptions) {}},
		{"all at once", "0,a\n1,2\n2,NaN\n", "own.csv\": line 1, column 2: \"a\" is not a finite number\n", func(*datasets.CSVOptions) {}},
		{"the second", "0,a\n1,2\n2,NaN\n", "line 3, column 2: \"NaN\" is not a finite number", func(*datasets.CSVOptions) {}},
		{"columns", "0,1\n1,2,3\n", "line 2: 3 columns, the first line has 2", func(*datasets.CSVOptions) {}},
		{"delimiter", "0;1\n", "1 column, a label and a value need 2; is the separator \",\"?", func(*datasets.CSVOptions) {}},
		{"label", "a,kind\n0,1\n", `no column "knd"; did you mean "kind"? columns: a, kind`, func(o *datasets.CSVOptions) { o.Header, o.Label = true, "knd" }},
		{"label without header", "0,1\n", `label column "kind" needs a header; known without one: first, last`, func(o *datasets.CSVOptions) { o.Label = "kind" }},
		{"shape", "0,1\n", "shape [1 2 2] takes 4 values, a row has 1", func(o *datasets.CSVOptions) { o.Shape = []int{1, 2, 2} }},
		{"separator", "0,1\n", `delimiter is "||", must be one character, or tab`, func(o *datasets.CSVOptions) { o.Delimiter = "||" }},
		{"scale", "0,1\n", "scale is 0, must be given", func(o *datasets.CSVOptions) { o.Scale = 0 }},
		{"one row", "0,1\n", "1 row in own.csv, a split needs 2", func(o *datasets.CSVOptions) { o.File, o.Train = "own.csv", "" }},
		{"quote", "0,\"1\n", "line 1, column", func(*datasets.CSVOptions) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := openCSV(t, map[string]string{"own.csv": c.text}, func(o *datasets.CSVOptions) { o.Train = "own.csv"; c.change(o) }, datasets.Train)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	_, err := openCSV(t, map[string]string{"a.csv": "0,1\n", "b.csv": "0,1,2\n"}, func(o *datasets.CSVOptions) { o.Train, o.Test = "a.csv", "b.csv" }, datasets.Train)
	if err == nil || !strings.Contains(err.Error(), "1 values a row in a.csv, 2 in b.csv") {
		t.Errorf("got %v", err)
	}
	_, err = openCSV(t, map[string]string{"a.csv": "0,1\n"}, func(o *datasets.CSVOptions) { o.Train = "a.csv" }, datasets.Test)
	if err == nil || !strings.Contains(err.Error(), "no test part; set data.test") {
		t.Errorf("got %v", err)
	}
}

func TestDataUSPS(t *testing.T) {
	k, _ := datasets.Builtin().Get("csv")
	o := k.Options().(*datasets.CSVOptions)
	o.Train, o.Test, o.Shape = "zip.train.csv.gz", "zip.test.csv.gz", []int{1, 16, 16}
	c := datasets.Defaults("csv")
	c.Dir = testkit.Data(t, "usps")
	c.Normalize = &datasets.Normalization{Mean: []float64{-1}, Std: []float64{2}}
	for split, n := range map[datasets.Split]int{datasets.Train: 7291, datasets.Test: 2007} {
		s, err := datasets.Open(k, o, c, split)
		if err != nil {
			t.Fatal(err)
		}
		if in := s.Info(); s.Len() != n || in.Train != 7291 || in.Test != 2007 || len(in.Classes) != 10 {
			t.Errorf("%s: %d samples, want %d; %+v", split, s.Len(), n, in)
		}
		for i := range s.Len() {
			x, _ := values(t, s, i)
			if lo, hi := slices.Min(x), slices.Max(x); lo < 0 || hi > 1 {
				t.Fatalf("sample %d: values %v..%v, want 0..1", i, lo, hi)
			}
		}
	}
}

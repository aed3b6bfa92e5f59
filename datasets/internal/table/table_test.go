package table_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/datasets/internal/table"
)

func TestRead(t *testing.T) {
	got, err := table.Read(strings.NewReader("a,kind,b\n1,x,2\n\n-3, y,4e2\n"), table.Options{Separator: ',', Header: true, Label: "kind"})
	if err != nil {
		t.Fatal(err)
	}
	want := &table.Table{Columns: 2, Values: []float32{1, 2, -3, 400}, Labels: []string{"x", "y"}, Names: []string{"a", "b"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNoMoreThanTenFaults(t *testing.T) {
	_, err := table.Read(strings.NewReader(strings.Repeat("0,x,y,z\n", 100)), table.Options{Separator: ',', Label: "first"})
	if n := strings.Count(err.Error(), "\n") + 1; n != 10 {
		t.Errorf("%d faults, want 10: %v", n, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("0,1,2\n1,3,4\n", ",", false, "first")
	f.Add("a;b;c\n1;x;2\n", ";", true, "b")
	f.Add("\ufeff1 2 3\n", " ", false, "last")
	f.Add("\"1\n\",2", ",", false, "first")
	f.Fuzz(func(t *testing.T, text, separator string, header bool, label string) {
		runes := []rune(separator)
		if len(runes) != 1 {
			return
		}
		got, err := table.Read(strings.NewReader(text), table.Options{Separator: runes[0], Header: header, Label: label})
		if err == nil && (len(got.Labels) == 0 || len(got.Values) != len(got.Labels)*got.Columns || header != (got.Names != nil)) {
			t.Errorf("%+v", got)
		}
	})
}

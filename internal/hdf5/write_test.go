package hdf5_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/internal/hdf5"
)

// number draws a slice of n numbers of one type.
func numbers[T any](t *rapid.T, n int, of *rapid.Generator[T]) any {
	return rapid.SliceOfN(of, n, n).Draw(t, "numbers")
}

func lists[T any](t *rapid.T, n int, of *rapid.Generator[T]) any {
	return rapid.SliceOfN(rapid.SliceOfN(of, 0, 5), n, n).Draw(t, "lists")
}

// texts draws strings that fit a form.
func texts(t *rapid.T, n int, form hdf5.TextForm) any {
	letters := rapid.RuneFrom([]rune("ab z/θ½\n"))
	if form.ASCII {
		letters = rapid.RuneFrom([]rune("ab z/\n"))
	}
	out := make([]string, n)
	for i := range out {
		s := rapid.StringOf(letters).Draw(t, "text")
		for form.Size > 0 && len(s) > form.Size-1 {
			s = s[:strings.LastIndex(s, s[len(s)-1:])]
			s = strings.ToValidUTF8(s, "")
		}
		if form.Pad == hdf5.PadSpace {
			s = strings.TrimRight(s, " ")
		}
		out[i] = s
	}
	return out
}

// anyArray draws a shape and data of any type that can be written.
func anyArray(t *rapid.T) hdf5.Array {
	a := hdf5.Array{Shape: rapid.SliceOfN(rapid.IntRange(0, 4), 0, 3).Draw(t, "shape")}
	n := 1
	for _, d := range a.Shape {
		n *= d
	}
	half := rapid.Map(rapid.Uint16(), func(b uint16) hdf5.Float16 { return hdf5.Float16(b) })
	makers := []func() any{
		func() any { return numbers(t, n, rapid.Int8()) },
		func() any { return numbers(t, n, rapid.Int16()) },
		func() any { return numbers(t, n, rapid.Int32()) },
		func() any { return numbers(t, n, rapid.Int64()) },
		func() any { return numbers(t, n, rapid.Uint8()) },
		func() any { return numbers(t, n, rapid.Uint16()) },
		func() any { return numbers(t, n, rapid.Uint32()) },
		func() any { return numbers(t, n, rapid.Uint64()) },
		func() any { return numbers(t, n, rapid.Float32()) },
		func() any { return numbers(t, n, rapid.Float64()) },
		func() any { return numbers(t, n, rapid.Bool()) },
		func() any { return numbers(t, n, half) },
		func() any { return lists(t, n, half) },
		func() any { return lists(t, n, rapid.Int64()) },
		func() any { return lists(t, n, rapid.Uint16()) },
		func() any { return lists(t, n, rapid.Float32()) },
		func() any { return texts(t, n, a.Form) },
		func() any { return texts(t, n, a.Form) },
		func() any { return texts(t, n, a.Form) },
	}
	pick := rapid.IntRange(0, len(makers)-1).Draw(t, "type")
	if pick >= 16 {
		a.Form.ASCII = rapid.Bool().Draw(t, "ascii")
		if a.Form.Size = rapid.IntRange(0, 12).Draw(t, "size"); a.Form.Size > 0 {
			a.Form.Pad = hdf5.Pad(rapid.IntRange(0, 2).Draw(t, "pad"))
		}
	}
	a.Data = makers[pick]()
	return a
}

func anyAttrs(t *rapid.T) []hdf5.Attr {
	var out []hdf5.Attr
	for _, name := range anyNames(t, 2) {
		out = append(out, hdf5.Attr{Name: name, Array: anyArray(t)})
	}
	return out
}

// anyNames draws different names in their order.
func anyNames(t *rapid.T, most int) []string {
	name := rapid.StringOfN(rapid.RuneFrom([]rune("abcxyz0189 .θü")), 1, 6, -1).Filter(func(s string) bool { return s != "." })
	names := rapid.SliceOfNDistinct(name, 0, most, rapid.ID).Draw(t, "names")
	slices.Sort(names)
	return names
}

func anyGroup(t *rapid.T, name string, depth int) *hdf5.Group {
	g := &hdf5.Group{Name: name, Attrs: anyAttrs(t)}
	for _, name := range anyNames(t, 8) {
		if depth < 2 && rapid.IntRange(0, 3).Draw(t, "is group") == 0 {
			g.Groups = append(g.Groups, anyGroup(t, name, depth+1))
			continue
		}
		d := g.Add(name, nil, nil)
		d.Array, d.Attrs = anyArray(t), anyAttrs(t)
		if len(d.Shape) > 0 && !slices.Contains(d.Shape, 0) {
			d.Store.Gzip = rapid.IntRange(0, 9).Draw(t, "gzip")
			d.Store.Shuffle = !variable(d) && rapid.Bool().Draw(t, "shuffle")
			if d.Store.Gzip > 0 || d.Store.Shuffle || rapid.Bool().Draw(t, "chunked") {
				for _, n := range d.Shape {
					d.Store.Chunk = append(d.Store.Chunk, rapid.IntRange(1, n).Draw(t, "chunk"))
				}
			}
		}
	}
	return g
}

// variable says whether elements have variable length.
func variable(d *hdf5.Dataset) bool {
	_, text := d.Data.([]string)
	return text && d.Form.Size == 0 || strings.HasPrefix(fmt.Sprintf("%T", d.Data), "[][]")
}

// TestRoundTrip: any tree is read as it was written, and written again to the same bytes.
func TestRoundTrip(t *testing.T) {
	need(t)
	path := filepath.Join(t.TempDir(), "file.h5")
	rapid.Check(t, func(t *rapid.T) {
		g := anyGroup(t, "", 0)
		if err := hdf5.Write(path, g); err != nil {
			t.Fatal(err)
		}
		got, err := hdf5.Read(path, hdf5.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(g, got, same); diff != "" {
			t.Fatal(diff)
		}
		first, err1 := os.ReadFile(path)
		second, err2 := hdf5.Encode(path, got)
		if err1 != nil || err2 != nil || !bytes.Equal(first, second) {
			t.Fatal("written again, the bytes differ", err1, err2)
		}
	})
}

// TestOrder: the order in which things are added leaves no trace.
func TestOrder(t *testing.T) {
	need(t)
	var files [2][]byte
	for i := range files {
		names := []string{"a", "b", "größe", "d"}
		if i == 1 {
			slices.Reverse(names)
		}
		g := &hdf5.Group{}
		for _, name := range names {
			g.AddGroup("group "+name).Add("x", nil, []int64{1})
			g.Add(name, []int{1}, []string{name})
			g.Attrs = append(g.Attrs, hdf5.Attr{Name: name, Array: hdf5.Array{Data: []string{name}}})
		}
		var err error
		if files[i], err = hdf5.Encode("order", g); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("the bytes differ")
	}
}

// TestChunks: without a shape, chunks are whole rows of at most 1 MiB.
func TestChunks(t *testing.T) {
	need(t)
	path := filepath.Join(t.TempDir(), "file.h5")
	for _, c := range []struct{ shape, chunk []int }{
		{[]int{10, 3}, []int{10, 3}},
		{[]int{1000, 1000}, []int{262, 1000}},
		{[]int{2, 600000}, []int{1, 262144}},
	} {
		n := c.shape[0] * c.shape[1]
		g := &hdf5.Group{}
		data := make([]float32, n)
		data[n-1] = 1
		g.Add("x", c.shape, data).Store.Gzip = 1
		if err := hdf5.Write(path, g); err != nil {
			t.Fatal(err)
		}
		d, err := read(t, path).Dataset("x")
		if err != nil || !slices.Equal(d.Store.Chunk, c.chunk) || d.Data.([]float32)[n-1] != 1 {
			t.Errorf("shape %v: chunks %v, expected %v; %v", c.shape, d.Store.Chunk, c.chunk, err)
		}
	}
}

// TestWriteFaults: everything wrong with a tree at once, and the file that was there stays.
func TestWriteFaults(t *testing.T) {
	need(t)
	path := filepath.Join(t.TempDir(), "file.h5")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	g := &hdf5.Group{}
	g.Add("a/b", nil, []int8{1})
	g.Add("complex", nil, []complex64{1})
	g.Add("deep", nil, [][][]int8{{{1}}})
	g.Add("none", nil, nil)
	g.Add("shape", []int{2, 3}, []int8{1, 2})
	g.Add("twice", nil, []int8{1})
	g.AddGroup("twice")
	g.Add("level", []int{1}, []int8{1}).Store.Gzip = 10
	g.Add("chunk", []int{1}, []int8{1}).Store.Chunk = []int{1, 1}
	g.Add("shuffle", []int{1}, []string{"a"}).Store.Shuffle = true
	g.Add("nul", nil, []string{"a\x00b"})
	g.Add("long", nil, []string{"abc"}).Form.Size = 2
	g.Add("ascii", nil, []string{"ä"}).Form.ASCII = true
	g.Add("bytes", nil, []string{"\xff"})
	g.Add("overflow", []int{1 << 32, 1 << 32}, []int8{})
	cycle := g.AddGroup("cycle")
	cycle.Groups = append(cycle.Groups, cycle)
	g.Attrs = []hdf5.Attr{{Name: "large", Array: hdf5.Array{Shape: []int{1 << 14}, Data: make([]float64, 1<<14)}}}
	err := hdf5.Write(path, g)
	if err == nil {
		t.Fatal("written")
	}
	for _, want := range []string{
		`/a/b: the name "a/b"`, "/complex: data of Go type []complex64", "/deep: data of Go type [][][]int8", "/none: data of Go type <nil>",
		"/shape: 2 elements in shape [2 3]", "/twice: the name is there twice", "/level: compression level 10", "/chunk: chunks of shape [1 1]", "/shuffle: shuffled elements of variable length",
		"/nul: string 0 contains NUL", "/long: string 0 has 3 bytes, the size is 2", "/ascii: string 0 is not ASCII", "/bytes: string 0 is not UTF-8",
		"/overflow: 0 elements", "/cycle/cycle: the group contains itself", "@large: an attribute of 16384 elements",
	} {
		if !strings.Contains(err.Error(), "hdf5: "+path+": "+want) {
			t.Errorf("missing: %s in\n%v", want, err)
		}
	}
	if raw, _ := os.ReadFile(path); string(raw) != "old" {
		t.Errorf("the file is %q", raw)
	}
	if err := hdf5.Write(filepath.Join(path, "below"), &hdf5.Group{}); err == nil || !strings.Contains(err.Error(), "cannot be written: not a directory") {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

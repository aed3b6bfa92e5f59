package hdf5_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/hdf5"
)

// array is one row of a table: what is read at a path.
type array struct {
	path  string
	shape []int
	data  any
	form  hdf5.TextForm
}

func check(t *testing.T, g *hdf5.Group, rows []array) {
	t.Helper()
	for _, r := range rows {
		d, err := g.Dataset(r.path)
		if err != nil {
			t.Error(err)
			continue
		}
		want := hdf5.Array{Shape: r.shape, Data: r.data, Form: r.form}
		if diff := cmp.Diff(want, d.Array, same); diff != "" {
			t.Errorf("%s: -want +got\n%s", r.path, diff)
		}
	}
}

func TestReadTypes(t *testing.T) {
	need(t)
	g := read(t, "testdata/types.h5")
	ascii, pair := hdf5.TextForm{ASCII: true}, []int{2}
	check(t, g, []array{
		{"ints/i1", []int{3}, []int8{math.MinInt8, 1, math.MaxInt8}, hdf5.TextForm{}},
		{"ints/i2", []int{3}, []int16{math.MinInt16, 1, math.MaxInt16}, hdf5.TextForm{}},
		{"ints/i4", []int{3}, []int32{math.MinInt32, 1, math.MaxInt32}, hdf5.TextForm{}},
		{"ints/i8", []int{3}, []int64{math.MinInt64, 1, math.MaxInt64}, hdf5.TextForm{}},
		{"ints/u1", []int{3}, []uint8{0, 1, math.MaxUint8}, hdf5.TextForm{}},
		{"ints/u2", []int{3}, []uint16{0, 1, math.MaxUint16}, hdf5.TextForm{}},
		{"ints/u4", []int{3}, []uint32{0, 1, math.MaxUint32}, hdf5.TextForm{}},
		{"ints/u8", []int{3}, []uint64{0, 1, math.MaxUint64}, hdf5.TextForm{}},
		{"ints/big_endian", pair, []int32{-2, 515}, hdf5.TextForm{}},
		{"floats/f2", []int{2, 2}, []hdf5.Float16{0, 0xbe00, 0x3555, 0x7c00}, hdf5.TextForm{}},
		{"floats/f4", []int{2, 2}, []float32{0, -1.5, 1 / 3., float32(math.Inf(1))}, hdf5.TextForm{}},
		{"floats/f8", []int{2, 2}, []float64{0, -1.5, 1 / 3., math.Inf(1)}, hdf5.TextForm{}},
		{"floats/big_endian", []int{1}, []float64{1.25}, hdf5.TextForm{}},
		{"text/scalar", nil, []string{"θ=½"}, hdf5.TextForm{}},
		{"text/utf8", []int{3}, []string{"a", "", "größer"}, hdf5.TextForm{}},
		{"text/ascii", pair, []string{"x", "yz"}, ascii},
		{"text/fixed", pair, []string{"dense", "input"}, hdf5.TextForm{Size: 10, ASCII: true}},
		{"text/fixed_utf8", []int{1}, []string{"é"}, hdf5.TextForm{Size: 3}},
		{"text/pairs", []int{2, 2}, []string{"a", "b", "b", "c"}, hdf5.TextForm{}},
		{"bool", []int{3}, []bool{true, false, true}, hdf5.TextForm{}},
		{"bool_scalar", nil, []bool{true}, hdf5.TextForm{}},
		{"scalar", nil, []float32{0.5}, hdf5.TextForm{}},
		{"no_rows", []int{0, 3}, []float32{}, hdf5.TextForm{}},
		{"nothing", nil, nil, hdf5.TextForm{}},
		{"größe", nil, []int64{3}, hdf5.TextForm{}},
		{"stored/fill", []int{4}, []float32{2.5, 2.5, 2.5, 2.5}, hdf5.TextForm{}},
		{"stored/part", []int{6}, []int32{7, 7, 1, 2, 7, 7}, hdf5.TextForm{}},
		{"stored/compact", []int{3}, []int16{4, 5, 6}, hdf5.TextForm{}},
	})
	cube := make([]int16, 24)
	for i := range cube {
		cube[i] = int16(i)
	}
	for _, name := range []string{"gzip", "shuffle", "chunked"} {
		check(t, g, []array{{"stored/" + name, []int{2, 3, 4}, cube, hdf5.TextForm{}}})
	}
}

func TestReadStorage(t *testing.T) {
	need(t)
	g := read(t, "testdata/types.h5")
	for path, want := range map[string]hdf5.Store{
		"stored/gzip":    {Chunk: []int{1, 2, 3}, Gzip: 4},
		"stored/shuffle": {Chunk: []int{2, 3, 4}, Gzip: 4, Shuffle: true},
		"stored/chunked": {Chunk: []int{2, 2, 2}},
		"scalar":         {},
	} {
		d, err := g.Dataset(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, d.Store); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func TestReadAttributes(t *testing.T) {
	need(t)
	g := read(t, "testdata/types.h5")
	scalar, err := g.Dataset("scalar")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]hdf5.Array{}
	for _, a := range append(g.Attrs, scalar.Attrs...) {
		got[a.Name] = a.Array
	}
	want := map[string]hdf5.Array{
		"version": {Data: []string{"1.0"}},
		"fixed":   {Data: []string{"NIR"}, Form: hdf5.TextForm{Size: 3, ASCII: true}},
		"steps":   {Data: []int32{25}},
		"dt":      {Data: []float64{1e-4}},
		"shape":   {Shape: []int{2}, Data: []int64{2, 3}},
		"names":   {Shape: []int{2}, Data: []string{"α", "b"}},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
	if v, err := g.Attr("version"); err != nil || v.Data.([]string)[0] != "1.0" {
		t.Error(v, err)
	}
}

// TestReadForms: groups in symbol tables, in headers and in heaps, and links of both kinds.
func TestReadForms(t *testing.T) {
	need(t)
	order := read(t, "testdata/order.h5")
	check(t, order, []array{
		{"nodes/zebra", []int{3}, []int64{0, 1, 2}, hdf5.TextForm{}},
		{"nodes/apple", nil, []string{"text"}, hdf5.TextForm{}},
	})
	nodes, _ := order.Group("nodes")
	if nodes.Datasets[0].Name != "apple" || nodes.Datasets[2].Name != "zebra" {
		t.Error("not in the order of names:", nodes.Datasets[0].Name, nodes.Datasets[2].Name)
	}
	links := read(t, "testdata/links.h5")
	for _, path := range []string{"a/x", "same", "soft", "soft_group/x"} {
		check(t, links, []array{{path, []int{2}, []int64{1, 2}, hdf5.TextForm{}}})
	}
	dense := read(t, "testdata/dense.h5")
	if len(dense.Datasets) != 60 || len(dense.Attrs) != 12 {
		t.Fatalf("%d data sets and %d attributes, expected 60 and 12", len(dense.Datasets), len(dense.Attrs))
	}
	for i, d := range dense.Datasets {
		if v, err := d.Int(); err != nil || v != int64(i) {
			t.Errorf("%s: %d, %v", d.Name, v, err)
		}
	}
	for i := range 12 {
		a, err := dense.Attr("attribute " + strconv.Itoa(i))
		if err != nil || a.Data.([]int64)[0] != int64(i) {
			t.Errorf("attribute %d: %v, %v", i, a, err)
		}
	}
}

// TestRows reads parts of what is too large to hold.
func TestRows(t *testing.T) {
	need(t)
	f, err := hdf5.Open("testdata/shd.h5", hdf5.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if names, err := f.List("spikes"); err != nil || len(names) != 2 || names[0] != "times" || names[1] != "units" {
		t.Error(names, err)
	}
	if shape, err := f.Shape("spikes/units"); err != nil || len(shape) != 1 || shape[0] != 5 {
		t.Error(shape, err)
	}
	units := [][]uint16{{}, {0}, {0, 100}, {0, 100, 200}, {0, 100, 200, 300}}
	times := [][]hdf5.Float16{{}, {0}, {0, 0x3400}, {0, 0x3400, 0x3800}, {0, 0x3400, 0x3800, 0x3a00}}
	labels := []uint16{3, 1, 4, 1, 5}
	for from := range 6 {
		for n := range 6 - from {
			u, err1 := f.Rows("spikes/units", from, n)
			x, err2 := f.Rows("spikes/times", from, n)
			l, err3 := f.Rows("labels", from, n)
			if err1 != nil || err2 != nil || err3 != nil {
				t.Fatal(err1, err2, err3)
			}
			want := []any{units[from : from+n], times[from : from+n], labels[from : from+n], []int{n}}
			if diff := cmp.Diff(want, []any{u.Data, x.Data, l.Data, l.Shape}, same); diff != "" {
				t.Errorf("%d rows from %d: %s", n, from, diff)
			}
		}
	}
	whole, err := f.Dataset("spikes/times")
	if err != nil || cmp.Diff(times, whole.Data, same) != "" {
		t.Error(whole, err)
	}
	for _, r := range [][2]int{{-1, 1}, {0, 6}, {6, 0}, {3, -1}, {3, math.MaxInt}} {
		if _, err := f.Rows("labels", r[0], r[1]); err == nil {
			t.Errorf("rows %v of 5 were read", r)
		}
	}
}

func TestRowsOfCube(t *testing.T) {
	need(t)
	f, err := hdf5.Open("testdata/types.h5", hdf5.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, name := range []string{"gzip", "shuffle", "chunked"} {
		d, err := f.Rows("stored/"+name, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		v := d.Data.([]int16)
		if len(v) != 12 || v[0] != 12 || v[11] != 23 {
			t.Errorf("%s: %v", name, v)
		}
	}
}

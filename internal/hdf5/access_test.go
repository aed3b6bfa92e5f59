package hdf5_test

import (
	"math"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/internal/hdf5"
)

func TestAccess(t *testing.T) {
	need(t)
	g := read(t, "testdata/types.h5")
	get := func(path string) *hdf5.Dataset {
		d, err := g.Dataset(path)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if v, err := get("text/scalar").Text(); v != "θ=½" || err != nil {
		t.Error(v, err)
	}
	if v, err := get("bool_scalar").Bool(); !v || err != nil {
		t.Error(v, err)
	}
	if v, err := get("ints/u1").Ints(); !slices.Equal(v, []int64{0, 1, 255}) || err != nil {
		t.Error(v, err)
	}
	if v, err := get("floats/f2").Float32s(); !slices.Equal(v, []float32{0, -1.5, 0.33325195, float32(math.Inf(1))}) || err != nil {
		t.Error(v, err)
	}
	if v, err := get("ints/big_endian").Floats(); !slices.Equal(v, []float64{-2, 515}) || err != nil {
		t.Error(v, err)
	}
	if v, err := hdf5.Values[int8](&get("ints/i1").Array); !slices.Equal(v, []int8{-128, 1, 127}) || err != nil {
		t.Error(v, err)
	}
	if !g.Has("stored/gzip") || !g.Has("stored") || g.Has("stored/none") || g.Has("scalar/none") {
		t.Error("Has is wrong")
	}
}

// TestAccessFaults: each message names file and path.
func TestAccessFaults(t *testing.T) {
	need(t)
	g := read(t, "testdata/types.h5")
	get := func(path string) *hdf5.Dataset {
		d, _ := g.Dataset(path)
		return d
	}
	second := func(_ any, err error) error { return err }
	for want, err := range map[string]error{
		`: /ints: no data set "i3"; did you mean "i1"?`:                                      second(g.Dataset("ints/i3")),
		`: /: no group "flots"; did you mean "floats"?`:                                      second(g.Group("flots/x")),
		`: /scalar: no attribute "dT"; did you mean "dt"?`:                                   second(get("scalar").Attr("dT")),
		`: /ints/i1: elements of int8, expected int16`:                                       second(hdf5.Values[int16](&get("ints/i1").Array)),
		`: /ints/i1: elements of int8, expected text`:                                        second(get("ints/i1").Text()),
		`: /ints/i1: 3 elements of shape [3], expected one`:                                  second(get("ints/i1").Int()),
		`: /ints/u8: element 2 is 18446744073709551615, at most 9223372036854775807 is read`: second(get("ints/u8").Ints()),
		`: /scalar: elements of float32, expected integers`:                                  second(get("scalar").Int()),
		`: /bool: elements of bool, expected numbers`:                                        second(get("bool").Floats()),
		`: /nothing: no data, expected numbers`:                                              second(get("nothing").Floats()),
	} {
		if err == nil || err.Error() != "hdf5: testdata/types.h5"+want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// TestFloat16 tries every bit pattern both ways, and rounding.
func TestFloat16(t *testing.T) {
	for i := range 1 << 16 {
		h := hdf5.Float16(i)
		x := h.Float32()
		back := hdf5.ToFloat16(x)
		if nan := x != x; nan != (i&0x7c00 == 0x7c00 && i&0x3ff != 0) || !nan && back != h || nan && back.Float32() == back.Float32() {
			t.Fatalf("%#04x is %g, which is %#04x", i, x, uint16(back))
		}
	}
	for x, want := range map[float32]hdf5.Float16{
		65504: 0x7bff, 65519.996: 0x7bff, 65520: 0x7c00, 1e10: 0x7c00, -1e10: 0xfc00, 1: 0x3c00, -2: 0xc000,
		0x1p-24: 1, 0x1p-25: 0, 0x1.8p-25: 1, 0x1p-26: 0, 0x1.8p-24: 2, 0x1.004p0: 0x3c01, 0x1.002p0: 0x3c00, 0x1.006p0: 0x3c02, 1e-40: 0,
		0x1.ff8p-15: 0x03ff, 0x1.ffcp-15: 0x0400, 0x1p-14: 0x0400,
	} {
		if got := hdf5.ToFloat16(x); got != want {
			t.Errorf("%g is %#04x, expected %#04x", x, uint16(got), uint16(want))
		}
	}
}

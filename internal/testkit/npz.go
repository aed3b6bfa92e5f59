package testkit

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/sbinet/npyio"
)

// Array is one array of an npz file, converted to float64.
type Array struct {
	Shape []int
	Data  []float64
}

// F32 returns the values as float32; they are exact when the file held float32.
func (a Array) F32() []float32 {
	out := make([]float32, len(a.Data))
	for i, v := range a.Data {
		out[i] = float32(v)
	}
	return out
}

// I32 returns the values as int32; they are exact when the file held integers.
func (a Array) I32() []int32 {
	out := make([]int32, len(a.Data))
	for i, v := range a.Data {
		out[i] = int32(v)
	}
	return out
}

// NPZ reads all arrays of an npz file.
func NPZ(t testing.TB, path string) map[string]Array {
	t.Helper()
	zr, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer zr.Close()
	out := map[string]Array{}
	for _, f := range zr.File {
		a, err := readMember(f)
		if err != nil {
			t.Fatalf("%s: %s: %v", path, f.Name, err)
		}
		out[strings.TrimSuffix(f.Name, ".npy")] = a
	}
	return out
}

func readMember(f *zip.File) (Array, error) {
	rc, err := f.Open()
	if err != nil {
		return Array{}, err
	}
	defer rc.Close()
	raw, err := io.ReadAll(rc)
	if err != nil {
		return Array{}, err
	}
	r, err := npyio.NewReader(bytes.NewReader(raw))
	if err != nil {
		return Array{}, err
	}
	a := Array{Shape: r.Header.Descr.Shape}
	switch kind := strings.TrimLeft(r.Header.Descr.Type, "<|="); kind {
	case "f4":
		a.Data, err = readAs[float32](r)
	case "f8":
		a.Data, err = readAs[float64](r)
	case "i8":
		a.Data, err = readAs[int64](r)
	case "i4":
		a.Data, err = readAs[int32](r)
	case "i2":
		a.Data, err = readAs[int16](r)
	case "i1":
		a.Data, err = readAs[int8](r)
	case "u1":
		a.Data, err = readAs[uint8](r)
	default:
		err = fmt.Errorf("dtype %q is not read", kind)
	}
	if err == nil && r.Header.Descr.Fortran {
		a.Data = fromFortran(a.Data, a.Shape)
	}
	return a, err
}

// fromFortran brings values whose first index runs fastest into C order.
func fromFortran(data []float64, shape []int) []float64 {
	out := make([]float64, len(data))
	index := make([]int, len(shape))
	for i := range out {
		from, stride := 0, 1
		for d, k := range index {
			from += k * stride
			stride *= shape[d]
		}
		out[i] = data[from]
		for d := len(shape) - 1; d >= 0; d-- {
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return out
}

func readAs[E interface {
	~float32 | ~float64 | ~int64 | ~int32 | ~int16 | ~int8 | ~uint8
}](r *npyio.Reader) ([]float64, error) {
	n := 1
	for _, d := range r.Header.Descr.Shape {
		n *= d
	}
	raw := make([]E, n)
	if err := r.Read(&raw); err != nil {
		return nil, err
	}
	out := make([]float64, n)
	for i, v := range raw {
		out[i] = float64(v)
	}
	return out, nil
}

package datasets_test

import (
	"archive/zip"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	npyio "github.com/sbinet/npyio/npz"
	"github.com/snntrain/snntrain/datasets"
)

// writeZip writes members, deflated, name.npy each.
func writeZip(t testing.TB, path string, members map[string][]byte) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for name, content := range members {
		w, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

func openNPZ(t *testing.T, o *datasets.NPZOptions, c datasets.Common, split datasets.Split) (datasets.Source, error) {
	t.Helper()
	k, err := datasets.Builtin().Get("npz")
	if err != nil {
		t.Fatal(err)
	}
	return datasets.Open(k, o, c, split)
}

func values(t *testing.T, s datasets.Source, i int) ([]float32, int) {
	t.Helper()
	x := make([]float32, s.Info().Values())
	label, err := s.At(i, x)
	if err != nil {
		t.Fatal(err)
	}
	return x, label
}

// The file is written by another implementation of the format.
func TestNPZReadsWhatNpyioWrites(t *testing.T) {
	dir := t.TempDir()
	for part, x := range map[string]any{
		"train": []float64{0.5, -1, 2}, "test": []float64{8, 0.25, 0},
	} {
		if err := npyio.Write(filepath.Join(dir, part+".npz"), map[string]any{"x": x, "y": []int64{2, 0, 1}}); err != nil {
			t.Fatal(err)
		}
	}
	// npyio writes vectors only: [n] must be refused as values.
	_, err := openNPZ(t, &datasets.NPZOptions{Train: "train.npz", Test: "test.npz"}, datasets.Common{Name: "npz", Dir: dir}, datasets.Train)
	if err == nil || !strings.Contains(err.Error(), "x is [3], must be [n, N]") {
		t.Fatalf("got %v", err)
	}
}

func TestNPZTypesShapesAndScale(t *testing.T) {
	le := binary.LittleEndian
	f4 := func(v ...float32) (b []byte) {
		for _, x := range v {
			b = le.AppendUint32(b, math.Float32bits(x))
		}
		return b
	}
	i2 := func(v ...int16) (b []byte) {
		for _, x := range v {
			b = le.AppendUint16(b, uint16(x))
		}
		return b
	}
	for _, c := range []struct {
		name    string
		x       []byte
		o       datasets.NPZOptions
		raw     bool
		shape   []int
		frames  int
		samples [][]float32
	}{
		{"vector of floats", npy("<f4", []int{2, 2}, f4(1, 2, -3, 4.5)), datasets.NPZOptions{}, false, []int{2}, 1, [][]float32{{1, 2}, {-3, 4.5}}},
		{"bytes are scaled", npy("|u1", []int{2, 2}, []byte{0, 255, 51, 102}), datasets.NPZOptions{}, false, []int{2}, 1, [][]float32{{0, 1}, {0.2, 0.4}}},
		{"raw bytes", npy("|u1", []int{2, 2}, []byte{0, 255, 51, 102}), datasets.NPZOptions{}, true, []int{2}, 1, [][]float32{{0, 255}, {51, 102}}},
		{"a scale of one's own", npy("|u1", []int{2, 2}, []byte{0, 255, 51, 102}), datasets.NPZOptions{Scale: 2}, false, []int{2}, 1, [][]float32{{0, 510}, {102, 204}}},
		{"image without channel", npy("|b1", []int{2, 1, 2}, []byte{1, 0, 0, 1}), datasets.NPZOptions{}, false, []int{1, 1, 2}, 1, [][]float32{{1, 0}, {0, 1}}},
		{"channels come last", npy("<i2", []int{2, 2, 1, 2}, i2(1, 2, 3, 4, -5, 6, 7, 300)), datasets.NPZOptions{}, false, []int{2, 1, 2}, 1, [][]float32{{1, 3, 2, 4}, {-5, 7, 6, 300}}},
		{"frames of vectors", npy("|i1", []int{2, 2, 1}, []byte{1, 2, 0xff, 4}), datasets.NPZOptions{Frames: true}, false, []int{1}, 2, [][]float32{{1, 2}, {-1, 4}}},
		{"frames of channels", npy("|i1", []int{1, 2, 2, 1, 2}, []byte{1, 2, 3, 4, 5, 6, 7, 8}), datasets.NPZOptions{Frames: true}, false, []int{2, 1, 2}, 2, [][]float32{{1, 3, 2, 4, 5, 7, 6, 8}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			n := len(c.samples)
			writeZip(t, filepath.Join(dir, "own.npz"), map[string][]byte{"x": c.x, "y": npy("|u1", []int{n}, make([]byte, n))})
			c.o.Train = "own.npz"
			s, err := openNPZ(t, &c.o, datasets.Common{Name: "npz", Dir: dir, Raw: c.raw}, datasets.Train)
			if err != nil {
				t.Fatal(err)
			}
			if in := s.Info(); !cmp.Equal(in.Shape, c.shape) || in.Frames != c.frames || s.Len() != n {
				t.Errorf("shape %v frames %d samples %d, want %v %d %d", in.Shape, in.Frames, s.Len(), c.shape, c.frames, n)
			}
			for i, want := range c.samples {
				if got, _ := values(t, s, i); !cmp.Equal(got, want) {
					t.Errorf("sample %d is %v, want %v", i, got, want)
				}
			}
		})
	}
}

func TestNPZFaults(t *testing.T) {
	good := npy("|u1", []int{2, 1}, []byte{1, 2})
	labels := npy("|u1", []int{2}, []byte{0, 1})
	for _, c := range []struct {
		name, want string
		o          datasets.NPZOptions
		members    map[string][]byte
	}{
		{"no file", "needs either file, or train and test", datasets.NPZOptions{}, nil},
		{"both", "needs either file, or train and test", datasets.NPZOptions{File: "own.npz", Train: "own.npz"}, nil},
		{"missing", "file does not exist", datasets.NPZOptions{File: "other.npz"}, nil},
		{"key", `no array "labls"; did you mean "labels"? it holds`, datasets.NPZOptions{File: "own.npz", YTrain: "labls"}, map[string][]byte{"x_train": good, "labels": labels}},
		{"counts", "x_train is [2 1], y_train is [3]; they must be [n, …] and [n]", datasets.NPZOptions{File: "own.npz"}, map[string][]byte{"x_train": good, "y_train": npy("|u1", []int{3}, make([]byte, 3))}},
		{"label", "y_train: label 1 is -1, must be a whole number 0..65535", datasets.NPZOptions{File: "own.npz"}, map[string][]byte{"x_train": good, "y_train": npy("|i1", []int{2}, []byte{0, 255})}},
		{"rank", "x_train is [2], must be", datasets.NPZOptions{File: "own.npz"}, map[string][]byte{"x_train": npy("|u1", []int{2}, []byte{1, 2}), "y_train": labels}},
		{"type", `type "<c8", known: f4, f8`, datasets.NPZOptions{File: "own.npz"}, map[string][]byte{"x_train": npy("<c8", []int{2, 1}, make([]byte, 16)), "y_train": labels}},
		{"order", "Fortran order", datasets.NPZOptions{File: "own.npz"}, map[string][]byte{"x_train": []byte(strings.Replace(string(good), "False, ", "True,  ", 1)), "y_train": labels}},
		{"finite", "x_train: value 1 (of all in order) is not finite", datasets.NPZOptions{File: "own.npz"}, map[string][]byte{"x_train": npy("<f4", []int{2, 1}, []byte{0, 0, 0, 0, 0, 0, 0x80, 0x7f}), "y_train": labels}},
		{"classes", "1 names in classes, labels go to 1", datasets.NPZOptions{File: "own.npz", Classes: []string{"a"}}, map[string][]byte{"x_train": good, "y_train": labels}},
		{"parts", "they differ in more than the number of samples", datasets.NPZOptions{File: "own.npz"}, map[string][]byte{"x_train": good, "y_train": labels, "x_test": npy("|u1", []int{1, 2}, []byte{1, 2}), "y_test": npy("|u1", []int{1}, []byte{0})}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			writeZip(t, filepath.Join(dir, "own.npz"), c.members)
			_, err := openNPZ(t, &c.o, datasets.Common{Name: "npz", Dir: dir}, datasets.Train)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

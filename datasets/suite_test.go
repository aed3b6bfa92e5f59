package datasets_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/testkit"
)

// fixtures make files for the datasets that need some and set their options.
// A dataset without an entry is opened as it is.
var fixtures = map[string]func(t *testing.T, opts any) (dir string){
	"mnist":         func(t *testing.T, _ any) string { return idxFolder(t, 10, 4) },
	"fashion-mnist": func(t *testing.T, _ any) string { return idxFolder(t, 6, 7) },
	"cifar10": func(t *testing.T, _ any) string {
		dir := t.TempDir()
		write(t, dir, "data_batch_1.bin", cifar(5, 0))
		write(t, dir, "data_batch_2.bin.gz", gzipped(cifar(4, 5)))
		write(t, dir, "test_batch.bin", cifar(3, 9))
		return dir
	},
	"fsdd": func(t *testing.T, _ any) string {
		dir := t.TempDir()
		write(t, dir, "recordings.tar.gz", gzipped(spoken(t)))
		return dir
	},
	"npz": func(t *testing.T, opts any) string {
		o := opts.(*datasets.NPZOptions)
		o.File, o.Frames = "own.npz", true
		dir := t.TempDir()
		writeNPZ(t, filepath.Join(dir, o.File), 2, 3, 2, 2)
		return dir
	},
	"csv": func(t *testing.T, opts any) string {
		o := opts.(*datasets.CSVOptions)
		o.File, o.Header, o.Label = "own.csv", true, "kind"
		dir := t.TempDir()
		write(t, dir, o.File, []byte("a,kind,b\n1,rose,2\n3,ivy,4\n5,rose,6.5\n7,oak,-8\n9,ivy,0\n"))
		return dir
	},
}

func TestEveryDataset(t *testing.T) {
	rate, _ := datasets.EncoderKinds().Get("rate")
	for _, name := range datasets.Builtin().Names() {
		t.Run(name, func(t *testing.T) {
			k, opts, c := open(t, name)
			parts := []datasets.Split{datasets.Train, datasets.Test}
			if k.OwnValidation {
				parts = append(parts, datasets.Validation)
			}
			for _, split := range parts {
				t.Run(string(split), func(t *testing.T) {
					s, err := datasets.Open(k, opts, c, split)
					if err != nil {
						t.Fatal(err)
					}
					in := s.Info()
					if want := map[datasets.Split]int{datasets.Train: in.Train, datasets.Test: in.Test}[split]; want != s.Len() && split != datasets.Validation {
						t.Errorf("Info says %d samples, there are %d", want, s.Len())
					}
					if in.Name != name {
						t.Errorf("Info().Name is %q, registered as %q", in.Name, name)
					}
					enc, err := rate.New(&datasets.RateOptions{Steps: 3, Gain: 1, Process: "bernoulli"}, in)
					if err != nil {
						t.Fatal(err)
					}
					testkit.Dataset(t, s, enc)
				})
			}
			if _, err := k.Open(opts, c, "practice"); err == nil {
				t.Error("an unknown part must be refused")
			}
			if _, err := k.Open("text", c, datasets.Train); err == nil {
				t.Error("options of another type must be refused")
			}
		})
	}
}

// open readies a dataset with its fixture.
func open(t *testing.T, name string) (datasets.Kind, any, datasets.Common) {
	t.Helper()
	k, err := datasets.Builtin().Get(name)
	if err != nil {
		t.Fatal(err)
	}
	c, opts := datasets.Defaults(name), k.Options()
	if make := fixtures[name]; make != nil {
		c.Dir = make(t, opts)
	}
	return k, opts, c
}

func write(t testing.TB, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(content)
	_ = w.Close()
	return b.Bytes()
}

// idxBytes is an IDX file; values count up, modulo mod.
func idxBytes(mod int, shape ...int) []byte {
	b := []byte{0, 0, 8, byte(len(shape))}
	n := 1
	for _, d := range shape {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
		n *= d
	}
	for i := range n {
		b = append(b, byte(i%mod))
	}
	return b
}

// idxFolder holds the four files of MNIST, half of them compressed.
func idxFolder(t *testing.T, train, test int) string {
	dir := t.TempDir()
	write(t, dir, "train-images-idx3-ubyte.gz", gzipped(idxBytes(251, train, 3, 2)))
	write(t, dir, "train-labels-idx1-ubyte", idxBytes(10, train))
	write(t, dir, "t10k-images-idx3-ubyte", idxBytes(251, test, 3, 2))
	write(t, dir, "t10k-labels-idx1-ubyte.gz", gzipped(idxBytes(10, test)))
	return dir
}

// cifar makes n records with labels from first on.
func cifar(n, first int) []byte {
	var b []byte
	for i := range n {
		b = append(b, byte((first+i)%10))
		for p := range 3072 {
			b = append(b, byte(p/1024*80+p%1024%64+i))
		}
	}
	return b
}

// writeNPZ writes x_train, y_train, x_test, y_test of uint8; 6 and 4 samples of the given shape.
func writeNPZ(t testing.TB, path string, shape ...int) {
	t.Helper()
	arrays := map[string][]byte{}
	for part, n := range map[string]int{"train": 6, "test": 4} {
		size := n
		for _, d := range shape {
			size *= d
		}
		x, y := make([]byte, size), make([]byte, n)
		for i := range x {
			x[i] = byte(i)
		}
		for i := range y {
			y[i] = byte(i % 3)
		}
		arrays["x_"+part] = npy("|u1", append([]int{n}, shape...), x)
		arrays["y_"+part] = npy("|u1", []int{n}, y)
	}
	writeZip(t, path, arrays)
}

// npy is a .npy member as NumPy writes it.
func npy(kind string, shape []int, raw []byte) []byte {
	dims := ""
	for _, d := range shape {
		dims += fmt.Sprintf("%d, ", d)
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", kind, strings.TrimSuffix(dims, " "))
	dict += strings.Repeat(" ", 63-(10+len(dict))%64) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), byte(len(dict)>>8))
	return append(append(b, dict...), raw...)
}

package main

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
)

// nmnistSteps are the bins of 1 ms that hold every recording of N-MNIST.
const nmnistSteps = 340

// nmnist writes the test recordings of nmnist_small as counts of events in bins
// of 1 ms, [n, T, polarity, y, x], and a config that reads them.
func nmnist(t *testing.T) (config string, n int) {
	t.Helper()
	f, err := os.Open(testkit.Data(t, "nmnist_small", "nmnist_bs2_1100.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[filepath.Base(h.Name)], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	var labels, values []byte
	lines := bufio.NewScanner(strings.NewReader(string(files["test100.txt"])))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) != 2 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		label, err := strconv.Atoi(fields[1])
		if err != nil {
			t.Fatal(err)
		}
		labels = append(labels, byte(label))
		values = append(values, frames(t, files[fields[0]+".bs2"])...)
	}
	dir := t.TempDir()
	writeArrays(t, filepath.Join(dir, "nmnist.npz"), values, labels)
	config = write(t, "nmnist.yaml", fmt.Sprintf("data: {name: npz, dir: %s, file: nmnist.npz, frames: true, scale: 1, encode: {kind: bins, steps: 0}}", dir))
	return config, len(labels)
}

// frames counts the events of a recording: 5 bytes each, x, y, and polarity and microseconds in 24 bits.
func frames(t *testing.T, raw []byte) []byte {
	t.Helper()
	out := make([]byte, nmnistSteps*2*34*34)
	for ; len(raw) >= 5; raw = raw[5:] {
		x, y, p := int(raw[0]), int(raw[1]), int(raw[2]>>7)
		ms := (int(raw[2]&0x7f)<<16 | int(raw[3])<<8 | int(raw[4])) / 1000
		if ms >= nmnistSteps || x > 33 || y > 33 {
			t.Fatalf("event at %d ms, (%d, %d)", ms, x, y)
		}
		out[((ms*2+p)*34+y)*34+x]++
	}
	return out
}

// writeArrays writes x_test and y_test, and the first two samples as training part.
func writeArrays(t *testing.T, path string, x, y []byte) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	each := len(x) / len(y)
	for _, a := range []struct {
		name  string
		shape string
		data  []byte
	}{
		{"x_test", fmt.Sprintf("%d, %d, 2, 34, 34", len(y), nmnistSteps), x},
		{"y_test", fmt.Sprintf("%d,", len(y)), y},
		{"x_train", fmt.Sprintf("2, %d, 2, 34, 34", nmnistSteps), x[:2*each]},
		{"y_train", "2,", y[:2]},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: a.name + ".npy"})
		if err != nil {
			t.Fatal(err)
		}
		head := fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': (%s), }", a.shape)
		head += strings.Repeat(" ", 63-(10+len(head))%64) + "\n"
		if _, err := fmt.Fprintf(w, "\x93NUMPY\x01\x00%c%c%s", byte(len(head)), byte(len(head)>>8), head); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(a.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSinabsNetworkOnNMNIST: the CNN of the NIR paper, as Sinabs runs it, sorts
// 96 of the 100 recordings right.
func TestSinabsNetworkOnNMNIST(t *testing.T) {
	config, n := nmnist(t)
	var r evalResult
	object(t, &r, "eval", testkit.Data(t, "nir", "cnn_sinabs.nir"), "--profile", "sinabs", "--data", config, "--batch", "4")
	if n != 100 || r.N != n || r.Correct != 96 {
		t.Errorf("%d of %d right, 96 of 100 expected", r.Correct, r.N)
	}
}

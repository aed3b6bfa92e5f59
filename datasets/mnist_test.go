package datasets_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/testkit"
)

func TestMNISTValues(t *testing.T) {
	dir := idxFolder(t, 50, 4)
	s := openPart(t, "mnist", dir, datasets.Train)
	if in := s.Info(); s.Len() != 50 || in.Test != 4 || !slices.Equal(in.Shape, []int{1, 3, 2}) {
		t.Fatalf("%d samples, %+v", s.Len(), in)
	}
	x, label := values(t, s, 41) // values 246..251, counted modulo 251
	want := []float32{246. / 255, 247. / 255, 248. / 255, 249. / 255, 250. / 255, 0}
	if label != 1 || !slices.Equal(x, want) {
		t.Errorf("label %d, values %v, want 1, %v", label, x, want)
	}
	k, _ := datasets.Builtin().Get("mnist")
	raw, err := datasets.Open(k, nil, datasets.Common{Name: "mnist", Dir: dir, Raw: true}, datasets.Train)
	if err != nil {
		t.Fatal(err)
	}
	if x, _ := values(t, raw, 41); !slices.Equal(x, []float32{246, 247, 248, 249, 250, 0}) {
		t.Errorf("raw values %v", x)
	}
}

func TestMNISTFaults(t *testing.T) {
	images, labels := idxBytes(251, 5, 3, 2), idxBytes(10, 5)
	for _, c := range []struct {
		name, want     string
		images, labels []byte
	}{
		{"missing", `datasets: mnist: no file "train-images-idx3-ubyte" (or .gz) in `, nil, labels},
		{"hint", "run `snntrain data fetch mnist`, or set data.dir", nil, labels},
		{"magic", "magic number 0x00000801, want 0x00000803 (3 dimensions of bytes)", labels, labels},
		{"truncated", "truncated: shape [5 3 2], at most 29 bytes follow", images[:len(images)-1], labels},
		{"truncated gzip", "truncated: 29 of 30 values of shape [5 3 2]", gzipped(images[:len(images)-1]), labels},
		{"broken gzip", "train-images-idx3-ubyte\": ", gzipped(images)[:20], labels},
		{"oversized", "oversized: more than the 30 values of shape [5 3 2]", append(slices.Clone(images), 1), labels},
		{"count", "datasets: mnist: 5 images, 4 labels", images, idxBytes(10, 4)},
		{"label", "datasets: mnist: label 2 is 12, must be at most 9", images, append(idxBytes(10, 5)[:10], 12, 0, 0)},
		{"both at once", "want 0x00000801", labels, images},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.images != nil {
				write(t, dir, "train-images-idx3-ubyte", c.images)
			}
			write(t, dir, "train-labels-idx1-ubyte", c.labels)
			k, _ := datasets.Builtin().Get("mnist")
			_, err := datasets.Open(k, nil, datasets.Common{Name: "mnist", Dir: dir}, datasets.Train)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestDataMNIST(t *testing.T) {
	dir := testkit.Data(t, "mnist")
	train, test := openPart(t, "mnist", dir, datasets.Train), openPart(t, "mnist", dir, datasets.Test)
	if train.Len() != 60000 || test.Len() != 10000 || train.Info().Test != 10000 {
		t.Fatalf("%d + %d samples", train.Len(), test.Len())
	}
	// The published counts of the classes of the test part.
	if got, want := counts(t, test), []int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}; !slices.Equal(got, want) {
		t.Errorf("classes of the test part %v, want %v", got, want)
	}
	sum, x := 0.0, make([]float32, 784)
	for i := range train.Len() {
		if _, err := train.At(i, x); err != nil {
			t.Fatal(err)
		}
		for _, v := range x {
			sum += float64(v)
		}
	}
	if mean := sum / (60000 * 784); mean < 0.13065 || mean > 0.13067 {
		t.Errorf("mean of all pixels %v, want 0.13066", mean)
	}
}

// The content of the files at hand must be what Fetch would ask for.
func TestDataMNISTChecksums(t *testing.T) {
	dir := testkit.Data(t, "mnist")
	k, _ := datasets.Builtin().Get("mnist")
	if err := datasets.Fetch(t.Context(), k.Files, dir, datasets.FetchOptions{Client: offline()}); err != nil {
		t.Error(err)
	}
}

func TestDataFashionMNIST(t *testing.T) {
	const dir = "/usr/share/datasets/fashion-mnist"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs the Debian package dataset-fashion-mnist")
	}
	k, _ := datasets.Builtin().Get("fashion-mnist")
	if !slices.Contains(k.Dirs, dir) {
		t.Errorf("%s is not among %v", dir, k.Dirs)
	}
	if err := datasets.Fetch(t.Context(), k.Files, dir, datasets.FetchOptions{Client: offline()}); err != nil {
		t.Error(err)
	}
	for class, n := range counts(t, openPart(t, "fashion-mnist", dir, datasets.Test)) {
		if n != 1000 {
			t.Errorf("class %d has %d test samples, want 1000", class, n)
		}
	}
}

func TestCIFAR10Layout(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "data_batch_1.bin", cifar(2, 3))
	s := openPart(t, "cifar10", dir, datasets.Train)
	x, label := values(t, s, 1)
	if want := []float32{1. / 255, 81. / 255, 161. / 255, 2. / 255, 82. / 255, 162. / 255}; label != 4 || !slices.Equal(x[:6], want) {
		t.Errorf("label %d, values %v, want 4, %v", label, x[:6], want)
	}
}

func TestCIFAR10Faults(t *testing.T) {
	k, _ := datasets.Builtin().Get("cifar10")
	for _, c := range []struct {
		name, want string
		content    []byte
	}{
		{"data_batch_1.bin", "must be records of 3073", cifar(1, 0)[:100]},
		{"data_batch_1.bin", "label 1 is 11, must be at most 9", append(cifar(1, 0), append([]byte{11}, make([]byte, 3072)...)...)},
		{"other.bin", "no .bin or .bin.gz file with train or data_batch in its name in", cifar(1, 0)},
		{"data_batch_1.bin", "0 bytes", nil},
	} {
		dir := t.TempDir()
		write(t, dir, c.name, c.content)
		_, err := datasets.Open(k, nil, datasets.Common{Name: "cifar10", Dir: dir}, datasets.Train)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestDataCIFAR10(t *testing.T) {
	dir := testkit.Data(t, "cifar10")
	train, test := openPart(t, "cifar10", dir, datasets.Train), openPart(t, "cifar10", dir, datasets.Test)
	if train.Len() != 4000 || test.Len() != 1000 {
		t.Errorf("%d + %d samples", train.Len(), test.Len())
	}
	for class, n := range counts(t, test) {
		if n < 80 || n > 120 {
			t.Errorf("class %d has %d of 1000 test samples", class, n)
		}
	}
}

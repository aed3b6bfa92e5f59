package datasets

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/datasets/internal/idx"
	"github.com/snntrain/snntrain/internal/fault"
)

// MNISTOptions has no keys.
type MNISTOptions struct{}

// mnist is read from IDX files of the usual names, gzip-compressed or not.
// Samples have the shape (1, H, W) that the files state, bytes scaled to 0..1.
func mnist() Kind {
	return withOptions(Kind{
		Name: "mnist", Doc: "handwritten digits, 28×28 gray pixels, 60000 + 10000 samples",
		Source:  "Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits",
		License: "CC BY-SA 3.0", Dirs: []string{filepath.Join("data", "mnist")},
		Files: idxFiles([]string{
			"https://ossci-datasets.s3.amazonaws.com/mnist/",
			"https://storage.googleapis.com/cvdf-datasets/mnist/",
		}, map[string]string{
			"train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
			"train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
			"t10k-images-idx3-ubyte.gz":  "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
			"t10k-labels-idx1-ubyte.gz":  "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
		}),
	}, MNISTOptions{}, openMNIST(numbers(10)))
}

// fashionMNIST has the file names and layout of MNIST. Debian ships it as dataset-fashion-mnist.
func fashionMNIST() Kind {
	return withOptions(Kind{
		Name: "fashion-mnist", Doc: "articles of clothing, 28×28 gray pixels, 60000 + 10000 samples",
		Source:  "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, 2017, arXiv:1708.07747",
		License: "MIT", Dirs: []string{filepath.Join("data", "fashion-mnist"), "/usr/share/datasets/fashion-mnist"},
		Files: idxFiles([]string{
			"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
			"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
		}, map[string]string{
			"train-images-idx3-ubyte.gz": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
			"train-labels-idx1-ubyte.gz": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
			"t10k-images-idx3-ubyte.gz":  "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
			"t10k-labels-idx1-ubyte.gz":  "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
		}),
	}, MNISTOptions{}, openMNIST([]string{
		"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
	}))
}

// idxFiles lists the four files; sums are of the content, which no compressor changes.
func idxFiles(mirrors []string, sums map[string]string) []File {
	sizes := map[string]int64{
		"train-images-idx3-ubyte.gz": 16 + 60000*784, "train-labels-idx1-ubyte.gz": 8 + 60000,
		"t10k-images-idx3-ubyte.gz": 16 + 10000*784, "t10k-labels-idx1-ubyte.gz": 8 + 10000,
	}
	var files []File
	for name, sum := range sums {
		f := File{Name: name, Size: sizes[name], SHA256: sum}
		for _, m := range mirrors {
			f.Mirrors = append(f.Mirrors, m+name)
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files
}

// openMNIST reads one part, all bytes in memory.
func openMNIST(classes []string) func(Kind, *MNISTOptions, Common, Split) (Source, error) {
	return func(k Kind, _ *MNISTOptions, c Common, split Split) (Source, error) {
		stem, other := "train", "t10k"
		if split == Test {
			stem, other = other, stem
		}
		var faults fault.List
		shape, pixels, err := readIDX(k, c, stem+imageFile, 3)
		faults.AddError(err)
		_, labels, err := readIDX(k, c, stem+labelFile, 1)
		faults.AddError(err)
		if faults.Len() == 0 {
			faults.AddError(checkMNIST(k, shape[0], labels, len(classes)))
		}
		if err := faults.Err(); err != nil {
			return nil, err
		}
		info := k.info()
		info.Shape, info.Classes = []int{1, shape[1], shape[2]}, classes
		info.Train, info.Test = len(labels), peekIDX(k, c, other+labelFile)
		if split == Test {
			info.Train, info.Test = info.Test, info.Train
		}
		return bytesSource(info, pixels, labels, c.Raw), nil
	}
}

// The endings of the file names.
const (
	imageFile = "-images-idx3-ubyte"
	labelFile = "-labels-idx1-ubyte"
)

// checkMNIST holds labels against the number of images and of classes.
func checkMNIST(k Kind, images int, labels []byte, classes int) error {
	if len(labels) != images {
		return fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("%d images, %d labels", images, len(labels))}
	}
	if i := slices.IndexFunc(labels, func(b byte) bool { return int(b) >= classes }); i >= 0 {
		return fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("label %d is %d, must be at most %d", i, labels[i], classes-1)}
	}
	return nil
}

// bytesSource shows images of one channel that lie one after the other in pixels.
func bytesSource(info Info, pixels, labels []byte, raw bool) Source {
	m := &memory{info: info, labels: make([]int32, len(labels))}
	for i, b := range labels {
		m.labels[i] = int32(b)
	}
	n, value := info.N(), byteValues(raw)
	m.fill = func(i int, dst []float32) {
		for j, b := range pixels[i*n : (i+1)*n] {
			dst[j] = value[b]
		}
	}
	return m
}

// readIDX reads one file, compressed or not.
func readIDX(k Kind, c Common, name string, dims int) ([]int, []byte, error) {
	f, err := find(k, c, name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	shape, data, err := idx.Read(f, f.Bound, dims)
	if err != nil {
		return nil, nil, fault.Fault{Pkg: pkg, Subject: fmt.Sprintf("file %q", f.Path), Fact: err.Error()}
	}
	return shape, data, nil
}

// peekIDX returns the count in a header, 0 when there is no such file.
func peekIDX(k Kind, c Common, name string) int {
	f, err := find(k, c, name)
	if err != nil {
		return 0
	}
	defer f.Close()
	shape, err := idx.ReadHeader(f, 1)
	if err != nil {
		return 0
	}
	return shape[0]
}

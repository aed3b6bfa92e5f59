package datasets

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/datasets/internal/inflate"
	"github.com/snntrain/snntrain/internal/fault"
)

// CIFAR10Options has no keys.
type CIFAR10Options struct{}

// Extents of a CIFAR-10 record: a label byte, then 3 planes (red, green, blue) of 32×32.
const (
	cifarPlane  = 32 * 32
	cifarRecord = 1 + 3*cifarPlane
)

// cifar10 is read from files of the binary version: names with "train" or
// "data_batch" are training samples, names with "test" test samples, in the
// order of their names; .bin, gzip-compressed or not.
func cifar10() Kind {
	return withOptions(Kind{
		Name: "cifar10", Doc: "color photographs, 3×32×32 pixels, 50000 + 10000 samples, binary version",
		Source:  "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
		License: "none stated", Dirs: []string{filepath.Join("data", "cifar10")},
	}, CIFAR10Options{}, openCIFAR10)
}

func openCIFAR10(k Kind, _ *CIFAR10Options, c Common, split Split) (Source, error) {
	paths, err := cifarPaths(k, c, split)
	if err != nil {
		return nil, err
	}
	var records []byte
	m := &memory{info: k.info()}
	for _, path := range paths {
		part, err := readCIFAR(path)
		if err != nil {
			return nil, fault.Fault{Pkg: pkg, Subject: fmt.Sprintf("file %q", path), Fact: err.Error()}
		}
		records = append(records, part...)
	}
	for at := 0; at < len(records); at += cifarRecord {
		m.labels = append(m.labels, int32(records[at]))
	}
	value := byteValues(c.Raw)
	m.fill = func(i int, dst []float32) {
		pixels := records[i*cifarRecord+1:][:3*cifarPlane]
		for p := range cifarPlane { // planes to channel-last
			dst[3*p] = value[pixels[p]]
			dst[3*p+1] = value[pixels[p+cifarPlane]]
			dst[3*p+2] = value[pixels[p+2*cifarPlane]]
		}
	}
	m.info.Shape = []int{3, 32, 32}
	m.info.Classes = []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}
	if split == Train {
		m.info.Train = len(m.labels)
	} else {
		m.info.Test = len(m.labels)
	}
	return m, nil
}

// cifarPaths lists the files of a part.
func cifarPaths(k Kind, c Common, split Split) ([]string, error) {
	marks := map[Split][]string{Train: {"train", "data_batch"}, Test: {"test"}}[split]
	dir := k.dirs(c)[0]
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("folder %s: %s", dir, reason(err)), Hint: "put the binary version of CIFAR-10 there, or set data.dir"}
	}
	var paths []string
	for _, e := range entries { // sorted by name
		name := e.Name()
		binary := strings.HasSuffix(strings.TrimSuffix(name, ".gz"), ".bin")
		if binary && slices.ContainsFunc(marks, func(m string) bool { return strings.Contains(name, m) }) {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	if len(paths) == 0 {
		return nil, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("no .bin or .bin.gz file with %s in its name in %s", strings.Join(marks, " or "), dir)}
	}
	return paths, nil
}

// readCIFAR reads the records of one file.
func readCIFAR(path string) ([]byte, error) {
	f, err := inflate.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	if len(raw) == 0 || len(raw)%cifarRecord != 0 {
		return nil, fmt.Errorf("%d bytes, must be records of %d", len(raw), cifarRecord)
	}
	for at := 0; at < len(raw); at += cifarRecord {
		if raw[at] > 9 {
			return nil, fmt.Errorf("label %d is %d, must be at most 9", at/cifarRecord, raw[at])
		}
	}
	return raw, nil
}

// Package npz reads arrays from NumPy's .npz archives: a zip file with one
// .npy member an array (NEP 1). Sizes are checked against each other before
// anything is allocated.
package npz

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/npy"
)

// maxRatio is the most that deflate can shrink.
const maxRatio = 1032

// Archive is an open .npz file.
type Archive struct {
	zip  *zip.Reader
	file *os.File
}

// Open opens an archive.
func Open(path string) (*Archive, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	stat, err := file.Stat()
	if err == nil {
		var a *Archive
		if a, err = New(file, stat.Size()); err == nil {
			a.file = file
			return a, nil
		}
	}
	file.Close()
	return nil, err
}

// New reads the directory of an archive of size bytes.
func New(r io.ReaderAt, size int64) (*Archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("not an .npz archive: %w", err)
	}
	return &Archive{zip: z}, nil
}

// Close closes the file behind the archive.
func (a *Archive) Close() {
	if a.file != nil {
		a.file.Close()
	}
}

// Keys lists the names of the arrays.
func (a *Archive) Keys() []string {
	keys := make([]string, len(a.zip.File))
	for i, f := range a.zip.File {
		keys[i] = strings.TrimSuffix(f.Name, ".npy")
	}
	return keys
}

// Header reads type and shape of the array called key.
func (a *Archive) Header(key string) (npy.Header, error) {
	_, rc, h, err := a.open(key)
	if err != nil {
		return npy.Header{}, err
	}
	return h, rc.Close()
}

// Read reads the array called key.
func (a *Archive) Read(key string) (*npy.Array, error) {
	f, rc, h, err := a.open(key)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	size, err := h.Bytes()
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", key, err)
	}
	if have := f.UncompressedSize64; have != uint64(h.Prefix)+size {
		return nil, fmt.Errorf("array %q: %d bytes of values, shape %v of %s takes %d", key, int64(have)-int64(h.Prefix), h.Shape, h.Type, size)
	}
	raw := make([]byte, size)
	if _, err := io.ReadFull(rc, raw); err != nil {
		return nil, fmt.Errorf("array %q: %w", key, err)
	}
	if n, err := io.ReadFull(rc, make([]byte, 1)); n > 0 { // the end also checks the CRC
		return nil, fmt.Errorf("array %q: more bytes than the directory claims", key)
	} else if !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("array %q: after the last value: %w", key, err)
	}
	return npy.NewArray(h, raw), nil
}

// open finds a member, refuses a zip bomb and reads the header.
func (a *Archive) open(key string) (*zip.File, io.ReadCloser, npy.Header, error) {
	keys := a.Keys()
	i := slices.Index(keys, key)
	if i < 0 {
		hint := "it holds " + strings.Join(keys, ", ")
		if near := fault.Nearest(key, keys); near != "" {
			hint = fmt.Sprintf("did you mean %q? %s", near, hint)
		}
		return nil, nil, npy.Header{}, fmt.Errorf("no array %q; %s", key, hint)
	}
	f := a.zip.File[i]
	most := uint64(math.MaxUint64)
	if f.CompressedSize64 < most/maxRatio {
		most = (f.CompressedSize64 + 1) * maxRatio
	}
	if f.UncompressedSize64 > min(most, npy.MaxBytes) {
		return nil, nil, npy.Header{}, fmt.Errorf("array %q: claims %d bytes out of %d, limit %d", key, f.UncompressedSize64, f.CompressedSize64, min(most, npy.MaxBytes))
	}
	rc, err := f.Open()
	if err != nil {
		return nil, nil, npy.Header{}, fmt.Errorf("array %q: %w", key, err)
	}
	h, err := npy.ReadHeader(rc)
	if err != nil {
		rc.Close()
		return nil, nil, npy.Header{}, fmt.Errorf("array %q: %w", key, err)
	}
	return f, rc, h, nil
}

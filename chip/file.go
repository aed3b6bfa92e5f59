package chip

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/tensorfile"
	"github.com/snntrain/snntrain/quant"
)

// FormatVersion is the version of image files that this program writes. Older
// ones are read: 2 added to IO what judging an image on data needs.
const FormatVersion = 2

// MetaKey is the metadata key of an image file that holds all but the arrays.
const MetaKey = "image"

// Extension of image files.
const Extension = ".snnimg"

type header struct {
	Format int `json:"format"`
	*Image
}

// Save writes the image to path, atomically. The same image gives the same bytes.
func (im *Image) Save(path string) error {
	f, err := im.file(FormatVersion)
	if err != nil {
		return fmt.Errorf("chip: %s: %w", path, err)
	}
	if err := f.Write(path); err != nil {
		return fmt.Errorf("chip: %s: not written: %w", path, err)
	}
	return nil
}

// Encode returns the bytes of the image file.
func (im *Image) Encode() ([]byte, error) { return im.encode(FormatVersion) }

func (im *Image) encode(format int) ([]byte, error) {
	f, err := im.file(format)
	if err != nil {
		return nil, err
	}
	return f.Encode()
}

func (im *Image) file(format int) (*tensorfile.File, error) {
	if err := im.validate(); err != nil {
		return nil, err
	}
	meta, err := json.Marshal(header{Format: format, Image: im})
	if err != nil {
		return nil, err
	}
	f := &tensorfile.File{Meta: map[string]string{MetaKey: string(meta)}}
	im.tensors(func(name string, t *quant.Tensor) { f.AddInt(name, t.Shape, t.Data) })
	return f, nil
}

// Load reads an image file. Checksums, sizes, names, shapes and rules are
// checked before anything is used.
func Load(path string) (*Image, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("chip: %w", err)
	}
	im, err := Decode(raw)
	if err != nil {
		return nil, fmt.Errorf("chip: %s: %w", path, err)
	}
	return im, nil
}

// Decode reads the bytes of an image file. Bytes that this program would write
// in another way are damaged: no flipped byte goes unseen.
func Decode(raw []byte) (*Image, error) {
	f, err := tensorfile.Decode(raw)
	if err != nil {
		return nil, err
	}
	im, format, err := decodeHeader(f)
	if err != nil {
		return nil, err
	}
	if err := im.setTensors(f.Tensors); err != nil {
		return nil, err
	}
	again, err := im.encode(format)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(raw, again) {
		return nil, fmt.Errorf("the bytes differ from those of its content: the file is damaged, or another program wrote it")
	}
	return im, nil
}

func decodeHeader(f *tensorfile.File) (*Image, int, error) {
	text, ok := f.Meta[MetaKey]
	if !ok {
		return nil, 0, fmt.Errorf("metadata has no key %q: the file holds arrays, but no image", MetaKey)
	}
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal([]byte(text), &version); err != nil {
		return nil, 0, fmt.Errorf("metadata %q: %w", MetaKey, err)
	}
	switch {
	case version.Format > FormatVersion:
		return nil, 0, fmt.Errorf("format %d is newer than this program's %d; update the program", version.Format, FormatVersion)
	case version.Format < 1:
		return nil, 0, fmt.Errorf("format %d is none; formats begin with 1", version.Format)
	}
	h := header{Image: &Image{}}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&h); err != nil {
		return nil, 0, fmt.Errorf("metadata %q: %w", MetaKey, err)
	}
	if h.Net == nil {
		return nil, 0, fmt.Errorf("metadata %q holds no network", MetaKey)
	}
	return h.Image, h.Format, nil
}

// setTensors hands every array to its owner; none may be missing or left over.
func (im *Image) setTensors(tensors []tensorfile.Tensor) error {
	stored := map[string]tensorfile.Tensor{}
	for _, t := range tensors {
		stored[t.Name] = t
	}
	var faults fault.List
	im.tensors(func(name string, t *quant.Tensor) {
		s, ok := stored[name]
		delete(stored, name)
		switch {
		case !ok:
			faults.Add(fault.Fault{Subject: name, Fact: "the array is missing"})
		case s.Int == nil:
			faults.Add(fault.Fault{Subject: name, Fact: "holds no integers"})
		case !slices.Equal(s.Shape, t.Shape):
			faults.Add(fault.Fault{Subject: name, Fact: fmt.Sprintf("is %v, the image says %v", s.Shape, t.Shape)})
		default:
			t.Data = s.Int
		}
	})
	for name := range stored {
		faults.Add(fault.Fault{Subject: name, Fact: "belongs to nothing in the image"})
	}
	return faults.Err()
}

// Package tensorfile reads and writes safetensors files of float32 and integer
// arrays with a checksum of every array and of the metadata, atomically.
package tensorfile

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"

	"github.com/google/renameio/v2"
	"github.com/nlpodyssey/safetensors"
	"github.com/zeebo/blake3"
)

// Tensor is one named array: of float32, or of integers, which are stored in
// the smallest of 8, 16 and 32 bits.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
	Int   []int32 // not nil in an array of integers
}

// File is the content of a file: arrays, and text under metadata keys.
type File struct {
	Meta    map[string]string
	Tensors []Tensor
}

// checksumKey is the metadata key of the checksums: JSON of name → BLAKE3 (128 bits, hex).
const checksumKey = "blake3"

// Add appends an array.
func (f *File) Add(name string, shape []int, data []float32) {
	f.Tensors = append(f.Tensors, Tensor{Name: name, Shape: shape, Data: data})
}

// AddInt appends an array of integers.
func (f *File) AddInt(name string, shape []int, data []int32) {
	f.Tensors = append(f.Tensors, Tensor{Name: name, Shape: shape, Int: append([]int32{}, data...)})
}

// Write replaces path by the file, or leaves it as it was.
func (f *File) Write(path string) error {
	raw, err := f.Encode()
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, raw, 0o644, renameio.WithTempDir(filepath.Dir(path)))
}

// Encode returns the bytes of the file. The same content gives the same bytes.
func (f *File) Encode() ([]byte, error) {
	views, sums := map[string]safetensors.TensorView{}, map[string]string{}
	for _, t := range f.Tensors {
		kind := safetensors.F32
		var raw []byte
		if t.Int != nil {
			kind, raw = encodeInt(t.Int)
		} else {
			raw = encode(t.Data)
		}
		shape := make([]uint64, len(t.Shape))
		for i, d := range t.Shape {
			shape[i] = uint64(d)
		}
		view, err := safetensors.NewTensorView(kind, shape, raw)
		if err != nil {
			return nil, fmt.Errorf("array %q: %w", t.Name, err)
		}
		if _, dup := views[t.Name]; dup {
			return nil, fmt.Errorf("array %q is there twice", t.Name)
		}
		views[t.Name], sums[sumName(t.Name, kind)] = view, hash(raw)
	}
	meta := map[string]string{}
	for k, v := range f.Meta {
		meta[k], sums[metaName(k)] = v, hash([]byte(v))
	}
	text, err := json.Marshal(sums)
	if err != nil {
		return nil, err
	}
	meta[checksumKey] = string(text)
	return safetensors.Serialize(views, meta)
}

// metaName is what the checksum of a metadata text is listed under; no array can have the name.
func metaName(key string) string { return "\x00" + key }

// sumName is what the checksum of an array is listed under: its name, and for
// integers also the type, so that a changed type is found.
func sumName(name string, kind safetensors.DType) string {
	if kind == safetensors.F32 {
		return name
	}
	return fmt.Sprintf("%s (%v)", name, kind)
}

// Read reads and checks a file.
func Read(path string) (*File, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Decode(raw)
}

// Decode checks sizes, types and every checksum before it returns the content.
func Decode(raw []byte) (*File, error) {
	st, err := safetensors.Deserialize(raw)
	if err != nil {
		return nil, fmt.Errorf("not a safetensors file, or damaged: %w", err)
	}
	_, header, err := safetensors.ReadMetadata(raw)
	if err != nil {
		return nil, err
	}
	meta := header.Metadata()
	var sums map[string]string
	if err := json.Unmarshal([]byte(meta[checksumKey]), &sums); err != nil {
		return nil, fmt.Errorf("has no checksums: not written by this program, or damaged")
	}
	f := &File{Meta: map[string]string{}}
	for k, v := range meta {
		if k == checksumKey {
			continue
		}
		if err := verify(sums, metaName(k), []byte(v)); err != nil {
			return nil, fmt.Errorf("metadata %q: %w", k, err)
		}
		f.Meta[k] = v
	}
	names := st.Names()
	sort.Strings(names)
	for _, name := range names {
		view, _ := st.Tensor(name)
		if err := verify(sums, sumName(name, view.DType()), view.Data()); err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
		shape := make([]int, len(view.Shape()))
		for i, d := range view.Shape() {
			shape[i] = int(d)
		}
		t := Tensor{Name: name, Shape: shape}
		switch view.DType() {
		case safetensors.F32:
			t.Data = decode(view.Data())
		case safetensors.I8, safetensors.I16, safetensors.I32:
			t.Int = decodeInt(view.DType(), view.Data())
		default:
			return nil, fmt.Errorf("array %q: type is %v, expected F32, I8, I16 or I32", name, view.DType())
		}
		f.Tensors = append(f.Tensors, t)
	}
	if len(sums) != len(f.Tensors)+len(f.Meta) {
		return nil, fmt.Errorf("%d checksums for %d arrays and %d texts: damaged", len(sums), len(f.Tensors), len(f.Meta))
	}
	return f, nil
}

func verify(sums map[string]string, name string, raw []byte) error {
	if sums[name] != hash(raw) {
		return fmt.Errorf("checksum differs: the file is damaged")
	}
	return nil
}

func hash(raw []byte) string {
	sum := blake3.Sum256(raw)
	return fmt.Sprintf("%x", sum[:16])
}

func encode(v []float32) []byte {
	raw := make([]byte, 4*len(v))
	for i, x := range v {
		binary.LittleEndian.PutUint32(raw[4*i:], math.Float32bits(x))
	}
	return raw
}

func decode(raw []byte) []float32 {
	v := make([]float32, len(raw)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return v
}

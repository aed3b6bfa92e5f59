package torchfile

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"
)

// decodeSafetensors reads a safetensors file of anyone; internal/tensorfile
// reads those of this project, with their checksums. Tensors are sorted by name.
func decodeSafetensors(raw []byte, l Limits) (*File, error) {
	st, err := safetensors.Deserialize(raw)
	if err != nil {
		return nil, fmt.Errorf("not a safetensors file, or damaged: %w", err)
	}
	_, header, err := safetensors.ReadMetadata(raw)
	if err != nil {
		return nil, err
	}
	out := &File{Meta: header.Metadata()}
	left := l.Values
	for _, name := range st.Names() {
		t, err := decodeView(st, name, left)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		left -= t.Len()
		out.Tensors = append(out.Tensors, t)
	}
	slices.SortFunc(out.Tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func decodeView(st safetensors.SafeTensors, name string, limit int) (Tensor, error) {
	from, ok := st.Tensor(name)
	if !ok {
		return Tensor{}, fmt.Errorf("is listed but not there")
	}
	v := &view{shape: make([]int, len(from.Shape())), stride: make([]int, len(from.Shape()))}
	stride := 1
	for i := len(v.shape) - 1; i >= 0; i-- {
		v.shape[i], v.stride[i] = int(from.Shape()[i]), stride
		stride *= max(v.shape[i], 1)
	}
	for _, d := range dtypes() {
		if d.safetensors == from.DType().String() {
			v.storage = &storage{dtype: d.dtype, key: name, count: len(from.Data()) / d.size, order: binary.LittleEndian, raw: from.Data()}
			return v.tensor(name, limit)
		}
	}
	return Tensor{}, fmt.Errorf("elements of type %v are not read", from.DType())
}

// Encode writes a safetensors file: floats as float32, integers as int64, as
// PyTorch stores its counters. The same content gives the same bytes. (The
// library that reads cannot write tensors without axes.)
func (f *File) Encode() ([]byte, error) {
	type entry struct {
		DType   string `json:"dtype"`
		Shape   []int  `json:"shape"`
		Offsets [2]int `json:"data_offsets"`
	}
	header, tensors := map[string]any{}, slices.Clone(f.Tensors)
	slices.SortFunc(tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	var data []byte
	for _, t := range tensors {
		e := entry{DType: "F32", Shape: append([]int{}, t.Shape...)}
		if t.Ints != nil {
			e.DType = "I64"
		}
		e.Offsets[0] = len(data)
		for _, v := range t.Floats {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
		for _, v := range t.Ints {
			data = binary.LittleEndian.AppendUint64(data, uint64(v))
		}
		e.Offsets[1] = len(data)
		if _, twice := header[t.Name]; twice {
			return nil, fmt.Errorf("tensor %q is there twice", t.Name)
		}
		header[t.Name] = e
	}
	if f.Meta != nil {
		header["__metadata__"] = f.Meta
	}
	text, err := json.Marshal(header) // sorts the names
	if err != nil {
		return nil, err
	}
	text = append(text, strings.Repeat(" ", (8-len(text)%8)%8)...)
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	return append(append(out, text...), data...), nil
}

package torchfile

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"
)

// decodeSafetensors reads a safetensors file of anyone; internal/tensorfile
// reads those of this project, with their checksums. Tensors are sorted by name.
func decodeSafetensors(raw []byte, l Limits) ([]Tensor, error) {
	st, err := safetensors.Deserialize(raw)
	if err != nil {
		return nil, fmt.Errorf("not a safetensors file, or damaged: %w", err)
	}
	var out []Tensor
	left := l.Values
	for _, name := range st.Names() {
		t, err := decodeView(st, name, left)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		left -= t.Len()
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
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

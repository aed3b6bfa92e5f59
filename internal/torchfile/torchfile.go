package torchfile

import (
	"bytes"
	"fmt"
	"os"
)

// Tensor is one named array, in C order. Floating-point numbers of any width
// are in Floats, rounded to the nearest float32, infinite beyond its range;
// integers and booleans are in Ints.
type Tensor struct {
	Name   string
	Shape  []int
	DType  string // as PyTorch names it: "float32", "int64", …
	Floats []float32
	// Rounded counts the Floats that differ from the numbers in the file.
	Rounded int
	Ints    []int64
}

// Len is the number of values.
func (t *Tensor) Len() int { return len(t.Floats) + len(t.Ints) }

// File is what a file holds. Meta is text that a safetensors file may carry.
type File struct {
	Tensors []Tensor
	Meta    map[string]string
}

// Limits bound what a file may ask for.
type Limits struct {
	Bytes  int64 // size of the file
	Values int   // of all tensors together, views of one storage counted each
}

// DefaultLimits are 4 GiB of file and as many values as fit in 2 GiB of float32.
func DefaultLimits() Limits { return Limits{Bytes: 4 << 30, Values: 512 << 20} }

// Read reads a file in any of the forms, and tells them apart by content.
// Tensors come in the order of the file; of a dictionary of dictionaries that
// of "state_dict", "model_state_dict", "model" or "net" is taken.
func Read(path string) (*File, error) {
	l := DefaultLimits()
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("torchfile: %w", err)
	}
	if info.Size() > l.Bytes {
		return nil, fmt.Errorf("torchfile: %s: %d bytes, at most %d are read", path, info.Size(), l.Bytes)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("torchfile: %w", err)
	}
	f, err := Decode(raw, l)
	if err != nil {
		return nil, fmt.Errorf("torchfile: %s: %w", path, err)
	}
	return f, nil
}

// Decode reads the bytes of a file.
func Decode(raw []byte, l Limits) (*File, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return decodeZip(raw, l)
	case bytes.HasPrefix(raw, legacyMagic):
		return decodeLegacy(raw, l)
	case len(raw) > 8 && raw[8] == '{':
		return decodeSafetensors(raw, l)
	case len(raw) > 1 && raw[0] == opProto:
		return nil, fmt.Errorf("a bare pickle, not a file of torch.save; save with torch.save(model.state_dict(), path)")
	}
	return nil, fmt.Errorf("neither safetensors nor a checkpoint of torch.save")
}

// Known reports whether the first bytes of a file are those of a form that Decode reads.
func Known(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, legacyMagic) || len(head) > 8 && head[8] == '{'
}

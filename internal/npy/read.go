package npy

import (
	"bytes"
	"fmt"
	"os"
)

// Read reads an npy file. Sizes are checked against each other before anything is used.
func Read(path string) (*Array, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	if info.Size() > MaxBytes {
		return nil, fmt.Errorf("npy: %s: %d bytes, limit %d", path, info.Size(), int64(MaxBytes))
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	a, err := Decode(raw)
	if err != nil {
		return nil, fmt.Errorf("npy: %s: %w", path, err)
	}
	return a, nil
}

// Decode reads the bytes of an npy file.
func Decode(raw []byte) (*Array, error) {
	h, err := ReadHeader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	size, err := h.Bytes()
	if err != nil {
		return nil, err
	}
	if have := len(raw) - h.Prefix; uint64(have) != size {
		return nil, fmt.Errorf("%d bytes of values, shape %v of %s takes %d", have, h.Shape, h.Type, size)
	}
	return NewArray(h, raw[h.Prefix:]), nil
}

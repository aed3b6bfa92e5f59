// Package idx reads IDX files, the format of MNIST: two zero bytes, a type
// byte, the number of dimensions, each dimension as a big-endian uint32, then
// the values with the last dimension running fastest (LeCun, Cortes, Burges:
// the MNIST database).
package idx

import (
	"encoding/binary"
	"fmt"
	"io"
)

// unsignedByte is the type byte of the only type read here.
const unsignedByte = 0x08

// ReadHeader reads the extents of an array of bytes with the given number of dimensions.
func ReadHeader(r io.Reader, dims int) ([]int, error) {
	head := make([]byte, 4+4*dims)
	if _, err := io.ReadFull(r, head[:4]); err != nil {
		return nil, fmt.Errorf("truncated in the magic number: %w", err)
	}
	want := uint32(unsignedByte<<8 | dims)
	if magic := binary.BigEndian.Uint32(head); magic != want {
		return nil, fmt.Errorf("magic number 0x%08x, want 0x%08x (%d dimensions of bytes)", magic, want, dims)
	}
	if _, err := io.ReadFull(r, head[4:]); err != nil {
		return nil, fmt.Errorf("truncated in the header of %d bytes: %w", len(head), err)
	}
	shape := make([]int, dims)
	for i := range shape {
		shape[i] = int(binary.BigEndian.Uint32(head[4+4*i:]))
	}
	return shape, nil
}

// Read reads a whole array. bound is the most bytes that r can hold; a header
// that claims more is refused before anything is allocated.
func Read(r io.Reader, bound int64, dims int) (shape []int, data []byte, err error) {
	if shape, err = ReadHeader(r, dims); err != nil {
		return nil, nil, err
	}
	size, room := int64(1), bound-int64(4+4*dims)
	for _, d := range shape {
		if d == 0 {
			return nil, nil, fmt.Errorf("shape %v is empty", shape)
		}
		if size > room/int64(d) {
			return nil, nil, fmt.Errorf("truncated: shape %v, at most %d bytes follow", shape, max(room, 0))
		}
		size *= int64(d)
	}
	data = make([]byte, size)
	if n, err := io.ReadFull(r, data); err != nil {
		return nil, nil, fmt.Errorf("truncated: %d of %d values of shape %v: %w", n, size, shape, err)
	}
	// Reading the end also checks the gzip checksum.
	if n, err := io.ReadFull(r, make([]byte, 1)); n > 0 {
		return nil, nil, fmt.Errorf("oversized: more than the %d values of shape %v", size, shape)
	} else if err != io.EOF {
		return nil, nil, fmt.Errorf("after the last value: %w", err)
	}
	return shape, data, nil
}

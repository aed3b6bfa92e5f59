// Package npy reads arrays in NumPy's npy format (NEP 1), and writes them
// (version 1.0) atomically.
package npy

import (
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// WriteFloat32 writes an array of float32 in C order.
func WriteFloat32(path string, shape []int, data []float32) error {
	raw := make([]byte, 4*len(data))
	for i, v := range data {
		binary.LittleEndian.PutUint32(raw[4*i:], math.Float32bits(v))
	}
	return write(path, "<f4", shape, raw)
}

// WriteFloat64 writes an array of float64 in C order.
func WriteFloat64(path string, shape []int, data []float64) error {
	raw := make([]byte, 8*len(data))
	for i, v := range data {
		binary.LittleEndian.PutUint64(raw[8*i:], math.Float64bits(v))
	}
	return write(path, "<f8", shape, raw)
}

// WriteInt32 writes an array of int32 in C order.
func WriteInt32(path string, shape []int, data []int32) error {
	raw := make([]byte, 4*len(data))
	for i, v := range data {
		binary.LittleEndian.PutUint32(raw[4*i:], uint32(v))
	}
	return write(path, "<i4", shape, raw)
}

// WriteUint8 writes an array of bytes in C order.
func WriteUint8(path string, shape []int, data []uint8) error {
	return write(path, "|u1", shape, data)
}

// Encode is the bytes of a file: descr is NumPy's name of the type, "<i4", and
// raw the values. The header before them is magic, version, length, and a Python
// dictionary padded so that the data starts at a multiple of 64.
func Encode(descr string, shape []int, raw []byte) []byte {
	dims := make([]string, len(shape))
	for i, d := range shape {
		dims[i] = fmt.Sprint(d)
	}
	tuple := strings.Join(dims, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, tuple)
	const fixed = 10 // magic, version, length
	pad := 63 - (fixed+len(header))%64
	header += strings.Repeat(" ", pad) + "\n"
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(out, header...), raw...)
}

func write(path, descr string, shape []int, raw []byte) error {
	out := Encode(descr, shape, raw)
	if err := renameio.WriteFile(path, out, 0o644, renameio.WithTempDir(filepath.Dir(path))); err != nil {
		return fmt.Errorf("npy: %s: not written: %w", path, err)
	}
	return nil
}

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/hdf5"
)

// importFile is a file of which the form is still to be found.
type importFile struct {
	path   string
	head   []byte   // the first bytes, up to 4 KiB
	groups []string // of an HDF5 file: the names at its root
	keys   []string // of a JSON object: its keys; of a safetensors file: those of its metadata
	tensor bool     // the keys are those of a safetensors file
}

// hasKeys reports whether a JSON object has all these keys.
func (f *importFile) hasKeys(keys ...string) bool {
	for _, k := range keys {
		if !slices.Contains(f.keys, k) {
			return false
		}
	}
	return !f.tensor
}

var hdf5Magic = []byte("\x89HDF\r\n\x1a\n")

// openImport reads what tells forms apart.
func openImport(command, path string) (*importFile, error) {
	path = exportedState(path)
	r, err := os.Open(path)
	if err != nil {
		return nil, unreadable(command, path, err)
	}
	defer r.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, unreadable(command, path, err) // a directory, say
	}
	f := &importFile{path: path, head: head[:n]}
	switch {
	case bytes.HasPrefix(f.head, hdf5Magic):
		return f, f.listGroups()
	case n > 8 && f.head[8] == '{':
		f.listMetadata(r)
	case bytes.HasPrefix(bytes.TrimLeft(f.head, "\ufeff \t\r\n"), []byte("{")):
		f.listKeys(r)
	}
	return f, nil
}

// unreadable is a file that the user named and that cannot be read.
func unreadable(command, path string, err error) error {
	hint := ""
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
		hint = "name a file in it"
	}
	return usage(fault.Fault{Pkg: command, Subject: path, Fact: err.Error(), Hint: hint})
}

func (f *importFile) listGroups() error {
	h, err := hdf5.Open(f.path, hdf5.Limits{})
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	f.groups, err = h.List("")
	return err
}

// maxHeader is the longest header of a safetensors file that is looked at.
const maxHeader = 100 << 20

// listMetadata reads the metadata keys of a safetensors file; of anything else there are none.
func (f *importFile) listMetadata(r *os.File) {
	size := binary.LittleEndian.Uint64(f.head)
	if info, err := r.Stat(); err != nil || size > maxHeader || int64(size) > info.Size() {
		return
	}
	text := make([]byte, size)
	if _, err := r.ReadAt(text, 8); err != nil {
		return
	}
	var header struct {
		Meta map[string]json.RawMessage `json:"__metadata__"`
	}
	if json.Unmarshal(text, &header) != nil {
		return
	}
	f.tensor = true
	for k := range header.Meta {
		f.keys = append(f.keys, k)
	}
}

// listKeys reads the keys of a JSON object, as far as it is one.
func (f *importFile) listKeys(r *os.File) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return
	}
	dec := json.NewDecoder(r)
	if _, err := dec.Token(); err != nil {
		return
	}
	for dec.More() {
		key, err := dec.Token()
		text, ok := key.(string)
		var value json.RawMessage
		if err != nil || !ok || dec.Decode(&value) != nil {
			return
		}
		f.keys = append(f.keys, text)
	}
}

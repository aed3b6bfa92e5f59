package onnx

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/snntrain/snntrain/internal/onnx/onnxpb"
)

// fetch reads the want bytes of a tensor that lie in a file of their own.
func fetch(p *onnxpb.TensorProto, ext external, want int64) ([]byte, error) {
	location, offset, length := "", int64(0), int64(-1)
	for _, e := range p.GetExternalData() {
		var err error
		switch e.GetKey() {
		case "location":
			location = e.GetValue()
		case "offset":
			offset, err = strconv.ParseInt(e.GetValue(), 10, 64)
		case "length":
			length, err = strconv.ParseInt(e.GetValue(), 10, 64)
		}
		if err != nil || offset < 0 {
			return nil, fmt.Errorf("external data: %s %q is no number from 0", e.GetKey(), e.GetValue())
		}
	}
	if location == "" {
		return nil, errors.New("external data: names no file")
	}
	if length >= 0 && length != want {
		return nil, fmt.Errorf("external data %q: %d bytes, the shape takes %d", location, length, want)
	}
	if ext == nil {
		return nil, fmt.Errorf("external data %q: there is no folder to read it from", location)
	}
	return ext(location, offset, want)
}

// beside reads external data from the folder of the model, and from nowhere else.
func beside(folder string) external {
	return func(location string, offset, length int64) ([]byte, error) {
		fail := func(fact string) ([]byte, error) { return nil, fmt.Errorf("external data %q: %s", location, fact) }
		if !filepath.IsLocal(filepath.FromSlash(location)) {
			return fail("lies outside the folder of the model")
		}
		f, err := os.OpenInRoot(folder, filepath.FromSlash(location)) // follows no link out of the folder
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fail("no such file beside the model")
		case err != nil:
			return fail("cannot be opened in the folder of the model")
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return fail("is no file")
		}
		if offset > info.Size() || length > info.Size()-offset {
			return fail(fmt.Sprintf("%d bytes at %d are wanted, the file has %d", length, offset, info.Size()))
		}
		data := make([]byte, length)
		if _, err := io.ReadFull(io.NewSectionReader(f, offset, length), data); err != nil {
			return fail(err.Error())
		}
		return data, nil
	}
}

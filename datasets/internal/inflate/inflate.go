// Package inflate opens files that may be gzip-compressed and says how many
// bytes they can hold, so that readers can refuse a header before they allocate.
package inflate

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// MaxBytes is the most that one file may hold, decompressed.
const MaxBytes = 4 << 30

// MaxRatio is the most that deflate can shrink: 258 bytes in 2 bits, 1032:1.
const MaxRatio = 1032

// File is an open file, decompressed when it is gzip by its first two bytes.
type File struct {
	Path  string
	Bound int64 // no more bytes than this can come; exact for a plain file

	r    io.Reader
	file *os.File
}

// Open opens a regular file.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, file: file}
	if err := f.start(); err != nil {
		file.Close()
		return nil, err
	}
	return f, nil
}

func (f *File) start() error {
	stat, err := f.file.Stat()
	if err != nil {
		return err
	}
	if !stat.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	f.Bound = stat.Size()
	buffered := bufio.NewReaderSize(f.file, 1<<16)
	f.r = buffered
	if head, _ := buffered.Peek(2); string(head) == "\x1f\x8b" {
		f.Bound *= MaxRatio
		if f.r, err = gzip.NewReader(buffered); err != nil {
			return fmt.Errorf("gzip: %w", err)
		}
	}
	f.Bound = min(f.Bound, MaxBytes)
	f.r = &limited{f.r, f.Bound}
	return nil
}

// Read reads decompressed bytes; more than Bound is an error.
func (f *File) Read(p []byte) (int, error) { return f.r.Read(p) }

// Close closes the file.
func (f *File) Close() { f.file.Close() }

// limited fails, where io.LimitedReader would end, at more than left bytes.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("more than the limit of %d bytes", int64(MaxBytes))
	}
	return n, err
}

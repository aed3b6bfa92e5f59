package inflate_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/datasets/internal/inflate"
)

func TestOpen(t *testing.T) {
	text := []byte(strings.Repeat("spike ", 1000))
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(text)
	_ = w.Close()
	for name, c := range map[string]struct {
		content []byte
		bound   int64
	}{"plain": {text, 6000}, "packed": {packed.Bytes(), 1032 * int64(packed.Len())}} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, c.content, 0o666); err != nil {
			t.Fatal(err)
		}
		f, err := inflate.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err != nil || !bytes.Equal(got, text) || f.Bound != c.bound || f.Path != path {
			t.Errorf("%s: %d bytes, bound %d, want %d (%v)", name, len(got), f.Bound, c.bound, err)
		}
		f.Close()
	}
}

func TestFaults(t *testing.T) {
	dir := t.TempDir()
	if _, err := inflate.Open(dir); err == nil || err.Error() != "not a regular file" {
		t.Errorf("a folder: %v", err)
	}
	path := filepath.Join(dir, "broken.gz")
	if err := os.WriteFile(path, []byte{0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := inflate.Open(path); err == nil || !strings.HasPrefix(err.Error(), "gzip: ") {
		t.Errorf("broken gzip: %v", err)
	}
}

package hdf5_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/hdf5"
)

// TestRefused: every fault at once, each with the path inside the file.
func TestRefused(t *testing.T) {
	need(t)
	for file, want := range map[string][]string{
		"cycles.h5": {
			"/a/self: a cycle: the link leads back to a group above it",
			"/a/up: a cycle: the link leads back to a group above it",
			`/dangling: soft link to "/none/at/all": "none" is not there`,
			`/one: soft link to "/two": a cycle of soft links`,
			"/outside: an external link, which is not followed",
			`/two: soft link to "/one": a cycle of soft links`,
		},
		"refused.h5": {
			"/complex: its type is compound, which is not read",
			"/compound: its type is compound, which is not read",
			"/enum: its type is enum, which is not read",
			"/external: data in external files, which is not read",
			"/lzf: filter 32000 (lzf), only deflate, shuffle and Fletcher-32 are read",
			"/named: neither a group nor a data set",
			"/of_named: a committed type or shared message, which is not read",
			"/opaque: its type is opaque, which is not read",
			"/reference: its type is reference, which is not read",
		},
		"newest.h5": {
			"/chunked: a chunk index of the newest format, which is not read; " +
				`write it in an older one, as h5py.File(name, "w", libver=("earliest", "v108")) does`,
		},
	} {
		path := filepath.Join("testdata", file)
		_, err := hdf5.Read(path, hdf5.Limits{})
		if err == nil {
			t.Errorf("%s was read", file)
			continue
		}
		for i, line := range want {
			want[i] = "hdf5: " + path + ": " + line
		}
		if got := err.Error(); got != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
		fine(t, path)
	}
}

// fine: what is wrong with one object does not keep others from being read.
func fine(t *testing.T, path string) {
	t.Helper()
	f, err := hdf5.Open(path, hdf5.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := f.Dataset("fine")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := d.Int(); err != nil || v != 1 {
		t.Error(v, err)
	}
}

func TestNotAFile(t *testing.T) {
	need(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("a text of more than eight bytes"), 0o644); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none"): "no such file or directory",
		dir:                        "not a regular file",
		text:                       "not an HDF5 file",
		empty:                      "not an HDF5 file",
	} {
		_, err := hdf5.Read(path, hdf5.Limits{})
		if err == nil || !strings.HasPrefix(err.Error(), "hdf5: "+path+": "+want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestLimits(t *testing.T) {
	need(t)
	for _, c := range []struct {
		file   string
		limits hdf5.Limits
		want   string
	}{
		{"types.h5", hdf5.Limits{Objects: 10}, "more than 10 "},
		{"graph.nir", hdf5.Limits{Depth: 2}, "groups nested deeper than 2"},
		{"shd.h5", hdf5.Limits{Bytes: 130}, "its elements are over the limit of 130 bytes"},
		{"shd.h5", hdf5.Limits{Bytes: 10}, "is over the limit of 10 bytes"},
	} {
		_, err := hdf5.Read(filepath.Join("testdata", c.file), c.limits)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.file, err, c.want)
		}
	}
	// the limit holds for what is read at a time: together too much, one by one not
	const path, enough = "testdata/dense.h5", 60*8 + 12*8
	if _, err := hdf5.Read(path, hdf5.Limits{Bytes: enough}); err != nil {
		t.Error(err)
	}
	if _, err := hdf5.Read(path, hdf5.Limits{Bytes: enough - 1}); err == nil || !strings.Contains(err.Error(), "over the limit of 575 bytes") {
		t.Error(err)
	}
	f, err := hdf5.Open(path, hdf5.Limits{Bytes: 8})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	names, _ := f.List("/")
	if _, err := f.Dataset(names[59]); err != nil {
		t.Error(err)
	}
}

// TestHuge: a few bytes of file may claim any shape; nothing of that size is
// allocated, and no time is spent on chunks that are not there.
func TestHuge(t *testing.T) {
	need(t)
	for rows, want := range map[uint64]string{
		6:       "",
		1 << 10: "",
		1 << 20: "524287 chunks of shape [2] are not stored, the limit is 65536",
		1 << 60: "shape [1152921504606846976] with at least 4 bytes an element is over the limit of 1073741824 bytes",
		1 << 63: "dimensions overflow: 9223372036854775808",
	} {
		raw, err := os.ReadFile("testdata/types.h5")
		if err != nil {
			t.Fatal(err)
		}
		six := binary.LittleEndian.AppendUint64(nil, 6) // of stored/part, with its maximum
		at := bytes.Index(raw, append(six, six...))
		if at < 0 {
			t.Fatal("the shape was not found")
		}
		binary.LittleEndian.PutUint64(raw[at:], rows)
		binary.LittleEndian.PutUint64(raw[at+8:], rows)
		path := filepath.Join(t.TempDir(), "huge.h5")
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err = hdf5.Read(path, hdf5.Limits{})
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != "hdf5: "+path+": /stored/part: "+want) {
			t.Errorf("%d rows: got %v, want %s", rows, err, want)
		}
	}
}

// TestBoolValue: a bool is 0 or 1.
func TestBoolValue(t *testing.T) {
	need(t)
	g := &hdf5.Group{}
	g.Add("bool", []int{7}, []bool{true, false, true, true, false, true, true})
	raw, err := hdf5.Encode("bool.h5", g)
	if err != nil {
		t.Fatal(err)
	}
	raw[bytes.Index(raw, []byte("\x01\x00\x01\x01\x00\x01\x01"))+3] = 2
	path := filepath.Join(t.TempDir(), "bool.h5")
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := hdf5.Read(path, hdf5.Limits{}); err == nil || !strings.Contains(err.Error(), "/bool: element 3 of bool is ") {
		t.Error(err)
	}
}

// TestTruncated: a file cut off anywhere is refused by its length.
func TestTruncated(t *testing.T) {
	need(t)
	names, content := seeds(t)
	path := filepath.Join(t.TempDir(), "cut")
	for i, raw := range content {
		for n := 0; n < len(raw); n += 1 + len(raw)/50 {
			if err := os.WriteFile(path, raw[:n], 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := hdf5.Read(path, hdf5.Limits{}); err == nil {
				t.Errorf("%s cut to %d of %d bytes was read", names[i], n, len(raw))
			}
		}
	}
}

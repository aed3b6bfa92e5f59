package precheck_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/hdf5/internal/precheck"
)

var limits = precheck.Limits{Bytes: 1 << 24, Objects: 1000, Depth: 16}

func seeds(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, pattern := range []string{"*.h5", "*.nir"} {
		paths, err := filepath.Glob(filepath.Join("..", "..", "testdata", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatal("no files", err)
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.Base(path)] = raw
		}
	}
	return out
}

// visit verifies everything below o and returns the faults met.
func visit(f *precheck.File, o *precheck.Object) (faults []string, objects int) {
	if o.Err != nil {
		return []string{o.Path + ": " + o.Err.Error()}, 1
	}
	for _, a := range o.Attrs {
		if _, err := f.VerifyAttr(a); err != nil {
			faults = append(faults, o.Path+"@"+a.Name+": "+err.Error())
		}
	}
	if !o.Group {
		rows := 1
		if len(o.Space.Dims) > 0 {
			rows = o.Space.Dims[0]
		}
		if _, err := f.Verify(o, 0, rows); err != nil {
			faults = append(faults, o.Path+": "+err.Error())
		}
	}
	for _, c := range o.Children {
		below, n := visit(f, c)
		faults, objects = append(faults, below...), objects+n
	}
	return faults, objects + 1
}

func TestScan(t *testing.T) {
	for name, want := range map[string]struct{ objects, faults int }{
		"types.h5": {36, 0}, "shd.h5": {5, 0}, "order.h5": {5, 0}, "links.h5": {7, 0}, "dense.h5": {61, 0}, "graph.nir": {23, 0},
		"cycles.h5": {9, 6}, "newest.h5": {3, 1}, "refused.h5": {11, 4},
	} {
		raw := seeds(t)[name]
		f, err := precheck.Scan(bytes.NewReader(raw), int64(len(raw)), limits)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		faults, objects := visit(f, f.Root)
		if len(faults) != want.faults || objects != want.objects {
			t.Errorf("%s: %d objects, expected %d; faults, expected %d:\n%s", name, objects, want.objects, want.faults, strings.Join(faults, "\n"))
		}
	}
}

// edit is a change of a file and a part of the message that it must give.
type edit struct {
	name, file, find string // the place: the first of these bytes
	at               int    // from there
	with, want       string
}

// TestDamage breaks one thing at a time.
func TestDamage(t *testing.T) {
	for _, e := range []edit{
		{"superblock version", "graph.nir", "\x89HDF", 8, "\x04", "superblock version 4"},
		{"address width", "graph.nir", "\x89HDF", 13, "\x04", "addresses of 4"},
		{"B-tree size", "graph.nir", "\x89HDF", 16, "\x00\x00", "outside 1 to 4096"},
		{"end", "graph.nir", "\x89HDF", 40, "\xff\xff", "truncated: 37240 bytes, the superblock says "},
		{"root address", "graph.nir", "\x89HDF", 64, "\xff\xff\xff\x7f", "object header at byte 2147483647"},
		{"root table", "graph.nir", "\x89HDF", 80, "\x89", "a group and a link to it disagree"},
		{"header version", "graph.nir", "\x89HDF", 96, "\x07", "version 7, expected 1 or 2"},
		{"message count", "graph.nir", "\x89HDF", 98, "\x09", "1 messages, expected 9"},
		{"B-tree magic", "graph.nir", "TREE", 0, "tree", `"tree" of kind 0`},
		{"B-tree count", "graph.nir", "TREE", 6, "\xff\x00", "with 255 entries, at most 32"},
		{"B-tree loop", "graph.nir", "TREE", 5, "\x01", "of a B-tree at byte"},
		{"heap version", "graph.nir", "HEAP", 4, "\x01", "of version 1, expected HEAP"},
		{"heap size", "graph.nir", "HEAP", 14, "\xff", "names of a group at byte"},
		{"free list", "graph.nir", "HEAP", 16, "\x50\x00", "free space"},
		{"symbol count", "graph.nir", "SNOD", 6, "\xff", "with 255 entries, at most 8"},
		{"name place", "graph.nir", "SNOD", 8, "\xff\xff", "a name at 65535"},
		{"global heap", "graph.nir", "GCOL", 0, "gcol", `"gcol" of version 1`},
		{"global heap object", "graph.nir", "GCOL", 16, "\x55", "an element of"},
		{"global heap size", "graph.nir", "GCOL", 24, "\x07", "an element of 5 × 1 bytes, object 1 of the heap at byte 2064 has 7"},
		{"global heap length", "graph.nir", "GCOL", 26, "\xff", "does not fit"},
		{"global heap twice", "graph.nir", "GCOL", 40, "\x01", "object 1 "},
		{"fractal heap", "dense.h5", "FRHP", 5, "\x09", "identifiers of 9"},
		{"fractal block", "dense.h5", "FHDB", 5, "\x09", "expected FHDB"},
		{"B-tree 2", "dense.h5", "BTHD", 5, "\x06", "records of type 6"},
		{"B-tree 2 leaf", "dense.h5", "BTLF", 5, "\x06", "type 6"},
		{"fractal object", "dense.h5", "BTLF", 15, "\xff\x7f", "an object of 32767 bytes at "},
		{"link name", "order.h5", "\x05zebra", 0, "\xff", "is cut off"},
	} {
		raw := bytes.Clone(seeds(t)[e.file])
		at := bytes.Index(raw, []byte(e.find))
		if at < 0 {
			t.Fatalf("%s: %q not found", e.name, e.find)
		}
		copy(raw[at+e.at:], e.with)
		var faults []string
		f, err := precheck.Scan(bytes.NewReader(raw), int64(len(raw)), limits)
		if err != nil {
			faults = []string{err.Error()}
		} else {
			faults, _ = visit(f, f.Root)
		}
		if got := strings.Join(faults, "\n"); got == "" || !strings.Contains(got, e.want) {
			t.Errorf("%s: got %q, want %q", e.name, got, e.want)
		}
	}
}

// TestShared: bytes that belong to two structures, and names that are there twice.
func TestShared(t *testing.T) {
	for want, change := range map[string]func(raw []byte){
		"overlap": func(raw []byte) { // the names of a group end 8 bytes later
			raw[bytes.Index(raw, []byte("HEAP"))+8] += 8
		},
		"another structure begins there": func(raw []byte) { // two links to one table of names
			heap := bytes.Index(raw, []byte("HEAP"))
			second := heap + 4 + bytes.Index(raw[heap+4:], []byte("HEAP"))
			copy(raw[second+24:], raw[heap+24:heap+32])
		},
		`the name "node" is there twice`: func(raw []byte) {
			node := bytes.Index(raw, []byte("SNOD"))
			copy(raw[node+48:node+56], raw[node+8:node+16])
		},
	} {
		raw := bytes.Clone(seeds(t)["graph.nir"])
		change(raw)
		var faults []string
		f, err := precheck.Scan(bytes.NewReader(raw), int64(len(raw)), limits)
		if err != nil {
			faults = []string{err.Error()}
		} else {
			faults, _ = visit(f, f.Root)
		}
		if got := strings.Join(faults, "\n"); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, raw := range seeds(f) {
		if len(raw) < 10_000 {
			f.Add(raw)
		}
	}
	f.Fuzz(func(_ *testing.T, raw []byte) {
		if file, err := precheck.Scan(bytes.NewReader(raw), int64(len(raw)), limits); err == nil {
			visit(file, file.Root)
		}
	})
}

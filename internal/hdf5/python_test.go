package hdf5_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/testkit"
)

// listing prints each data set of a file on a line: path, type, shape and
// a hash of its bytes, or of its strings joined by newlines.
const listing = `
import hashlib, sys, h5py, numpy as np

def line(path, d):
    if h5py.check_string_dtype(d.dtype):
        v = [x if isinstance(x, bytes) else x.encode() for x in np.asarray(d[()], object).reshape(-1)]
        kind, raw = "string", b"\n".join(v)
    elif h5py.check_vlen_dtype(d.dtype):
        v = d[()].reshape(-1)
        kind, raw = "vlen", b"\n".join(x.astype(x.dtype.newbyteorder("<")).tobytes() for x in v)
    else:
        v = np.asarray(d[()])
        kind, raw = v.dtype.name, v.astype(v.dtype.newbyteorder("<")).tobytes()
    print(path, kind, list(d.shape), hashlib.sha256(raw).hexdigest()[:16])

def walk(g, path):
    for name in sorted(g, key=lambda s: s.encode()):
        o = g[name]
        if isinstance(o, h5py.Group):
            walk(o, path + "/" + name)
        elif o.shape is not None:
            line(path + "/" + name, o)

for name in sys.argv[1:]:
    with h5py.File(name) as f:
        print(name)
        walk(f, "")
`

// ours prints the same of what Read returns.
func ours(t *testing.T, b *strings.Builder, g *hdf5.Group, path string) {
	t.Helper()
	byName := map[string]func(){}
	var names []string
	for _, d := range g.Datasets {
		names = append(names, d.Name)
		byName[d.Name] = func() {
			if d.Data != nil {
				kind, raw := content(t, d.Data)
				sum := sha256.Sum256(raw)
				fmt.Fprintln(b, path+"/"+d.Name, kind, "["+strings.ReplaceAll(strings.Trim(fmt.Sprint(d.Shape), "[]"), " ", ", ")+"]", hex.EncodeToString(sum[:8]))
			}
		}
	}
	for _, s := range g.Groups {
		names = append(names, s.Name)
		byName[s.Name] = func() { ours(t, b, s, path+"/"+s.Name) }
	}
	for _, name := range sorted(names) {
		byName[name]()
	}
}

func content(t *testing.T, data any) (string, []byte) {
	t.Helper()
	join := func(parts ...any) []byte {
		var lines [][]byte
		for _, p := range parts {
			raw, err := binary.Append(nil, binary.LittleEndian, p)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, raw)
		}
		return []byte(strings.Join(toStrings(lines), "\n"))
	}
	switch v := data.(type) {
	case []string:
		return "string", []byte(strings.Join(v, "\n"))
	case [][]uint16:
		return "vlen", join(anys(v)...)
	case [][]hdf5.Float16:
		return "vlen", join(anys(v)...)
	case []hdf5.Float16:
		return "float16", join(v)
	}
	name := strings.TrimPrefix(fmt.Sprintf("%T", data), "[]")
	return name, join(data)
}

func anys[T any](v []T) (out []any) {
	for _, x := range v {
		out = append(out, x)
	}
	return out
}

func toStrings(v [][]byte) (out []string) {
	for _, x := range v {
		out = append(out, string(x))
	}
	return out
}

func sorted(v []string) []string {
	for i := range v {
		for j := i; j > 0 && v[j] < v[j-1]; j-- {
			v[j], v[j-1] = v[j-1], v[j]
		}
	}
	return v
}

func list(t *testing.T, paths ...string) string {
	t.Helper()
	var b strings.Builder
	for _, p := range paths {
		fmt.Fprintln(&b, p)
		ours(t, &b, read(t, p), "")
	}
	return b.String()
}

func dataFiles(t *testing.T) []string {
	t.Helper()
	testkit.Data(t)
	var all []string
	for _, pattern := range []string{"nir/*.nir", "golden/nir/*.nir", "golden_chips/*.net", "loihi_lava/*.net", "loihi_lava/*/*.net"} {
		found, err := filepath.Glob(filepath.Join(testkit.Data(t), pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		all = append(all, found...)
	}
	return all
}

// TestGoldenData reads every HDF5 file of the data folder, writes it and reads it again.
func TestGoldenData(t *testing.T) {
	need(t)
	dir, datasets := t.TempDir(), 0
	files := dataFiles(t)
	for _, path := range files {
		copied := filepath.Join(dir, filepath.Base(path))
		if err := hdf5.Write(copied, read(t, path)); err != nil {
			t.Fatal(err)
		}
		want, got := list(t, path), list(t, copied)
		if _, got, _ := strings.Cut(got, "\n"); got != want[len(path)+1:] {
			t.Errorf("%s: the copy differs\n%s\n%s", path, want, got)
		}
		datasets += strings.Count(want, "\n") - 1
	}
	t.Logf("%d files with %d data sets", len(files), datasets)
}

// TestGoldenDataAgainstH5py: h5py sees the same in these files, and in our copies of them.
func TestGoldenDataAgainstH5py(t *testing.T) {
	need(t)
	files := dataFiles(t)
	compare(t, files)
	dir := t.TempDir()
	var copies []string
	for _, path := range files {
		copied := filepath.Join(dir, filepath.Base(path))
		if err := hdf5.Write(copied, read(t, path)); err != nil {
			t.Fatal(err)
		}
		copies = append(copies, copied)
	}
	compare(t, copies)
}

func TestAgainstH5py(t *testing.T) {
	need(t)
	var files []string
	names, _ := seeds(t)
	for _, name := range names {
		if !strings.Contains("cycles.h5 refused.h5 newest.h5", name) {
			files = append(files, filepath.Join("testdata", name))
		}
	}
	compare(t, files)
	types := read(t, "testdata/types.h5")
	for i, d := range types.Datasets { // no data cannot be written
		if d.Data == nil {
			types.Datasets = append(types.Datasets[:i:i], types.Datasets[i+1:]...)
			break
		}
	}
	copies := []string{filepath.Join(t.TempDir(), "types.h5"), filepath.Join(t.TempDir(), "shd.h5")}
	for i, g := range []*hdf5.Group{types, read(t, "testdata/shd.h5")} {
		if err := hdf5.Write(copies[i], g); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, copies)
	attrs := python(t, "h5py", `import h5py, sys
f = h5py.File(sys.argv[1])
print(f.attrs["version"], f.attrs["fixed"], f.attrs["steps"], f["scalar"].attrs["dt"], list(f["scalar"].attrs["names"]), f["größe"][()], f["bool"].dtype)
`, copies[0])
	if want := "1.0 b'NIR' 25 0.0001 ['α', 'b'] 3 bool\n"; attrs != want {
		t.Errorf("got %s want %s", attrs, want)
	}
}

func compare(t *testing.T, files []string) {
	t.Helper()
	want := strings.Split(python(t, "h5py", listing, files...), "\n")
	got := strings.Split(list(t, files...), "\n")
	if len(want) != len(got) {
		t.Errorf("%d lines from h5py, %d from us", len(want), len(got))
	}
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			t.Errorf("h5py %s\nours %s", want[i], got[i])
		}
	}
}

// TestOfficialReader: the nir package reads what is written, with equal arrays.
func TestOfficialReader(t *testing.T) {
	need(t)
	path := filepath.Join(t.TempDir(), "graph.nir")
	if err := hdf5.Write(path, read(t, "testdata/graph.nir")); err != nil {
		t.Fatal(err)
	}
	out := python(t, "nir", `import nir, sys, numpy as np
a, b = (nir.read(p) for p in sys.argv[1:])
assert a.edges == b.edges and a.nodes.keys() == b.nodes.keys()
for n in a.nodes:
    x, y = a.nodes[n].to_dict(), b.nodes[n].to_dict()
    assert x.keys() == y.keys()
    for k in x:
        assert np.array_equal(x[k], y[k]) and getattr(x[k], "dtype", 0) == getattr(y[k], "dtype", 0), (n, k)
print(sorted(a.nodes), a.nodes["lif"].tau)
`, "testdata/graph.nir", path)
	if want := "['in', 'lif', 'out', 'w'] [0.01 0.01]\n"; out != want {
		t.Errorf("got %s want %s", out, want)
	}
	if os.Getenv(testkit.DataEnv) == "" {
		return
	}
	for _, file := range dataFiles(t) {
		if strings.HasSuffix(file, "lif_norse.nir") {
			if err := hdf5.Write(path, read(t, file)); err != nil {
				t.Fatal(err)
			}
			python(t, "nir", "import nir, sys; nir.read(sys.argv[1])", path)
		}
	}
}

package hdf5_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/snntrain/snntrain/internal/hdf5"
)

// need skips a test without libhdf5, in one line that names the package.
func need(t testing.TB) {
	t.Helper()
	if err := hdf5.Available(); err != nil {
		t.Skip(err)
	}
}

// python runs a script with h5py, or skips.
func python(t *testing.T, module, script string, args ...string) string {
	t.Helper()
	if err := exec.Command("python3", "-c", "import "+module).Run(); err != nil {
		t.Skipf("needs python3 with %s (pip install %s)", module, module)
	}
	out, err := exec.Command("python3", append([]string{"-c", script}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("python3: %v\n%s", err, out)
	}
	return string(out)
}

func read(t testing.TB, path string) *hdf5.Group {
	t.Helper()
	g, err := hdf5.Read(path, hdf5.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// same compares content; where it was read, nil or empty lists, do not count.
var same = cmp.Options{
	cmpopts.IgnoreUnexported(hdf5.Group{}, hdf5.Array{}), cmpopts.EquateNaNs(), cmpopts.EquateEmpty(),
}

// seeds are the files of testdata by name.
func seeds(t testing.TB) (names []string, content [][]byte) {
	t.Helper()
	all, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		if strings.HasSuffix(path, ".h5") || strings.HasSuffix(path, ".nir") {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			names, content = append(names, filepath.Base(path)), append(content, raw)
		}
	}
	return names, content
}

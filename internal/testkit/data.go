// Package testkit holds the suites that every registered neuron, surrogate
// and dataset is tested by, the golden-vector reader, and the table of
// imports that the packages keep to.
package testkit

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// DataEnv names the folder of real data for tests.
const DataEnv = "SNNTRAIN_DATA"

// Data returns the path of a file or folder under $SNNTRAIN_DATA. Unset, the
// test is skipped in one line; set, what is missing fails the test.
func Data(t testing.TB, elem ...string) string {
	t.Helper()
	root := os.Getenv(DataEnv)
	path := filepath.Join(append([]string{root}, elem...)...)
	if root == "" {
		t.Skipf("needs %s; set %s to the data folder", path, DataEnv)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is set but %v", DataEnv, err)
	}
	return path
}

// Root returns the project's root folder.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// ChipsDir returns the folder of golden vectors of chip emulators: under
// $SNNTRAIN_DATA when that is set, else the part kept in the project.
func ChipsDir(t testing.TB) string {
	t.Helper()
	if os.Getenv(DataEnv) != "" {
		return Data(t, "golden_chips")
	}
	return filepath.Join(Root(), "testdata", "golden_chips")
}

// GoldenDir returns the folder of golden vectors called name: under
// $SNNTRAIN_DATA/golden when that is set, else the part kept in the project.
func GoldenDir(t testing.TB, name string) string {
	t.Helper()
	if os.Getenv(DataEnv) != "" {
		return Data(t, "golden", name)
	}
	return filepath.Join(Root(), "testdata", "golden", name)
}

// Exists reports whether there is a file or folder at path.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

package hdf5_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/snntrain/snntrain/internal/hdf5"
)

// TestMissingLibrary: no library, and a library that is another.
func TestMissingLibrary(t *testing.T) {
	for _, c := range []struct{ path, want string }{
		{"/nowhere/libhdf5.so", "SNNTRAIN_HDF5=/nowhere/libhdf5.so cannot be loaded: "},
		{"libc.so.6", "libc.so.6: no libhdf5: "},
	} {
		t.Setenv(hdf5.LibraryEnv, c.path)
		_, reading := hdf5.Read("testdata/types.h5", hdf5.Limits{})
		writing := hdf5.Write(t.TempDir()+"/file.h5", &hdf5.Group{})
		for _, err := range []error{hdf5.Available(), reading, writing} {
			if err == nil {
				t.Fatal("worked without a library")
			}
			for _, want := range []string{"hdf5: ", c.want, "libhdf5-103-1", "hdf5 (Fedora, Homebrew)", hdf5.LibraryEnv} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("missing %q in %v", want, err)
				}
			}
		}
	}
}

func TestLibrary(t *testing.T) {
	need(t)
	name, version, err := hdf5.Library()
	if err != nil || !strings.Contains(name, "hdf5") || len(strings.Split(version, ".")) != 3 {
		t.Errorf("%s %s %v", name, version, err)
	}
}

// TestConcurrent: any number of goroutines may read and write.
func TestConcurrent(t *testing.T) {
	need(t)
	f, err := hdf5.Open("testdata/shd.h5", hdf5.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				if d, err := f.Rows("spikes/units", i%5, 1); err != nil || len(d.Data.([][]uint16)[0]) != i%5 {
					t.Error(d, err)
				}
				if _, err := hdf5.Read("testdata/types.h5", hdf5.Limits{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestClosed(t *testing.T) {
	need(t)
	f, err := hdf5.Open("testdata/shd.h5", hdf5.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error("closed twice:", err)
	}
	if _, err := f.Dataset("labels"); err == nil || !strings.Contains(err.Error(), "the file is closed") {
		t.Error(err)
	}
}

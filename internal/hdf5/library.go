package hdf5

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/snntrain/snntrain/internal/fault"
)

// LibraryEnv names the environment variable with the path of libhdf5.
const LibraryEnv = "SNNTRAIN_HDF5"

// process is the one state of this package that is shared: libhdf5 keeps its
// own in global variables, so whoever calls it must be alone in the process.
//
// A lock does that, held for a whole read or write, with the goroutine bound
// to its thread meanwhile: the error stack and the switch for printed errors
// belong to a thread, so both are used within one such section. A goroutine of
// its own that owns a thread would do as well, but it would outlive its
// callers and lose their stacks in a panic.
var process struct {
	sync.Mutex
	loaded map[string]*functions // by the value of LibraryEnv
}

// alone runs do with the library while nobody else uses it.
func alone(do func(f *functions) error) error {
	return exclusive(func() error {
		f, err := load(os.Getenv(LibraryEnv))
		if err != nil {
			return err
		}
		return do(f.quiet())
	})
}

// exclusive runs do while no other goroutine of the process is in libhdf5, on one thread.
func exclusive(do func() error) error {
	process.Lock()
	defer process.Unlock()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return do()
}

// quiet keeps the library from printing its errors, on this thread.
func (f *functions) quiet() *functions {
	f.H5Eset_auto2(0, 0, 0)
	return f
}

// Available returns nil when libhdf5 can be used, else an error that names the package to install.
func Available() error { return alone(func(*functions) error { return nil }) }

// Library returns the path or name and the version of the library in use.
func Library() (name, version string, err error) {
	err = alone(func(f *functions) error {
		name, version = f.name, f.version
		return nil
	})
	return name, version, err
}

func load(override string) (*functions, error) {
	if f := process.loaded[override]; f != nil {
		return f, nil
	}
	candidates := sonames(runtime.GOOS)
	if override != "" {
		candidates = []string{override}
	}
	var last error
	for _, name := range candidates {
		handle, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err != nil {
			last = err
			continue
		}
		f, err := bind(name, handle)
		if err != nil {
			return nil, missing(fmt.Sprintf("%s: %v", name, err))
		}
		if process.loaded == nil {
			process.loaded = map[string]*functions{}
		}
		process.loaded[override] = f
		return f, nil
	}
	if override != "" {
		return nil, missing(fmt.Sprintf("%s=%s cannot be loaded: %v", LibraryEnv, override, last))
	}
	return nil, missing("the library libhdf5 is not installed")
}

func missing(fact string) error {
	return fault.Fault{
		Pkg: "hdf5", Fact: fact,
		Hint: "install libhdf5-103-1 (Debian, Ubuntu; newer releases: libhdf5-310), hdf5 (Fedora, Homebrew), or set " +
			LibraryEnv + " to the path of the library, version 1.10 or newer",
	}
}

// sonames lists the names libhdf5 goes by: releases 1.10, 1.12, 1.14, 2.x, and Debian's serial builds of them.
func sonames(goos string) []string {
	var names []string
	if goos == "darwin" {
		for _, dir := range []string{"", "/opt/homebrew/lib/", "/usr/local/lib/", "/opt/local/lib/"} {
			for _, number := range []string{"", ".320", ".310", ".200", ".103"} {
				names = append(names, dir+"libhdf5"+number+".dylib")
			}
		}
		return names
	}
	for _, number := range []string{".103", ".310", ".320", ".200", ""} {
		for _, base := range []string{"libhdf5_serial.so", "libhdf5.so"} {
			names = append(names, base+number)
		}
	}
	return names
}

// bind looks up every function and starts the library.
func bind(name string, handle uintptr) (*functions, error) {
	f := &functions{name: name, handle: handle}
	v := reflect.ValueOf(f).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !strings.HasPrefix(field.Name, "H5") {
			continue
		}
		address, err := purego.Dlsym(handle, field.Name)
		if err != nil && field.Tag.Get("hdf5") == "optional" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("no libhdf5: %w", err)
		}
		purego.RegisterFunc(v.Field(i).Addr().Interface(), address)
	}
	if f.H5open() < 0 {
		return nil, fmt.Errorf("the library does not start")
	}
	var major, minor, release uint32
	f.H5get_libversion(&major, &minor, &release)
	f.version = fmt.Sprintf("%d.%d.%d", major, minor, release)
	if major == 1 && minor < 10 {
		return nil, fmt.Errorf("version %s, at least 1.10 is needed", f.version)
	}
	f.walker = purego.NewCallback(f.note)
	return f, nil
}

// id reads a global variable of the library that holds an identifier, e.g. H5T_NATIVE_FLOAT_g.
func (f *functions) id(symbol string) (hid, error) {
	address, err := purego.Dlsym(f.handle, symbol)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", f.name, err)
	}
	return **(**hid)(unsafe.Pointer(&address)), nil
}

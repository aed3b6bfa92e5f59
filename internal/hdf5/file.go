package hdf5

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/hdf5/internal/precheck"
)

// File is an open file, for reading parts of it. Its methods may be called concurrently; one works at a time.
type File struct {
	path   string
	disk   *os.File
	check  *precheck.File
	f      *functions
	id     hid
	limits Limits
}

// Open checks the structure of a file and opens it for reading.
func Open(path string, limits Limits) (*File, error) {
	file := &File{path: path, limits: limits.withDefaults()}
	var err error
	if file.disk, err = os.Open(path); err != nil {
		return nil, fault.Fault{Pkg: "hdf5", Subject: path, Fact: errors.Unwrap(err).Error()}
	}
	if err := alone(file.open); err != nil {
		file.disk.Close()
		return nil, file.wrap(err)
	}
	return file, nil
}

// wrap gives an error the name of the file, unless it is a fault of its own.
func (file *File) wrap(err error) error {
	var own fault.Fault
	if err == nil || errors.As(err, &own) {
		return err
	}
	return place{file: file.path}.fault(err.Error(), "")
}

func (file *File) open(f *functions) error {
	info, err := file.disk.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	limits := precheck.Limits{Bytes: file.limits.Bytes, Objects: file.limits.Objects, Depth: file.limits.Depth}
	if file.check, err = precheck.Scan(file.disk, info.Size(), limits); err != nil {
		return err
	}
	class, err := f.id("H5P_CLS_FILE_ACCESS_ID_g")
	if err != nil {
		return err
	}
	access, err := f.opened("preparing to open", f.H5Pcreate(class))
	if err != nil {
		return err
	}
	defer f.done(access)
	const closeAll = 3 // H5F_CLOSE_STRONG: what is still open in the file is closed with it
	if f.H5Pset_fclose_degree(access, closeAll) < 0 || f.H5Pset_fapl_sec2(access) < 0 {
		return f.failure("preparing to open")
	}
	if f.H5Pset_file_locking != nil { // network and read-only file systems often have no locks
		f.H5Pset_file_locking(access, 0, 1)
	}
	file.f = f
	file.id, err = f.opened("opening", f.H5Fopen(file.path, 0, access))
	return err
}

// Close closes the file.
func (file *File) Close() error {
	if file.id == 0 {
		return nil
	}
	err := exclusive(func() error {
		id := file.id
		file.id = 0
		return file.f.do("closing", file.f.quiet().H5Fclose(id))
	})
	file.disk.Close()
	return file.wrap(err)
}

// use runs do with the library that opened the file.
func (file *File) use(do func() error) error {
	return exclusive(func() error {
		if file.id == 0 {
			return place{file: file.path}.fault("the file is closed", "")
		}
		file.f.quiet()
		return do()
	})
}

// find returns the object at a path that begins at the root.
func (file *File) find(path string) (*precheck.Object, error) {
	o := file.check.Root
	for _, part := range strings.Split(path, "/") {
		if part == "" {
			continue
		}
		if o.Err == nil && !o.Group {
			return nil, file.place(o).fault("a data set, not a group", "")
		}
		i := slices.IndexFunc(o.Children, func(c *precheck.Object) bool { return c.Name == part })
		if i < 0 {
			return nil, file.place(o).fault(fmt.Sprintf("nothing is called %q there", part), nearest(part, names(o)))
		}
		if o = o.Children[i]; o.Err != nil {
			return nil, file.place(o).fault(o.Err.Error(), "")
		}
	}
	return o, nil
}

func (file *File) place(o *precheck.Object) place { return place{file.path, o.Path} }

func names(o *precheck.Object) []string {
	var out []string
	for _, c := range o.Children {
		out = append(out, c.Name)
	}
	return out
}

func nearest(name string, known []string) string {
	if n := fault.Nearest(name, known); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	if len(known) > 0 && len(known) <= 8 {
		return "there are " + strings.Join(known, ", ")
	}
	return ""
}

// List returns the names in a group, in order.
func (file *File) List(group string) ([]string, error) {
	o, err := file.find(group)
	if err == nil && !o.Group {
		err = file.place(o).fault("a data set, not a group", "")
	}
	if err != nil {
		return nil, err
	}
	return names(o), nil
}

// Shape returns the shape of a data set, nil for a scalar.
func (file *File) Shape(path string) ([]int, error) {
	o, err := file.dataset(path)
	if err != nil {
		return nil, err
	}
	return slices.Clone(o.Space.Dims), nil
}

func (file *File) dataset(path string) (*precheck.Object, error) {
	o, err := file.find(path)
	if err == nil && o.Group {
		err = file.place(o).fault("a group, not a data set", "")
	}
	return o, err
}

// Dataset reads one data set with its attributes.
func (file *File) Dataset(path string) (d *Dataset, err error) {
	o, err := file.dataset(path)
	if err != nil {
		return nil, err
	}
	err = file.use(func() error {
		r := reader{file: file, left: file.limits.Bytes}
		d, err = r.dataset(o, rows{all: true})
		return err
	})
	return d, err
}

// Rows reads n rows of a data set from row `from` on, without the rest of it and without attributes.
func (file *File) Rows(path string, from, n int) (d *Dataset, err error) {
	o, err := file.dataset(path)
	if err != nil {
		return nil, err
	}
	if len(o.Space.Dims) == 0 {
		return nil, file.place(o).fault("a scalar has no rows", "")
	}
	if have := o.Space.Dims[0]; from < 0 || n < 0 || from > have || n > have-from {
		return nil, file.place(o).fault(fmt.Sprintf("rows %d to %d of %d", from, from+n-1, have), "")
	}
	err = file.use(func() error {
		r := reader{file: file, left: file.limits.Bytes}
		d, err = r.dataset(o, rows{from: from, n: n})
		return err
	})
	return d, err
}

// Read reads a whole file. All faults of its objects are reported at once.
func Read(path string, limits Limits) (*Group, error) {
	file, err := Open(path, limits)
	if err != nil {
		return nil, err
	}
	var g *Group
	err = file.use(func() error {
		r := reader{file: file, left: file.limits.Bytes}
		g = r.group(file.check.Root)
		return r.faults.Err()
	})
	closing := file.Close()
	if err == nil {
		err = closing
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}

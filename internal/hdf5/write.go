package hdf5

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"unsafe"

	"github.com/google/renameio/v2"

	"github.com/snntrain/snntrain/internal/fault"
)

// Write replaces the file at path by g, or leaves it as it was. The same
// content gives the same bytes with one version of libhdf5; the order of
// groups, data sets and attributes does not matter. All faults of g are reported at once.
func Write(path string, g *Group) error {
	raw, err := Encode(path, g)
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(path, raw, 0o644, renameio.WithTempDir(filepath.Dir(path))); err != nil {
		var cause *os.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return fault.Fault{Pkg: "hdf5", Subject: path, Fact: "cannot be written: " + err.Error()}
	}
	return nil
}

// Encode returns the bytes of the file; name is for messages. libhdf5 builds
// the file in memory, so that a full disk is not met within it.
func Encode(name string, g *Group) ([]byte, error) {
	if err := checkTree(name, g); err != nil {
		return nil, err
	}
	var raw []byte
	err := alone(func(f *functions) (err error) {
		raw, err = f.encode(name, g)
		return err
	})
	return raw, err
}

// writer holds the property lists of a file that is being written.
type writer struct {
	f    *functions
	file hid
	link hid // names in UTF-8
	attr hid // the same, for attributes
}

func (f *functions) encode(name string, g *Group) (raw []byte, err error) {
	w := &writer{f: f}
	defer func() {
		f.done(w.link)
		f.done(w.attr)
		if w.file > 0 {
			err = errors.Join(err, f.do("closing", f.H5Fclose(w.file)))
		}
		var own fault.Fault
		if err != nil && !errors.As(err, &own) {
			err = place{file: name}.fault(err.Error(), "")
		}
	}()
	if err := w.create(); err != nil {
		return nil, err
	}
	root, err := f.opened("opening the root", f.H5Oopen(w.file, "/", 0))
	if err != nil {
		return nil, err
	}
	err = w.content(root, g, place{file: name})
	f.done(root)
	if err != nil {
		return nil, err
	}
	const global = 1 // H5F_SCOPE_GLOBAL
	if f.H5Fflush(w.file, global) < 0 {
		return nil, f.failure("finishing")
	}
	size := f.H5Fget_file_image(w.file, nil, 0)
	if size <= 0 {
		return nil, f.failure("finishing")
	}
	raw = make([]byte, size)
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&raw[0])
	if f.H5Fget_file_image(w.file, unsafe.Pointer(&raw[0]), uint64(size)) != size {
		return nil, f.failure("finishing")
	}
	return raw, nil
}

// plist makes a property list of a class.
func (f *functions) plist(class string) (hid, error) {
	id, err := f.id("H5P_CLS_" + class + "_ID_g")
	if err != nil {
		return 0, err
	}
	return f.opened("making properties", f.H5Pcreate(id))
}

// create makes a file in memory, in the oldest format, which every reader knows.
func (w *writer) create() (err error) {
	f := w.f
	if w.link, err = f.plist("LINK_CREATE"); err != nil {
		return err
	}
	if w.attr, err = f.plist("ATTRIBUTE_CREATE"); err != nil {
		return err
	}
	access, err := f.plist("FILE_ACCESS")
	if err != nil {
		return err
	}
	defer f.done(access)
	const (
		increment = 1 << 20
		earliest  = 0
		v110      = 2
		truncate  = 2
		closeAll  = 3
	)
	if f.H5Pset_char_encoding(w.link, cUTF8) < 0 || f.H5Pset_char_encoding(w.attr, cUTF8) < 0 ||
		f.H5Pset_fapl_core(access, increment, 0) < 0 || f.H5Pset_libver_bounds(access, earliest, v110) < 0 ||
		f.H5Pset_fclose_degree(access, closeAll) < 0 {
		return f.failure("preparing to write")
	}
	w.file, err = f.opened("creating", f.H5Fcreate("snntrain-in-memory.h5", truncate, 0, access))
	return err
}

// content writes what is in a group, in the order of names.
func (w *writer) content(at hid, g *Group, where place) error {
	for _, d := range slices.SortedFunc(slices.Values(g.Datasets), func(a, b *Dataset) int { return compare(a.Name, b.Name) }) {
		if err := w.dataset(at, d, where.below(d.Name)); err != nil {
			return err
		}
	}
	for _, sub := range slices.SortedFunc(slices.Values(g.Groups), func(a, b *Group) int { return compare(a.Name, b.Name) }) {
		id, err := w.f.opened("making a group", w.f.H5Gcreate2(at, sub.Name, w.names(sub.Name, w.link), 0, 0))
		if err == nil {
			err = w.content(id, sub, where.below(sub.Name))
			w.f.done(id)
		}
		if err != nil {
			return where.below(sub.Name).wrap(err)
		}
	}
	return where.wrap(w.attrs(at, g.Attrs))
}

// names returns the property list that a name needs: none for ASCII, as h5py does.
func (w *writer) names(name string, list hid) hid {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return list
		}
	}
	return 0
}

func (p place) below(name string) place { return place{p.file, p.path + "/" + name} }

// wrap gives an error its place, unless it has one.
func (p place) wrap(err error) error {
	var own fault.Fault
	if err == nil || errors.As(err, &own) {
		return err
	}
	return p.fault(err.Error(), "")
}

func (w *writer) dataset(at hid, d *Dataset, where place) error {
	f := w.f
	create, err := w.storage(d)
	if err != nil {
		return where.wrap(err)
	}
	defer f.done(create)
	err = w.array(&d.Array, func(kind, space hid) (hid, error) {
		return f.opened("making it", f.H5Dcreate2(at, d.Name, kind, space, w.names(d.Name, w.link), create, 0))
	}, func(id, kind hid, buf unsafe.Pointer) error {
		return f.do("writing", f.H5Dwrite(id, kind, 0, 0, 0, buf))
	}, func(id hid) error { return w.attrs(id, d.Attrs) })
	return where.wrap(err)
}

func (w *writer) attrs(at hid, attrs []Attr) error {
	f := w.f
	for _, a := range slices.SortedFunc(slices.Values(attrs), func(a, b Attr) int { return compare(a.Name, b.Name) }) {
		err := w.array(&a.Array, func(kind, space hid) (hid, error) {
			return f.opened("making it", f.H5Acreate2(at, a.Name, kind, space, w.names(a.Name, w.attr), 0))
		}, func(id, kind hid, buf unsafe.Pointer) error {
			return f.do("writing", f.H5Awrite(id, kind, buf))
		}, func(hid) error { return nil })
		if err != nil {
			return fmt.Errorf("attribute %q: %w", a.Name, err)
		}
	}
	return nil
}

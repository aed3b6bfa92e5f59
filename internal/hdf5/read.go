package hdf5

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"unsafe"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/hdf5/internal/precheck"
)

// reader reads objects until its bytes are used up. Its methods run within use.
type reader struct {
	file   *File
	left   int64
	faults fault.List
}

// rows are what is read of a data set.
type rows struct {
	all     bool
	from, n int
}

// group reads a group and all below it; faults are collected.
func (r *reader) group(o *precheck.Object) *Group {
	g := &Group{Name: o.Name, where: r.file.place(o)}
	for _, c := range o.Children {
		switch {
		case c.Err != nil:
			r.faults.Add(r.file.place(c).fault(c.Err.Error(), ""))
		case c.Group:
			g.Groups = append(g.Groups, r.group(c))
		default:
			d, err := r.dataset(c, rows{all: true})
			r.faults.AddError(err)
			g.Datasets = append(g.Datasets, d)
		}
	}
	attrs, err := r.attrs(o)
	r.faults.AddError(err)
	g.Attrs = attrs
	return g
}

// dataset reads a data set, with its attributes when it is read whole.
func (r *reader) dataset(o *precheck.Object, part rows) (*Dataset, error) {
	d := &Dataset{Name: o.Name, Store: Store{Chunk: slices.Clone(o.Chunk), Gzip: max(o.Deflate, 0), Shuffle: o.Shuffle}}
	in := input{reader: r, where: r.file.place(o), kind: o.Type, shape: slices.Clone(o.Space.Dims), null: o.Space.Null}
	n := 1
	if len(in.shape) > 0 {
		if part.all {
			part.n = in.shape[0]
		}
		in.shape[0], n = part.n, part.n
	}
	f := r.file.f
	in.verify = func() (int64, error) { return r.file.check.Verify(o, part.from, n) }
	in.open = func() (err error) {
		if in.id, err = f.opened("opening", f.H5Dopen2(r.file.id, o.Path, 0)); err != nil {
			return err
		}
		in.space, err = f.opened("opening", f.H5Dget_space(in.id))
		return err
	}
	in.typeOf = f.H5Dget_type
	in.read = func(kind, memory hid, buf unsafe.Pointer) error {
		if !part.all && len(in.shape) > 0 {
			if err := r.choose(in.space, o.Space.Dims, part); err != nil {
				return err
			}
		}
		return f.do("reading", f.H5Dread(in.id, kind, memory, in.space, 0, buf))
	}
	var err error
	if d.Array, err = in.array(o.Space.Dims); err != nil || !part.all {
		return d, err
	}
	d.Attrs, err = r.attrs(o)
	return d, err
}

// choose selects rows of a dataspace.
func (r *reader) choose(space hid, dims []int, part rows) error {
	start, count := make([]uint64, len(dims)), sizes(dims)
	start[0], count[0] = uint64(part.from), uint64(part.n)
	f := r.file.f
	return f.do("choosing rows", f.H5Sselect_hyperslab(space, 0, &start[0], nil, &count[0], nil))
}

// attrs reads the attributes of an object in the order of their names.
func (r *reader) attrs(o *precheck.Object) ([]Attr, error) {
	if len(o.Attrs) == 0 {
		return nil, nil
	}
	f := r.file.f
	owner, err := f.opened("opening", f.H5Oopen(r.file.id, o.Path, 0))
	if err != nil {
		return nil, r.file.place(o).fault(err.Error(), "")
	}
	defer f.done(owner)
	var out []Attr
	var faults fault.List
	for _, a := range o.Attrs {
		array, err := r.attr(owner, place{r.file.path, o.Path + "@" + a.Name}, a)
		faults.AddError(err)
		out = append(out, Attr{Name: a.Name, Array: array})
	}
	slices.SortFunc(out, func(a, b Attr) int { return compare(a.Name, b.Name) })
	return out, faults.Err()
}

func (r *reader) attr(owner hid, where place, a precheck.Attr) (Array, error) {
	f := r.file.f
	in := input{reader: r, where: where, kind: a.Type, shape: slices.Clone(a.Space.Dims), null: a.Space.Null}
	in.verify = func() (int64, error) { return r.file.check.VerifyAttr(a) }
	in.open = func() (err error) {
		if in.id, err = f.opened("opening", f.H5Aopen(owner, a.Name, 0)); err != nil {
			return err
		}
		in.space, err = f.opened("opening", f.H5Aget_space(in.id))
		return err
	}
	in.typeOf = f.H5Aget_type
	in.read = func(kind, _ hid, buf unsafe.Pointer) error {
		return f.do("reading", f.H5Aread(in.id, kind, buf))
	}
	return in.array(a.Space.Dims)
}

// input is a data set or attribute that is being read.
type input struct {
	reader *reader
	where  place
	kind   *precheck.Type
	shape  []int // of what is read
	null   bool

	verify func() (int64, error)
	open   func() error // sets id and space
	typeOf func(hid) hid
	read   func(kind, memory hid, buf unsafe.Pointer) error

	id, space hid
}

// array reads the data. Sizes are checked against the limit before anything is allocated, and the
// library must see the shape that the check saw, since it writes to memory of that size.
func (in *input) array(whole []int) (Array, error) {
	a := Array{Shape: in.shape, where: in.where}
	if in.null {
		return a, nil
	}
	form, k, refused := kindIn(in.kind)
	if refused != "" {
		return a, in.where.fault("its type is "+refused+", which is not read", "")
	}
	n, err := in.afford(form, k)
	if err == nil {
		err = in.fill(&a, whole, form, k, n)
	}
	var own fault.Fault
	if err != nil && !errors.As(err, &own) {
		err = in.where.fault(err.Error(), "")
	}
	return a, err
}

// afford counts the elements and takes their bytes from what may still be read.
func (in *input) afford(form form, k number) (int, error) {
	size := int64(16)
	switch form {
	case lists:
		size = 24
	case flat, logical:
		size = int64(k.size())
	case text:
		size += int64(in.kind.Size)
	}
	n, left := int64(1), in.reader.left/size
	for _, d := range in.shape {
		if d == 0 {
			return 0, nil
		}
	}
	for _, d := range in.shape {
		if n > left/int64(d) {
			return 0, fmt.Errorf("shape %v with at least %d bytes an element is over the limit of %d bytes", in.shape, size, in.reader.file.limits.Bytes)
		}
		n *= int64(d)
	}
	more, err := in.verify()
	if err != nil {
		return 0, err
	}
	if in.reader.left -= n*size + more; in.reader.left < 0 {
		return 0, fmt.Errorf("its elements are over the limit of %d bytes", in.reader.file.limits.Bytes)
	}
	return int(n), nil
}

// fill opens the object, compares it with what was checked, and reads n elements.
func (in *input) fill(a *Array, whole []int, form form, k number, n int) error {
	f := in.reader.file.f
	defer func() {
		f.done(in.space)
		f.done(in.id)
	}()
	if err := in.open(); err != nil {
		return err
	}
	if err := in.compare(whole); err != nil {
		return err
	}
	memory, err := f.space(in.shape)
	if err != nil {
		return err
	}
	defer f.done(memory)
	kind, err := in.memoryType(form, k)
	if err != nil {
		return err
	}
	defer f.done(kind)
	var pin runtime.Pinner
	defer pin.Unpin()
	switch form {
	case flat:
		a.Data, err = in.numbers(k, kind, memory, n, &pin)
	case logical:
		a.Data, err = in.bools(k, kind, memory, n, &pin)
	case lists:
		a.Data, err = in.lists(k, kind, memory, n, &pin)
	default:
		a.Form = textOf(in.kind)
		a.Data, err = in.strings(kind, memory, n, &pin)
	}
	return err
}

// compare makes sure that library and check agree on shape and size of the elements.
func (in *input) compare(whole []int) error {
	f := in.reader.file.f
	dims := make([]uint64, max(len(whole), 1))
	same := f.H5Sget_simple_extent_ndims(in.space) == int32(len(whole))
	if same && len(whole) > 0 {
		same = f.H5Sget_simple_extent_dims(in.space, &dims[0], nil) >= 0 && slices.Equal(dims, sizes(whole))
	}
	kind := in.typeOf(in.id)
	defer f.done(kind)
	if kind < 0 || !same {
		return errors.New("libhdf5 and the check before it see different shapes")
	}
	size := uint64(in.kind.Size)
	if in.kind.Class == precheck.Variable {
		size = vlenMemory(in.kind)
	}
	if f.H5Tget_size(kind) != size {
		return errors.New("libhdf5 and the check before it see different types")
	}
	return nil
}

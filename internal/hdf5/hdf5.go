// Package hdf5 reads and writes HDF5 files with libhdf5, opened at run time
// without cgo. NIR graphs, lava-dl networks and event recordings come this way.
//
// In: a path. Out: plain data, a [Group] of groups, data sets and attributes,
// each an [Array] of a Go slice; and the same way back. [Open] reads one data
// set, or some of its rows, of a file too large to hold.
//
// A file is walked in Go before libhdf5 sees it (internal/precheck), as
// libhdf5 may end the process on damaged input; what the walk does not know
// is refused by name. Both read the path one after the other: a file that
// another program changes meanwhile is not protected.
package hdf5

import "github.com/snntrain/snntrain/internal/fault"

// Limits bound what a file may ask for. Zero fields mean the default.
type Limits struct {
	Bytes   int64 // of the data read at a time; default 1 GiB
	Objects int   // groups, data sets and attributes; default 100 000
	Depth   int   // of nested groups; default 32
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 1 << 30
	}
	if l.Objects <= 0 {
		l.Objects = 100_000
	}
	if l.Depth <= 0 {
		l.Depth = 32
	}
	return l
}

// Group is a group. Name is empty for the root.
type Group struct {
	Name     string
	Groups   []*Group   // in the order of names when read
	Datasets []*Dataset // the same
	Attrs    []Attr

	where place
}

// Dataset is a data set.
type Dataset struct {
	Name  string
	Store Store
	Attrs []Attr
	Array
}

// Store is how the data of a data set lies in the file. The zero value is
// contiguous; scalars and arrays without elements always are.
type Store struct {
	Chunk   []int // shape of a chunk; nil with Gzip or Shuffle: chunks of at most 1 MiB
	Gzip    int   // level 1 to 9, 0: not compressed
	Shuffle bool  // bytes of the elements sorted by place, before compression
}

// Attr is an attribute of a group or data set.
type Attr struct {
	Name string
	Array
}

// Array is data with its shape, rows last to first as in C. Data is one of
//
//	[]int8 … []int64, []uint8 … []uint64, [][]T of these    integers, and lists of them
//	[]Float16, []float32, []float64, [][]T of these         floats, and lists of them
//	[]bool                                                  as h5py writes it: an enum of int8
//	[]string                                                in the form of Form
//	nil                                                     no data: an empty dataspace
type Array struct {
	Shape []int // nil: a scalar, one element
	Data  any
	Form  TextForm

	where place
}

// TextForm is how strings lie in a file. The zero value is UTF-8 of variable length.
type TextForm struct {
	Size  int // bytes of each string, 0: variable
	ASCII bool
	Pad   Pad // for a fixed size
}

// Pad fills up strings of fixed size.
type Pad int

// Ways to fill up.
const (
	PadNUL    Pad = iota // as numpy
	Terminate            // a NUL ends the string, as C
	PadSpace             // as Fortran
)

// place says where data was read, for messages.
type place struct{ file, path string }

func (p place) fault(fact, hint string) fault.Fault {
	return fault.Fault{Pkg: "hdf5", Subject: p.subject(), Fact: fact, Hint: hint}
}

func (p place) subject() string {
	switch {
	case p.file == "":
		return p.path
	case p.path == "":
		return p.file
	}
	return p.file + ": " + p.path
}

package datasets

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
)

// pkg names this package in faults.
const pkg = "datasets"

// Split names a part of a dataset.
type Split string

// The parts. Only a Kind with OwnValidation brings a Validation part; of the
// others it is split off Train (see OpenAll).
const (
	Train      Split = "train"
	Validation Split = "validation"
	Test       Split = "test"
)

// Info describes a dataset and the samples it gives.
type Info struct {
	Name, Doc       string
	Source, License string
	Shape           []int // of one sample at one frame: (N) or (C, H, W)
	Frames          int   // 1: a static sample; else the frames of a sequence
	Classes         []string
	Train, Test     int // samples of each part before any limit; 0: not known without reading that part
}

// N is the number of values of one frame.
func (in Info) N() int {
	n := 1
	for _, d := range in.Shape {
		n *= d
	}
	return n
}

// Values is the number of values of one sample, Frames·N.
func (in Info) Values() int { return in.Frames * in.N() }

// Source gives random access to the samples of one part. It is safe for
// concurrent use, and At(i) gives the same bits whenever it is called.
type Source interface {
	Info() Info
	Len() int
	// At writes sample i, 0 ≤ i < Len, to dst and returns its label, 0 ≤
	// label < len(Info().Classes). dst holds Info().Values() values, frame
	// after frame, a frame of shape (C, H, W) channel-last (package signal).
	At(i int, dst []float32) (label int, err error)
}

// Kind is a registered dataset.
type Kind struct {
	Name, Doc       string
	Source, License string
	Dirs            []string // folders to look in when Common.Dir is empty; the first is where Fetch puts files
	Files           []File   // what Fetch downloads
	OwnValidation   bool     // brings a Validation part of its own

	// Options returns a pointer to the dataset's own keys, filled with defaults.
	Options func() any
	// Open opens one part as it is on disk. opts comes from Options; nil means the defaults.
	Open func(opts any, common Common, split Split) (Source, error)
}

// info starts the description of an opened part.
func (k Kind) info() Info {
	return Info{Name: k.Name, Doc: k.Doc, Source: k.Source, License: k.License, Frames: 1}
}

// withOptions binds the options type O, its defaults and an opening function to k.
func withOptions[O any](k Kind, defaults O, open func(k Kind, o *O, c Common, split Split) (Source, error)) Kind {
	subject := fmt.Sprintf("dataset %q", k.Name)
	k.Options = func() any { o := defaults; return &o }
	k.Open = func(opts any, c Common, split Split) (Source, error) {
		o, err := optionsOf(subject, opts, defaults)
		if err != nil {
			return nil, err
		}
		if split != Train && split != Test && (split != Validation || !k.OwnValidation) {
			return nil, fault.Fault{Pkg: pkg, Subject: subject, Fact: fmt.Sprintf("has no part %q", split)}
		}
		return open(k, o, c, split)
	}
	return k
}

// optionsOf returns opts as *O, the defaults when it is nil, and checks it against its tags.
func optionsOf[O any](subject string, opts any, defaults O) (*O, error) {
	o, ok := opts.(*O)
	switch {
	case opts == nil:
		o = &defaults
	case !ok || o == nil:
		return nil, fault.Fault{Pkg: pkg, Subject: subject, Fact: fmt.Sprintf("options are %T, want %T", opts, o)}
	}
	return o, check(subject, o)
}

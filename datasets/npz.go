package datasets

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"github.com/snntrain/snntrain/datasets/internal/npz"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/internal/signal"
)

// maxClasses is the most classes that labels may stand for.
const maxClasses = 1 << 16

// NPZOptions name the files and the arrays in them.
type NPZOptions struct {
	File    string   `yaml:"file" doc:".npz with both parts; relative to dir"`
	Train   string   `yaml:"train" doc:".npz of the training part, instead of file"`
	Test    string   `yaml:"test" doc:".npz of the test part, instead of file"`
	XTrain  string   `yaml:"x_train" doc:"key of the training values; default x_train, in a file of its own x"`
	YTrain  string   `yaml:"y_train" doc:"key of the training labels; default y_train, in a file of its own y"`
	XTest   string   `yaml:"x_test" doc:"key of the test values; default x_test, in a file of its own x"`
	YTest   string   `yaml:"y_test" doc:"key of the test labels; default y_test, in a file of its own y"`
	Frames  bool     `yaml:"frames" doc:"the second dimension is time: [n, T, …]"`
	Scale   float64  `yaml:"scale" validate:"gte=-1e9,lte=1e9" doc:"factor on every value; 0: 1/255 for bytes (uint8), 1 for all else"`
	Classes []string `yaml:"classes" doc:"names of the classes; default their numbers"`
}

// npzKind reads arrays of the user's own. Values are [n, N], [n, H, W] or
// [n, C, H, W], with frames [n, T, N], [n, T, H, W] or [n, T, C, H, W], of
// type f4, f8, u1, i1, i2, i4, i8 or bool; labels are [n] or [n, 1], whole
// numbers from 0. Values keep their type in memory.
func npzKind() Kind {
	return withOptions(Kind{
		Name: "npz", Doc: "arrays of your own from NumPy .npz files",
		Source: "your file", License: "yours", Dirs: []string{"."},
	}, NPZOptions{}, openNPZ)
}

// npzPart is one part as it is on disk.
type npzPart struct {
	path, x, y string
	shape      []int // of x
	labels     []int32
}

func openNPZ(k Kind, o *NPZOptions, c Common, split Split) (Source, error) {
	if (o.File == "") == (o.Train == "" && o.Test == "") {
		return nil, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: "needs either file, or train and test"}
	}
	p, values, err := o.read(c, split, true)
	if err != nil {
		return nil, fault.Fault{Pkg: pkg, Subject: fmt.Sprintf("file %q", p.path), Fact: err.Error()}
	}
	frames, shape, err := o.layout(p)
	if err != nil {
		return nil, fault.Fault{Pkg: pkg, Subject: fmt.Sprintf("file %q", p.path), Fact: err.Error()}
	}
	other, _, err := o.read(c, opposite(split), false)
	if err == nil && !slices.Equal(other.shape[1:], p.shape[1:]) {
		return nil, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("%s is %v, %s is %v; they differ in more than the number of samples", p.x, p.shape, other.x, other.shape)}
	}
	classes, err := o.names(slices.Concat(p.labels, other.labels))
	if err != nil {
		return nil, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: err.Error()}
	}
	info := k.info()
	info.Shape, info.Frames, info.Classes = shape, frames, classes
	info.Train, info.Test = len(p.labels), len(other.labels)
	if split == Test {
		info.Train, info.Test = info.Test, info.Train
	}
	return &memory{info: info, labels: p.labels, fill: npzFill(info, values, o.scale(values.Type, c.Raw))}, nil
}

func opposite(split Split) Split {
	if split == Test {
		return Train
	}
	return Test
}

// part names file and keys of a part.
func (o *NPZOptions) part(c Common, split Split) npzPart {
	own, x, y := o.Train, o.XTrain, o.YTrain
	if split == Test {
		own, x, y = o.Test, o.XTest, o.YTest
	}
	p := npzPart{path: cmp.Or(own, o.File), x: cmp.Or(x, "x"), y: cmp.Or(y, "y")}
	if own == "" {
		p.x, p.y = cmp.Or(x, "x_"+string(split)), cmp.Or(y, "y_"+string(split))
	}
	if p.path != "" && !filepath.IsAbs(p.path) {
		p.path = filepath.Join(c.Dir, p.path)
	}
	return p
}

// read reads labels and shape of a part, and its values if asked to.
func (o *NPZOptions) read(c Common, split Split, values bool) (npzPart, *npy.Array, error) {
	p := o.part(c, split)
	if p.path == "" {
		return p, nil, fmt.Errorf("no %s part; set data.%s", split, split)
	}
	a, err := npz.Open(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return p, nil, err
	}
	defer a.Close()
	x, err := a.Header(p.x)
	if err != nil {
		return p, nil, err
	}
	y, err := a.Read(p.y)
	if err != nil {
		return p, nil, err
	}
	p.shape = x.Shape
	n := y.Len()
	if len(x.Shape) == 0 || x.Shape[0] != n || len(y.Shape) == 0 || y.Shape[0] != n || n == 0 {
		return p, nil, fmt.Errorf("%s is %v, %s is %v; they must be [n, …] and [n], n > 0", p.x, x.Shape, p.y, y.Shape)
	}
	if p.labels, err = y.Labels(maxClasses); err != nil {
		return p, nil, fmt.Errorf("%s: %w", p.y, err)
	}
	if !values {
		return p, nil, nil
	}
	array, err := a.Read(p.x)
	if err != nil {
		return p, nil, err
	}
	if i := array.NotFinite(); i >= 0 {
		return p, nil, fmt.Errorf("%s: value %d (of all in order) is not finite", p.x, i)
	}
	return p, array, nil
}

// layout reads frames and the shape of a frame off the shape of all values.
func (o *NPZOptions) layout(p npzPart) (frames int, shape []int, err error) {
	rest, want := p.shape[1:], "[n, N], [n, H, W] or [n, C, H, W]; for sequences set frames: true"
	frames = 1
	if o.Frames {
		want = "[n, T, N], [n, T, H, W] or [n, T, C, H, W]"
		if len(rest) > 0 {
			frames, rest = rest[0], rest[1:]
		}
	}
	if len(rest) < 1 || len(rest) > 3 || slices.Contains(p.shape, 0) {
		return 0, nil, fmt.Errorf("%s is %v, must be %s", p.x, p.shape, want)
	}
	if len(rest) == 2 {
		rest = []int{1, rest[0], rest[1]}
	}
	return frames, slices.Clone(rest), nil
}

// names are the given names, or the numbers 0..max(labels).
func (o *NPZOptions) names(labels []int32) ([]string, error) {
	n := int(slices.Max(labels)) + 1
	switch {
	case len(o.Classes) == 0:
		return numbers(n), nil
	case len(o.Classes) < n:
		return nil, fmt.Errorf("%d names in classes, labels go to %d", len(o.Classes), n-1)
	}
	return o.Classes, nil
}

// scale returns what is done to every value; nil: nothing.
func (o *NPZOptions) scale(kind string, raw bool) func([]float32) {
	switch {
	case o.Scale != 0:
		return func(x []float32) {
			for i := range x {
				x[i] *= float32(o.Scale)
			}
		}
	case kind == "u1" && !raw:
		return func(x []float32) {
			for i := range x {
				x[i] /= 255
			}
		}
	}
	return nil
}

// npzFill converts a sample, frame after frame, to channel-last floats.
func npzFill(info Info, values *npy.Array, scale func([]float32)) func(i int, dst []float32) {
	n, size := info.N(), info.Values()
	straight := len(info.Shape) == 1 || info.Shape[0] == 1
	frames := sync.Pool{New: func() any { s := make([]float32, n); return &s }}
	return func(i int, dst []float32) {
		if straight {
			values.Floats(dst, i*size)
		} else {
			frame := frames.Get().(*[]float32)
			for t := range info.Frames {
				values.Floats(*frame, i*size+t*n)
				signal.ToChannelLast(dst[t*n:(t+1)*n], *frame, info.Shape)
			}
			frames.Put(frame)
		}
		if scale != nil {
			scale(dst)
		}
	}
}

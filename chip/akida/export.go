package akida

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/quant"
)

// Loader is a Python program that builds the vendor's model from exported files.
//
//go:embed load_akida.py
var loader []byte

// Files are an exported network: the arrays as npz, the layers as JSON, and the
// program that hands both to the vendor's Python package (akida 2.19).
type Files struct{ NPZ, JSON, Loader []byte }

// description is the JSON.
type description struct {
	Format  string          `json:"format"`
	Version int             `json:"version"` // of Akida
	Layers  []exportedLayer `json:"layers"`
}

// exportedLayer is a layer with the arguments of its constructor, in the vendor's words.
type exportedLayer struct {
	Type      string            `json:"type"`
	Args      map[string]any    `json:"args"`
	Variables map[string]string `json:"variables,omitempty"` // array of the npz for each variable
}

// exporter gathers layers and arrays.
type exporter struct {
	out    description
	arrays map[string][]byte
}

func newExporter(version int) *exporter {
	return &exporter{out: description{Format: "snntrain-akida", Version: version}, arrays: map[string][]byte{}}
}

func (e *exporter) layer(kind string, args map[string]any) *exportedLayer {
	e.out.Layers = append(e.out.Layers, exportedLayer{Type: kind, Args: args, Variables: map[string]string{}})
	return &e.out.Layers[len(e.out.Layers)-1]
}

// ints adds integers as int32; the loader brings them into the variable's type.
func (e *exporter) ints(l *exportedLayer, variable string, shape []int, v []int32) {
	raw := make([]byte, 0, 4*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(x))
	}
	e.array(l, variable, npy.Encode("<i4", shape, raw))
}

func (e *exporter) floats(l *exportedLayer, variable string, v []float32) {
	raw := make([]byte, 0, 4*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	e.array(l, variable, npy.Encode("<f4", []int{len(v)}, raw))
}

func (e *exporter) array(l *exportedLayer, variable string, raw []byte) {
	name := l.Args["name"].(string) + "." + variable
	l.Variables[variable], e.arrays[name] = name, raw
}

func (e *exporter) files() (*Files, error) {
	text, err := json.MarshalIndent(e.out, "", " ")
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	names := make([]string, 0, len(e.arrays))
	for name := range e.arrays {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f, err := zw.Create(name + ".npy")
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(e.arrays[name]); err != nil {
			return nil, err
		}
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	return &Files{NPZ: buf.Bytes(), JSON: append(text, '\n'), Loader: loader}, nil
}

// mirrored brings [out, in, k_h, k_w] into [k_h, k_w, in, out], mirrored in both axes where asked for.
func mirrored(w quant.Tensor, mirror bool) quant.Tensor {
	out, in, kh, kw := w.Shape[0], w.Shape[1], w.Shape[2], w.Shape[3]
	t := quant.NewTensor(make([]int32, w.Len()), kh, kw, in, out)
	for i, v := range w.Data {
		o, c, y, x := i/(in*kh*kw), i/(kh*kw)%in, i/kw%kh, i%kw
		if mirror {
			y, x = kh-1-y, kw-1-x
		}
		t.Data[((y*kw+x)*in+c)*out+o] = v
	}
	return t
}

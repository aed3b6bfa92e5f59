package akida

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/quant"
)

// maxArrays bounds the arrays of a file, unpacked.
const maxArrays = 1 << 30

// Read reads what Export and Export2 write: the layers and their arrays, as
// the network of the chip of that version.
func Read(text, arrays []byte) (net *quant.IntNet, version int, err error) {
	var d struct {
		Format  string      `json:"format"`
		Version int         `json:"version"`
		Layers  []readLayer `json:"layers"`
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, 0, fmt.Errorf("chip/akida: layers: %w", err)
	}
	if d.Format != newExporter(0).out.Format || d.Version != 1 && d.Version != 2 {
		return nil, 0, fmt.Errorf("chip/akida: layers: format %q, version %d of the chip; 1 and 2 are known", d.Format, d.Version)
	}
	r := &reader{}
	if r.arrays, err = unpack(arrays); err != nil {
		return nil, 0, fmt.Errorf("chip/akida: arrays: %w", err)
	}
	for i := range d.Layers {
		r.sizes(i, &d.Layers[i])
	}
	if err := r.faults.Err(); err != nil {
		return nil, 0, err
	}
	if d.Version == 1 {
		net, err = r.first(d.Layers)
	} else {
		net, err = r.second(d.Layers)
	}
	return net, d.Version, err
}

// readLayer is a layer with the arguments of its constructor.
type readLayer struct {
	Type string `json:"type"`
	Args struct {
		Name         string          `json:"name"`
		InputShape   [3]int          `json:"input_shape"`
		InputBits    int             `json:"input_bits"`
		WeightsBits  int             `json:"weights_bits"`
		Activation   json.RawMessage `json:"activation"` // 1: a bool; 2: a word
		ActBits      int             `json:"act_bits"`
		OutputBits   int             `json:"output_bits"`
		Units        int             `json:"units"`
		Filters      int             `json:"filters"`
		KernelSize   pair            `json:"kernel_size"`
		KernelStride pair            `json:"kernel_stride"`
		Padding      string          `json:"padding"`
		PaddingValue int32           `json:"padding_value"`
		PoolType     string          `json:"pool_type"`
		PoolSize     pair            `json:"pool_size"`
		PoolStride   pair            `json:"pool_stride"`
	} `json:"args"`
	Variables map[string]string `json:"variables"`
}

// pair is one number for both axes, or two.
type pair [2]int

// UnmarshalJSON reads either.
func (p *pair) UnmarshalJSON(raw []byte) error {
	var one int
	if json.Unmarshal(raw, &one) == nil {
		*p = pair{one, one}
		return nil
	}
	var two []int
	if err := json.Unmarshal(raw, &two); err != nil || len(two) != 2 {
		return fmt.Errorf("%s is neither a number nor two", raw)
	}
	*p = pair{two[0], two[1]}
	return nil
}

// reader hands out arrays and collects faults.
type reader struct {
	arrays map[string]*npy.Array
	faults fault.List
}

func (r *reader) add(l *readLayer, format string, args ...any) {
	r.faults.Add(fault.Fault{Pkg: "chip/akida", Subject: fmt.Sprintf("layer %q", l.Args.Name), Fact: fmt.Sprintf(format, args...)})
}

// maxInput bounds the values of a sample, and so what a file can make a reader allocate.
const maxInput = 1 << 24

// sizes checks the numbers that nothing else bounds.
func (r *reader) sizes(i int, l *readLayer) {
	s := l.Args.InputShape
	if n := quant.Len(s[:]); i == 0 && (n < 1 || n > maxInput) {
		r.add(l, "input shape %v; expected 1 to %d values", s, maxInput)
	}
	if b := l.Args.OutputBits; b != 0 && b != 4 && b != 8 {
		r.add(l, "%d output bits; 4 and 8 are possible", b)
	}
}

// ints is a variable of a layer.
func (r *reader) ints(l *readLayer, variable string) quant.Tensor {
	a, ok := r.arrays[l.Variables[variable]]
	if !ok {
		r.add(l, "%s is missing in the arrays", variable)
		return quant.Tensor{}
	}
	v, err := a.Int32s()
	if err != nil {
		r.add(l, "%s: %v", variable, err)
		return quant.Tensor{}
	}
	return quant.NewTensor(v, a.Shape...)
}

func (r *reader) floats(l *readLayer, variable string) []float32 {
	a, ok := r.arrays[l.Variables[variable]]
	if !ok {
		r.add(l, "%s is missing in the arrays", variable)
		return nil
	}
	v := make([]float32, a.Len())
	a.Floats(v, 0)
	return v
}

// first reads layers of the first generation.
func (r *reader) first(layers []readLayer) (*quant.IntNet, error) {
	m := &Model{}
	for i := range layers {
		x := &layers[i]
		a := &x.Args
		l := Layer{
			Type: x.Type, Shape: a.InputShape, Bits: a.InputBits, WeightsBits: a.WeightsBits, ActBits: a.ActBits, Padding: a.Padding,
			PaddingValue: a.PaddingValue, Stride: a.KernelStride, Pool: a.PoolType, PoolSize: a.PoolSize, PoolStride: a.PoolStride,
		}
		if x.Type != InputData {
			l.NoActivation = string(a.Activation) == "false"
			l.Weights = r.ints(x, "weights")
			if !l.NoActivation {
				l.Threshold, l.ActStep = r.ints(x, "threshold"), r.floats(x, "act_step")
			}
		}
		m.Layers = append(m.Layers, l)
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	return m.Net()
}

// unpack reads the arrays of an npz file.
func unpack(raw []byte) (map[string]*npy.Array, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, err
	}
	out, left := map[string]*npy.Array{}, uint64(maxArrays)
	for _, f := range z.File {
		if f.UncompressedSize64 > left {
			return nil, fmt.Errorf("%s: %d bytes are beyond the limit of %d in all", f.Name, f.UncompressedSize64, maxArrays)
		}
		left -= f.UncompressedSize64
		a, err := unpackOne(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		out[strings.TrimSuffix(f.Name, ".npy")] = a
	}
	return out, nil
}

func unpackOne(f *zip.File) (*npy.Array, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if err != nil {
		return nil, err
	}
	return npy.Decode(raw)
}

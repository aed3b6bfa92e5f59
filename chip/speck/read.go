package speck

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// readCore is coreConfig with weights as numbers.
type readCore struct {
	coreConfig
	Weights [][][][]int32 `json:"weights"`
}

// Read reads what Config writes: a chain of layers, in its order. The cores
// are those that Place finds.
func Read(raw []byte) (*Model, error) {
	var file struct {
		Layers []readCore `json:"cnn_layers"`
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("chip/speck: configuration: %w", err)
	}
	if len(file.Layers) == 0 {
		return nil, fmt.Errorf("chip/speck: configuration: holds no layer")
	}
	m := &Model{Input: file.Layers[0].Dimensions.Input}
	var faults fault.List
	for i := range file.Layers {
		c := &file.Layers[i]
		l, err := c.layer()
		if next := i + 1; err == nil && next < len(file.Layers) && c.Destination != file.Layers[next].Core {
			err = fmt.Errorf("sends to core %d, the next layer is on core %d", c.Destination, file.Layers[next].Core)
		}
		if err != nil {
			faults.Add(fault.Fault{Pkg: "chip/speck", Subject: fmt.Sprintf("layer %d", i), Fact: err.Error()})
			continue
		}
		m.Layers = append(m.Layers, l)
	}
	return m, faults.Err()
}

// layer is a core's layer, its weights one array.
func (c *readCore) layer() (Layer, error) {
	d := c.Dimensions
	shape := []int{d.Output[0], d.Input[0], d.Kernel[0], d.Kernel[1]}
	t := quant.Tensor{Shape: shape}
	fits := len(c.Weights) == shape[0]
	for _, in := range c.Weights {
		fits = fits && len(in) == shape[1]
		for _, rows := range in {
			fits = fits && len(rows) == shape[2]
			for _, row := range rows {
				fits = fits && len(row) == shape[3]
				t.Data = append(t.Data, row...)
			}
		}
	}
	switch {
	case !fits || t.Len() != len(t.Data) || len(t.Data) == 0:
		return Layer{}, fmt.Errorf("%d weights do not fit %v", len(t.Data), shape)
	case len(c.Biases) != shape[0]:
		return Layer{}, fmt.Errorf("%d biases for %d channels", len(c.Biases), shape[0])
	case c.Pooling != 1 && c.Pooling != 2 && c.Pooling != 4:
		return Layer{}, fmt.Errorf("pooling %d; 1, 2 and 4 are possible", c.Pooling)
	case d.Padding[0] < 0 || d.Padding[1] < 0 || d.Padding[0] > 1<<16 || d.Padding[1] > 1<<16:
		return Layer{}, fmt.Errorf("padding %v", d.Padding)
	}
	l := Layer{
		Weight: t, Bias: quant.NewTensor(c.Biases, len(c.Biases)), Threshold: c.Threshold, Floor: c.Floor, ToZero: c.ToZero,
		Stride: d.Stride, Padding: d.Padding, Pool: c.Pooling,
	}
	out, err := l.shape(d.Input[:])
	switch n := len(c.Initial); {
	case err != nil:
	case !slices.Equal(out, d.Output[:]):
		err = fmt.Errorf("gives %v, the configuration says %v", out, d.Output)
	case n > 0 && n != quant.Len(out):
		err = fmt.Errorf("%d initial values for %v neurons", n, out)
	case n > 0:
		l.Initial = quant.NewTensor(c.Initial, out...)
	}
	return l, err
}

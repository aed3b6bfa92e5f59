package lava

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/quant"
)

// Limits of a file, so that a damaged one cannot ask for more.
var fileLimits = hdf5.Limits{Bytes: 1 << 30, Objects: 10_000, Depth: 8}

// ReadNetx reads a network.net file.
func ReadNetx(path string) (*Netx, error) {
	root, err := hdf5.Read(path, fileLimits)
	if err != nil {
		return nil, err
	}
	x, err := netxOf(root)
	if err != nil {
		return nil, fmt.Errorf("chip/lava: %s: %w", path, err)
	}
	return x, nil
}

// WriteNetx writes a network.net file as lava-dl does, atomically.
func (x *Netx) WriteNetx(path string) error { return hdf5.Write(path, x.group()) }

// netxOf reads the layers 0, 1, … of a file; all faults at once.
func netxOf(root *hdf5.Group) (*Netx, error) {
	layers, err := root.Group("layer")
	if err != nil {
		return nil, err
	}
	x := &Netx{}
	var faults fault.List
	for i := range layers.Groups {
		g, err := layers.Group(strconv.Itoa(i))
		if err != nil {
			return nil, fmt.Errorf("%d layers, but none called %d: %w", len(layers.Groups), i, err)
		}
		r := &reader{group: g}
		x.Layers = append(x.Layers, r.layer())
		faults.AddError(r.faults.Err())
	}
	return x, faults.Err()
}

// reader reads one group and collects its faults.
type reader struct {
	group  *hdf5.Group
	faults fault.List
}

func (r *reader) layer() Layer {
	l := Layer{Type: r.text("type"), Shape: r.extents("shape"), Groups: 1}
	if r.group.Has("neuron") {
		n, err := r.group.Group("neuron")
		r.faults.AddError(err)
		if err == nil {
			l.Neuron = r.neuron(n)
		}
	}
	l.Weight, l.WeightRec = r.array("weight"), r.array("weight_rec")
	l.Bias, l.Delay = r.array("bias"), r.array("delay")
	if len(l.Weight.Shape) == 5 && l.Weight.Shape[4] == 1 { // SLAYER's kernels have a depth
		l.Weight.Shape = l.Weight.Shape[:4]
	}
	if l.Type == Conv {
		l.Stride, l.Padding, l.Dilation = r.pair("stride", 1), r.pair("padding", 0), r.pair("dilation", 1)
		if r.group.Has("groups") {
			l.Groups = r.number(r.group, "groups", 1<<20)
		}
	}
	return l
}

func (r *reader) neuron(g *hdf5.Group) *Neuron {
	n := &reader{group: g}
	out := &Neuron{Type: n.text("type")}
	out.IDecay = int32(n.number(g, "iDecay", 1<<decayBits))
	out.VDecay = int32(n.number(g, "vDecay", 1<<decayBits))
	out.VThMant = int32(n.number(g, "vThMant", 1<<17-1))
	r.faults.AddError(n.faults.Err())
	return out
}

// data is a data set's array, nil when it is not there; a fault when it must be.
func (r *reader) data(g *hdf5.Group, name string, must bool) *hdf5.Array {
	if !must && !g.Has(name) {
		return nil
	}
	d, err := g.Dataset(name)
	if err != nil {
		r.faults.AddError(err)
		return nil
	}
	return &d.Array
}

func (r *reader) text(name string) string {
	a := r.data(r.group, name, true)
	if a == nil {
		return ""
	}
	s, err := a.Text()
	r.faults.AddError(err)
	return strings.TrimRight(s, "\x00 ")
}

func (r *reader) number(g *hdf5.Group, name string, most int) int {
	a := r.data(g, name, true)
	if a == nil {
		return 0
	}
	v, err := a.Float()
	r.faults.AddError(err)
	if err == nil && (v != math.Trunc(v) || v < 0 || v > float64(most)) {
		r.add(name, fmt.Sprintf("is %g, expected a whole number up to %d", v, most))
		return 0
	}
	return int(v)
}

func (r *reader) add(name, fact string) {
	r.faults.Add(fault.Fault{Subject: r.group.Name + "/" + name, Fact: fact})
}

// array is an array of whole numbers, as netx casts them.
func (r *reader) array(name string) quant.Tensor {
	a := r.data(r.group, name, false)
	if a == nil {
		return quant.Tensor{}
	}
	v, err := a.Floats()
	r.faults.AddError(err)
	shape := a.Shape
	if shape == nil {
		shape = []int{1}
	}
	t := quant.Tensor{Shape: shape, Data: make([]int32, len(v))}
	for i, f := range v {
		if math.IsNaN(f) || math.Abs(f) > math.MaxInt32 {
			r.add(name, fmt.Sprintf("holds %g, expected 32-bit integers", f))
			return t
		}
		t.Data[i] = int32(f) // netx truncates
	}
	return t
}

func (r *reader) extents(name string) []int {
	t := r.array(name)
	out := []int(nil)
	for _, v := range t.Data {
		out = append(out, int(v))
	}
	return out
}

// pair is height and width; one value stands for both.
func (r *reader) pair(name string, missing int) [2]int {
	switch v := r.extents(name); len(v) {
	case 0:
		return [2]int{missing, missing}
	case 1:
		return [2]int{v[0], v[0]}
	case 2:
		return [2]int{v[0], v[1]}
	default:
		r.add(name, fmt.Sprintf("has %d values, expected height and width", len(v)))
		return [2]int{missing, missing}
	}
}

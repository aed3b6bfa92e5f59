package lava

import (
	"strconv"

	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/quant"
)

// typeSize is the length of a layer's type in the file (S10).
const typeSize = 10

// group is the file's content, with the data sets that lava-dl writes.
func (x *Netx) group() *hdf5.Group {
	root := &hdf5.Group{}
	layers := root.AddGroup("layer")
	for i := range x.Layers {
		x.Layers[i].write(layers.AddGroup(strconv.Itoa(i)))
	}
	return root
}

func (l *Layer) write(g *hdf5.Group) {
	kind := g.Add("type", []int{1}, []string{l.Type})
	kind.Form = hdf5.TextForm{Size: typeSize, ASCII: true}
	if l.Shape != nil {
		g.Add("shape", []int{len(l.Shape)}, wide(l.Shape))
	}
	for _, a := range []struct {
		name string
		t    quant.Tensor
	}{{"weight", l.Weight}, {"weight_rec", l.WeightRec}, {"bias", l.Bias}} {
		if !a.t.IsZero() {
			g.Add(a.name, a.t.Shape, floats(a.t.Data))
		}
	}
	if !l.Delay.IsZero() {
		g.Add("delay", l.Delay.Shape, floats(l.Delay.Data))
	}
	switch l.Type {
	case Conv:
		l.writeConv(g)
	case Dense, DenseRec:
		g.Add("inFeatures", nil, []int64{int64(l.Weight.Shape[1])})
		g.Add("outFeatures", nil, []int64{int64(l.Weight.Shape[0])})
	}
	if n := l.Neuron; n != nil {
		n.write(g.AddGroup("neuron"))
	}
}

func (l *Layer) writeConv(g *hdf5.Group) {
	g.Add("stride", []int{2}, wide(l.Stride[:]))
	g.Add("padding", []int{2}, wide(l.Padding[:]))
	g.Add("dilation", []int{2}, wide(l.Dilation[:]))
	g.Add("groups", nil, []int64{int64(l.Groups)})
}

func (n *Neuron) write(g *hdf5.Group) {
	g.Add("type", nil, []string{n.Type})
	g.Add("iDecay", nil, []int64{int64(n.IDecay)})
	g.Add("vDecay", nil, []int64{int64(n.VDecay)})
	g.Add("vThMant", nil, []int64{int64(n.VThMant)})
	g.Add("refDelay", nil, []int64{1})
	g.Add("gradedSpike", nil, []bool{false})
}

func wide(v []int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}

func floats(v []int32) []float32 {
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x)
	}
	return out
}

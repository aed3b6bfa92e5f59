package lava_test

import (
	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/model"
)

// drawPool draws a pool of the first spikes of windows, of their sums, or none.
func drawPool(t *rapid.T, n *model.Network, emit func(string, model.Op)) {
	shapes, err := n.Shapes()
	if err != nil {
		t.Fatal(err)
	}
	in := shapes["conv.relu"]
	p := &model.Pool2d{Mode: rapid.SampledFrom([]model.PoolMode{"", model.PoolMax, model.PoolAvg, model.PoolSum}).Draw(t, "pool")}
	if p.Mode == "" {
		return
	}
	p.Size = [2]int{rapid.IntRange(1, in[1]).Draw(t, "pool height"), rapid.IntRange(1, in[2]).Draw(t, "pool width")}
	if p.Stride = p.Size; p.Mode == model.PoolMax {
		p.Stride = [2]int{rapid.IntRange(1, 2).Draw(t, "pool stride"), 1}
	}
	emit("pool", p)
	shapes, err = n.Shapes()
	if err != nil {
		t.Fatal(err)
	}
	if p.Mode == model.PoolMax || !rapid.Bool().Draw(t, "second") {
		return
	}
	c := (&model.Conv2d{In: in[0], Out: 2, Kernel: [2]int{1, shapes["pool"][2]}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}).Alloc()
	for i := range c.Weight.Data {
		c.Weight.Data[i] = float32(i%5)/4 - 0.4
	}
	emit("conv2", c)
	emit("conv2.relu", &model.FirstSpike{TMax: 2, TimeBits: 3})
}

// poolTimed is what a pool of first spikes makes of activations, nil where there is none behind a layer.
func poolTimed(n *model.Network, layer string, levels []int32) []int32 {
	node := n.Node("pool")
	if node == nil || node.Inputs[0] != layer || node.Op.(*model.Pool2d).Mode != model.PoolMax {
		return nil
	}
	shapes, err := n.Shapes()
	if err != nil {
		panic(err)
	}
	p, in, to := node.Op.(*model.Pool2d), shapes[layer], shapes["pool"]
	out := make([]int32, to.Size())
	for i := range out {
		c, y, x := i/(to[1]*to[2]), i/to[2]%to[1], i%to[2]
		for dy := range p.Size[0] {
			for dx := range p.Size[1] {
				out[i] = max(out[i], levels[(c*in[1]+y*p.Stride[0]+dy)*in[2]+x*p.Stride[1]+dx])
			}
		}
	}
	return out
}

package ttfs

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// calibrate runs the network with open windows on samples, and gives each
// layer the window that its largest activation asks for.
func (v *converter) calibrate(o Options) error {
	for _, s := range v.shifts {
		s.before.Bias.Data[0], s.after.Bias.Data[0] = 0, 0
	}
	c := newCompiler(v.net.Input)
	c.open, c.relays = true, v.c.relays
	for _, n := range v.net.Nodes {
		if err := c.node(n); err != nil {
			return err
		}
	}
	seen, err := c.simulator(v.net.Output()).extents(o)
	if err != nil {
		return err
	}
	for _, s := range v.shifts {
		e := seen[s.neurons]
		low, high := e.margins(o.Margin)
		low32 := float32(low)
		if float64(low32) > low {
			low32 = math.Nextafter32(low32, float32(math.Inf(-1)))
		}
		s.before.Bias.Data[0], s.after.Bias.Data[0] = -low32, low32
		e.high = (high - float64(low32)) / o.Margin // the room is in high already
		seen[s.neurons] = e
	}
	v.prune()
	return v.assign(seen, o)
}

// extents shows the samples and returns the values of each layer of neurons.
func (s *Simulator) extents(o Options) (map[string]extent, error) {
	x := o.Samples
	perSample, failed := make([][]extent, x.B), make([]int, x.B)
	if err := s.reads("calibration", x); err != nil {
		return nil, err
	}
	o.Pool.For(x.B, 1, func(lo, hi int) {
		st := s.states.Get().(*state)
		scores := make([]float64, s.out.shape.Size())
		for b := lo; b < hi; b++ {
			clear(st.ranges)
			failed[b] = s.sample(st, x.Row(b), scores)
			perSample[b] = append([]extent(nil), st.ranges...)
		}
		s.states.Put(st)
	})
	if err := s.failure("calibration", failed); err != nil {
		return nil, err
	}
	seen := map[string]extent{}
	for i, layer := range s.c.layers {
		if !layer.Fires {
			continue
		}
		var all extent
		for _, ranges := range perSample {
			all.join(ranges[i])
		}
		if !(math.Abs(all.low) < unlimited && math.Abs(all.high) < unlimited) {
			return nil, fault.Fault{Pkg: "convert/ttfs", Subject: fmt.Sprintf("layer %q", layer.Layer), Fact: fmt.Sprintf("its values go from %v to %v on the calibration samples", all.low, all.high)}
		}
		seen[layer.Layer] = all
	}
	return seen, nil
}

// prune drops shifts by nothing.
func (v *converter) prune() {
	drop := map[string]string{}
	var kept []model.Node
	for _, n := range v.net.Nodes {
		for i, in := range n.Inputs {
			if to, ok := drop[in]; ok {
				n.Inputs[i] = to
			}
		}
		if a, ok := n.Op.(*model.Affine); ok && v.nothing(a) && n.Name != v.net.Output() {
			drop[n.Name] = n.Inputs[0]
			continue
		}
		kept = append(kept, n)
	}
	v.net.Nodes = kept
}

// nothing says that an affine layer is a shift by zero.
func (v *converter) nothing(a *model.Affine) bool {
	for _, s := range v.shifts {
		if a == s.before || a == s.after {
			return a.Bias.Data[0] == 0
		}
	}
	return false
}

// assign lays the windows end to end: a layer's begins when the last of those
// it reads has ended.
func (v *converter) assign(seen map[string]extent, o Options) error {
	c := newCompiler(v.net.Input)
	for _, n := range v.net.Nodes {
		if op, ok := n.Op.(*model.FirstSpike); ok {
			op.TMin, op.TMax = 0, op.Window()
			if e := seen[n.Name]; !op.Clip {
				op.TMax = windowOf(o.Margin*e.high, c.wires[n.Inputs[0]].end)
			}
			op.TMin += c.wires[n.Inputs[0]].end
			op.TMax += op.TMin
			op.TimeBits = o.TimeBits
		}
		if err := c.node(n); err != nil {
			return err
		}
	}
	return nil
}

// Samples copies rows of a batch, one step each, behind those of dst, which may be nil.
func Samples(dst, x *signal.Signal) *signal.Signal {
	if dst == nil {
		dst = &signal.Signal{T: 1, Shape: x.Shape}
	}
	dst.B += x.B
	dst.F = append(dst.F, x.F[:x.B*x.N()]...)
	return dst
}

package lava

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// chain is a network of first spike times, layer by layer, before rounding.
type chain struct {
	input  timedInput
	stages []stage
}

// stage is a synapse and the neurons behind it.
type stage struct {
	name, synapse string
	from, shape   []int // on the chip
	conv          *quant.Conv
	weight        []float64 // what an activation of 1 adds to V, in the order of the synapse's weights
	bias          []float64 // one a neuron
	in, out       window    // out is the zero window where potentials are read
	paths         *paths
	pool          bool // neurons that pass on the first spike of a window; no numbers
}

// newChain reads a network, or refuses all that has no form, layer by layer.
func newChain(n *model.Network, target string, o chip.TimedOptions) (*chain, error) {
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	if err := refuseTimed(n, target, o.TimeBits); err != nil {
		return nil, err
	}
	r := &chainReader{shapes: shapes, bits: o.TimeBits, chain: &chain{}, gain: uniform(n.Input.Size(), 1), rest: make([]float64, n.Input.Size()), from: onChip(n.Input)}
	for i := range n.Nodes {
		node := &n.Nodes[i]
		if fact := r.node(node); fact != "" {
			r.faults.AddError(timedFault(node, target, fact, ""))
			break // what follows depends on it
		}
	}
	if fact := r.finish(); fact != "" && r.faults.Len() == 0 {
		r.faults.AddError(timedFault(&n.Nodes[len(n.Nodes)-1], target, fact, ""))
	}
	return r.chain, r.faults.Err()
}

// onChip is a shape with three axes, which depthwise synapses need.
func onChip(s []int) []int {
	out := append([]int(nil), s...)
	for len(out) < mapAxes {
		out = append(out, 1)
	}
	return out
}

func uniform(n int, v float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// chainReader walks the layers. A value of the source is gain·x + rest, with x
// the input, or the activation of a neuron.
type chainReader struct {
	chain      *chain
	shapes     map[string]model.Shape
	bits       int
	faults     fault.List
	spikes     bool // the input has become spikes
	gain, rest []float64
	from       []int
	win        window
	wait       *stage   // a synapse without neurons so far
	sums       *average // a pool that no synapse has read so far
}

// node takes the next layer; what it returns is why it cannot.
func (r *chainReader) node(n *model.Node) string {
	switch op := n.Op.(type) {
	case *model.Flatten, *model.Reshape:
		return r.reshape(n)
	case *model.Pool2d:
		return r.pool(n, op)
	case *model.Linear:
		return r.begin(n, op.Weight, op.Bias, nil)
	case *model.Conv2d:
		return r.begin(n, op.Weight, op.Bias, &quant.Conv{
			Weight: quant.Tensor{Shape: append([]int(nil), op.Weight.Shape...)}, Stride: op.Stride, Padding: op.Padding, Dilation: op.Dilation, Groups: op.Groups,
		})
	case *model.BatchNorm:
		w, b := make([]float64, op.Channels), make([]float64, op.Channels)
		for c := range op.Channels {
			w[c] = float64(op.Weight.Data[c]) / math.Sqrt(float64(op.Var.Data[c])+op.Eps)
			b[c] = float64(op.Bias.Data[c]) - w[c]*float64(op.Mean.Data[c])
		}
		return r.affine(n, w, b)
	case *model.Affine:
		return r.affine(n, doubles(op.Weight), doubles(op.Bias))
	case *model.Scale:
		return r.affine(n, doubles(op.Factor), []float64{0})
	case *model.FirstSpike:
		return r.neurons(n, op)
	}
	return "" // dropout; all else is refused before
}

func doubles(t *model.Tensor) []float64 {
	out := make([]float64, len(t.Data))
	for i, v := range t.Data {
		out[i] = float64(v)
	}
	return out
}

// reshape gives the values another shape in the same (C, H, W) order.
func (r *chainReader) reshape(n *model.Node) string {
	shape := r.shapes[n.Name]
	switch {
	case !r.spikes: // the shape of the values shown stays that of the input
	case r.wait != nil && len(shape) != 1:
		return "gives currents the shape of maps"
	case r.wait == nil && r.sums == nil:
		r.from = onChip(shape)
	}
	return ""
}

// affine is y = w·x + b of values, or of the currents of a synapse.
func (r *chainReader) affine(n *model.Node, w, b []float64) string {
	size := r.shapes[n.Name].Size()
	at := func(a []float64, i int) float64 { return a[i/(size/len(a))] }
	if s := r.wait; s != nil {
		each := len(s.weight) / s.channels()
		if len(w) > s.channels() {
			return "has a factor for each neuron of a convolution"
		}
		for i := range s.weight {
			s.weight[i] *= at(w, i/each*(size/s.channels()))
		}
		for i := range s.bias {
			s.bias[i] = at(w, i)*s.bias[i] + at(b, i)
		}
		return ""
	}
	if r.sums != nil {
		return "follows a pool that no synapse has read"
	}
	for i := range r.gain {
		r.gain[i], r.rest[i] = at(w, i)*r.gain[i], at(w, i)*r.rest[i]+at(b, i)
	}
	return ""
}

// channels is the number of rows of the weights.
func (s *stage) channels() int { return s.shape[0] }

// begin starts a stage with a synapse. Constants of what it reads become part of
// the bias, factors part of the weights.
func (r *chainReader) begin(n *model.Node, weight, bias *model.Tensor, conv *quant.Conv) string {
	s := &stage{name: n.Name, synapse: n.Name, from: r.from, shape: onChip(r.shapes[n.Name]), conv: conv, weight: doubles(weight), in: r.win}
	if fact := r.take(s); fact != "" {
		return fact
	}
	s.paths = newPaths(s)
	s.bias = make([]float64, quant.Len(s.shape))
	if bias != nil {
		for i := range s.bias {
			s.bias[i] = float64(bias.Data[i*s.channels()/len(s.bias)])
		}
	}
	for from, q := range r.rest {
		if q != 0 {
			s.paths.each(from, func(to, k int32) { s.bias[to] += q * s.weight[k] })
		}
	}
	r.wait = s
	return s.multiply(r.gain)
}

// take makes the sums of a pool part of the synapse that reads them.
func (r *chainReader) take(s *stage) (fact string) {
	if r.sums == nil {
		return ""
	}
	if s.conv == nil {
		s.weight = r.sums.dense(s.from, s.weight)
	} else {
		s.conv, s.weight, fact = r.sums.kernel(s.from, s.conv, s.weight)
	}
	r.sums = nil
	return fact
}

// multiply takes the factors of what is read into the weights.
func (s *stage) multiply(gain []float64) string {
	gains := uniform(len(s.weight), math.NaN())
	fact := ""
	for from, g := range gain {
		s.paths.each(from, func(_, k int32) {
			if !math.IsNaN(gains[k]) && gains[k] != g {
				fact = "reads values with a factor for each neuron, which no kernel holds"
			}
			gains[k] = g
		})
	}
	for k, g := range gains {
		if !math.IsNaN(g) { // a weight that only meets padding stays
			s.weight[k] *= g
		}
	}
	return fact
}

// neurons closes the waiting synapse, or turns the input into spikes.
func (r *chainReader) neurons(n *model.Node, op *model.FirstSpike) string {
	bits := r.bits
	if bits == 0 {
		bits = op.TimeBits
	}
	w := window{op.Window(), 1 << bits}
	if r.wait == nil {
		if fact := r.inputSpikes(w); fact != "" {
			return fact
		}
	} else {
		r.wait.name, r.wait.out = n.Name, w
		r.chain.stages = append(r.chain.stages, *r.wait)
		r.from, r.wait = r.wait.shape, nil
	}
	size := quant.Len(r.from)
	r.spikes, r.win, r.gain, r.rest = true, w, uniform(size, 1), make([]float64, size)
	return ""
}

// inputSpikes says when a value of the input fires: g·x + r is its activation.
func (r *chainReader) inputSpikes(w window) string {
	g, rest := r.gain[0], r.rest[0]
	for i := range r.gain {
		if r.gain[i] != g || r.rest[i] != rest {
			return "reads values scaled or shifted by channel, and the input has one code"
		}
	}
	if !(g > 0) {
		return fmt.Sprintf("reads the input times %v: a larger value must fire earlier", g)
	}
	r.chain.input = timedInput{low: -rest / g, span: w.length / g, ticks: w.ticks, shape: r.from}
	return ""
}

// finish ends the chain: currents of the last synapse are read as potentials,
// the times of neurons as they are.
func (r *chainReader) finish() string {
	if r.wait != nil {
		r.chain.stages = append(r.chain.stages, *r.wait)
		return ""
	}
	if r.sums != nil {
		return "scores that are sums of spikes"
	}
	for i, g := range r.gain {
		if g != r.gain[0] || r.rest[i] != r.rest[0] || !(g > 0) {
			return "scores that are scaled or shifted neuron by neuron behind the last spikes"
		}
	}
	return ""
}

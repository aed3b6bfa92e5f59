package convert

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
)

// Canonical returns a network that computes the same up to rounding, in the
// form that conversions read, and what was done to get there:
//
//   - dropout is left out;
//   - batch-norm, scale and affine layers are folded into the synapses before
//     or after them. What has no synapse to go to (a shift in front of a padded
//     convolution, which is missing at the border) stays as an affine layer;
//   - a max-pool stands behind its activation, never before it;
//   - a leaky or parametric ReLU is the difference of two ReLUs;
//   - a ReLU that sees nothing negative is left out, but one stands in front of
//     a max-pool that would read the average or sum of activations: spiking
//     neurons pass them on.
//
// The network given stays as it is; arrays that did not change are shared.
func Canonical(n *model.Network) (*model.Network, []Change, error) {
	g, err := newGraph(n)
	if err != nil {
		return nil, nil, err
	}
	for _, rewrite := range []func(*graph) bool{dropDropout, normToAffine, splitLeaky} {
		for rewrite(g) {
			if err := g.infer(); err != nil {
				return nil, nil, fmt.Errorf("convert: %w", err)
			}
		}
	}
	again := []func(*graph) bool{foldBack, mergeAffine, dropIdentity, foldForward, poolBehind, dropRedundant}
	for k := 0; k < len(again); {
		if !again[k](g) {
			k++
			continue
		}
		k = 0
		if err := g.infer(); err != nil {
			return nil, nil, fmt.Errorf("convert: %w", err)
		}
	}
	for relay(g) {
		if err := g.infer(); err != nil {
			return nil, nil, fmt.Errorf("convert: %w", err)
		}
	}
	return g.Network, g.changes, g.check()
}

// check refuses what no conversion can take, all at once.
func (g *graph) check() error {
	var faults fault.List
	for _, n := range g.Nodes {
		fact, hint := "", ""
		switch op := n.Op.(type) {
		case *model.Neuron:
			fact, hint = "spikes already", "convert a network of ReLUs"
		case *model.Rectifier:
			if op.Func == model.Clip && !(op.Low == 0 && op.High > 0) {
				fact, hint = fmt.Sprintf("clips to %v..%v", op.Low, op.High), "a clip must go from 0 to a positive number"
			}
		}
		for _, p := range n.Op.Params() {
			for _, v := range p.Tensor.Data {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					fact, hint = fmt.Sprintf("%s holds %v", p.Name, v), ""
				}
			}
		}
		if fact != "" {
			faults.Add(fault.Fault{Pkg: "convert", Subject: fmt.Sprintf("layer %q", n.Name), Fact: fact, Hint: hint, Pos: n.Pos})
		}
	}
	return faults.Err()
}

func dropDropout(g *graph) bool {
	for i, n := range g.Nodes {
		if _, ok := n.Op.(*model.Dropout); ok && g.bypass(i) {
			g.note(n.Name, "", "left out: dropout is for training")
			return true
		}
	}
	return false
}

// normToAffine writes batch-norm and scale layers as affine ones:
// y = γ(x − μ)/√(σ² + ε) + β.
func normToAffine(g *graph) bool {
	for i, n := range g.Nodes {
		switch op := n.Op.(type) {
		case *model.BatchNorm:
			a := &model.Affine{Weight: model.NewTensor(op.Channels), Bias: model.NewTensor(op.Channels)}
			for c := range op.Channels {
				w := float64(op.Weight.Data[c]) / math.Sqrt(float64(op.Var.Data[c])+op.Eps)
				a.Weight.Data[c] = float32(w)
				a.Bias.Data[c] = float32(float64(op.Bias.Data[c]) - w*float64(op.Mean.Data[c]))
			}
			g.Nodes[i].Op = a
			return true
		case *model.Scale:
			g.Nodes[i].Op = &model.Affine{Weight: op.Factor, Bias: model.Scalar(0)}
			return true
		}
	}
	return false
}

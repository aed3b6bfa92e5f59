package quant

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
)

// begin starts a layer with a synapse; one that still waits for neurons is refused.
func (p *planner) begin(n *model.Node, weight, bias *model.Tensor, out int) *Layer {
	if p.layer != nil {
		p.refuse(n.Name, Refusal{fmt.Sprintf("follows %q without neurons between", p.layer.Synapse), "put neurons between two synapses"})
	}
	a := p.plan.Arithmetic
	latency := a.First
	if p.source != InputName {
		latency = max(a.Next, p.delay)
		if latency > a.Most {
			p.refuse(n.Name, Refusal{fmt.Sprintf("spikes that arrive %d steps late", p.delay), "set delay: 0"})
		}
	}
	p.layer = &Layer{
		Synapse: n.Name, Source: p.source, From: p.from, Latency: latency, Pool: p.pool, Factor: p.factor,
		Weight: widen(weight), Out: out,
	}
	if bias != nil {
		p.layer.Bias = widen(bias)
	}
	return p.layer
}

func (p *planner) linear(n *model.Node, op *model.Linear) {
	l := p.begin(n, op.Weight, op.Bias, op.Out)
	l.Shape = []int{op.Out}
	if p.plan.Arithmetic.AsConv { // the kernel of the whole map
		l.Shape = []int{op.Out, 1, 1}
		from := p.poolShape(l.From)
		l.Conv = &Conv{
			Weight: Tensor{Shape: []int{op.Out, from[0], from[1], from[2]}},
			Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1,
		}
	}
}

// poolShape is a shape behind the waiting pool.
func (p *planner) poolShape(s []int) []int {
	if p.pool < 2 {
		return s
	}
	return []int{s[0], s[1] / p.pool, s[2] / p.pool}
}

func (p *planner) conv(n *model.Node, op *model.Conv2d) {
	l := p.begin(n, op.Weight, op.Bias, op.Out)
	l.Shape = append([]int(nil), p.shapes[n.Name]...)
	l.Conv = &Conv{
		Weight: Tensor{Shape: append([]int(nil), op.Weight.Shape...)},
		Stride: op.Stride, Padding: op.Padding, Dilation: op.Dilation, Groups: op.Groups,
	}
}

// affine is y = weight·x + bias, of one value or one a channel.
type affine struct{ weight, bias []float64 }

func batchNorm(op *model.BatchNorm) affine {
	a := affine{make([]float64, op.Channels), make([]float64, op.Channels)}
	for c := range op.Channels {
		w := float64(op.Weight.Data[c]) / math.Sqrt(float64(op.Var.Data[c])+op.Eps)
		a.weight[c], a.bias[c] = w, float64(op.Bias.Data[c])-w*float64(op.Mean.Data[c])
	}
	return a
}

// fold takes an affine layer into the synapse before it.
func (p *planner) fold(n *model.Node, a affine) {
	l := p.layer
	switch {
	case p.plan.Trained:
		p.refuse(n.Name, Refusal{n.Op.Kind() + " while training in integers", "leave it out"})
	case l == nil:
		p.refuse(n.Name, Refusal{n.Op.Kind() + " without a synapse before it", "put it behind a linear or conv2d layer"})
	case len(a.weight) != 1 && len(a.weight) != l.Out || len(a.bias) != 1 && len(a.bias) != l.Out:
		p.refuse(n.Name, Refusal{n.Op.Kind() + " with a value for each neuron", "one a channel folds into the weights"})
	default:
		each := len(l.Weight) / l.Out
		for i := range l.Weight {
			l.Weight[i] *= a.weight[i/each*len(a.weight)/l.Out]
		}
		if l.Bias == nil {
			l.Bias = make([]float64, l.Out)
		}
		l.Bias = zip(zip(l.Bias, a.weight, mul), a.bias, func(x, b float64) float64 { return x + b })
	}
}

func mul(a, b float64) float64 { return a * b }

// scale takes a factor on spikes into what reads them, on currents into the synapse.
func (p *planner) scale(n *model.Node, op *model.Scale) {
	if p.layer != nil {
		p.fold(n, affine{widen(op.Factor), []float64{0}})
		return
	}
	if p.plan.Trained || len(op.Factor.Data) != 1 || p.source == InputName {
		p.refuse(n.Name, Refusal{"graded spikes", "leave scale out, or give it one factor"})
		return
	}
	p.factor *= float64(op.Factor.Data[0])
}

// sumPool takes a pool of spikes.
func (p *planner) sumPool(n *model.Node, op *model.Pool2d) {
	k := op.Size[0]
	switch {
	case p.layer != nil:
		p.refuse(n.Name, Refusal{op.Kind() + " of currents", "put it behind the neurons, or use a stride"})
	case !p.plan.Arithmetic.SumPool || op.Mode != model.PoolAvg && op.Mode != model.PoolSum:
		p.refuse(n.Name, Refusal{op.Kind(), "use a convolution with a stride"})
	case op.Size != [2]int{k, k} || op.Stride != op.Size || op.Padding != [2]int{} || op.Extra != [2]int{} || p.pool != 0 || p.source == InputName:
		p.refuse(n.Name, Refusal{fmt.Sprintf("%s of %v with stride %v", op.Kind(), op.Size, op.Stride), "pool square windows side by side, once behind neurons"})
	default:
		if p.pool = k; op.Mode == model.PoolAvg {
			p.factor /= float64(k * k)
		}
	}
}

func widen(t *model.Tensor) []float64 {
	out := make([]float64, len(t.Data))
	for i, v := range t.Data {
		out[i] = float64(v)
	}
	return out
}

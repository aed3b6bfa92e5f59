package quant

import "github.com/snntrain/snntrain/model"

// Integers rounds a network onto a target's grid: the integer network, and
// what was rounded. All that the target cannot compute is reported at once.
func Integers(n *model.Network, a Arithmetic, o model.Quantization) (*IntNet, *Account, error) {
	p, err := NewPlan(n, a, o, n.Record.Quantize != nil)
	if err != nil {
		return nil, nil, err
	}
	net, account := p.Net(n.Dt)
	return net, account, net.Validate()
}

// Account is what quantization did.
type Account struct {
	Layers  []LayerAccount `json:"layers"`
	Notes   []string       `json:"notes,omitempty"` // what the target computes differently
	Latency int            `json:"latency"`         // ticks from the input to the output of the last layer
	From    int            `json:"from"`            // first tick whose output counts
	Unit    float64        `json:"unit"`            // what 1 of the output's potential stands for; 0 where spikes are read
	// Integrates says that the output's potential is the sum of the last
	// synapse's currents, which the network reads.
	Integrates bool    `json:"integrates,omitempty"`
	Input      Input   `json:"input"`
	InputOver  float64 `json:"input_clipped,omitempty"` // share of input values beyond the grid, where samples were looked at
}

// LayerAccount is what quantization did to a layer.
type LayerAccount struct {
	Layer     string  `json:"layer"`
	Synapse   string  `json:"synapse"`
	Weights   int     `json:"weights"`
	Min       int32   `json:"min"` // least and greatest weight
	Max       int32   `json:"max"`
	Levels    int     `json:"levels"`  // different weights in use
	Clipped   float64 `json:"clipped"` // share of weights beyond the grid
	Error     float64 `json:"error"`   // root mean square of the change over that of the weights
	Zero      float64 `json:"zero"`    // share of weights that are 0
	Threshold int32   `json:"threshold"`
	Exponent  int     `json:"exponent"`
	Scale     float64 `json:"scale"` // potential of the chip over that of the network, in thresholds
	BiasOver  int     `json:"bias_clipped"`
	Latency   int     `json:"latency"`
}

// Net is the integer network of a plan with the weights that it holds.
func (p *Plan) Net(dt float64) (*IntNet, *Account) {
	net := &IntNet{Input: p.Input}
	acc := &Account{Notes: p.Notes, Input: p.Input}
	for i := range p.Layers {
		l := &p.Layers[i]
		n := p.Numbers(l, l.Weight, l.Bias)
		p.add(net, l, n)
		acc.add(l, n)
		if i == len(p.Layers)-1 && !l.Dynamics.Fires {
			acc.Integrates = l.Name == l.Synapse
			acc.Unit = 1 / (n.K[0] * float64(int(1)<<p.Arithmetic.Unit))
		}
	}
	acc.From = acc.Latency
	if p.Trained { // the way through the layers is part of what was trained
		acc.From = p.Layers[0].Latency
	}
	net.Output = p.Layers[len(p.Layers)-1].Name
	if dt != 1 {
		net.Dt = dt
	}
	return net, acc
}

// add appends a layer's synapses and population, and the sum pool before them.
func (p *Plan) add(net *IntNet, l *Layer, n *Numbers) {
	source, from := l.Source, l.From
	if l.Pool > 1 {
		source, from = l.pool(net)
	}
	s := Synapses{Name: l.Synapse, From: source, To: l.Name, Latency: l.Latency, Exponent: n.Exponent, Bits: p.bits()}
	if l.Conv != nil {
		c := *l.Conv
		c.Weight = NewTensor(n.Weights, c.Weight.Shape...)
		s.Conv, s.Range = &c, p.Arithmetic.ConvSum
	} else {
		s.Dense = &Dense{Weight: NewTensor(n.Weights, l.Out, Len(from))}
	}
	net.Synapses = append(net.Synapses, s)
	net.Populations = append(net.Populations, Population{Name: l.Name, Shape: l.Shape, Spiking: l.RuleOf(n)})
}

// bits is the size of a weight.
func (p *Plan) bits() int {
	g := p.Layers[0].Grid
	return Range{Min: g.Min, Max: g.Max}.Bits()
}

// pool adds the population that sums the spikes of windows.
func (l *Layer) pool(net *IntNet) (string, []int) {
	k, c := l.Pool, l.From[0]
	ones := Tensor{Shape: []int{c, 1, k, k}, Data: make([]int32, c*k*k)}
	for i := range ones.Data {
		ones.Data[i] = 1
	}
	most := int32(min(int64(k*k)*net.MaxValue(l.Source), 1<<20)) // nothing saturates
	name, shape := l.Source+".pool", []int{c, l.From[1] / k, l.From[2] / k}
	net.Synapses = append(net.Synapses, Synapses{Name: name, From: l.Source, To: name, Conv: &Conv{
		Weight: ones, Stride: [2]int{k, k}, Dilation: [2]int{1, 1}, Groups: c,
	}})
	net.Populations = append(net.Populations, Population{
		Name: name, Shape: shape, Activation: &Activation{Range: Range{Max: most, Overflow: Saturate}},
	})
	return name, shape
}

// Count says how the weights use their grid.
func (a *LayerAccount) Count(weights []int32) {
	levels, zeros := map[int32]bool{}, 0
	for _, w := range weights {
		a.Min, a.Max = min(a.Min, w), max(a.Max, w)
		levels[w] = true
		if w == 0 {
			zeros++
		}
	}
	a.Levels, a.Zero = len(levels), float64(zeros)/float64(len(weights))
}

func (a *Account) add(l *Layer, n *Numbers) {
	out := LayerAccount{
		Layer: l.Name, Synapse: l.Synapse, Weights: len(n.Weights), Clipped: float64(n.Clipped) / float64(len(n.Weights)), Error: n.Error,
		Threshold: n.Threshold[0], Exponent: n.Exponent, Scale: n.K[0], BiasOver: n.BiasOver, Latency: l.Latency,
	}
	out.Count(n.Weights)
	a.Layers = append(a.Layers, out)
	a.Latency += l.Latency
}

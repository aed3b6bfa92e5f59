package layers

import (
	"math"
	"math/rand/v2"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/model"
)

// Init is a way to draw starting weights.
type Init struct {
	Name, Doc string
	Options   func() any
	// Draw fills w from fan-in, fan-out and what the neurons behind it are.
	Draw func(options any, r *rand.Rand, f fan, w []float32) error
}

// fan is what an initialization knows about a synapse.
type fan struct {
	in, out int
	name    string
	post    *model.Neuron // the neurons that the synapse feeds; nil = none
	dt      float64
}

// defaultInit is PyTorch's, which the published results of most frameworks start from.
const defaultInit = "fan-in"

// Inits lists the initializations.
func Inits() *registry.Registry[Init] {
	r := registry.New[Init]("initialization")
	for _, i := range []Init{
		uniformInit("fan-in", "uniform in ±gain/√fan_in (PyTorch's default for linear and conv2d)", func(f fan) float64 { return 1 / math.Sqrt(float64(f.in)) }),
		uniformInit("kaiming-uniform", "uniform in ±gain·√(6/fan_in) (He et al. 2015)", func(f fan) float64 { return math.Sqrt(6 / float64(f.in)) }),
		normalInit("kaiming-normal", "normal, standard deviation gain·√(2/fan_in) (He et al. 2015)", func(f fan) float64 { return math.Sqrt(2 / float64(f.in)) }),
		uniformInit("xavier-uniform", "uniform in ±gain·√(6/(fan_in+fan_out)) (Glorot & Bengio 2010)", func(f fan) float64 { return math.Sqrt(6 / float64(f.in+f.out)) }),
		normalInit("xavier-normal", "normal, standard deviation gain·√(2/(fan_in+fan_out)) (Glorot & Bengio 2010)", func(f fan) float64 { return math.Sqrt(2 / float64(f.in+f.out)) }),
		fluctuationInit(),
		constantInit(),
	} {
		r.Add(i.Name, i)
	}
	return r
}

type gainOptions struct {
	Gain float64 `yaml:"gain" validate:"gt=0" doc:"factor"`
}

func uniformInit(name, doc string, bound func(fan) float64) Init {
	return Init{
		Name: name, Doc: doc, Options: func() any { return &gainOptions{Gain: 1} },
		Draw: func(o any, r *rand.Rand, f fan, w []float32) error {
			a := o.(*gainOptions).Gain * bound(f)
			for i := range w {
				w[i] = float32((2*r.Float64() - 1) * a)
			}
			return nil
		},
	}
}

func normalInit(name, doc string, sd func(fan) float64) Init {
	return Init{
		Name: name, Doc: doc, Options: func() any { return &gainOptions{Gain: 1} },
		Draw: func(o any, r *rand.Rand, f fan, w []float32) error {
			a := o.(*gainOptions).Gain * sd(f)
			for i := range w {
				w[i] = float32(r.NormFloat64() * a)
			}
			return nil
		},
	}
}

type constantOptions struct {
	Value float64 `yaml:"value" doc:"every weight"`
}

func constantInit() Init {
	return Init{
		Name: "constant", Doc: "one value for every weight", Options: func() any { return &constantOptions{} },
		Draw: func(o any, _ *rand.Rand, _ fan, w []float32) error {
			for i := range w {
				w[i] = float32(o.(*constantOptions).Value)
			}
			return nil
		},
	}
}

// pendingInit is a synapse whose weights are drawn when the whole network is known.
type pendingInit struct {
	weight, bias *model.Tensor
	in, out      int
	post         *model.Neuron // that the synapse feeds; nil = found behind it
	section      config.Section
	kind         Init
	options      any
}

// later decodes how a synapse starts and remembers to do it.
func (b *Builder) later(weight, bias *model.Tensor, in, out int, s config.Section) {
	b.laterTo(nil, pendingInit{weight: weight, bias: bias, in: in, out: out}, s)
}

// laterTo is later for a synapse on neurons that are known already.
func (b *Builder) laterTo(post *model.Neuron, p pendingInit, s config.Section) {
	inits := Inits()
	kind, err := inits.Get(s.Kind(inits.Names()...))
	if err != nil {
		return // recorded by Kind
	}
	p.post, p.section, p.kind, p.options = post, s, kind, kind.Options()
	s.Decode(p.options)
	b.inits = append(b.inits, p)
}

// initialize draws all weights; each layer has a stream of its own, keyed by
// its name. Biases start like fan-in weights, or at zero.
func (b *Builder) initialize() {
	for _, p := range b.inits {
		node := b.owner(p.weight)
		if node == nil {
			continue
		}
		r := rng.New(rng.Key(b.Seed, rng.Name(node.Name)), rng.Init)
		f := fan{in: p.in, out: p.out, name: node.Name, post: p.post, dt: b.net.Dt}
		if f.post == nil {
			f.post = b.behind(node.Name)
		}
		if err := p.kind.Draw(p.options, r, f, p.weight.Data); err != nil {
			p.section.Fault("", err.Error(), "")
		}
		if p.bias != nil && p.kind.Name == defaultInit {
			bound := 1 / math.Sqrt(float64(p.in))
			for i := range p.bias.Data {
				p.bias.Data[i] = float32((2*r.Float64() - 1) * bound)
			}
		}
	}
}

// owner is the node whose op holds a weight.
func (b *Builder) owner(w *model.Tensor) *model.Node {
	for i := range b.net.Nodes {
		for _, p := range b.net.Nodes[i].Op.Params() {
			if p.Tensor == w {
				return &b.net.Nodes[i]
			}
		}
	}
	return nil
}

// behind is the first neuron layer that a node feeds, through layers that only shape.
func (b *Builder) behind(name string) *model.Neuron {
	for _, n := range b.net.Nodes {
		for _, in := range n.Inputs {
			if in != name {
				continue
			}
			switch op := n.Op.(type) {
			case *model.Neuron:
				return op
			case *model.Linear, *model.Conv2d:
				return nil
			default:
				return b.behind(n.Name)
			}
		}
	}
	return nil
}

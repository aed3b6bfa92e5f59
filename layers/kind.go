package layers

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// Kind is a kind of layer that a config can name.
type Kind struct {
	Name, Doc string
	// Options returns the kind's own keys, filled with defaults.
	Options func() any
	// Build makes the op from decoded options and the shapes it reads.
	Build func(b *Builder, s config.Section, options any, in []model.Shape) (model.Op, error)
	// Needs1D says that a sample of more axes is flattened first.
	Needs1D bool
}

// Common are the keys of every layer.
type Common struct {
	Kind  string   `yaml:"kind" validate:"required" doc:"what the layer is"`
	Name  string   `yaml:"name,omitempty" doc:"name for input:, files and reports; kind and number when left out"`
	Input []string `yaml:"input,omitempty" doc:"names of the layers it reads; the layer before when left out"`
}

// Kinds lists every kind of layer.
func Kinds() *registry.Registry[Kind] {
	r := registry.New[Kind]("layer kind")
	for _, k := range []Kind{
		linearKind(), conv2dKind(), poolKind(model.PoolAvg), poolKind(model.PoolSum), poolKind(model.PoolMax), poolKind(model.PoolGated),
		flattenKind(), delayKind(), dropoutKind(), batchNormKind(), addKind(), scaleKind(),
		affineKind(), reluKind(), clipKind(), qcfsKind(), leakyReLUKind(), preluKind(),
		concatKind(), sliceKind(), padKind(), permuteKind(), reshapeKind(),
	} {
		r.Add(k.Name, k)
	}
	neurons := neuron.Builtin()
	for _, name := range neurons.Names() {
		n, _ := neurons.Get(name)
		r.Add(name, neuronKind(n))
	}
	return r
}

// Pair is a (height, width); one number means both.
type Pair [2]int

func (p Pair) atLeast(name string, low int) error {
	if p[0] < low || p[1] < low {
		return fmt.Errorf("%s %v is below %d", name, [2]int(p), low)
	}
	return nil
}

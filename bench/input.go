package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// seed decides everything random.
const seed = 1

// targetRate is the firing rate that W1 and W4 are scaled to, spikes per neuron and step.
const targetRate = 0.075

// newInput makes a batch.
func newInput(s Spec, dir string) (layers.Input, error) {
	in := layers.Input{X: &signal.Signal{}, Labels: make([]int, s.B), Keys: make([]uint64, s.B)}
	r := rand.New(rand.NewPCG(seed, 0))
	for b := range in.Labels {
		in.Labels[b], in.Keys[b] = r.IntN(s.Out), uint64(b)
	}
	switch s.Input {
	case "static":
		return in, readMNIST(in, s, dir)
	case "spikes":
		in.X.ResetSpikes(s.T, s.B, []int{s.In}, false)
		for row := range in.X.Rows() {
			for i := range s.In {
				if r.Float64() < s.Density {
					in.X.Fire(row, i)
				}
			}
		}
	default:
		in.X.ResetAnalog(s.T, s.B, []int{s.In}, false)
		for i := range in.X.F {
			in.X.F[i] = r.Float32()
		}
	}
	return in, nil
}

// readMNIST reads the first images of the training part, pixels in 0..1.
func readMNIST(in layers.Input, s Spec, dir string) error {
	if inside := filepath.Join(dir, "mnist"); dir != "" {
		if _, err := os.Stat(inside); err == nil { // a folder of several data sets
			dir = inside
		}
	}
	kind, err := datasets.Builtin().Get("mnist")
	if err != nil {
		return err
	}
	source, err := datasets.Open(kind, nil, datasets.Common{Name: "mnist", Dir: dir}, datasets.Train)
	if err != nil {
		return fmt.Errorf("bench: workload %s needs MNIST: %w", s.Name, err)
	}
	in.X.ResetAnalog(s.T, s.B, s.shape(), true)
	for b := range s.B {
		if in.Labels[b], err = source.At(b, in.X.Row(b)); err != nil {
			return err
		}
	}
	return nil
}

// shape is that of a sample at one step.
func (s Spec) shape() model.Shape {
	if s.Name == "W3" {
		return model.Shape{1, 28, 28}
	}
	return model.Shape{s.In}
}

// network is a workload's network, scaled to the target rate.
type network struct{ net *model.Network }

// layersOf is a config of nothing but layers.
type layersOf struct {
	Model []config.Section `yaml:"model" plug:"layer"`
}

func newNetwork(s Spec, in layers.Input, pool *par.Pool) (network, error) {
	var root layersOf
	text := "model: [" + s.model + "]"
	doc, err := config.Load(config.Options{Texts: []config.Text{{Name: "workload " + s.Name, YAML: []byte(text)}}}, &root)
	if err != nil {
		return network{}, err
	}
	doc.Root().Decode(&root)
	b := layers.Builder{Input: s.shape(), Dt: 1, Seed: seed}
	n := network{b.Build(root.Model)}
	if err := doc.Err(); err != nil {
		return n, err
	}
	switch s.Name {
	case "W3": // as they start the second layer is silent
		n.multiply("conv2d1", "weight", 2.05)
		n.multiply("conv2d2", "weight", 1.7)
	case "W4": // so that its activity does not feed on itself
		n.multiply("cuba-lif1", neuron.RecurrentWeight, 0.2)
	}
	if s.Name == "W1" || s.Name == "W4" {
		return n, n.scale(s, in, pool)
	}
	return n, nil
}

// multiply scales the starting values of an array, as the runs of the other frameworks do.
func (n network) multiply(layer, array string, by float32) {
	for _, p := range n.net.Node(layer).Op.Params() {
		for i := range p.Tensor.Data {
			if p.Name == array {
				p.Tensor.Data[i] *= by
			}
		}
	}
}

// scale multiplies the first weights, or a dense input, until the first layer
// of neurons fires at the target rate. A part of the steps is enough for that.
func (n network) scale(s Spec, in layers.Input, pool *par.Pool) error {
	weight := n.net.Nodes[0].Op.Params()[0].Tensor.Data
	first := append([]float32(nil), weight...)
	p, err := layers.Compile(n.net, layers.Options{Pool: pool, Readout: "sum"})
	if err != nil {
		return err
	}
	some := in
	some.X = in.X.Prefix(min(s.T, 100))
	low, high := float32(0), float32(64)
	for range 14 {
		gain := (low + high) / 2
		for i, w := range first {
			weight[i] = gain * w
		}
		p.Load()
		if _, err := p.Infer(some); err != nil {
			return err
		}
		if p.Activities()[0].Mean < targetRate {
			low = gain
		} else {
			high = gain
		}
	}
	scaled, factor := weight, low // below the target, for a recurrent layer jumps past it
	copy(weight, first)
	if s.Input == "dense" {
		scaled = in.X.F
	}
	for i := range scaled {
		scaled[i] *= factor
	}
	return nil
}

package pytorch

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/internal/torchfile"
	"github.com/snntrain/snntrain/model"
)

// The files of an exported directory.
const (
	StateFile   = "state.safetensors"
	ProgramFile = "model.py"
)

// NetworkKey is the metadata key of StateFile that describes AsRun, so that the
// directory can be imported without a config.
const NetworkKey = "snntrain.network"

// Effect is what a note is about.
type Effect string

// The effects of a difference.
const (
	Spikes   Effect = "spikes"   // other spikes
	Rounding Effect = "rounding" // the same in exact arithmetic; sums in another order
	Training Effect = "training" // the same spikes; other gradients when trained on
)

// Note is one difference between what was trained and what the framework runs.
type Note struct {
	Layer  string `json:"layer"`
	Effect Effect `json:"effect"`
	Text   string `json:"text"`
}

func (n Note) String() string { return fmt.Sprintf("layer %q: %s", n.Layer, n.Text) }

// Exported is a network for a framework.
type Exported struct {
	Framework string
	State     torchfile.File // the state dictionary
	Program   string         // a Python file
	AsRun     *model.Network // what the framework runs
	Notes     []Note
}

// framework is one that runs on PyTorch.
type framework struct {
	name    string
	title   string // in the Python file
	imports string
	begin   string                    // line before the loop over time
	neuron  func(b *builder, c *cell) // of the IF/LIF/CuBa family
	others  map[string]other          // by the name of the model here
}

// Frameworks lists them.
func Frameworks() []string { return frameworks().Names() }

func frameworks() *registry.Registry[framework] {
	return registry.New[framework]("framework").
		Add("snntorch", snnTorch()).
		Add("spikingjelly", spikingJelly())
}

// Export writes a network in a framework's terms, or says of every layer what
// the framework cannot express.
func Export(n *model.Network, name string) (*Exported, error) {
	f, err := frameworks().Get(name)
	if err != nil {
		return nil, err
	}
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	b := &builder{framework: f, net: n, shapes: shapes, names: newNames(), vars: map[string]string{model.InputName: "x_t"}}
	b.asRun = &model.Network{Input: n.Input, Dt: 1, Record: n.Record}
	for i := range n.Nodes {
		b.node(&n.Nodes[i])
	}
	if err := b.faults.Err(); err != nil {
		return nil, err
	}
	text, err := describeNetwork(b.asRun)
	if err != nil {
		return nil, err
	}
	e := &Exported{Framework: name, AsRun: b.asRun, Notes: b.notes, Program: b.program()}
	e.State = torchfile.File{Tensors: b.tensors, Meta: map[string]string{"format": "pt", NetworkKey: text}}
	return e, nil
}

// Write puts the files into a directory, each whole or not at all.
func (e *Exported) Write(dir string) error {
	raw, err := e.State.Encode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("pytorch: %w", err)
	}
	for name, content := range map[string][]byte{StateFile: raw, ProgramFile: []byte(e.Program)} {
		if err := renameio.WriteFile(filepath.Join(dir, name), content, 0o644, renameio.WithTempDir(dir)); err != nil {
			return fmt.Errorf("pytorch: %s: not written: %w", filepath.Join(dir, name), err)
		}
	}
	return nil
}

// builder collects the program, the state dictionary and what is to be said.
type builder struct {
	framework framework
	net       *model.Network
	shapes    map[string]model.Shape
	names     *names
	vars      map[string]string // layer → Python variable of its output in a step

	setup, states, steps []string // lines of __init__, before the loop, in it
	spiking              []string // layers whose spikes are recorded
	tensors              []torchfile.Tensor
	asRun                *model.Network
	notes                []Note
	faults               fault.List
}

func (b *builder) refuse(node *model.Node, fact, hint string) {
	b.faults.Add(fault.Fault{Pkg: "pytorch", Subject: fmt.Sprintf("layer %q", node.Name), Fact: fact, Hint: hint})
}

func (b *builder) note(node *model.Node, e Effect, format string, args ...any) {
	b.notes = append(b.notes, Note{node.Name, e, fmt.Sprintf(format, args...)})
}

func (b *builder) init(format string, args ...any) {
	b.setup = append(b.setup, fmt.Sprintf(format, args...))
}

func (b *builder) state(format string, args ...any) {
	b.states = append(b.states, fmt.Sprintf(format, args...))
}

func (b *builder) step(format string, args ...any) {
	b.steps = append(b.steps, fmt.Sprintf(format, args...))
}

// tensor adds an array to the state dictionary.
func (b *builder) tensor(key string, shape []int, data []float32) {
	b.tensors = append(b.tensors, torchfile.Tensor{Name: key, Shape: shape, DType: "float32", Floats: data})
}

func (b *builder) counter(key string, value int64) {
	b.tensors = append(b.tensors, torchfile.Tensor{Name: key, Shape: []int{}, DType: "int64", Ints: []int64{value}})
}

// node adds one layer.
func (b *builder) node(node *model.Node) {
	name := b.names.of(node.Name)
	if op, ok := node.Op.(*model.Neuron); ok {
		b.neuronNode(node, name, op)
	} else {
		b.plainNode(node, name)
	}
	b.vars[node.Name] = name
}

// input is the Python variable that a node reads.
func (b *builder) input(node *model.Node) string { return b.vars[node.Inputs[0]] }

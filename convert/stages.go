package convert

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
)

// StageKind is what a stage ends in.
type StageKind string

// The kinds.
const (
	StageReLU    StageKind = "relu"     // a ReLU, a clip from 0, or a QCFS activation
	StageMaxPool StageKind = "max-pool" // of the values of one stage or several, moved only
	StageOutput  StageKind = "output"   // the scores
)

// Stage is one layer that is not linear, or the output, with the linear layers
// between it and the stages it reads. These make, of the sources' values, the
// values that the stage takes in.
type Stage struct {
	Kind    StageKind
	Name    string // the layer; for the output its last linear layer
	Input   string // the layer whose values it takes in; for the output Name itself
	Shape   model.Shape
	High    float64     // of a clip, else +Inf
	QCFS    *model.QCFS // the activation, when it is one
	Linear  []string    // layers between, in the order of computation
	Sources []string    // stages it reads, or model.InputName, each once
}

// Stages lists the stages of a canonical network in the order of computation;
// the last is the output. A ReLU at the very end is no stage: the scores are
// what it reads. A max-pool of what is no stage's output is a fault.
func Stages(n *model.Network) ([]Stage, error) {
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	w := walker{net: n, ends: map[string]bool{model.InputName: true}}
	var out []Stage
	var faults fault.List
	for i, node := range n.Nodes {
		last := i == len(n.Nodes)-1
		s := Stage{Name: node.Name, Shape: shapes[node.Name], High: math.Inf(1)}
		switch op := node.Op.(type) {
		case *model.Rectifier:
			s.Kind, s.Input = StageReLU, node.Inputs[0]
			if op.Func == model.Clip {
				s.High = op.High
			}
			if last {
				s.Kind, s.Name, s.Input = StageOutput, node.Inputs[0], node.Inputs[0]
			}
		case *model.QCFS:
			s.Kind, s.Input, s.QCFS = StageReLU, node.Inputs[0], op
		case *model.Pool2d:
			if op.Mode == model.PoolMax {
				s.Kind, s.Input = StageMaxPool, node.Inputs[0]
			}
		}
		if s.Kind == "" && last {
			s.Kind, s.Input = StageOutput, node.Name
		}
		if s.Kind == "" {
			continue
		}
		s.Linear, s.Sources = w.between(s.Input)
		if fact := w.unfit(s); fact != "" {
			faults.Add(fault.Fault{Pkg: "convert", Subject: fmt.Sprintf("layer %q", node.Name), Fact: fact, Pos: node.Pos})
		}
		w.ends[s.Name] = true
		out = append(out, s)
		if last && s.Kind != StageOutput {
			out = append(out, Stage{Kind: StageOutput, Name: node.Name, Input: node.Name, Shape: s.Shape, High: s.High, Sources: []string{node.Name}})
		}
	}
	return out, faults.Err()
}

// walker collects the linear layers of a stage.
type walker struct {
	net  *model.Network
	ends map[string]bool // stages so far, and the input
}

// between lists the linear layers from the sources to name, name included.
func (w *walker) between(name string) (linear, sources []string) {
	wanted, source := map[string]bool{name: true}, map[string]bool{}
	for i := len(w.net.Nodes) - 1; i >= 0; i-- {
		n := w.net.Nodes[i]
		if !wanted[n.Name] || w.ends[n.Name] {
			continue
		}
		linear = append([]string{n.Name}, linear...)
		for _, in := range n.Inputs {
			wanted[in] = true
		}
	}
	for _, n := range append([]model.Node{{Name: model.InputName}}, w.net.Nodes...) {
		if wanted[n.Name] && w.ends[n.Name] && !source[n.Name] {
			source[n.Name] = true
			sources = append(sources, n.Name)
		}
	}
	return linear, sources
}

// unfit says why a max-pool cannot be a stage: what it pools must be values of
// stages, moved or joined only.
func (w *walker) unfit(s Stage) string {
	if s.Kind != StageMaxPool || len(s.Sources) == 1 && s.Sources[0] == model.InputName {
		return ""
	}
	for _, name := range s.Linear {
		switch n := w.net.Node(name); n.Op.(type) {
		case *model.Concat, *model.Flatten, model.Router:
		default:
			return fmt.Sprintf("takes the maximum of what %s %q gives, which can be negative or has no spikes; expected a ReLU before or after it", n.Op.Kind(), name)
		}
	}
	return ""
}

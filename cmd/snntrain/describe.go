package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/snntrain/snntrain/model"
)

// describeSetup says what is about to be trained.
func describeSetup(set *setup, out string, threads int) string {
	info := set.parts.Train.Info()
	validation := 0
	if set.parts.Validation != nil {
		validation = set.parts.Validation.Len()
	}
	return fmt.Sprintf("%s: %d training, %d validation, %d test samples of %v; %d steps\n%d parameters in %d layers; %d epochs of %d; %d threads; run directory %s",
		info.Name, set.parts.Train.Len(), validation, set.parts.Test.Len(), model.Shape(info.Shape), set.encoder.Steps(),
		set.network.CountParams(), len(set.network.Nodes), set.Train.Epochs, set.Train.Batch, threads, out)
}

// layerInfo is what inspect says of a layer.
type layerInfo struct {
	Name    string         `json:"name"`
	Kind    string         `json:"kind"`
	Inputs  []string       `json:"inputs"`
	Shape   model.Shape    `json:"shape"`
	Params  int            `json:"params"`
	MACs    int            `json:"macs"` // of one step with dense input
	Arrays  map[string]any `json:"arrays,omitempty"`
	Details string         `json:"details,omitempty"`
}

// layersOf lists the layers of a network with shapes, parameters and MACs.
func layersOf(n *model.Network) ([]layerInfo, error) {
	shapes, err := n.Shapes()
	if err != nil {
		return nil, err
	}
	var out []layerInfo
	for _, node := range n.Nodes {
		l := layerInfo{Name: node.Name, Kind: node.Op.Kind(), Inputs: node.Inputs, Shape: shapes[node.Name], Arrays: map[string]any{}}
		for _, p := range node.Op.Params() {
			if p.Trainable {
				l.Params += len(p.Tensor.Data)
			}
			l.Arrays[p.Name] = p.Tensor.Shape
		}
		l.MACs = macs(node, shapes)
		l.Details = details(node.Op)
		out = append(out, l)
	}
	return out, nil
}

// macs are the multiply-accumulates of a layer for one step with dense input; a batch norm folds into its neighbor.
func macs(node model.Node, shapes map[string]model.Shape) int {
	switch op := node.Op.(type) {
	case *model.Linear:
		return op.In * op.Out
	case *model.Neuron:
		if op.Recurrent != nil {
			return len(op.Recurrent.Weight.Data)
		}
	case *model.Conv2d:
		return len(op.Weight.Data) * shapes[node.Name][1] * shapes[node.Name][2]
	case *model.Affine, *model.Scale:
		return shapes[node.Name].Size()
	}
	return 0
}

// details says in words what a layer does beyond its kind.
func details(op model.Op) string {
	switch op := op.(type) {
	case *model.Neuron:
		return neuronDetails(op)
	case *model.Conv2d:
		return convDetails(op)
	case *model.Pool2d:
		return poolDetails(op)
	case *model.Rectifier:
		return rectifierDetails(op)
	case *model.FirstSpike:
		return fmt.Sprintf("fires once at most, from %.6g to %.6g", op.TMin, op.TMax)
	case *model.Delay:
		return delayDetails(op)
	case *model.Concat:
		return "concat along " + []string{"channel", "height", "width"}[op.Axis]
	case *model.Slice:
		return fmt.Sprintf("slice from %v, steps %v", op.Start, op.Step)
	case *model.Pad:
		return fmt.Sprintf("pad %v before, %v after", op.Before, op.After)
	case *model.Permute:
		return fmt.Sprintf("permute axes %v", op.Axes)
	case *model.Dropout:
		return fmt.Sprintf("p %v", op.P)
	case *model.BatchNorm:
		return "batch-norm over " + op.Over
	}
	return ""
}

func delayDetails(op *model.Delay) string {
	low, high := slices.Min(op.Steps.Data), slices.Max(op.Steps.Data)
	if low == high {
		return fmt.Sprintf("delay of %v steps", low)
	}
	return fmt.Sprintf("delays of %v to %v steps", low, high)
}

func convDetails(op *model.Conv2d) string {
	text := fmt.Sprintf("conv2d %d×%d, stride %d×%d, padding %d×%d", op.Kernel[0], op.Kernel[1], op.Stride[0], op.Stride[1], op.Padding[0], op.Padding[1])
	if op.Dilation != [2]int{1, 1} {
		text += fmt.Sprintf(", dilation %d×%d", op.Dilation[0], op.Dilation[1])
	}
	if op.Groups > 1 {
		text += fmt.Sprintf(", %d groups", op.Groups)
	}
	return text
}

func poolDetails(op *model.Pool2d) string {
	text := fmt.Sprintf("%s %d×%d, stride %d×%d", op.Kind(), op.Size[0], op.Size[1], op.Stride[0], op.Stride[1])
	if op.Padding != [2]int{} || op.Extra != [2]int{} {
		text += fmt.Sprintf(", padding %d×%d before, %d×%d after", op.Padding[0], op.Padding[1], op.Padding[0]+op.Extra[0], op.Padding[1]+op.Extra[1])
	}
	if op.Dilation != [2]int{} {
		text += fmt.Sprintf(", dilation %d×%d", op.Dilation[0], op.Dilation[1])
	}
	return text
}

func rectifierDetails(op *model.Rectifier) string {
	switch op.Func {
	case model.Clip:
		return fmt.Sprintf("clip to %v..%v", op.Low, op.High)
	case model.LeakyReLU:
		return fmt.Sprintf("leaky-relu, slope %v", op.Slope)
	}
	return op.Kind()
}

func neuronDetails(n *model.Neuron) string {
	parts := []string{n.Model}
	for _, p := range n.Params() {
		v := fmt.Sprintf("%s %.4g", p.Name, p.Tensor.Data[0])
		if len(p.Tensor.Data) > 1 {
			v = fmt.Sprintf("%s %v values", p.Name, len(p.Tensor.Data))
		}
		if p.Trainable {
			v += " (learned)"
		}
		parts = append(parts, v)
	}
	if n.Recurrent != nil {
		parts = append(parts, string(n.Recurrent.Recurrence)+" recurrence")
	}
	if n.Output == model.OutputSpikes {
		r := n.Rules
		parts = append(parts, fmt.Sprintf("fires at v %s θ", r.Fire), fmt.Sprintf("reset %s at %s", r.Reset, r.ResetAt), "surrogate "+n.Surrogate.Kind)
	} else {
		parts = append(parts, "gives its membrane potential")
	}
	return strings.Join(parts, ", ")
}

// table lays rows out in columns.
func table(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 4, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	_ = w.Flush()
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

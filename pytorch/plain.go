package pytorch

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/snntrain/snntrain/model"
)

// plainNode adds a layer that is no neuron: the same in every framework.
func (b *builder) plainNode(node *model.Node, name string) {
	b.asRun.Nodes = append(b.asRun.Nodes, *node)
	in := b.input(node)
	module := func(text string) {
		b.init("self.%s = %s", name, text)
		b.step("%s = self.%s(%s)", name, name, in)
	}
	switch op := node.Op.(type) {
	case *model.Linear:
		module(fmt.Sprintf("nn.Linear(%d, %d, bias=%s)", op.In, op.Out, boolean(op.HasBias)))
	case *model.Conv2d:
		module(fmt.Sprintf("nn.Conv2d(%d, %d, %s, stride=%s, padding=%s, dilation=%s, groups=%d, bias=%s)",
			op.In, op.Out, pair(op.Kernel), pair(op.Stride), pair(op.Padding), pair(op.Dilation), op.Groups, boolean(op.HasBias)))
	case *model.Pool2d:
		b.pool(node, op, module)
	case *model.Flatten:
		module("nn.Flatten()")
	case *model.Dropout:
		module(fmt.Sprintf("nn.Dropout(%v)", op.P))
		b.note(node, Training, "a new mask is drawn in every step there")
	case *model.BatchNorm:
		b.batchNorm(node, name, op, module)
	case *model.Rectifier:
		module(rectifier(op))
	case *model.PReLU:
		b.prelu(node, op, module)
		b.tensor(name+".weight", []int{len(op.Slope.Data)}, op.Slope.Data)
		return
	case *model.Scale:
		b.dictionary(name, b.shapes[node.Name], op.Params())
		b.step("%s = self.%s[\"factor\"] * %s", name, name, in)
		return
	case *model.Affine:
		b.dictionary(name, b.shapes[node.Name], op.Params())
		b.step("%s = self.%s[\"weight\"] * %s + self.%s[\"bias\"]", name, name, in, name)
		return
	default:
		if text := b.expression(node, in); text != "" {
			b.step("%s = %s", name, text)
		}
	}
	for _, p := range node.Op.Params() {
		b.tensor(name+"."+p.Name, p.Tensor.Shape, p.Tensor.Data)
	}
}

// expression is a layer without a module of its own; "" after a refusal.
func (b *builder) expression(node *model.Node, in string) string {
	switch op := node.Op.(type) {
	case *model.Add:
		return strings.Join(b.inputs(node), " + ")
	case *model.Concat:
		return fmt.Sprintf("torch.cat([%s], dim=%d)", strings.Join(b.inputs(node), ", "), op.Axis+1)
	case *model.Permute:
		axes := []string{"0"}
		for _, a := range op.Axes {
			axes = append(axes, strconv.Itoa(a+1))
		}
		return fmt.Sprintf("%s.permute(%s)", in, strings.Join(axes, ", "))
	case *model.Reshape:
		return fmt.Sprintf("%s.reshape(batch, %s)", in, list(op.Shape))
	case *model.Pad:
		var sides []int // PyTorch names the last axis first
		for a := len(op.Before) - 1; a >= 0; a-- {
			sides = append(sides, op.Before[a], op.After[a])
		}
		return fmt.Sprintf("nn.functional.pad(%s, (%s))", in, list(sides))
	case *model.Slice:
		return b.slice(node, op, in)
	}
	b.refuse(node, fmt.Sprintf("%s is not in PyTorch", node.Op.Kind()), "")
	return ""
}

func (b *builder) inputs(node *model.Node) []string {
	out := make([]string, len(node.Inputs))
	for i, in := range node.Inputs {
		out[i] = b.vars[in]
	}
	return out
}

func (b *builder) slice(node *model.Node, op *model.Slice, in string) string {
	parts := []string{":"}
	for a := range op.Start {
		if op.Step[a] < 0 {
			b.refuse(node, "slices backwards, which PyTorch tensors cannot", "")
			return ""
		}
		parts = append(parts, fmt.Sprintf("%d:%d:%d", op.Start[a], op.Start[a]+(op.Size[a]-1)*op.Step[a]+1, op.Step[a]))
	}
	return fmt.Sprintf("%s[%s]", in, strings.Join(parts, ", "))
}

func (b *builder) pool(node *model.Node, op *model.Pool2d, module func(string)) {
	dilated := op.Dilation != [2]int{} && op.Dilation != [2]int{1, 1}
	switch {
	case op.Mode == model.PoolGated:
		b.refuse(node, "gated-max-pool is not in PyTorch", "")
	case op.Extra != [2]int{}:
		b.refuse(node, fmt.Sprintf("pads %v more at the end than at the start, which pooling in PyTorch cannot", op.Extra), "put a pad layer before it")
	case op.Mode == model.PoolMax:
		dilation := [2]int{max(op.Dilation[0], 1), max(op.Dilation[1], 1)}
		module(fmt.Sprintf("nn.MaxPool2d(%s, stride=%s, padding=%s, dilation=%s)", pair(op.Size), pair(op.Stride), pair(op.Padding), pair(dilation)))
	case dilated:
		b.refuse(node, fmt.Sprintf("%s with dilation %v is not in PyTorch", op.Kind(), op.Dilation), "")
	default:
		sum := ""
		if op.Mode == model.PoolSum {
			sum = ", divisor_override=1"
		}
		module(fmt.Sprintf("nn.AvgPool2d(%s, stride=%s, padding=%s%s)", pair(op.Size), pair(op.Stride), pair(op.Padding), sum))
	}
}

func (b *builder) batchNorm(node *model.Node, name string, op *model.BatchNorm, module func(string)) {
	axes := "1d"
	if len(b.shapes[node.Name]) == 3 {
		axes = "2d"
	}
	module(fmt.Sprintf("nn.BatchNorm%s(%d, eps=%v, momentum=%v)", axes, op.Channels, op.Eps, op.Momentum))
	b.counter(name+".num_batches_tracked", 0)
	b.note(node, Rounding, "the normalization is computed in another order there")
	if op.Over == "time" {
		b.note(node, Training, "statistics are taken step by step there, were over all steps")
	}
}

func (b *builder) prelu(node *model.Node, op *model.PReLU, module func(string)) {
	n := len(op.Slope.Data)
	if shape := b.shapes[node.Name]; n != 1 && n != shape.Channels() {
		b.refuse(node, "has a slope a neuron; PyTorch has one, or one a channel", "")
		return
	}
	module(fmt.Sprintf("nn.PReLU(%d)", n))
}

func rectifier(op *model.Rectifier) string {
	switch op.Func {
	case model.Clip:
		return fmt.Sprintf("nn.Hardtanh(%v, %v)", op.Low, op.High)
	case model.LeakyReLU:
		return fmt.Sprintf("nn.LeakyReLU(%v)", op.Slope)
	}
	return "nn.ReLU()"
}

// dictionary adds arrays that belong to no module of PyTorch.
func (b *builder) dictionary(name string, shape model.Shape, params []model.Param) {
	var parts []string
	for _, p := range params {
		dims := broadcast(len(p.Tensor.Data), shape)
		parts = append(parts, fmt.Sprintf("%q: torch.zeros(%s)", p.Name, tupleOf(dims)))
		b.tensor(name+"."+p.Name, dims, p.Tensor.Data)
	}
	b.init("self.%s = nn.ParameterDict({%s})", name, strings.Join(parts, ", "))
}

// broadcast is the shape in which n values, one, one a channel or one a neuron, meet a batch of samples.
func broadcast(n int, sample model.Shape) []int {
	switch {
	case n == 1:
		return []int{}
	case n == sample.Size():
		return append([]int{}, sample...)
	}
	return append([]int{n}, ones(len(sample)-1)...)
}

func ones(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

func boolean(v bool) string {
	if v {
		return "True"
	}
	return "False"
}

func pair(p [2]int) string { return fmt.Sprintf("(%d, %d)", p[0], p[1]) }

func list(v []int) string { return strings.ReplaceAll(strings.Trim(fmt.Sprint(v), "[]"), " ", ", ") }

func tupleOf(v []int) string {
	if len(v) == 1 {
		return fmt.Sprintf("(%d,)", v[0])
	}
	return "(" + list(v) + ")"
}

// number is a float32 as Python reads it.
func number(v float32) string {
	text := strconv.FormatFloat(float64(v), 'g', -1, 32)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

package model

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Output says what a neuron layer hands on.
type Output string

// The outputs of a neuron layer.
const (
	OutputSpikes   Output = "spikes"
	OutputMembrane Output = "membrane" // v after the step
)

// Neuron is a layer of neurons of one model. Which parameters it has is the
// model's to say (package neuron); each is one value, one a channel, or one a
// neuron.
type Neuron struct {
	Model     string        `json:"model"` // "lif", "if", "li", "cuba-lif", …
	Rules     Rules         `json:"rules"`
	Surrogate SurrogateSpec `json:"surrogate"`
	Output    Output        `json:"output"`
	Learn     []string      `json:"learn,omitempty"` // names of the trainable parameters
	Recurrent *Recurrent    `json:"recurrent,omitempty"`

	Values map[string]*Tensor `json:"-"`
}

// SurrogateSpec names the surrogate derivative of a layer (package surrogate).
type SurrogateSpec struct {
	Kind   string             `json:"kind"`
	Params map[string]float64 `json:"params,omitempty"`
}

// Kind is "neuron"; Model says which one.
func (n *Neuron) Kind() string { return "neuron" }

// Infer keeps the shape and checks that every parameter fits it.
func (n *Neuron) Infer(in []Shape) (Shape, error) {
	s, err := one(in)
	if err != nil {
		return nil, err
	}
	for _, p := range n.own() {
		if !Fits(p.Tensor, s) {
			return nil, fmt.Errorf("%s is %v, expected 1, %d or %v", p.Name, Shape(p.Tensor.Shape), s.Channels(), s)
		}
	}
	return s, n.Recurrent.check(s.Size())
}

// Params lists the parameters by name, then the recurrent weights.
func (n *Neuron) Params() []Param { return append(n.own(), n.Recurrent.params()...) }

// own are the parameters of the neurons.
func (n *Neuron) own() []Param {
	names := make([]string, 0, len(n.Values))
	for name := range n.Values {
		names = append(names, name)
	}
	sort.Strings(names)
	params := make([]Param, len(names))
	for i, name := range names {
		params[i] = Param{Name: name, Tensor: n.Values[name], Trainable: slices.Contains(n.Learn, name)}
	}
	return params
}

// SetParam stores a parameter.
func (n *Neuron) SetParam(name string, t *Tensor) error {
	if n.Recurrent.set(name, t) {
		return nil
	}
	if strings.Contains(name, ".") {
		return noParam(n, name)
	}
	if n.Values == nil {
		n.Values = map[string]*Tensor{}
	}
	n.Values[name] = t
	return nil
}

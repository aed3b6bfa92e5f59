package model

import "fmt"

// Recurrence is how the spikes of a layer come back to it.
type Recurrence string

// The recurrences. s is what the neurons decided in the step before, whatever
// Rules.Delay says: a spike reaches the layer itself one step later.
const (
	RecurrenceNone     Recurrence = ""
	RecurrenceDense    Recurrence = "dense"      // input + W·s + b, every neuron to every neuron
	RecurrenceOneToOne Recurrence = "one-to-one" // input + w·s + b, every neuron to itself
)

// Recurrent are the connections of a layer of neurons to itself.
type Recurrent struct {
	Recurrence Recurrence `json:"kind"`
	HasBias    bool       `json:"bias"`

	Weight *Tensor `json:"-"` // (post, pre), in the order of the flattened sample; (N) when one-to-one
	Bias   *Tensor `json:"-"` // (N), added in every step; nil without bias
}

// NewRecurrent returns connections with zero weights for n neurons.
func NewRecurrent(kind Recurrence, n int, bias bool) *Recurrent {
	r := &Recurrent{Recurrence: kind, HasBias: bias}
	r.Weight = NewTensor(r.weightShape(n)...)
	if bias {
		r.Bias = NewTensor(n)
	}
	return r
}

// the names of the arrays, as in a snnTorch state dict
const (
	recurrentWeight = "recurrent.weight"
	recurrentBias   = "recurrent.bias"
)

func (r *Recurrent) weightShape(n int) Shape {
	if r.Recurrence == RecurrenceDense {
		return Shape{n, n}
	}
	return Shape{n}
}

// params are the arrays; none without connections.
func (r *Recurrent) params() []Param {
	if r == nil {
		return nil
	}
	p := []Param{{Name: recurrentWeight, Tensor: r.Weight, Trainable: true}}
	if r.HasBias {
		p = append(p, Param{Name: recurrentBias, Tensor: r.Bias, Trainable: true})
	}
	return p
}

// set stores an array; false when it is none of these.
func (r *Recurrent) set(name string, t *Tensor) bool {
	switch {
	case r == nil:
		return false
	case name == recurrentWeight:
		r.Weight = t
		return true
	case name == recurrentBias && r.HasBias:
		r.Bias = t
		return true
	}
	return false
}

// check says what does not fit n neurons.
func (r *Recurrent) check(n int) error {
	switch {
	case r == nil:
		return nil
	case r.Recurrence != RecurrenceDense && r.Recurrence != RecurrenceOneToOne:
		return fmt.Errorf("recurrence %q is unknown; known: %s, %s", r.Recurrence, RecurrenceDense, RecurrenceOneToOne)
	}
	if err := expect(recurrentWeight, r.Weight, r.weightShape(n)...); err != nil || !r.HasBias {
		return err
	}
	return expect(recurrentBias, r.Bias, n)
}

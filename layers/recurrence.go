package layers

import (
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
)

// Recurrence is a way in which the spikes of a layer come back to it.
type Recurrence struct {
	Name, Doc string
	Options   func() any
}

// Recurrences lists the ways.
func Recurrences() *registry.Registry[Recurrence] {
	options := func() any { return &recurrenceOptions{Init: config.Default(defaultInit)} }
	return registry.New[Recurrence]("recurrence").
		Add(string(model.RecurrenceDense), Recurrence{string(model.RecurrenceDense), "every neuron to every neuron, weights (post, pre)", options}).
		Add(string(model.RecurrenceOneToOne), Recurrence{string(model.RecurrenceOneToOne), "every neuron to itself, one weight each", options})
}

type recurrenceOptions struct {
	Bias *bool          `yaml:"bias,omitempty" doc:"a bias in every step; left out: none, and one in a dense layer of the profile snntorch"`
	Init config.Section `yaml:"init" plug:"init" doc:"how weights start; the fan-in of one-to-one is 1"`
}

// recurrent adds the connections that the section asks for to op.
func (b *Builder) recurrent(s config.Section, k neuron.Kind, op *model.Neuron, profile string, n int) {
	if !s.Given() {
		return
	}
	kinds := Recurrences()
	kind, err := kinds.Get(s.Kind(kinds.Names()...))
	if err != nil {
		return // recorded by Kind
	}
	o := kind.Options().(*recurrenceOptions)
	s.Decode(o)
	if !k.Feedback {
		s.Fault("", k.Name+" cannot be recurrent", "")
		return
	}
	recurrence := model.Recurrence(kind.Name)
	bias := profile == "snntorch" && recurrence == model.RecurrenceDense
	set(&bias, o.Bias)
	if b.blind {
		n = 1
	}
	op.Recurrent = model.NewRecurrent(recurrence, n, bias)
	fanIn := 1
	if recurrence == model.RecurrenceDense {
		fanIn = n
	}
	b.laterTo(op, pendingInit{weight: op.Recurrent.Weight, bias: op.Recurrent.Bias, in: fanIn, out: fanIn}, o.Init)
}

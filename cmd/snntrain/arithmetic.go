package main

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/chip/generic"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// quantizables are the targets that networks can be quantized for.
func quantizables() *registry.Registry[chip.Quantizable] {
	r, targets := registry.New[chip.Quantizable]("target"), all.Targets()
	for _, name := range targets.Names() {
		t, err := targets.Get(name)
		if q, ok := t.(chip.Quantizable); ok && err == nil {
			r.Add(name, q)
		}
	}
	return r
}

// decodeQuantize reads a `quantize:` section; nil where there is none. Faults
// are recorded in its document.
func decodeQuantize(s config.Section) *model.Quantization {
	if !s.Given() {
		return nil
	}
	targets := quantizables()
	name := s.Kind(targets.Names()...)
	if _, err := targets.Get(name); err != nil {
		return nil
	}
	q := model.DefaultQuantization()
	q.Target = name
	own := &genericKeys{Chip: generic.Default()}
	if name != own.Chip.Name() {
		s.Decode(&q)
		return &q
	}
	s.Decode(&q, own)
	var err error
	if q.Chip, err = own.Chip.Text(); err != nil {
		s.Fault("chip", err.Error(), "")
	}
	return &q
}

// genericKeys are the keys of `quantize: {target: generic}` beside those of every target.
type genericKeys struct {
	Chip generic.Chip `yaml:"chip" doc:"the chip: widths, decays, reset, cores, energy"`
}

// targetOf is the target of a quantization, a generic chip as it is described.
func targetOf(q *model.Quantization) (chip.Quantizable, error) {
	if q.Chip != "" {
		return generic.Parse("the description of the chip", q.Chip)
	}
	return quantizables().Get(q.Target)
}

func quantizePlugs() []config.Plug {
	r := quantizables()
	return plugs(r.Names(), r.Get, func(t chip.Quantizable) config.Plug {
		q := model.DefaultQuantization()
		q.Target = t.Name()
		plug := config.Plug{Kind: t.Name(), Doc: "the integer arithmetic of " + t.Name(), Options: &q}
		if own := (&genericKeys{Chip: generic.Default()}); t.Name() == own.Chip.Name() {
			plug.Options = []any{&q, own}
		}
		return plug
	})
}

// inputKind is what an encoder sends: spikes, counts, or values.
func inputKind(enc datasets.Encoder, kind string, info datasets.Info) (string, error) {
	var x signal.Signal
	if err := enc.Prepare(&x, 1, info.Shape, info.Frames); err != nil {
		return "", err
	}
	switch {
	case x.Spiking():
		return model.InputSpikes, nil
	case kind == "bins":
		return model.InputCounts, nil
	}
	return model.InputValues, nil
}

// arithmeticOf is the arithmetic that a network was trained in; nil for floats.
func arithmeticOf(n *model.Network) (*quant.Arithmetic, error) {
	q := n.Record.Quantize
	if q == nil {
		return nil, nil
	}
	t, err := targetOf(q)
	if err != nil {
		return nil, err
	}
	a := t.Arithmetic()
	return &a, nil
}

// compile makes a program of a network, in the arithmetic that its record asks for.
func compile(n *model.Network, o layers.Options) (*layers.Program, error) {
	a, err := arithmeticOf(n)
	if err != nil {
		return nil, err
	}
	o.Arithmetic = a
	return layers.Compile(n, o)
}

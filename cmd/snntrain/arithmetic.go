package main

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
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
	s.Decode(&q)
	return &q
}

func quantizePlugs() []config.Plug {
	r := quantizables()
	return plugs(r.Names(), r.Get, func(t chip.Quantizable) config.Plug {
		q := model.DefaultQuantization()
		q.Target = t.Name()
		return config.Plug{Kind: t.Name(), Doc: "the integer arithmetic of " + t.Name(), Options: &q}
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
	t, err := quantizables().Get(q.Target)
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

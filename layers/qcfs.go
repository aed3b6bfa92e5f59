package layers

import (
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
)

type qcfsOptions struct {
	Levels    int     `yaml:"levels" validate:"min=1,max=4096" doc:"steps of the activation; converted, as many time steps are without loss"`
	Threshold float64 `yaml:"threshold" validate:"gt=0" doc:"starting threshold λ, the largest value"`
	Share     string  `yaml:"share" validate:"oneof=layer channel neuron" doc:"one threshold for the layer, for each channel, or for each neuron"`
}

func qcfsKind() Kind {
	return Kind{
		Name: "qcfs", Doc: "activation that converts to spikes: λ·clip(⌊x·levels/λ + ½⌋/levels, 0, 1) with learned λ (Bu et al. 2022)",
		Options: func() any { return &qcfsOptions{Levels: 4, Threshold: 4, Share: "layer"} },
		Build: func(_ *Builder, _ config.Section, options any, in []model.Shape) (model.Op, error) {
			o := options.(*qcfsOptions)
			return &model.QCFS{Levels: o.Levels, Threshold: shared(o.Share, in[0]).Fill(float32(o.Threshold))}, nil
		},
	}
}

package layers

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
)

func reluKind() Kind {
	return Kind{
		Name: "relu", Doc: "max(x, 0) of every value: the activation of a network without spikes",
		Options: func() any { return &none{} },
		Build: func(*Builder, config.Section, any, []model.Shape) (model.Op, error) {
			return &model.Rectifier{Func: model.ReLU}, nil
		},
	}
}

type clipOptions struct {
	Low  float64 `yaml:"low" doc:"smaller values become this"`
	High float64 `yaml:"high" doc:"larger values become this"`
}

func clipKind() Kind {
	return Kind{
		Name: "clip", Doc: "min(max(x, low), high) of every value; the default is ReLU6",
		Options: func() any { return &clipOptions{High: 6} },
		Build: func(_ *Builder, _ config.Section, options any, _ []model.Shape) (model.Op, error) {
			o := options.(*clipOptions)
			return &model.Rectifier{Func: model.Clip, Low: o.Low, High: o.High}, nil
		},
	}
}

type leakyReLUOptions struct {
	Slope float64 `yaml:"slope" doc:"factor of negative values"`
}

func leakyReLUKind() Kind {
	return Kind{
		Name: "leaky-relu", Doc: "x where x ≥ 0, else slope·x",
		Options: func() any { return &leakyReLUOptions{Slope: 0.01} },
		Build: func(_ *Builder, _ config.Section, options any, _ []model.Shape) (model.Op, error) {
			return &model.Rectifier{Func: model.LeakyReLU, Slope: options.(*leakyReLUOptions).Slope}, nil
		},
	}
}

type preluOptions struct {
	Slope float64 `yaml:"slope" doc:"starting factor of negative values"`
	Share string  `yaml:"share" validate:"oneof=layer channel neuron" doc:"one slope for the layer, for each channel, or for each neuron"`
}

func preluKind() Kind {
	return Kind{
		Name: "prelu", Doc: "x where x ≥ 0, else slope·x, with a slope that is learned",
		Options: func() any { return &preluOptions{Slope: 0.25, Share: "channel"} },
		Build: func(_ *Builder, _ config.Section, options any, in []model.Shape) (model.Op, error) {
			o := options.(*preluOptions)
			return &model.PReLU{Slope: shared(o.Share, in[0]).Fill(float32(o.Slope))}, nil
		},
	}
}

type affineOptions struct {
	Weight float64 `yaml:"weight" doc:"starting factor"`
	Bias   float64 `yaml:"bias" doc:"starting value that is added"`
	Share  string  `yaml:"share" validate:"oneof=layer channel neuron" doc:"one pair for the layer, for each channel, or for each neuron"`
}

func affineKind() Kind {
	return Kind{
		Name: "affine", Doc: "weight·x + bias of every value, learned",
		Options: func() any { return &affineOptions{Weight: 1, Share: "channel"} },
		Build: func(_ *Builder, _ config.Section, options any, in []model.Shape) (model.Op, error) {
			o := options.(*affineOptions)
			return &model.Affine{Weight: shared(o.Share, in[0]).Fill(float32(o.Weight)), Bias: shared(o.Share, in[0]).Fill(float32(o.Bias))}, nil
		},
	}
}

type concatOptions struct {
	Axis string `yaml:"axis" validate:"oneof=channel height width" doc:"along which the inputs are put side by side"`
}

func concatKind() Kind {
	axes := map[string]int{"channel": 0, "height": 1, "width": 2}
	return Kind{
		Name: "concat", Doc: "puts the layers named by input: side by side",
		Options: func() any { return &concatOptions{Axis: "channel"} },
		Build: func(_ *Builder, _ config.Section, options any, in []model.Shape) (model.Op, error) {
			if len(in) < 2 {
				return nil, fmt.Errorf("needs input: with two or more layer names")
			}
			return &model.Concat{Axis: axes[options.(*concatOptions).Axis]}, nil
		},
	}
}

package layers

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
)

// none are the keys of a kind without any.
type none struct{}

type poolOptions struct {
	Size    Pair `yaml:"size" doc:"window; one number or [height, width]"`
	Stride  Pair `yaml:"stride,omitempty" doc:"one number or [height, width]; the size when left out"`
	Padding Pair `yaml:"padding" doc:"one number or [height, width]"`
}

func poolKind(mode model.PoolMode) Kind {
	doc := map[model.PoolMode]string{
		model.PoolAvg: "mean of each window", model.PoolSum: "sum of each window", model.PoolMax: "maximum of each window; spikes stay spikes",
		model.PoolGated: "maximum of each window over time: passes the spikes that raise the largest count of a window",
	}
	return Kind{
		Name: string(mode) + "-pool", Doc: doc[mode],
		Options: func() any { return &poolOptions{Size: Pair{2, 2}} },
		Build: func(_ *Builder, _ config.Section, options any, _ []model.Shape) (model.Op, error) {
			o := options.(*poolOptions)
			if o.Stride == (Pair{}) {
				o.Stride = o.Size
			}
			for _, err := range []error{o.Size.atLeast("size", 1), o.Stride.atLeast("stride", 1), o.Padding.atLeast("padding", 0)} {
				if err != nil {
					return nil, err
				}
			}
			return &model.Pool2d{Mode: mode, Size: o.Size, Stride: o.Stride, Padding: o.Padding}, nil
		},
	}
}

func flattenKind() Kind {
	return Kind{
		Name: "flatten", Doc: "channels×height×width to one axis in that order",
		Options: func() any { return &none{} },
		Build: func(*Builder, config.Section, any, []model.Shape) (model.Op, error) {
			return &model.Flatten{}, nil
		},
	}
}

type delayOptions struct {
	Steps int `yaml:"steps" validate:"gte=0,lte=1048576" doc:"how many steps later a value is handed on"`
}

func delayKind() Kind {
	return Kind{
		Name: "delay", Doc: "hands each value on some steps later",
		Options: func() any { return &delayOptions{Steps: 1} },
		Build: func(_ *Builder, _ config.Section, options any, _ []model.Shape) (model.Op, error) {
			return &model.Delay{Steps: model.Scalar(float64(options.(*delayOptions).Steps))}, nil
		},
	}
}

type dropoutOptions struct {
	P float64 `yaml:"p" validate:"gte=0,lt=1" doc:"probability that a value is dropped while training"`
}

func dropoutKind() Kind {
	return Kind{
		Name: "dropout", Doc: "drops values while training, the same ones in every step of a sample",
		Options: func() any { return &dropoutOptions{P: 0.5} },
		Build: func(_ *Builder, _ config.Section, options any, _ []model.Shape) (model.Op, error) {
			return &model.Dropout{P: options.(*dropoutOptions).P}, nil
		},
	}
}

type batchNormOptions struct {
	Over     string  `yaml:"over" validate:"oneof=time step" doc:"statistics over all time steps at once (tdBN) or of each step"`
	Eps      float64 `yaml:"eps" validate:"gt=0" doc:"added to the variance"`
	Momentum float64 `yaml:"momentum" validate:"gt=0,lte=1" doc:"share of a new batch in the running statistics"`
	Scale    float64 `yaml:"scale" validate:"gt=0" doc:"starting weight; tdBN takes the threshold"`
}

func batchNormKind() Kind {
	return Kind{
		Name: "batch-norm", Doc: "normalizes each channel over the batch; put it between synapse and neuron",
		Options: func() any { return &batchNormOptions{Over: "time", Eps: 1e-5, Momentum: 0.1, Scale: 1} },
		Build: func(_ *Builder, _ config.Section, options any, in []model.Shape) (model.Op, error) {
			o := options.(*batchNormOptions)
			op := (&model.BatchNorm{Channels: in[0].Channels(), Eps: o.Eps, Momentum: o.Momentum, Over: o.Over}).Alloc()
			op.Weight.Fill(float32(o.Scale))
			return op, nil
		},
	}
}

func addKind() Kind {
	return Kind{
		Name: "add", Doc: "sums the layers named by input: the join of a residual connection",
		Options: func() any { return &none{} },
		Build: func(_ *Builder, _ config.Section, _ any, in []model.Shape) (model.Op, error) {
			if len(in) < 2 {
				return nil, fmt.Errorf("needs input: with two or more layer names")
			}
			return &model.Add{}, nil
		},
	}
}

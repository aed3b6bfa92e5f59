package layers

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
)

type linearOptions struct {
	Out  int            `yaml:"out" validate:"gte=1" doc:"number of outputs"`
	Bias bool           `yaml:"bias" doc:"add a bias to the input current in every step"`
	Init config.Section `yaml:"init" plug:"init" doc:"how weights start"`
}

func linearKind() Kind {
	return Kind{
		Name: "linear", Doc: "fully connected synapse", Needs1D: true,
		Options: func() any { return &linearOptions{Bias: true, Init: config.Default(defaultInit)} },
		Build: func(b *Builder, _ config.Section, options any, in []model.Shape) (model.Op, error) {
			o := options.(*linearOptions)
			op := model.NewLinear(in[0].Size(), max(o.Out, 1), o.Bias)
			b.later(op.Weight, op.Bias, op.In, op.Out, o.Init)
			return op, nil
		},
	}
}

type conv2dOptions struct {
	Out      int            `yaml:"out" validate:"gte=1" doc:"number of output channels"`
	Kernel   Pair           `yaml:"kernel" doc:"size; one number or [height, width]"`
	Stride   Pair           `yaml:"stride" doc:"one number or [height, width]"`
	Padding  Pair           `yaml:"padding" doc:"zeros on each side; one number or [height, width]"`
	Dilation Pair           `yaml:"dilation" doc:"one number or [height, width]"`
	Groups   int            `yaml:"groups" validate:"gte=1" doc:"input and output channels are split into this many independent groups"`
	Bias     bool           `yaml:"bias" doc:"add a bias to the input current in every step"`
	Init     config.Section `yaml:"init" plug:"init" doc:"how weights start"`
}

func conv2dKind() Kind {
	return Kind{
		Name: "conv2d", Doc: "convolutional synapse",
		Options: func() any {
			return &conv2dOptions{Stride: Pair{1, 1}, Dilation: Pair{1, 1}, Groups: 1, Bias: true, Init: config.Default(defaultInit)}
		},
		Build: func(b *Builder, _ config.Section, options any, in []model.Shape) (model.Op, error) {
			o := options.(*conv2dOptions)
			if err := o.check(in[0]); err != nil {
				return nil, err
			}
			op := (&model.Conv2d{
				In: in[0][0], Out: o.Out, Kernel: o.Kernel, Stride: o.Stride, Padding: o.Padding,
				Dilation: o.Dilation, Groups: o.Groups, HasBias: o.Bias,
			}).Alloc()
			area := o.Kernel[0] * o.Kernel[1]
			b.later(op.Weight, op.Bias, op.In/op.Groups*area, op.Out/op.Groups*area, o.Init)
			return op, nil
		},
	}
}

func (o *conv2dOptions) check(in model.Shape) error {
	if len(in) != 3 {
		return fmt.Errorf("input is %v, expected channels×height×width", in)
	}
	for _, p := range []struct {
		name string
		pair Pair
		low  int
	}{{"kernel", o.Kernel, 1}, {"stride", o.Stride, 1}, {"dilation", o.Dilation, 1}, {"padding", o.Padding, 0}} {
		if err := p.pair.atLeast(p.name, p.low); err != nil {
			return err
		}
	}
	if in[0]%max(o.Groups, 1) != 0 || o.Out%max(o.Groups, 1) != 0 {
		return fmt.Errorf("groups %d does not divide %d input and %d output channels", o.Groups, in[0], o.Out)
	}
	return nil
}

type scaleOptions struct {
	Factor float64 `yaml:"factor" doc:"starting value"`
	Share  string  `yaml:"share" validate:"oneof=layer channel neuron" doc:"one factor for the layer, for each channel, or for each neuron"`
}

func scaleKind() Kind {
	return Kind{
		Name: "scale", Doc: "learnable factor; behind a spiking layer it makes graded spikes",
		Options: func() any { return &scaleOptions{Factor: 1, Share: "layer"} },
		Build: func(_ *Builder, _ config.Section, options any, in []model.Shape) (model.Op, error) {
			o := options.(*scaleOptions)
			return &model.Scale{Factor: shared(o.Share, in[0]).Fill(float32(o.Factor))}, nil
		},
	}
}

// shared returns an array of one value a layer, channel or neuron.
func shared(share string, shape model.Shape) *model.Tensor {
	switch share {
	case "channel":
		return model.NewTensor(shape.Channels())
	case "neuron":
		return model.NewTensor(shape...)
	}
	return model.NewTensor(1)
}

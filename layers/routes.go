package layers

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
)

type padOptions struct {
	Before Pair `yaml:"before" doc:"zeros above and left; one number or [height, width]"`
	After  Pair `yaml:"after" doc:"zeros below and right; one number or [height, width]"`
}

func padKind() Kind {
	return Kind{
		Name: "pad", Doc: "zeros around a map; spikes stay spikes",
		Options: func() any { return &padOptions{} },
		Build: func(_ *Builder, _ config.Section, options any, _ []model.Shape) (model.Op, error) {
			o := options.(*padOptions)
			return &model.Pad{Before: []int{0, o.Before[0], o.Before[1]}, After: []int{0, o.After[0], o.After[1]}}, nil
		},
	}
}

type sliceOptions struct {
	Start []int `yaml:"start" doc:"first place on each axis: channel, height, width"`
	Step  []int `yaml:"step,omitempty" doc:"distance of the places on each axis; 1 when left out"`
	Size  []int `yaml:"size" doc:"number of places on each axis"`
}

func sliceKind() Kind {
	return Kind{
		Name: "slice", Doc: "keeps some of the places on each axis; spikes stay spikes",
		Options: func() any { return &sliceOptions{} },
		Build: func(_ *Builder, _ config.Section, options any, in []model.Shape) (model.Op, error) {
			o := options.(*sliceOptions)
			if len(o.Step) == 0 {
				for range in[0] {
					o.Step = append(o.Step, 1)
				}
			}
			return &model.Slice{Start: o.Start, Step: o.Step, Size: o.Size}, nil
		},
	}
}

type permuteOptions struct {
	Axes []int `yaml:"axes" validate:"required" doc:"axis i of the output is this axis of the input, 0 = channel"`
}

func permuteKind() Kind {
	return Kind{
		Name: "permute", Doc: "reorders the axes; spikes stay spikes",
		Options: func() any { return &permuteOptions{} },
		Build: func(_ *Builder, _ config.Section, options any, _ []model.Shape) (model.Op, error) {
			return &model.Permute{Axes: options.(*permuteOptions).Axes}, nil
		},
	}
}

type reshapeOptions struct {
	Shape []int `yaml:"shape" validate:"required" doc:"[values] or [channels, height, width]"`
}

func reshapeKind() Kind {
	return Kind{
		Name: "reshape", Doc: "gives the values another shape, in channel, height, width order; spikes stay spikes",
		Options: func() any { return &reshapeOptions{} },
		Build: func(_ *Builder, _ config.Section, options any, _ []model.Shape) (model.Op, error) {
			o := options.(*reshapeOptions)
			if len(o.Shape) != 1 && len(o.Shape) != 3 {
				return nil, fmt.Errorf("shape %v has %d axes, expected 1 or 3", o.Shape, len(o.Shape))
			}
			return &model.Reshape{Shape: o.Shape}, nil
		},
	}
}

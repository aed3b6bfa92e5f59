package onnx

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/model"
)

func relu(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	return c.elementwise(v, &model.Rectifier{Func: model.ReLU})
}

func leakyRelu(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	slope := float64(c.float("alpha", 0.01))
	if slope-slope != 0 {
		return fmt.Errorf("alpha is %v", slope)
	}
	return c.elementwise(v, &model.Rectifier{Func: model.LeakyReLU, Slope: slope})
}

// clip reads its bounds as attributes before opset 11, then as inputs.
func clip(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	low, high := c.float("min", -math.MaxFloat32), c.float("max", math.MaxFloat32)
	for i, into := range []*float32{&low, &high} {
		if c.model.Opset < 11 || !c.given(i+1) {
			continue
		}
		t, err := c.tensor(i+1, "a bound")
		if err != nil {
			return err
		}
		if len(t.Floats) != 1 {
			return fmt.Errorf("a bound is %v of the shape %v, expected one floating-point number", t.Type, t.Dims)
		}
		*into = max(-math.MaxFloat32, min(t.Floats[0], math.MaxFloat32))
	}
	if !(low <= high) {
		return fmt.Errorf("has the bounds %v and %v", low, high)
	}
	if low == 0 && high == math.MaxFloat32 {
		return c.elementwise(v, &model.Rectifier{Func: model.ReLU})
	}
	return c.elementwise(v, &model.Rectifier{Func: model.Clip, Low: float64(low), High: float64(high)})
}

func prelu(c *call) error {
	v, err := c.signal(0)
	if err != nil {
		return err
	}
	slope, err := c.constantInput(1, v)
	if err != nil {
		return err
	}
	return c.elementwise(v, &model.PReLU{Slope: smallest(slope, c.shapes[v.node])})
}

package model

import "github.com/snntrain/snntrain/internal/registry"

// Ops lists every op kind with a function that returns an empty one to decode into.
func Ops() *registry.Registry[func() Op] {
	return registry.New[func() Op]("layer kind").
		Add("linear", func() Op { return &Linear{} }).
		Add("conv2d", func() Op { return &Conv2d{} }).
		Add("avg-pool", func() Op { return &Pool2d{Mode: PoolAvg} }).
		Add("sum-pool", func() Op { return &Pool2d{Mode: PoolSum} }).
		Add("max-pool", func() Op { return &Pool2d{Mode: PoolMax} }).
		Add("gated-max-pool", func() Op { return &Pool2d{Mode: PoolGated} }).
		Add("flatten", func() Op { return &Flatten{} }).
		Add("dropout", func() Op { return &Dropout{} }).
		Add("batch-norm", func() Op { return &BatchNorm{} }).
		Add("add", func() Op { return &Add{} }).
		Add("delay", func() Op { return &Delay{} }).
		Add("scale", func() Op { return &Scale{} }).
		Add("affine", func() Op { return &Affine{} }).
		Add("relu", func() Op { return &Rectifier{Func: ReLU} }).
		Add("clip", func() Op { return &Rectifier{Func: Clip} }).
		Add("leaky-relu", func() Op { return &Rectifier{Func: LeakyReLU} }).
		Add("qcfs", func() Op { return &QCFS{} }).
		Add("prelu", func() Op { return &PReLU{} }).
		Add("concat", func() Op { return &Concat{} }).
		Add("slice", func() Op { return &Slice{} }).
		Add("pad", func() Op { return &Pad{} }).
		Add("permute", func() Op { return &Permute{} }).
		Add("reshape", func() Op { return &Reshape{} }).
		Add("ttfs", func() Op { return &FirstSpike{} }).
		Add("neuron", func() Op { return &Neuron{} })
}

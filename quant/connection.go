package quant

import (
	"fmt"
	"math"
)

// validateConnection checks that exactly one connection is set and fits the shapes of source and target.
func (s *Synapses) validateConnection(from, to []int) error {
	var errs []error
	if s.Dense != nil {
		errs = append(errs, s.Dense.validate(from, to))
	}
	if s.Conv != nil {
		errs = append(errs, s.Conv.validate(from, to))
	}
	if s.Sparse != nil {
		errs = append(errs, s.Sparse.validate(from, to))
	}
	if s.One != nil {
		errs = append(errs, s.One.validate(from, to))
	}
	if s.Pool != nil {
		errs = append(errs, s.Pool.validate(from, to))
	}
	if len(errs) != 1 {
		return fmt.Errorf("%d connections; expected one of dense, conv, sparse, one, pool", len(errs))
	}
	return errs[0]
}

func (t Tensor) has(what string, shape ...int) error {
	if len(t.Shape) != len(shape) || len(t.Data) != t.Len() {
		return fmt.Errorf("%s is %v with %d values, expected %v", what, t.Shape, len(t.Data), shape)
	}
	for i, d := range shape {
		if t.Shape[i] != d {
			return fmt.Errorf("%s is %v, expected %v", what, t.Shape, shape)
		}
	}
	return nil
}

func (d *Dense) validate(from, to []int) error {
	return d.Weight.has("weight", Len(to), Len(from))
}

func (c *Conv) validate(from, to []int) error {
	if len(from) != 3 || len(to) != 3 {
		return fmt.Errorf("source %v, target %v: a convolution needs channels×height×width", from, to)
	}
	if len(c.Weight.Shape) != 4 || c.Groups < 1 || from[0]%c.Groups != 0 || to[0]%c.Groups != 0 {
		return fmt.Errorf("weight %v, %d groups do not fit %d and %d channels", c.Weight.Shape, c.Groups, from[0], to[0])
	}
	kh, kw := c.Weight.Shape[2], c.Weight.Shape[3]
	if err := c.Weight.has("weight", to[0], from[0]/c.Groups, kh, kw); err != nil {
		return err
	}
	if kh < 1 || kw < 1 {
		return fmt.Errorf("kernel %d×%d is empty", kh, kw)
	}
	for i, k := range []int{kh, kw} {
		span := c.Dilation[i]*(k-1) + 1
		switch {
		case c.Stride[i] < 1 || c.Dilation[i] < 1 || c.Padding[i] < 0:
			return fmt.Errorf("stride %v, padding %v, dilation %v: strides and dilations are at least 1, padding at least 0", c.Stride, c.Padding, c.Dilation)
		case c.Padding[i] >= span || c.Padding[i] > 1<<16 || c.Stride[i] > 1<<16 || span > 1<<16:
			return fmt.Errorf("stride %v, padding %v, dilation %v do not fit a kernel %d×%d", c.Stride, c.Padding, c.Dilation, kh, kw)
		case (to[i+1]-1)*c.Stride[i]-c.Padding[i] >= from[i+1]:
			return fmt.Errorf("target %v lies beyond source %v", to, from)
		}
	}
	return nil
}

func (s *Sparse) validate(from, to []int) error {
	n := s.Weight.Len()
	if err := s.Start.has("start", Len(from)+1); err != nil {
		return err
	}
	if err := s.Weight.has("weight", n); err != nil {
		return err
	}
	if err := s.Target.has("target", n); err != nil {
		return err
	}
	if err := s.Target.within("target", Range{Min: 0, Max: int32(Len(to) - 1)}); err != nil {
		return err
	}
	start := s.Start.Data
	if start[0] != 0 || int(start[len(start)-1]) != n {
		return fmt.Errorf("start runs from %d to %d, expected 0 to %d", start[0], start[len(start)-1], n)
	}
	for i := 1; i < len(start); i++ {
		if start[i] < start[i-1] {
			return fmt.Errorf("start decreases at source %d", i)
		}
	}
	return nil
}

func (o *One) validate(from, to []int) error {
	if Len(from) != Len(to) {
		return fmt.Errorf("source %v, target %v: one to one needs equal numbers", from, to)
	}
	if o.Weight.IsZero() {
		return fmt.Errorf("weight is missing")
	}
	return o.Weight.spreads("weight", to)
}

func (p *Pool) validate(from, to []int) error {
	if len(from) != 3 || len(to) != 3 || from[0] != to[0] {
		return fmt.Errorf("source %v, target %v: pooling needs equal channels×height×width", from, to)
	}
	for i := range 2 {
		if p.Size[i] < 1 || p.Stride[i] < 1 || p.Padding[i] < 0 || p.Padding[i] >= p.Size[i] || p.Size[i] > 1<<16 || p.Stride[i] > 1<<16 {
			return fmt.Errorf("pool of size %v, stride %v, padding %v", p.Size, p.Stride, p.Padding)
		}
		if (to[i+1]-1)*p.Stride[i]-p.Padding[i] >= from[i+1] {
			return fmt.Errorf("target %v lies beyond source %v", to, from)
		}
	}
	return nil
}

// FanInWeight is the greatest Σ|w| over the synapses of one target neuron.
func (s *Synapses) FanInWeight(from, to []int) int64 {
	sums := make([]int64, 1)
	switch {
	case s.Dense != nil:
		sums = rowSums(s.Dense.Weight.Data, Len(from))
	case s.Conv != nil:
		w := s.Conv.Weight
		sums = rowSums(w.Data, w.Len()/max(w.Shape[0], 1))
	case s.Sparse != nil:
		sums = make([]int64, Len(to))
		for k, t := range s.Sparse.Target.Data {
			sums[t] += magnitude(s.Sparse.Weight.Data[k])
		}
	case s.One != nil:
		return s.One.Weight.MaxAbs()
	case s.Pool != nil:
		return 1
	}
	var most int64
	for _, v := range sums {
		most = max(most, v)
	}
	return most
}

func rowSums(w []int32, row int) []int64 {
	sums := make([]int64, len(w)/max(row, 1))
	for i := range sums {
		for _, x := range w[i*row : (i+1)*row] {
			sums[i] += magnitude(x)
		}
	}
	return sums
}

func magnitude(x int32) int64 {
	if x < 0 {
		return -int64(x)
	}
	return int64(x)
}

// Weights is the array of weights, or nil for pooling.
func (s *Synapses) Weights() *Tensor {
	switch {
	case s.Dense != nil:
		return &s.Dense.Weight
	case s.Conv != nil:
		return &s.Conv.Weight
	case s.Sparse != nil:
		return &s.Sparse.Weight
	case s.One != nil:
		return &s.One.Weight
	}
	return nil
}

func (s *Synapses) maxWeight() int64 {
	if w := s.Weights(); w != nil {
		return w.MaxAbs()
	}
	return math.MaxInt32
}

// WeightRange is the least and the greatest weight, 0 and 0 where there is none.
func (s *Synapses) WeightRange() (lo, hi int32) {
	w := s.Weights()
	if w == nil {
		return 0, 0
	}
	for _, v := range w.Data {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

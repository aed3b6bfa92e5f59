package model

import "fmt"

// PoolMode says what a pooling window computes.
type PoolMode string

// The pooling modes.
const (
	PoolAvg PoolMode = "avg"
	PoolSum PoolMode = "sum"
	PoolMax PoolMode = "max"

	// PoolGated passes the spikes that raise the largest number of spikes of a
	// window so far: the maximum of rates, where PoolMax is that of each step.
	PoolGated PoolMode = "gated-max"
)

// Pool2d slides a window over each channel. Average and sum count padding as
// zeros; maximum ignores it. Pairs are (height, width).
type Pool2d struct {
	Mode     PoolMode `json:"mode"`
	Size     [2]int   `json:"size"`
	Stride   [2]int   `json:"stride"`
	Padding  [2]int   `json:"padding"`
	Extra    [2]int   `json:"extra,omitzero"`    // how much more padding there is at the end than at the start; may be negative
	Dilation [2]int   `json:"dilation,omitzero"` // distance of neighboring values in a window; 0 = 1
}

// Kind is "avg-pool", "sum-pool", "max-pool" or "gated-max-pool".
func (p *Pool2d) Kind() string { return string(p.Mode) + "-pool" }

// Infer maps (C, H, W) to (C, H', W'); an incomplete window at the border is dropped.
func (p *Pool2d) Infer(in []Shape) (Shape, error) {
	s, err := maps3(in)
	if err != nil {
		return nil, err
	}
	out := Shape{s[0], 0, 0}
	for i := range 2 {
		if p.Size[i] < 1 || p.Stride[i] < 1 || p.Padding[i] < 0 {
			return nil, fmt.Errorf("size %v and stride %v must be at least 1 and padding %v at least 0", p.Size, p.Stride, p.Padding)
		}
		if p.Dilation[i] < 0 || p.Padding[i]+p.Extra[i] < 0 {
			return nil, fmt.Errorf("dilation %v and padding %v with extra %v must be at least 0", p.Dilation, p.Padding, p.Extra)
		}
		span, padded := max(p.Dilation[i], 1)*(p.Size[i]-1)+1, s[i+1]+2*p.Padding[i]+p.Extra[i]
		if padded < span {
			return nil, fmt.Errorf("window is %d, input with padding has %d", span, padded)
		}
		if p.Padding[i] >= span {
			return nil, fmt.Errorf("padding %d leaves a window of %d no value", p.Padding[i], span)
		}
		out[i+1] = (padded-span)/p.Stride[i] + 1
		if first := (out[i+1]-1)*p.Stride[i] - p.Padding[i]; first >= s[i+1] {
			return nil, fmt.Errorf("the last window starts at %d, the input ends at %d", first, s[i+1])
		}
	}
	return out, nil
}

// Params is empty.
func (p *Pool2d) Params() []Param { return nil }

// SetParam refuses.
func (p *Pool2d) SetParam(name string, _ *Tensor) error { return noParam(p, name) }

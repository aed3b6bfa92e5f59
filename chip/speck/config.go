package speck

import (
	"encoding/json"

	"github.com/snntrain/snntrain/quant"
)

// coreConfig is one core of the configuration, in the words of the chip's own.
type coreConfig struct {
	Core        int       `json:"core"`
	Destination int       `json:"destination_core"` // −1: the output
	Dimensions  dims      `json:"dimensions"`
	Weights     [][][]any `json:"weights"` // [C_out][C_in][k_h] rows of k_w
	Biases      []int32   `json:"biases"`
	Threshold   int32     `json:"threshold_high"`
	Floor       int32     `json:"threshold_low"`
	ToZero      bool      `json:"return_to_zero"`
	Pooling     int       `json:"pooling"`
	Initial     []int32   `json:"neurons_initial_value,omitempty"` // [C_out][H][W], flattened
}

type dims struct {
	Input   [3]int `json:"input_shape"` // C, H, W
	Output  [3]int `json:"output_shape"`
	Kernel  [2]int `json:"kernel_size"`
	Stride  [2]int `json:"stride"`
	Padding [2]int `json:"padding"`
}

// Config is the configuration of the cores as JSON.
func (t *Target) Config(net *quant.IntNet) ([]byte, error) {
	if err := t.Check(net); err != nil {
		return nil, err
	}
	place, err := t.Place(net)
	if err != nil {
		return nil, err
	}
	parts := chain(net, nil)
	out := make([]coreConfig, len(parts))
	from := net.Input.Shape
	for i, p := range parts {
		s, w := p.pop.Spiking, p.conv.Weight
		out[i] = coreConfig{
			Core: place.Cores[i].Index, Destination: -1, Threshold: s.Threshold.Data[0], Floor: s.Floor.At.Data[0],
			ToZero: s.MaxSpikes == 1, Pooling: p.pool, Biases: s.Bias.Spread(w.Shape[:1]), Weights: rows(w),
			Dimensions: dims{
				Input: [3]int(from), Output: [3]int(p.pop.Shape), Kernel: [2]int{w.Shape[2], w.Shape[3]},
				Stride: p.conv.Stride, Padding: p.conv.Padding,
			},
		}
		if s.Initial.MaxAbs() != 0 {
			out[i].Initial = s.Initial.Spread(p.pop.Shape)
		}
		if i > 0 {
			out[i-1].Destination = out[i].Core
		}
		from = []int{p.pop.Shape[0], p.pop.Shape[1] / p.pool, p.pop.Shape[2] / p.pool}
	}
	return json.MarshalIndent(map[string]any{"cnn_layers": out}, "", " ")
}

func rows(w quant.Tensor) [][][]any {
	co, ci, kh, kw := w.Shape[0], w.Shape[1], w.Shape[2], w.Shape[3]
	out := make([][][]any, co)
	for o := range out {
		out[o] = make([][]any, ci)
		for i := range ci {
			for y := range kh {
				at := ((o*ci+i)*kh + y) * kw
				out[o][i] = append(out[o][i], w.Data[at:at+kw])
			}
		}
	}
	return out
}

package ttfs

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// quantized is n with the weights of its synapses on grids of B bits, one for
// each output channel: w ← s·round(w/s), s = max|w|/(2^(B−1) − 1), halves to even.
// Biases and all other arrays, which become thresholds, stay. The given network
// stays as it is.
func quantized(n *model.Network, bits int) *model.Network {
	out := *n
	out.Nodes = append([]model.Node(nil), n.Nodes...)
	for i, node := range out.Nodes {
		switch op := node.Op.(type) {
		case *model.Linear:
			own := *op
			own.Weight = rounded(op.Weight, op.Out, bits)
			out.Nodes[i].Op = &own
		case *model.Conv2d:
			own := *op
			own.Weight = rounded(op.Weight, op.Out, bits)
			out.Nodes[i].Op = &own
		}
	}
	return &out
}

// rounded puts each of the rows of a weight array on its grid.
func rounded(w *model.Tensor, rows, bits int) *model.Tensor {
	out := w.Clone()
	size := len(out.Data) / max(rows, 1)
	for r := range rows {
		row, most := out.Data[r*size:(r+1)*size], 0.0
		for _, v := range row {
			most = max(most, math.Abs(float64(v)))
		}
		step := most / (math.Exp2(float64(bits-1)) - 1)
		if step == 0 {
			continue
		}
		for k, v := range row {
			row[k] = float32(step * math.RoundToEven(float64(v)/step))
		}
	}
	return out
}

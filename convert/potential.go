package convert

// potentialMethod is the calibration of the initial potential of Li et al.
// 2021 (arXiv 2106.06984): thresholds as in light, and for each neuron
//
//	v₀ = θ/2 + T·(mean a − mean ŝ)
//
// over the samples: what is missing, or too much, after T steps is put in
// before the first.
func potentialMethod() Method {
	return Method{
		Name: "potential", Doc: "threshold of least squared error, initial potential by neuron (Li et al. 2021)",
		keys: []string{"share"},
		decide: func(w *walk, s Stage) (*Cell, error) {
			cell := w.leastError(s)
			shift, err := w.meanError(s, cell, s.Shape.Size())
			if err != nil {
				return nil, err
			}
			for i, v := range shift.Data {
				shift.Data[i] = float32(at(cell.Initial, s.Shape, i) + float64(v)*float64(w.steps))
			}
			cell.Initial = shift
			return cell, nil
		},
	}
}

package convert

import (
	"github.com/snntrain/snntrain/model"
)

// advancedMethod calibrates layer by layer what a layer does with the spikes
// that really arrive, as the advanced pipeline of Li et al. 2021 (arXiv
// 2106.06984) does, in closed form and without a learning rate:
//
//  1. for each channel, threshold, initial potential and bias are those with
//     the least squared difference of decoded spikes θN/T and activation,
//     neurons simulated step by step on recorded currents. The potential may
//     start below θ/2 and the bias make up for it, so that a neuron waits until
//     its input has settled: fewer spikes that would have to be taken back;
//  2. the weights of the layer are corrected by least squares,
//     ΔW = argmin Σ‖(a − ŝ) − ΔWφ‖² + λ‖ΔW‖², with φ the decoded spikes that
//     arrive and the slope of the spike function taken as 1;
//  3. 1 again. The synapse that gives the scores is corrected in the same way.
//
// Scores are read from a leaky membrane (outputWindow). The result holds for T
// steps, not for fewer or more.
func advancedMethod() Method {
	return Method{
		Name: "advanced", Doc: "threshold, potential, bias and weights fitted to the spikes that arrive, layer by layer (after Li et al. 2021, advanced)", decay: 0.5, keys: []string{"rounds"},
		decide: func(w *walk, s Stage) (*Cell, error) {
			cell, err := w.fit(s)
			for range w.options.Rounds {
				if err != nil {
					return nil, err
				}
				w.cells[s.Name] = cell
				changed, err := w.correct(s)
				if err != nil || !changed {
					return cell, err
				}
				if cell, err = w.fit(s); err != nil {
					return nil, err
				}
			}
			return cell, err
		},
		output: func(w *walk, s Stage) error {
			_, err := w.correct(s)
			return err
		},
	}
}

// fit sets the cells of a stage channel by channel.
func (w *walk) fit(s Stage) (*Cell, error) {
	list, err := w.trace(s)
	if err != nil {
		return nil, err
	}
	c := len(list)
	cell := &Cell{Threshold: model.NewTensor(c), Initial: model.NewTensor(c), Bias: model.NewTensor(c)}
	w.pool.For(c, 1, func(lo, hi int) {
		for k := lo; k < hi; k++ {
			cell.Threshold.Data[k], cell.Initial.Data[k], cell.Bias.Data[k] = list[k].search(s.High).cell(w.steps)
		}
	})
	return cell, nil
}

package train

import "github.com/snntrain/snntrain/internal/signal"

// Raster is the spikes of one layer, [sample, step, shape…] in (C, H, W)
// order, one byte a value: a spike, or the number of spikes in the step.
type Raster struct {
	Samples, Steps int
	Shape          []int
	Data           []uint8
}

// addSteps judges a batch after fewer steps than were run.
func (e *Evaluation) addSteps(p Network, labels []int, steps []int) error {
	for i, t := range steps {
		scores, err := p.ScoresAt(t)
		if err != nil {
			return err
		}
		for b, label := range labels {
			e.AtSteps[i].count(scores.Row(b), label)
		}
	}
	return nil
}

// record appends what every spiking layer did in the last run.
func (e *Evaluation) record(p Network) {
	for _, name := range p.Spiking() {
		out := p.Output(name)
		r := e.Rasters[name]
		r.Steps, r.Shape = out.T, out.Shape
		values := out.Dense(nil)
		n := out.N()
		ordered := make([]float32, n)
		for b := range out.B {
			for t := range out.T {
				at := (t*out.B + b) * n
				signal.FromChannelLast(ordered, values[at:at+n], out.Shape)
				for _, v := range ordered {
					r.Data = append(r.Data, uint8(v))
				}
			}
			r.Samples++
		}
		e.Rasters[name] = r
	}
}

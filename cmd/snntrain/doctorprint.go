package main

import "fmt"

// print is the diagnosis for people.
func (d *diagnosis) print(s *streams) {
	s.say("%s on %d samples of the %s part of %s, %d steps\n", d.Model, d.Samples, d.Part, d.Data, d.Steps)
	if d.Score != nil {
		s.say("accuracy %.2f %% (%d of %d), loss %.4f", 100*d.Score.Accuracy, d.Score.Correct, d.Score.N, d.Score.Loss)
	}
	if t := d.Training; t != nil {
		s.say("training: %d of %d epochs, loss %.4f to %.4f, accuracy %.2f %%%s", t.Epochs, t.Planned, t.First.Loss, t.Last.Loss, 100*t.Last.Accuracy, t.held())
	}
	if len(d.Layers) > 0 {
		s.say("\n%s", table(d.layerRows()))
	}
	if len(d.Parameters) > 0 {
		s.say("\n%s", table(d.paramRows()))
	}
	if n := len(d.OverTime); n > 1 {
		s.say("\ngradient by the input, root mean square: %.3g in step 1, %.3g in step %d, %.3g in step %d", d.OverTime[0], d.OverTime[n/2], n/2+1, d.OverTime[n-1], n)
	}
	for _, n := range d.Notes {
		s.say("\nnote: %s", n)
	}
	if len(d.Findings) == 0 {
		s.say("\nnothing found")
		return
	}
	s.say("\nfindings:")
	for _, f := range d.Findings {
		s.say("  %s", f)
	}
}

func (t *trainingCourse) held() string {
	if t.Held == nil {
		return ""
	}
	return fmt.Sprintf("; validation %.2f %%", 100*t.Held.Accuracy)
}

func (d *diagnosis) layerRows() [][]string {
	rows := [][]string{{"LAYER", "NEURONS", "SPIKES/STEP", "DEAD %", "SATURATED %", "POTENTIAL"}}
	for _, l := range d.Layers {
		rows = append(rows, []string{l.Name, fmt.Sprint(l.Neurons), fmt.Sprintf("%.3g", l.Rate), fmt.Sprintf("%.1f", 100*l.Dead), fmt.Sprintf("%.1f", 100*l.Saturated), fmt.Sprintf("%.3g to %.3g", l.Low, l.High)})
	}
	return rows
}

func (d *diagnosis) paramRows() [][]string {
	rows := [][]string{{"PARAMETER", "VALUES", "RMS", "GRADIENT RMS", "GRADIENT/RMS"}}
	for _, p := range d.Parameters {
		row := []string{p.Name, fmt.Sprint(p.Values), fmt.Sprintf("%.3g", p.RMS), "", ""}
		if p.Gradient != nil {
			row[3] = fmt.Sprintf("%.3g", *p.Gradient)
			if p.RMS > 0 {
				row[4] = fmt.Sprintf("%.3g", *p.Gradient/p.RMS)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

package main

import (
	"fmt"

	"github.com/snntrain/snntrain/report"
	"github.com/snntrain/snntrain/train"
)

// page is the page of the comparison.
func (r *runsReport) page(runs []*pastRun) report.Page {
	rows := runTable(r.Runs)
	page := report.Page{
		Title: fmt.Sprintf("%d runs compared", len(runs)), Footer: "made by snntrain " + version(),
		Sections: []report.Section{{Title: "Results", Text: r.text(), Parts: []report.Part{report.Table{
			Columns: rows[0], Rows: rows[1:], Note: "Validation: of the network that was kept. Spikes: per neuron and sample, on the test part; of a conversion to rates on calibration samples.",
		}}}},
	}
	if parts := r.curves(runs); len(parts) > 0 {
		page.Sections = append(page.Sections, report.Section{Title: "Curves", Parts: parts})
	}
	keys := report.Section{Title: "What differs", Text: "No key of the configs differs but for the seed."}
	if len(r.Config) > 0 {
		keys.Text = "Keys of the configs in which trainings, or conversions of one kind, differ from one another."
		keys.Parts = []report.Part{report.Table{Columns: append([]string{"key"}, r.names()...), Rows: r.keyRows()}}
	}
	page.Sections = append(page.Sections, keys)
	return page
}

// curves draws the runs over one another: of trainings over epochs, of
// conversions over the number of steps. A plot without a curve is left out.
func (r *runsReport) curves(runs []*pastRun) []report.Part {
	plots := []struct {
		lines report.Lines
		of    func(e train.EpochReport) (y float64, ok bool)
	}{
		{report.Lines{Title: "Validation accuracy", YLabel: "percent"}, func(e train.EpochReport) (float64, bool) {
			return 100 * heldOf(e).Accuracy, e.Validation != nil
		}},
		{report.Lines{Title: "Validation loss", YLabel: "loss", Note: "Cross-entropy of the scores."}, func(e train.EpochReport) (float64, bool) {
			return heldOf(e).Loss, e.Validation != nil
		}},
		{report.Lines{Title: "Training accuracy", YLabel: "percent", Note: "Taken while the weights change, and with dropout."}, func(e train.EpochReport) (float64, bool) {
			return 100 * e.Train.Accuracy, true
		}},
		{report.Lines{Title: "Training loss", YLabel: "loss", Note: "What is minimized; runs with different losses cannot be compared by it."}, func(e train.EpochReport) (float64, bool) {
			return e.Train.Loss, true
		}},
	}
	var parts []report.Part
	for _, p := range plots {
		p.lines.XLabel = "epoch"
		drawn := false
		for i, run := range runs {
			s := report.Series{Name: r.Runs[i].Name}
			for _, e := range run.epochs {
				if y, ok := p.of(e); ok {
					s.X, s.Y = append(s.X, float64(e.Epoch)), append(s.Y, y)
				}
			}
			drawn = drawn || len(s.Y) > 0
			if len(run.epochs) > 0 { // also without a value here: a run has the same color in all plots
				p.lines.Series = append(p.lines.Series, s)
			}
		}
		if drawn {
			parts = append(parts, p.lines)
		}
	}
	if steps := r.overSteps(runs); len(steps.Series) > 0 {
		parts = append(parts, steps)
	}
	return parts
}

func heldOf(e train.EpochReport) train.Score {
	if e.Validation == nil {
		return train.Score{}
	}
	return *e.Validation
}

// overSteps draws the accuracy of converted networks after every number of steps.
func (r *runsReport) overSteps(runs []*pastRun) report.Lines {
	lines := report.Lines{Title: "Test accuracy of conversions", XLabel: "time steps T", YLabel: "percent", LogX: true}
	for i, run := range runs {
		if run.rate == nil {
			continue
		}
		s := report.Series{Name: r.Runs[i].Name}
		for _, t := range run.rate.sortedSteps() {
			s.X, s.Y = append(s.X, float64(t)), append(s.Y, 100*run.rate.SNN[fmt.Sprint(t)].Accuracy)
		}
		lines.Series = append(lines.Series, s)
	}
	return lines
}

package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/snntrain/snntrain/report"
	"github.com/snntrain/snntrain/train"
)

// table is the report for people.
func (r *conversion) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s as spikes: %s, converted for T = %d (%s)\n", r.Model, r.Method, r.Steps, r.Why)
	fmt.Fprintf(&b, "float network %.2f %% (%d of %d test samples)\n", 100*r.ANN.Accuracy, r.ANN.Correct, r.ANN.N)
	for _, t := range r.sortedSteps() {
		if t&(t-1) != 0 && t != r.Steps {
			continue // conversion.json has them all
		}
		s := r.SNN[fmt.Sprint(t)]
		fmt.Fprintf(&b, "  T = %-4d %6.2f %%  %+.2f\n", t, 100*s.Accuracy, 100*(s.Accuracy-r.ANN.Accuracy))
	}
	if r.HeldOut != nil {
		b.WriteString(r.heldOutText() + "\n")
	}
	b.WriteString(r.comparedLines())
	fmt.Fprintf(&b, "%.2f spikes per neuron; %.0f synaptic operations, %.0f multiplications of the input, against %.0f MACs\n\n", r.Budget.Spikes, r.Budget.SynOps, r.Budget.Analog, r.Budget.MACs)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range append([][]string{layerColumns()}, r.layerRows()...) {
		fmt.Fprintln(w, strings.Join(row, "\t")+"\t")
	}
	_ = w.Flush()
	fmt.Fprintf(&b, "mean difference of decoded spikes and activation, %d calibration samples: input + clipping + quantization + unevenness = total\n", r.Budget.Samples)
	o := r.Budget.Output
	fmt.Fprintf(&b, "scores: input %.2g + window of the output's membrane %.2g = total %.2g", o.Input, o.Window, o.Total)
	return b.String()
}

// heldOutText is how the network does on training samples that it was not trained with.
func (r *conversion) heldOutText() string {
	v, chosen := r.HeldOut, ""
	if len(r.Tried) > 0 {
		chosen = ", by which it was chosen"
	}
	return fmt.Sprintf("%d training samples held out%s: %+.2f points, the same class on %.2f %%, divergence of class probabilities %.4f", v.Samples, chosen, 0-v.Drop, 100*v.Agreement, v.Divergence)
}

func layerColumns() []string {
	return []string{"LAYER", "SHAPE", "THRESHOLD", "INPUT", "CLIPPING", "QUANTIZATION", "UNEVENNESS", "TOTAL", "REL. ERROR", "DEAD %", "SATURATED %", "SPIKES"}
}

func (r *conversion) layerRows() [][]string {
	var rows [][]string
	for _, l := range r.Budget.Layers {
		m := l.Mean
		rows = append(rows, []string{
			l.Name, l.Shape.String(), fmt.Sprintf("%.3g", l.Threshold[1]), fmt.Sprintf("%.2g", m.Input), fmt.Sprintf("%.2g", m.Clipping), fmt.Sprintf("%.2g", m.Quantization),
			fmt.Sprintf("%.2g", m.Unevenness), fmt.Sprintf("%.2g", m.Total), fmt.Sprintf("%.3f", l.Relative), fmt.Sprintf("%.1f", 100*l.Dead), fmt.Sprintf("%.1f", 100*l.Saturated), fmt.Sprintf("%.2f", l.Spikes),
		})
	}
	return rows
}

// writeConversionPage writes report.html of a conversion.
func writeConversionPage(out string, r *conversion) error {
	last := r.SNN[fmt.Sprint(r.Steps)]
	page := report.Page{
		Title:    fmt.Sprintf("%s as spikes: %.2f %% at T = %d", r.Model, 100*last.Accuracy, r.Steps),
		Subtitle: fmt.Sprintf("%s coding, method %s (%s); the float network has %.2f %%", r.Coding, r.Method, r.Why, 100*r.ANN.Accuracy),
		Footer:   "made by snntrain " + r.Version,
		Sections: []report.Section{r.resultSection(), r.layerSection(), r.accountSection()},
	}
	var text bytes.Buffer
	if err := page.WriteHTML(&text); err != nil {
		return err
	}
	return train.WriteFile(filepath.Join(out, train.ReportFile), text.Bytes())
}

func (r *conversion) resultSection() report.Section {
	snn, ann := report.Series{Name: "spiking"}, report.Series{Name: "float"}
	for _, t := range r.sortedSteps() {
		snn.X, snn.Y = append(snn.X, float64(t)), append(snn.Y, 100*r.SNN[fmt.Sprint(t)].Accuracy)
		ann.X, ann.Y = append(ann.X, float64(t)), append(ann.Y, 100*r.ANN.Accuracy)
	}
	last := r.SNN[fmt.Sprint(r.Steps)]
	section := report.Section{Title: "Accuracy against time", Parts: []report.Part{
		report.Facts{
			{Label: "Spiking", Value: fmt.Sprintf("%.2f %%", 100*last.Accuracy), Note: fmt.Sprintf("T = %d, %d of %d test samples", r.Steps, last.Correct, last.N)},
			{Label: "Float", Value: fmt.Sprintf("%.2f %%", 100*r.ANN.Accuracy), Note: fmt.Sprintf("%d of %d", r.ANN.Correct, r.ANN.N)},
			{Label: "Spikes per neuron", Value: fmt.Sprintf("%.2f", r.Budget.Spikes), Note: "a sample"},
			{Label: "Synaptic operations", Value: fmt.Sprintf("%.0f", r.Budget.SynOps), Note: fmt.Sprintf("and %.0f multiplications of the input; the float network has %.0f MACs", r.Budget.Analog, r.Budget.MACs)},
		},
		report.Lines{Title: "Accuracy against the number of steps", XLabel: "time steps T", YLabel: "percent", LogX: true, Series: []report.Series{snn, ann}, Note: fmt.Sprintf("One network, converted for T = %d, judged after every number of steps in one pass.", r.Steps)},
	}}
	if r.HeldOut != nil {
		section.Text = r.heldOutText()
	}
	for _, t := range []report.Table{r.triedTable(), r.comparedTable()} {
		if len(t.Rows) > 0 {
			section.Parts = append(section.Parts, t)
		}
	}
	return section
}

// triedTable is what auto chose from.
func (r *conversion) triedTable() report.Table {
	table := report.Table{Title: "Tried on training samples kept aside", Columns: []string{"T", "METHOD", "POINTS", "DIVERGENCE"}}
	for _, t := range r.Tried {
		table.Rows = append(table.Rows, []string{fmt.Sprint(t.Steps), t.Method, fmt.Sprintf("%+.2f", 0-t.Drop), fmt.Sprintf("%.2g", t.Divergence)})
	}
	return table
}

// comparedTable is what convert.compare asked for.
func (r *conversion) comparedTable() report.Table {
	table := report.Table{Title: "Other ways to run it, simulated", Columns: []string{"WAY", "T", "STEPS BEFORE", "ACCURACY %", "SPIKES"}}
	for _, c := range r.Compared {
		table.Rows = append(table.Rows, []string{c.Dynamics, fmt.Sprint(c.Steps), fmt.Sprint(c.Extra), fmt.Sprintf("%.2f", 100*c.Score.Accuracy), fmt.Sprintf("%.2f", c.Spikes)})
	}
	return table
}

func (r *conversion) layerSection() report.Section {
	var bars report.Bars
	bars.Title, bars.Label = "Spikes per neuron and sample", "spikes per neuron"
	for _, l := range r.Budget.Layers {
		bars.Bars = append(bars.Bars, report.Bar{Name: l.Name, Value: l.Spikes})
	}
	return report.Section{
		Title: "Where the difference comes from",
		Text:  "Mean difference of decoded spikes and activation of each layer. Input: from the layers before, and from weights that were changed. Clipping: a rate cannot exceed one. Quantization: spikes are whole. Unevenness: the order in which spikes arrive. They add up to the total.",
		Parts: []report.Part{report.Table{Title: "Layers", Columns: layerColumns(), Rows: r.layerRows()}, bars},
	}
}

func (r *conversion) accountSection() report.Section {
	operators := report.Table{Title: "Operators of the file", Columns: []string{"node", "operator", "outcome", "into", "why"}}
	for _, o := range r.Operators {
		operators.Rows = append(operators.Rows, []string{o.Node, o.Op, string(o.Outcome), o.Layer, o.Reason})
	}
	changes := report.Table{Title: "Changes before the conversion", Columns: []string{"layer", "into", "what"}}
	for _, c := range r.Changes {
		changes.Rows = append(changes.Rows, []string{c.Layer, c.Into, c.What})
	}
	section := report.Section{Title: "What became of every operator"}
	for _, t := range []report.Table{operators, changes} {
		if len(t.Rows) > 0 {
			section.Parts = append(section.Parts, t)
		}
	}
	if len(section.Parts) == 0 {
		section.Text = "Nothing was folded or changed before the conversion."
	}
	return section
}

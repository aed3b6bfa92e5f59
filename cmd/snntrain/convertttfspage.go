package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/snntrain/snntrain/report"
	"github.com/snntrain/snntrain/train"
)

// text is the report for people.
func (r *ttfsReport) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s as first spike times\n\n%s\n\n", r.Model, table(append([][]string{ttfsColumns()}, r.rows()...)))
	fmt.Fprintf(&b, "%s\n\n", table(append([][]string{{"LAYER", "KIND", "OUTCOME", "WHY"}}, r.mapping()...)))
	fmt.Fprintf(&b, "without spikes %.2f %% (%d of %d), with spike times %.2f %% (%d of %d)\n", 100*r.ANN.Accuracy, r.ANN.Correct, r.ANN.N, 100*r.SNN.Accuracy, r.SNN.Correct, r.SNN.N)
	fmt.Fprintf(&b, "%d of %d predictions differ; largest difference of a score %.2g, of scores up to %.3g\n", r.Compared.Differ, r.Compared.N, r.Compared.Largest, r.Compared.Scale)
	fmt.Fprintf(&b, "%.3f spikes a neuron, one at most; %.0f synaptic operations a sample against %d MACs", r.Spikes, r.Operations, r.MACs)
	if r.Saturated > 0 {
		fmt.Fprintf(&b, "\n%d activations were longer than their window, %.2g a sample: more calibration samples or a larger margin make the mapping exact there", r.Saturated, float64(r.Saturated)/float64(r.SNN.N))
	}
	return b.String()
}

func ttfsColumns() []string {
	return []string{"LAYER", "KIND", "NEURONS", "WINDOW", "SPIKES/NEURON", "SATURATED", "OPERATIONS", "MACS"}
}

func (r *ttfsReport) rows() [][]string {
	var rows [][]string
	for _, l := range r.Layers {
		row := []string{l.Layer, l.Kind, strconv.Itoa(l.Neurons), "", "", "", strconv.FormatFloat(l.Operations, 'f', 0, 64), strconv.Itoa(l.MACs)}
		if l.TMax > 0 {
			row[3], row[4], row[5] = fmt.Sprintf("%.4g to %.4g", l.TMin, l.TMax), fmt.Sprintf("%.3f", l.Spikes), strconv.Itoa(l.Saturated)
		}
		rows = append(rows, row)
	}
	return rows
}

func (r *ttfsReport) mapping() [][]string {
	var rows [][]string
	for _, m := range r.Mapping {
		rows = append(rows, []string{m.Layer, m.Kind, string(m.Outcome), m.Reason})
	}
	return rows
}

// page writes report.html.
func (r *ttfsReport) page(out string) error {
	var bars report.Bars
	bars.Title, bars.Label = "Spikes per neuron and sample", "spikes per neuron"
	for _, l := range r.Layers {
		if l.TMax > 0 {
			bars.Bars = append(bars.Bars, report.Bar{Name: l.Layer, Value: l.Spikes})
		}
	}
	operators := report.Table{Title: "Operators of the file", Columns: []string{"node", "operator", "outcome", "into", "why"}}
	for _, o := range r.Operators {
		operators.Rows = append(operators.Rows, []string{o.Node, o.Op, string(o.Outcome), o.Layer, o.Reason})
	}
	fates := []report.Part{report.Table{Title: "Layers", Columns: []string{"layer", "kind", "outcome", "why"}, Rows: r.mapping()}}
	if len(operators.Rows) > 0 {
		fates = append(fates, operators)
	}
	page := report.Page{
		Title:    fmt.Sprintf("%s as first spike times: %.2f %%", r.Model, 100*r.SNN.Accuracy),
		Subtitle: fmt.Sprintf("the network without spikes has %.2f %%; %d of %d predictions differ", 100*r.ANN.Accuracy, r.Compared.Differ, r.Compared.N),
		Footer:   "made by snntrain " + r.Version,
		Sections: []report.Section{
			{Title: "Result", Parts: []report.Part{report.Facts{
				{Label: "Spike times", Value: fmt.Sprintf("%.2f %%", 100*r.SNN.Accuracy), Note: fmt.Sprintf("%d of %d test samples", r.SNN.Correct, r.SNN.N)},
				{Label: "Largest difference of a score", Value: fmt.Sprintf("%.2g", r.Compared.Largest), Note: fmt.Sprintf("of scores up to %.3g", r.Compared.Scale)},
				{Label: "Spikes per neuron", Value: fmt.Sprintf("%.3f", r.Spikes), Note: "a sample, one at most"},
				{Label: "Synaptic operations", Value: fmt.Sprintf("%.0f", r.Operations), Note: fmt.Sprintf("a sample; the network without spikes has %d MACs", r.MACs)},
			}}},
			{Title: "Layers", Parts: []report.Part{report.Table{Title: "Windows of time, spikes and operations", Columns: ttfsColumns(), Rows: r.rows()}, bars}},
			{Title: "What became of every layer", Parts: fates},
		},
	}
	var text bytes.Buffer
	if err := page.WriteHTML(&text); err != nil {
		return err
	}
	return train.WriteFile(filepath.Join(out, train.ReportFile), text.Bytes())
}

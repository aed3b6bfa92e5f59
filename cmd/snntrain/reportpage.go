package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/report"
	"github.com/snntrain/snntrain/train"
)

// shown is the number of samples whose rasters and traces the report shows,
// and traced the number of neurons a layer whose potential it draws.
const (
	shown  = 3
	traced = 4
)

// writeReport writes report.html of a finished run.
func writeReport(set *setup, program *layers.Program, test train.Evaluation, sum *summary, out string) error {
	page, err := runPage(set, program, test, sum, out)
	if err != nil {
		return err
	}
	return writePage(page, filepath.Join(out, train.ReportFile))
}

// runPage is the page of the run in dir.
func runPage(set *setup, program *layers.Program, test train.Evaluation, sum *summary, dir string) (report.Page, error) {
	epochs, err := train.ReadMetrics(dir)
	if err != nil {
		return report.Page{}, err
	}
	info := set.parts.Test.Info()
	page := report.Page{
		Title:    runTitle(dir, test.Accuracy),
		Subtitle: fmt.Sprintf("%s, %d parameters, %d time steps, seed %d", info.Name, set.network.CountParams(), set.encoder.Steps(), set.Seed),
		Footer:   "made by snntrain " + sum.Version,
	}
	page.Sections = append(page.Sections, resultSection(set, test, sum), curvesSection(epochs), activitySection(program, test, epochs))
	samples, err := samplesSection(set, program)
	if err != nil {
		return report.Page{}, err
	}
	page.Sections = append(page.Sections, samples, mistakesSection(info, test), setupSection(set, sum))
	return page, nil
}

func runTitle(dir string, accuracy float64) string {
	return fmt.Sprintf("%s: %.2f %% on the test part", filepath.Base(dir), 100*accuracy)
}

// writePage writes a page to a file, whole or not at all.
func writePage(page report.Page, path string) error {
	var text bytes.Buffer
	if err := page.WriteHTML(&text); err != nil {
		return err
	}
	return train.WriteFile(path, text.Bytes())
}

func resultSection(set *setup, test train.Evaluation, sum *summary) report.Section {
	facts := report.Facts{
		{Label: "Test accuracy", Value: fmt.Sprintf("%.2f %%", 100*test.Accuracy), Note: fmt.Sprintf("%d of %d, read once", test.Correct, test.N)},
	}
	if sum.Validation != nil {
		facts = append(facts, report.Fact{Label: "Validation accuracy", Value: fmt.Sprintf("%.2f %%", 100*sum.Validation.Accuracy), Note: fmt.Sprintf("epoch %d of %d was kept", sum.BestEpoch, sum.Epochs)})
	}
	spikes, neurons := spikesOf(set.network, test.Spikes)
	facts = append(facts,
		report.Fact{Label: "Spikes a sample", Value: fmt.Sprintf("%.0f", spikes), Note: fmt.Sprintf("%.2f a neuron", spikes/float64(max(neurons, 1)))},
		report.Fact{Label: "Training time", Value: time.Duration(sum.Seconds * float64(time.Second)).Round(100 * time.Millisecond).String(), Note: fmt.Sprintf("%.0f samples/s", sum.PerSecond)},
		report.Fact{Label: "Peak memory", Value: fmt.Sprintf("%d MB", sum.PeakRSS>>20)},
	)
	return report.Section{Title: "Result", Parts: []report.Part{facts}}
}

// spikesOf sums the spikes per neuron of the layers to those of the network, a sample, and counts its neurons.
func spikesOf(n *model.Network, perNeuron map[string]float64) (spikes float64, neurons int) {
	shapes, err := n.Shapes()
	if err != nil {
		return 0, 0
	}
	for _, name := range sortedNames(perNeuron) {
		spikes += perNeuron[name] * float64(shapes[name].Size())
		neurons += shapes[name].Size()
	}
	return spikes, neurons
}

func curvesSection(epochs []train.EpochReport) report.Section {
	loss, accuracy, rate := [2]report.Series{{Name: "training"}, {Name: "validation"}}, [2]report.Series{{Name: "training"}, {Name: "validation"}}, report.Series{Name: "learning rate"}
	add := func(s *report.Series, x int, y float64) { s.X, s.Y = append(s.X, float64(x)), append(s.Y, y) }
	for _, e := range epochs {
		add(&loss[0], e.Epoch, e.Train.Loss)
		add(&accuracy[0], e.Epoch, 100*e.Train.Accuracy)
		add(&rate, e.Epoch, e.LR)
		if e.Validation != nil {
			add(&loss[1], e.Epoch, e.Validation.Loss)
			add(&accuracy[1], e.Epoch, 100*e.Validation.Accuracy)
		}
	}
	kept := func(s [2]report.Series) []report.Series {
		if len(s[1].Y) == 0 {
			return s[:1]
		}
		return s[:]
	}
	return report.Section{Title: "Learning curves", Parts: []report.Part{
		report.Lines{Title: "Accuracy", XLabel: "epoch", YLabel: "percent", Series: kept(accuracy), Note: "Training accuracy is taken while the weights change and with dropout; validation after the epoch."},
		report.Lines{Title: "Loss", XLabel: "epoch", YLabel: "loss", Series: kept(loss), Note: "Training: what is minimized. Validation: cross-entropy of the scores."},
		report.Lines{Title: "Learning rate", XLabel: "epoch", YLabel: "learning rate", Series: []report.Series{rate}},
	}}
}

func activitySection(program *layers.Program, test train.Evaluation, epochs []train.EpochReport) report.Section {
	s := report.Section{Title: "Activity", Text: "How the spiking layers fire on the test part. A layer that is almost silent learns nothing; one that fires in most steps costs energy and loses information."}
	bars := report.Bars{Title: "Spikes per neuron and sample", Label: "spikes per neuron"}
	for _, name := range program.Spiking() {
		bars.Bars = append(bars.Bars, report.Bar{Name: name, Value: test.Spikes[name]})
	}
	s.Parts = append(s.Parts, bars, ratesOver(epochs, program.Spiking()))
	for _, a := range program.Activities() {
		rates := make([]float32, len(a.Rates))
		for i, r := range a.Rates {
			rates[i] = float32(r)
		}
		s.Parts = append(s.Parts, report.Histogram{
			Title: "Neurons of " + a.Layer + " by firing rate", Label: "spikes a step", Values: rates, LogY: len(rates) > 100,
			Note: fmt.Sprintf("%.1f %% of the neurons fired no spike in the last batch.", 100*a.Silent),
		})
	}
	return s
}

// ratesOver draws the firing rates of layers over training.
func ratesOver(epochs []train.EpochReport, names []string) report.Lines {
	var lines []report.Series
	for _, name := range names {
		series := report.Series{Name: name}
		for _, e := range epochs {
			series.X, series.Y = append(series.X, float64(e.Epoch)), append(series.Y, e.Rates[name])
		}
		lines = append(lines, series)
	}
	return report.Lines{Title: "Firing rate over training", XLabel: "epoch", YLabel: "spikes a step", Series: lines}
}

// samplesSection runs a few test samples and shows what the layers do.
func samplesSection(set *setup, program *layers.Program) (report.Section, error) {
	s := report.Section{Title: "Inside the network", Text: "The first test samples: spikes of each layer, and membrane potentials of a few neurons."}
	few := datasets.Limit(set.parts.Test, shown)
	for b, err := range datasets.Batches(few, datasets.BatchOptions{Size: shown, Seed: set.Seed, Epoch: train.EvalEpoch, Encoder: set.encoder}) {
		if err != nil {
			return s, err
		}
		if _, err := program.Infer(layers.Input{X: b.X, Watch: true}); err != nil {
			return s, err
		}
		for i, label := range b.Labels {
			for _, name := range program.Spiking() {
				s.Parts = append(s.Parts, raster(program.Output(name), i, fmt.Sprintf("Sample %d (%s): spikes of %s", i+1, className(set.parts.Test.Info(), label), name)))
			}
			if i == 0 {
				s.Parts = append(s.Parts, traces(set, program, i)...)
			}
		}
	}
	return s, nil
}

// raster lists the spikes of one sample; several spikes in a step count as one mark.
func raster(out *signal.Signal, b int, title string) report.Raster {
	r := report.Raster{Title: title, Neurons: out.N(), Steps: make([][]uint32, out.T)}
	for t := range out.T {
		row := t*out.B + b
		for n := range out.N() {
			if out.Spiking() && out.Fired(row, n) || !out.Spiking() && out.Row(row)[n] != 0 {
				r.Steps[t] = append(r.Steps[t], uint32(n))
			}
		}
	}
	return r
}

// traces shows the neurons of each layer whose potential moves most in sample b.
func traces(set *setup, program *layers.Program, b int) []report.Part {
	var parts []report.Part
	for _, node := range set.network.Nodes {
		v := program.Trace(node.Name)
		if v == nil {
			continue
		}
		part := report.Traces{Title: fmt.Sprintf("Sample %d: membrane potentials in %s", b+1, node.Name)}
		for _, n := range busiest(v, b) {
			tr := report.Trace{Name: fmt.Sprintf("neuron %d", n)}
			out := program.Output(node.Name)
			for t := range v.T {
				tr.V = append(tr.V, v.Row(t*v.B + b)[n])
				if out.Spiking() && out.Fired(t*out.B+b, n) {
					tr.Spikes = append(tr.Spikes, t)
				}
			}
			tr.Threshold = threshold(set, node.Name, n, v.N())
			part.Traces = append(part.Traces, tr)
		}
		parts = append(parts, part)
	}
	return parts
}

func className(in datasets.Info, label int) string {
	if label < len(in.Classes) {
		return in.Classes[label]
	}
	return fmt.Sprint(label)
}

func mistakesSection(in datasets.Info, test train.Evaluation) report.Section {
	return report.Section{Title: "Where it is right and wrong", Parts: []report.Part{
		report.Matrix{Title: "Confusion matrix of the test part", Classes: in.Classes, Counts: test.Confusion},
	}}
}

func setupSection(set *setup, sum *summary) report.Section {
	m := sum.Machine
	rows := [][]string{
		{"program", "snntrain " + sum.Version + ", " + m.Go},
		{"machine", fmt.Sprintf("%s/%s, %s", m.OS, m.Arch, m.CPU)},
		{"cores", fmt.Sprintf("%d, %d threads used", m.Cores, m.Threads)},
		{"memory", fmt.Sprintf("%d GB", m.Memory>>30)},
		{"training data", "blake3 " + sum.DataHash["train"]},
		{"test data", "blake3 " + sum.DataHash["test"]},
		{"seed", fmt.Sprint(set.Seed)},
	}
	layersTable := report.Table{Title: "Layers", Columns: []string{"layer", "shape", "parameters", "what"}}
	if list, err := layersOf(set.network); err == nil {
		for _, l := range list {
			layersTable.Rows = append(layersTable.Rows, []string{l.Name, l.Shape.String(), fmt.Sprint(l.Params), orText(l.Details, l.Kind)})
		}
	}
	return report.Section{Title: "How it was made", Parts: []report.Part{
		layersTable,
		report.Table{Title: "Environment", Columns: []string{"", ""}, Rows: rows},
		report.Code{Title: "Resolved config", Text: strings.TrimSpace(string(set.resolved))},
	}}
}

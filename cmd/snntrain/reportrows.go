package main

import (
	"fmt"
	"path/filepath"
)

// rowsOf sums up runs, and says of what there is less than of others.
func rowsOf(runs []*pastRun) (list []comparedRun, unfinished []string) {
	names := shortNames(runs)
	for i, r := range runs {
		c := comparedRun{Run: r.dir, Name: names[i], Finished: r.finished(), Epochs: len(r.epochs)}
		switch {
		case r.sum != nil:
			c.trained(r)
		case r.rate != nil:
			c.rates(r.rate)
		case r.times != nil:
			t := r.times
			c.Test, c.Float, c.Spikes, c.Version = &t.SNN.Accuracy, &t.ANN.Accuracy, &t.Spikes, t.Version
		default:
			c.unfinished(r)
			unfinished = append(unfinished, fmt.Sprintf("%s is not finished: after %d epochs there is no result yet", c.Name, c.Epochs))
		}
		list = append(list, c)
	}
	return list, unfinished
}

// otherTests names the runs that were judged on other test samples than the first of all.
func otherTests(runs []*pastRun, list []comparedRun) (notes []string) {
	first := -1
	for i, r := range runs {
		switch {
		case r.sum == nil || r.sum.DataHash["test"] == "":
		case first < 0:
			first = i
		case r.sum.DataHash["test"] != runs[first].sum.DataHash["test"]:
			notes = append(notes, fmt.Sprintf("%s was judged on other test samples than %s: their test accuracies do not compare", list[i].Name, list[first].Name))
		}
	}
	return notes
}

func (c *comparedRun) trained(r *pastRun) {
	s := r.sum
	c.Test, c.Epochs, c.Seconds, c.PerSecond, c.PeakRSS, c.Seed, c.Version = &s.Test.Accuracy, s.Epochs, s.Seconds, s.PerSecond, s.PeakRSS, &s.Seed, s.Version
	if s.Validation != nil {
		c.Validation = &s.Validation.Accuracy
	}
	if n, err := loadModel(r.dir); err == nil { // it knows how many neurons a layer has
		if spikes, neurons := spikesOf(n, s.Spikes); neurons > 0 {
			perNeuron := spikes / float64(neurons)
			c.Spikes = &perNeuron
		}
	}
}

func (c *comparedRun) rates(r *conversion) {
	test := r.SNN[fmt.Sprint(r.Steps)].Accuracy
	c.Test, c.Float, c.Steps, c.Seconds, c.Spikes, c.Version = &test, &r.ANN.Accuracy, r.Steps, r.Seconds["convert"], &r.Budget.Spikes, r.Version
}

func (c *comparedRun) unfinished(r *pastRun) {
	for _, e := range r.epochs {
		c.Seconds, c.PerSecond = e.Seconds, e.PerSecond
		if e.Best && e.Validation != nil {
			c.Validation = &e.Validation.Accuracy
		}
	}
	var seed uint64
	if _, err := fmt.Sscan(r.config["seed"], &seed); err == nil {
		c.Seed = &seed
	}
}

// shortNames names runs by the last part of their directories, or by all of it where that is not enough.
func shortNames(runs []*pastRun) []string {
	count := map[string]int{}
	for _, r := range runs {
		count[filepath.Base(r.dir)]++
	}
	var names []string
	for _, r := range runs {
		name := filepath.Base(r.dir)
		if count[name] > 1 {
			name = r.dir
		}
		names = append(names, name)
	}
	return names
}

// runTable lays runs out in columns; the first row names them. A column that no run fills is left out.
func runTable(list []comparedRun) [][]string {
	columns := []struct {
		title string
		of    func(c comparedRun) string
	}{
		{"RUN", func(c comparedRun) string { return c.Name }},
		{"TEST %", func(c comparedRun) string { return percent(c.Test) }},
		{"VALIDATION %", func(c comparedRun) string { return percent(c.Validation) }},
		{"FLOAT %", func(c comparedRun) string { return percent(c.Float) }},
		{"STEPS", func(c comparedRun) string { return unlessZero("%.0f", float64(c.Steps)) }},
		{"EPOCHS", func(c comparedRun) string { return unlessZero("%.0f", float64(c.Epochs)) }},
		{"SECONDS", func(c comparedRun) string { return unlessZero("%.1f", c.Seconds) }},
		{"SAMPLES/S", func(c comparedRun) string { return unlessZero("%.0f", c.PerSecond) }},
		{"PEAK MB", func(c comparedRun) string { return unlessZero("%.0f", float64(c.PeakRSS>>20)) }},
		{"SPIKES/NEURON", func(c comparedRun) string {
			if c.Spikes == nil {
				return ""
			}
			return fmt.Sprintf("%.3f", *c.Spikes)
		}},
		{"SEED", func(c comparedRun) string {
			if c.Seed == nil {
				return ""
			}
			return fmt.Sprint(*c.Seed)
		}},
		{"VERSION", func(c comparedRun) string { return c.Version }},
	}
	rows := make([][]string, len(list)+1)
	for _, column := range columns {
		filled := false
		cells := []string{column.title}
		for _, c := range list {
			text := column.of(c)
			filled = filled || text != ""
			cells = append(cells, text)
		}
		for i := range rows {
			if filled {
				rows[i] = append(rows[i], cells[i])
			}
		}
	}
	return rows
}

func percent(v *float64) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf("%.2f", 100**v)
}

func unlessZero(format string, v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf(format, v)
}

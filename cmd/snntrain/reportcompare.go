package main

import (
	"fmt"
	"strings"
)

// comparedRun is a run in a comparison. What a run does not have is left out.
type comparedRun struct {
	Run        string   `json:"run"` // its directory
	Name       string   `json:"name"`
	Finished   bool     `json:"finished"`
	Test       *float64 `json:"test_accuracy,omitempty"`
	Validation *float64 `json:"validation_accuracy,omitempty"` // of the epoch that was kept
	Float      *float64 `json:"ann_accuracy,omitempty"`        // of the network that was converted
	Steps      int      `json:"steps,omitempty"`               // of a conversion
	Epochs     int      `json:"epochs,omitempty"`
	Seconds    float64  `json:"seconds,omitempty"`
	PerSecond  float64  `json:"samples_per_second,omitempty"`
	PeakRSS    uint64   `json:"peak_rss_bytes,omitempty"`
	Spikes     *float64 `json:"spikes_per_neuron,omitempty"` // and sample
	Seed       *uint64  `json:"seed,omitempty"`
	Version    string   `json:"version,omitempty"`
}

// differentKey is a config key whose value is not the same in all runs.
type differentKey struct {
	Key    string    `json:"key"`
	Values []*string `json:"values"` // of each run; null = not set
}

// runsReport is the JSON of report on several runs.
type runsReport struct {
	File   string         `json:"file"`
	Runs   []comparedRun  `json:"runs"`
	Config []differentKey `json:"config"`
	Seeds  *spread        `json:"test_accuracy,omitempty"` // when the runs differ in their seed alone
	Notes  []string       `json:"notes,omitempty"`         // what stands in the way of a comparison
}

// reportRuns writes a page about several runs.
func reportRuns(s *streams, runs []*pastRun, out string) error {
	list, warnings := rowsOf(runs)
	r := runsReport{File: out, Runs: list, Config: differentKeys(runs), Notes: append(warnings, otherTests(runs, list)...)}
	for _, n := range r.Notes {
		s.warn("report: " + n)
	}
	r.Seeds = r.overSeeds()
	if err := writePage(r.page(runs), out); err != nil {
		return err
	}
	if s.json {
		s.object(r)
		return nil
	}
	s.say("%s\n", table(runTable(list)))
	if text := r.seedText(); text != "" {
		s.say("%s\n", text)
	}
	if len(r.Config) > 0 {
		s.say("%s\n", table(append([][]string{append([]string{"KEY"}, r.names()...)}, r.keyRows()...)))
	}
	s.say("written to %s: open it in a browser", out)
	return nil
}

// overSeeds is mean and standard deviation of runs that differ in their seed alone.
func (r *runsReport) overSeeds() *spread {
	var values []float64
	seen := map[uint64]bool{}
	for _, c := range r.Runs {
		if c.Seed == nil || c.Test == nil || seen[*c.Seed] {
			return nil
		}
		seen[*c.Seed], values = true, append(values, *c.Test)
	}
	if len(r.Config) > 0 {
		return nil
	}
	s := spreadOf(values)
	return &s
}

func (r *runsReport) seedText() string {
	if r.Seeds == nil {
		return ""
	}
	return fmt.Sprintf("The runs differ in their seed alone: test accuracy %.2f ± %.2f %% (mean ± sd of %d).", 100*r.Seeds.Mean, 100*r.Seeds.SD, len(r.Runs))
}

// text is what stands above the results on the page.
func (r *runsReport) text() string {
	paragraphs := []string{r.seedText()}
	for _, n := range r.Notes {
		paragraphs = append(paragraphs, "Note: "+n+".")
	}
	return strings.TrimSpace(strings.Join(paragraphs, "\n\n"))
}

func (r *runsReport) names() []string {
	var names []string
	for _, c := range r.Runs {
		names = append(names, c.Name)
	}
	return names
}

func (r *runsReport) keyRows() [][]string {
	var rows [][]string
	for _, d := range r.Config {
		row := []string{d.Key}
		for _, v := range d.Values {
			text := "–"
			if v != nil {
				text = *v
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	return rows
}

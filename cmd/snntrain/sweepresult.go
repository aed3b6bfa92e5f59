package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/train"
)

// What became of a point.
const (
	stateMissing = "missing" // not trained yet
	stateDone    = "done"
	stateFailed  = "failed"
)

// sweepResult is sweep.json.
type sweepResult struct {
	Over   []*axis        `json:"over"`
	Random int            `json:"random,omitempty"` // points drawn of the grid
	Rule   string         `json:"rule"`             // how the best was chosen
	Best   *pointResult   `json:"best"`             // null = no point is done
	Points []*pointResult `json:"points"`           // in the order of training
	Out    string         `json:"out"`

	by string
}

// pointResult is what came of a point.
type pointResult struct {
	Name       string         `json:"name"`
	Settings   map[string]any `json:"settings"`
	State      string         `json:"state"` // missing, done, failed
	Validation *pointScore    `json:"validation,omitempty"`
	Test       *pointScore    `json:"test,omitempty"` // for the record: nothing is chosen by it
	Seconds    float64        `json:"seconds"`        // of training, all seeds together
	Fault      string         `json:"fault,omitempty"`
	Out        string         `json:"out"`  // the directory
	Runs       []string       `json:"runs"` // the run directories: out itself, or one a seed

	point point
}

// pointScore is a mean over the seeds, with the standard deviation of the accuracy when there are several.
type pointScore struct {
	Accuracy float64  `json:"accuracy"`
	Loss     float64  `json:"loss"`
	SD       *float64 `json:"accuracy_sd,omitempty"`
}

func newSweepResult(o sweepOptions, axes []*axis, points []point) *sweepResult {
	r := &sweepResult{Over: axes, Out: o.out, by: o.by, Rule: "highest validation accuracy, then lowest validation loss, then the earlier point"}
	if o.by == "loss" {
		r.Rule = "lowest validation loss, then highest validation accuracy, then the earlier point"
	}
	if o.seeds > 1 {
		r.Rule += fmt.Sprintf("; means of %d seeds", o.seeds)
	}
	if o.random != nil {
		r.Random = *o.random
	}
	for _, p := range points {
		one := &pointResult{Name: p.name, Settings: map[string]any{}, State: stateMissing, Out: filepath.Join(o.out, p.name), Runs: []string{}, point: p}
		for _, s := range p.settings {
			one.Settings[s.key] = s.value
		}
		r.Points = append(r.Points, one)
	}
	return r
}

// fill takes the figures from the summaries of a point's runs.
func (p *pointResult) fill(runs []*summary) {
	var validation, test []*train.Score
	p.Seconds, p.Runs = 0, nil
	for _, sum := range runs {
		validation, test = append(validation, sum.Validation), append(test, sum.Test)
		p.Seconds += sum.Seconds
		p.Runs = append(p.Runs, sum.Out)
	}
	p.State, p.Validation, p.Test = stateDone, scoreOf(validation), scoreOf(test)
}

func scoreOf(scores []*train.Score) *pointScore {
	var accuracy, loss []float64
	for _, s := range scores {
		accuracy, loss = append(accuracy, s.Accuracy), append(loss, s.Loss)
	}
	a := spreadOf(accuracy)
	out := &pointScore{Accuracy: a.Mean, Loss: spreadOf(loss).Mean}
	if len(scores) > 1 {
		out.SD = &a.SD
	}
	return out
}

// done counts the points with a result.
func (r *sweepResult) done() (n int) {
	for _, p := range r.Points {
		n += boolInt(p.State == stateDone)
	}
	return n
}

// choose finds the best of the points that are done.
func (r *sweepResult) choose() {
	r.Best = nil
	if first := r.ranked()[0]; first.State == stateDone {
		r.Best = first
	}
}

// ranked are the points by validation, best first; those without a result last.
func (r *sweepResult) ranked() []*pointResult {
	points := slices.Clone(r.Points)
	slices.SortStableFunc(points, func(a, b *pointResult) int {
		if a.Validation == nil || b.Validation == nil {
			return cmp.Compare(boolInt(a.Validation == nil), boolInt(b.Validation == nil))
		}
		accuracy, loss := cmp.Compare(b.Validation.Accuracy, a.Validation.Accuracy), cmp.Compare(a.Validation.Loss, b.Validation.Loss)
		if r.by == "loss" {
			return cmp.Or(loss, accuracy)
		}
		return cmp.Or(accuracy, loss)
	})
	return points
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// describe is the result for people.
func (r *sweepResult) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", table(r.rows()))
	for _, p := range r.Points {
		if p.State == stateFailed {
			fmt.Fprintf(&b, "failed: %s: %s\n", p.Name, p.Fault)
		}
	}
	fmt.Fprintf(&b, "best by validation: %s (of %d; %s)\n", r.Best.point.label(" "), len(r.Points), r.Rule)
	fmt.Fprintf(&b, "its test accuracy: %s, loss %.4f\n", r.Best.Test.percent(), r.Best.Test.Loss)
	fmt.Fprintf(&b, "written to %s: %s, and a run directory a point\n", r.Out, sweepFile)
	fmt.Fprintf(&b, "next: snntrain eval %s", shellWord(r.Best.Runs[0]))
	if len(r.Points) > 1 {
		fmt.Fprintf(&b, "\nlearning curves side by side: snntrain report %s/[0-9]* --out %s", shellWord(r.Out), shellWord(filepath.Join(r.Out, train.ReportFile)))
	}
	return b.String()
}

// rows is the table of the points. Test figures are left out: nobody shall choose by them.
func (r *sweepResult) rows() [][]string {
	head := []string{"point"}
	for _, a := range r.Over {
		head = append(head, a.short)
	}
	rows := [][]string{append(head, "validation", "loss", "seconds")}
	for _, p := range r.ranked() {
		number, _, _ := strings.Cut(p.Name, "-")
		row := []string{number}
		for _, s := range p.point.settings {
			row = append(row, s.label)
		}
		if p.State == stateFailed {
			row = append(row, stateFailed)
		} else {
			row = append(row, p.Validation.percent(), fmt.Sprintf("%.4f", p.Validation.Loss), fmt.Sprintf("%.1f", p.Seconds))
		}
		rows = append(rows, row)
	}
	return rows
}

func (s *pointScore) percent() string {
	text := fmt.Sprintf("%.2f", 100*s.Accuracy)
	if s.SD != nil {
		text += fmt.Sprintf(" ± %.2f", 100**s.SD)
	}
	return text + " %"
}

package main

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// heading names the machine.
func heading(r report) string {
	m := r.Machine
	return fmt.Sprintf("%s, %d cores, %d threads used, %.1f GiB, %s/%s, %s, %s; median of %d runs, each a process\n",
		m.CPU, m.Cores, m.Threads, float64(m.Memory)/(1<<30), m.OS, m.Arch, m.Go, r.Started.Format("2006-01-02 15:04"), r.Runs)
}

// line is a row boiled down.
type line struct {
	row
	step, low, high, memory float64
	load                    float64 // highest load average that a run began with
	disturbed               int
}

func summarize(r row, quiet float64) line {
	var steps, memory []float64
	l := line{row: r}
	for _, x := range r.Runs {
		steps, memory = append(steps, x.Step), append(memory, x.memory())
		l.load = max(l.load, x.Load)
		if x.Others > quiet {
			l.disturbed++
		}
	}
	l.step, l.memory = median(steps), median(memory)
	l.low, l.high = span(steps)
	return l
}

// table renders a case: who took how long and how much, against us.
func table(o outcome) string {
	var lines []line
	var us line
	us.step, us.memory = math.NaN(), math.NaN()
	for _, r := range o.Rows {
		l := summarize(r, o.Quiet)
		lines = append(lines, l)
		if r.Kind == ours {
			us = l
		}
	}
	cells := [][]string{{"", "step ms", "min–max", "memory MB", "time / ours", "memory / ours", "load", "version", ""}}
	best := map[int]string{
		fastest(lines, framework):   "best framework",
		fastest(lines, handWritten): "best hand-written",
	}
	for i, l := range lines {
		cells = append(cells, l.cells(us, best[i]))
	}
	return "\n" + o.Title + "\n" + align(cells)
}

// fastest is the index of the fastest line of a kind, -1 if none ran.
func fastest(lines []line, kind string) int {
	found := -1
	for i, l := range lines {
		if l.Kind == kind && len(l.Runs) > 0 && (found < 0 || l.step < lines[found].step) {
			found = i
		}
	}
	return found
}

// cells are the columns of a line.
func (l line) cells(us line, mark string) []string {
	if len(l.Runs) == 0 {
		return []string{l.Name, "–", "–", "–", "–", "–", "–", "", l.notes(us, mark)}
	}
	return []string{
		l.Name, millis(l.step), millis(l.low) + "–" + millis(l.high), number(l.memory),
		times(ratio(l.step, us.step)), times(ratio(l.memory, us.memory)), number(l.load), l.Runs[0].Version, l.notes(us, mark),
	}
}

// notes say what a reader must know about a line.
func (l line) notes(us line, mark string) string {
	var notes []string
	if mark != "" {
		notes = append(notes, mark)
	}
	if l.disturbed > 0 {
		notes = append(notes, fmt.Sprintf("DISTURBED in %d of %d runs", l.disturbed, len(l.Runs)))
	}
	if len(l.Runs) > 0 && len(us.Runs) > 0 {
		if d := disagreement(l.Runs[0].Params, us.Runs[0].Params); d != "" {
			notes = append(notes, "NOT THE SAME WORK: "+d)
		}
	}
	if l.Failed != "" {
		notes = append(notes, "failed: "+l.Failed)
	}
	return strings.Join(notes, "; ")
}

// millis shows seconds as milliseconds with three digits or more.
func millis(s float64) string { return number(s * 1e3) }

func number(x float64) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case math.Abs(x) < 10:
		return fmt.Sprintf("%.2f", x)
	case math.Abs(x) < 100:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

func times(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	return fmt.Sprintf("%.2f×", x)
}

// align pads columns: the first, and the last two, to the left, figures to the right.
func align(cells [][]string) string {
	width := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	for _, row := range cells {
		var l strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if i == 0 || i >= len(row)-2 {
				l.WriteString(c + pad + "  ")
			} else {
				l.WriteString(pad + c + "  ")
			}
		}
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	return b.String()
}

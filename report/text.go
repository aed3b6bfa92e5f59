package report

import (
	"html/template"
	"strings"
)

// Facts is a row of cards, each a figure to read at a glance.
type Facts []Fact

// Fact is one card; Note is small print under the value.
type Fact struct{ Label, Value, Note string }

func (f Facts) html() (template.HTML, error) { return fill("facts", f) }

// Code is preformatted text such as a config, folded away behind its title unless Open.
type Code struct {
	Title, Text string
	Open        bool
}

func (c Code) html() (template.HTML, error) { return fill("code", c) }

// Table is a table of texts. Rows may differ in length. Columns of numbers are aligned to the right.
type Table struct {
	Title   string
	Columns []string
	Rows    [][]string
	Note    string
}

// cell is one cell of a table; Class is "number" or empty.
type cell struct{ Text, Class string }

func (t Table) html() (template.HTML, error) {
	head := t.cells(t.Columns)
	rows := make([][]cell, len(t.Rows))
	for i, row := range t.Rows {
		rows[i] = t.cells(row)
	}
	return fill("table", map[string]any{"Title": t.Title, "Head": head, "Rows": rows, "Note": t.Note, "Wide": len(t.Columns) > 5})
}

func (t Table) cells(texts []string) []cell {
	cells := make([]cell, len(texts))
	for i, text := range texts {
		cells[i].Text = text
		if t.numeric(i) {
			cells[i].Class = "number"
		}
	}
	return cells
}

// numeric reports whether every cell of a column begins like a number.
func (t Table) numeric(column int) bool {
	for _, row := range t.Rows {
		if column >= len(row) {
			continue
		}
		text := strings.TrimLeft(row[column], "+-−±<>≤≥~ ")
		if text != "" && text != "NaN" && text != "∞" && !strings.ContainsAny(text[:1], "0123456789") {
			return false
		}
	}
	return true
}

package main

import (
	"strings"

	"github.com/snntrain/snntrain/model"
)

// lanes draws a network as a graph, one line a layer, as version control draws
// commits: a dot is the layer, a vertical line an output that a later layer reads.
type lanes struct {
	open  []string       // by column: the layer whose output runs there, "" = free
	reads map[string]int // how often a layer is still to be read
}

// drawGraph returns one line for each node.
func drawGraph(n *model.Network) []string {
	l := lanes{open: []string{model.InputName}, reads: map[string]int{}}
	for _, node := range n.Nodes {
		for _, in := range node.Inputs {
			l.reads[in]++
		}
	}
	var lines []string
	for _, node := range n.Nodes {
		lines = append(lines, l.row(node))
	}
	return lines
}

// row draws a layer and moves on behind it.
func (l *lanes) row(node model.Node) string {
	marks := map[int]bool{} // columns that the layer reads: whether they end
	at := -1
	for _, in := range node.Inputs {
		l.reads[in]--
		for c, name := range l.open {
			if name == in {
				marks[c] = l.reads[in] == 0
			}
		}
	}
	for c := range l.open {
		if at < 0 && marks[c] {
			at = c
		}
	}
	if at < 0 {
		at = l.free()
	}
	line := l.draw(at, marks)
	for c, ends := range marks {
		if ends {
			l.open[c] = ""
		}
	}
	l.open[at] = ""
	if l.reads[node.Name] > 0 {
		l.open[at] = node.Name
	}
	return line
}

// free returns a column that nothing runs in.
func (l *lanes) free() int {
	for c, name := range l.open {
		if name == "" {
			return c
		}
	}
	l.open = append(l.open, "")
	return len(l.open) - 1
}

// draw renders the line of a layer in column at that reads the marked columns.
func (l *lanes) draw(at int, marks map[int]bool) string {
	lo, hi := at, at
	for c := range marks {
		lo, hi = min(lo, c), max(hi, c)
	}
	var b strings.Builder
	for c, name := range l.open {
		across := c > lo && c < hi
		ends, read := marks[c]
		b.WriteString(symbol(c-at, name != "", across, read, ends))
		if c >= lo && c < hi {
			b.WriteString("─")
		} else {
			b.WriteString(" ")
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// symbol is what a column shows; side is its distance from the layer's.
func symbol(side int, open, across, read, ends bool) string {
	switch {
	case side == 0:
		return "●"
	case read && ends && across:
		return "┴"
	case read && ends && side < 0:
		return "└"
	case read && ends:
		return "┘"
	case read && across, open && across:
		return "┼"
	case read && side < 0:
		return "├"
	case read:
		return "┤"
	case open:
		return "│"
	case across:
		return "─"
	}
	return " "
}

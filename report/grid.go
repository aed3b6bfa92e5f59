package report

import (
	"fmt"
	"slices"
	"strconv"
)

// grid is a field of cells, some of them set; row 0 is at the bottom.
type grid struct {
	columns, rows int
	set           []bool // rows · columns
}

func newGrid(columns, rows int) *grid {
	return &grid{columns, rows, make([]bool, rows*columns)}
}

// draw fills the data area of p with one path in units of cells: a horizontal
// stroke for every run of set cells in a row. A mark below 100, in hundredths
// of a cell, makes every cell a stroke of its own, of that length.
func (g *grid) draw(p *plot, class string, mark int) {
	var d []byte
	for row := range g.rows {
		d = g.appendRow(d, row, mark)
	}
	if len(d) == 0 {
		return
	}
	sx, sy := (p.right-p.left)/float64(g.columns), (p.bottom-p.top)/float64(g.rows)
	height := 1.0
	if mark < 100 {
		height = max(0.75, 1.9/sy)
	}
	fmt.Fprintf(p, `<g transform="translate(%s %s) scale(%.5g %.5g)"><path class="%s" stroke-width="%.3g" d="%s"/></g>`,
		px(p.left), px(p.top), sx, sy, class, height, d)
}

// appendRow appends the strokes of one row, each placed relative to the end of the one before.
func (g *grid) appendRow(d []byte, row, mark int) []byte {
	cells := g.set[row*g.columns : (row+1)*g.columns]
	pen := -1 // where the last stroke ended, in hundredths of a cell
	for from := nextSet(cells, 0); from < len(cells); {
		to := from + 1
		for mark == 100 && to < len(cells) && cells[to] {
			to++
		}
		start, length := from*100+(100-mark)/2, (to-from-1)*100+mark
		if pen < 0 {
			d = append(appendHundredths(append(d, 'M'), start), ' ')
			d = appendHundredths(d, (g.rows-1-row)*100+50)
		} else {
			d = append(appendHundredths(append(d, 'm'), start-pen), " 0"...)
		}
		d = appendHundredths(append(d, 'h'), length)
		pen = start + length
		from = nextSet(cells, to)
	}
	return d
}

// nextSet returns the first set cell from i on, len(cells) without one.
func nextSet(cells []bool, i int) int {
	if k := slices.Index(cells[i:], true); k >= 0 {
		return i + k
	}
	return len(cells)
}

// appendHundredths appends v/100.
func appendHundredths(d []byte, v int) []byte {
	return strconv.AppendFloat(d, float64(v)/100, 'f', -1, 64)
}

// shared is how many of n share a cell when there may be limit cells.
func shared(n, limit int) int { return max(ceilDiv(n, limit), 1) }

func ceilDiv(a, b int) int { return (a + b - 1) / b }

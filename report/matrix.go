package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
)

// Matrix is a confusion matrix: Counts[i][j] samples of class i were taken for
// class j. A missing name is the number of the class, a missing count is 0.
type Matrix struct {
	Title   string
	Classes []string
	Counts  [][]int
	Note    string
}

// maxTable is the number of classes up to which every count is printed.
const maxTable = 20

func (m Matrix) html() (template.HTML, error) {
	n := m.size()
	if n <= maxTable {
		return m.table(n)
	}
	return m.picture(n)
}

// size is the number of classes.
func (m Matrix) size() int {
	n := max(len(m.Classes), len(m.Counts))
	for _, row := range m.Counts {
		n = max(n, len(row))
	}
	return n
}

func (m Matrix) count(i, j int) int {
	if i >= len(m.Counts) || j >= len(m.Counts[i]) {
		return 0
	}
	return m.Counts[i][j]
}

func (m Matrix) name(i int) string {
	if i < len(m.Classes) {
		return m.Classes[i]
	}
	return strconv.Itoa(i)
}

// share is count ÷ total, 0 of nothing.
func share(count, total int) float64 {
	if total <= 0 || count <= 0 {
		return 0
	}
	return min(float64(count)/float64(total), 1)
}

// percent writes a share with at most one decimal; only 0 shows as 0, only all as 100.
func percent(v float64) string {
	switch {
	case v > 0 && v < 0.001:
		return "<0.1%"
	case v >= 0.9995 && v < 1:
		return ">99.9%"
	}
	return strconv.FormatFloat(math.Round(v*1000)/10, 'f', -1, 64) + "%"
}

func (m Matrix) rowSum(i int) int {
	sum := 0
	if i < len(m.Counts) {
		for _, c := range m.Counts[i] {
			sum += c
		}
	}
	return sum
}

// summary states how many samples lie on the diagonal.
func (m Matrix) summary(n int) string {
	right, total := 0, 0
	for i := range n {
		right, total = right+m.count(i, i), total+m.rowSum(i)
	}
	return fmt.Sprintf("%d of %d correct, %s", right, total, percent(share(right, total)))
}

// matrixCell is a printed count.
type matrixCell struct{ Class, Count, Share string }

type matrixRow struct {
	Name  string
	Cells []matrixCell
}

// table prints every count, with its share of the row.
func (m Matrix) table(n int) (template.HTML, error) {
	rows := make([]matrixRow, n)
	names := make([]string, n)
	letters := 0
	for i := range n {
		names[i] = m.name(i)
		letters += len(names[i])
		rows[i] = matrixRow{Name: names[i], Cells: make([]matrixCell, n)}
		total := m.rowSum(i)
		for j := range n {
			c := m.count(i, j)
			cell := matrixCell{Class: heatClass(i == j, share(c, total))}
			if c != 0 {
				cell.Count, cell.Share = strconv.Itoa(c), percent(share(c, total))
			}
			rows[i].Cells[j] = cell
		}
	}
	return fill("matrix", map[string]any{
		"Title": m.Title, "Names": names, "Rows": rows, "Wide": n > 11 || letters > 40, "Note": sentences(m.summary(n), m.Note),
	})
}

// heatClass gives a share of a row one of nine depths of color, 0 for nothing.
// Errors reach the full color at a tenth of the row, and the root makes rare ones visible.
func heatClass(diagonal bool, share float64) string {
	if diagonal {
		return fmt.Sprintf("hit%.0f", math.Ceil(8*math.Sqrt(share)))
	}
	return fmt.Sprintf("miss%.0f", math.Ceil(8*math.Sqrt(min(10*share, 1))))
}

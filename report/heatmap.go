package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// maxHeat is the most cells a side of the picture of a matrix.
const maxHeat = 200

// picture draws the matrix as a heat map, and lists the most frequent confusions.
func (m Matrix) picture(n int) (template.HTML, error) {
	per := shared(n, maxHeat)
	side := ceilDiv(n, per)
	p := newPlot(span{hi: float64(n)}, span{hi: float64(n)}, 0)
	p.top, p.bottom = 30, 30+p.right-p.left
	p.text("name", 2, 13, "true class (down), predicted class (right)")
	m.heat(p, side, per)
	for _, t := range p.x.ticks(xTicks) {
		p.text("tick mid", p.px(t.value), p.bottom+16, t.label)
		p.text("tick end", p.left-7, p.top+p.bottom-p.py(t.value)+4, t.label)
	}
	p.rect("frame", p.left, p.top, p.right-p.left, p.bottom-p.top, "")
	note := ""
	if per > 1 {
		note = fmt.Sprintf("A cell is %d × %d classes", per, per)
	}
	worst := m.confusions()
	return figure{
		Title: m.Title, Note: sentences(m.summary(n), note, worst, m.Note),
		Legend:  []key{{"heat hit8", "correct", ""}, {"heat miss8", "confused; deeper: a greater share of the row", ""}},
		Picture: p.svg(p.bottom+26, m.Title, sentences(m.summary(n), worst)),
	}.html()
}

// heat draws the cells of per × per classes, one path a color.
func (m Matrix) heat(p *plot, side, per int) {
	layers := map[string]*grid{}
	var classes []string
	for row := range side {
		counts, total := m.block(row, side, per)
		for column, c := range counts {
			class := heatClass(row == column, share(c, total))
			if c <= 0 {
				continue
			}
			if layers[class] == nil {
				layers[class] = newGrid(side, side)
				classes = append(classes, class)
			}
			layers[class].set[(side-1-row)*side+column] = true
		}
	}
	slices.Sort(classes)
	for _, class := range classes {
		layers[class].draw(p, "heat "+class, 100)
	}
}

// block sums per rows of the matrix, in groups of per columns.
func (m Matrix) block(row, side, per int) (counts []int, total int) {
	counts = make([]int, side)
	for i := row * per; i < min((row+1)*per, len(m.Counts)); i++ {
		for j, c := range m.Counts[i] {
			counts[j/per] += c
			total += c
		}
	}
	return counts, total
}

// confusions names the most frequent errors.
func (m Matrix) confusions() string {
	const most = 8
	type confusion struct{ i, j, count int }
	var all []confusion
	for i, row := range m.Counts {
		for j, c := range row {
			if i != j && c > 0 {
				all = append(all, confusion{i, j, c})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b confusion) int { return b.count - a.count })
	if len(all) == 0 {
		return ""
	}
	texts := make([]string, min(len(all), most))
	for k := range texts {
		texts[k] = fmt.Sprintf("%s → %s (%d)", m.name(all[k].i), m.name(all[k].j), all[k].count)
	}
	return "Most frequent confusions: " + strings.Join(texts, ", ")
}

package report

import (
	"fmt"
	"slices"
	"strings"
)

// maxTips bounds the places of a plot that read out their values.
const maxTips = 160

// tips lays a strip over the plot at every x that has values, which shows them under the pointer.
func (l Lines) tips(p *plot) {
	index := make([]map[float64]int, len(l.Series))
	var xs []float64
	for k, s := range l.Series {
		index[k] = make(map[float64]int, s.len())
		for i := range s.len() {
			if x := s.at(i); p.x.holds(x) {
				index[k][x] = i
				xs = append(xs, x)
			}
		}
	}
	slices.Sort(xs)
	xs = sample(slices.Compact(xs), maxTips)
	for i, x := range xs {
		from, to := p.left, p.right
		if i > 0 {
			from = (p.px(xs[i-1]) + p.px(x)) / 2
		}
		if i < len(xs)-1 {
			to = (p.px(x) + p.px(xs[i+1])) / 2
		}
		p.strip(from, to, p.px(x), l.tip(x, index))
	}
}

// strip is a pointer target with a hair line at x.
func (p *plot) strip(from, to, x float64, tip string) {
	p.WriteString(`<g class="tip">`)
	p.vline("hair", x, p.top, p.bottom)
	p.rect("hit", from, p.top, to-from, p.bottom-p.top, tip)
	p.WriteString(`</g>`)
}

// tip lists the values at x, one series a line.
func (l Lines) tip(x float64, index []map[float64]int) string {
	lines := []string{fmt.Sprintf("%s %s", orElse(l.XLabel, "x"), number(x))}
	for k, s := range l.Series {
		i, found := index[k][x]
		if !found {
			continue
		}
		line := fmt.Sprintf("%s %s", s.Name, number(s.Y[i]))
		if i < s.band() {
			line += fmt.Sprintf(" (%s to %s)", number(s.Low[i]), number(s.High[i]))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// sample takes at most n values, evenly spaced, among them the first and the last.
func sample(values []float64, n int) []float64 {
	if len(values) <= n {
		return values
	}
	kept := make([]float64, n)
	for i := range kept {
		kept[i] = values[i*(len(values)-1)/(n-1)]
	}
	return kept
}

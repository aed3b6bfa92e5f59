package report

import (
	"fmt"
	"html/template"
)

// Raster shows the spikes of one sample: time to the right, neuron 0 at the
// bottom, and above them the number of spikes at each step.
type Raster struct {
	Title          string
	Neurons        int
	Steps          [][]uint32 // for every time step the neurons that spike, each below Neurons
	Dt             float64    // length of a step in the unit of XLabel; 0 means 1
	XLabel, YLabel string     // empty: "time step", "neuron"
	Note           string
}

// The finest raster drawn; beyond it, neighbors share a cell.
const maxColumns, maxRows = 840, 280

func (r Raster) html() (template.HTML, error) {
	x := span{hi: float64(max(len(r.Steps), 1)) * orOne(r.Dt), parts: true}
	p := newPlot(x, span{hi: float64(max(r.Neurons, 1))}, 290)
	p.top = 76
	p.yAxis(orElse(r.YLabel, "neuron"))
	remark := r.draw(p)
	p.xAxis(orElse(r.XLabel, "time step"))
	total, peak := r.counts(p)
	share := float64(total) / float64(max(r.Neurons*len(r.Steps), 1))
	stats := fmt.Sprintf("%s of %s in %s, %s a neuron and step",
		counted(total, "spike"), counted(r.Neurons, "neuron"), counted(len(r.Steps), "step"), number(share))
	return figure{
		Title: r.Title, Note: sentences(stats, remark, r.Note),
		Picture: p.svg(p.bottom+44, r.Title, sentences(stats, fmt.Sprintf("At most %d in one step", peak))),
	}.html()
}

// draw draws the spikes. It returns what one mark stands for when that may be
// more than one spike, and how many spikes have no place.
func (r Raster) draw(p *plot) string {
	steps, neurons := shared(len(r.Steps), maxColumns), shared(r.Neurons, maxRows)
	g := newGrid(max(ceilDiv(len(r.Steps), steps), 1), max(ceilDiv(r.Neurons, neurons), 1))
	beyond := 0
	for t, step := range r.Steps {
		for _, i := range step {
			if int(i) >= r.Neurons {
				beyond++
				continue
			}
			g.set[int(i)/neurons*g.columns+t/steps] = true
		}
	}
	mark := 100
	if sx, sy := (p.right-p.left)/float64(g.columns), (p.bottom-p.top)/float64(g.rows); sx > 3 {
		mark = max(int(100*min(max(sy, 2), 3)/sx), 1)
	}
	g.draw(p, "spikes c0", mark)
	var grain, lost string
	if steps > 1 || neurons > 1 {
		grain = fmt.Sprintf("A mark is at least one spike in %s × %s", counted(steps, "step"), counted(neurons, "neuron"))
	}
	if beyond > 0 {
		lost = counted(beyond, "spike") + " of neurons beyond the last left out"
	}
	return sentences(grain, lost)
}

// counts draws the number of spikes at each step above the raster, and returns their sum and maximum.
func (r Raster) counts(p *plot) (total, peak int) {
	strip := *p
	strip.top, strip.bottom = 18, 46
	for _, step := range r.Steps {
		total += len(step)
		peak = max(peak, len(step))
	}
	strip.y = span{hi: float64(max(peak, 1))}
	outline := []point{{strip.left, strip.bottom}}
	for i, step := range r.Steps {
		y := strip.py(float64(len(step)))
		from, to := strip.px(float64(i)*orOne(r.Dt)), strip.px(float64(i+1)*orOne(r.Dt))
		outline = append(outline, point{from, y}, point{to, y})
	}
	outline = append(thin(outline), point{strip.right, strip.bottom})
	strip.path("area c0", polyline(outline)+"Z")
	strip.text("tick end", strip.right, 13, fmt.Sprintf("spikes a step, at most %d", peak))
	return total, peak
}

// orOne is the length of a time step: 1 unless v is a sensible one.
func orOne(v float64) float64 {
	if v > 1e-100 && v < 1e100 {
		return v
	}
	return 1
}

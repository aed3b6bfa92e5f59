package report

import "html/template"

// Traces shows membrane potentials over time, one strip a neuron on one scale.
type Traces struct {
	Title          string
	Traces         []Trace
	Dt             float64 // length of a step in the unit of XLabel; 0 means 1
	XLabel, YLabel string  // empty: "time step", "membrane potential"
	Note           string
}

// Trace is one neuron: its potential V at every step, its Threshold (one
// value, or one a step when it adapts; empty draws none) and the steps at which it spikes.
type Trace struct {
	Name      string
	V         []float32
	Threshold []float32
	Spikes    []int
}

const stripHeight = 58

func (tr Traces) html() (template.HTML, error) {
	dt := orOne(tr.Dt)
	steps, y := 0, span{}
	for _, t := range tr.Traces {
		steps = max(steps, len(t.V))
		for _, v := range t.V {
			y.add(float64(v))
		}
		for _, v := range t.Threshold {
			y.add(float64(v))
		}
	}
	x := span{hi: float64(max(steps-1, 1)) * dt, parts: dt != 1}
	p := newPlot(x, y.open().padded(0.06), 0)
	texts, lost := []string{}, 0
	for i, t := range tr.Traces {
		strip := *p
		strip.top = 26 + float64(i)*(stripHeight+26)
		strip.bottom = strip.top + stripHeight
		lost += t.draw(&strip, dt)
		p.bottom = strip.bottom
		texts = append(texts, t.Name+": "+counted(len(t.Spikes), "spike"))
	}
	p.bottom = max(p.bottom, p.top+stripHeight)
	p.xAxis(orElse(tr.XLabel, "time step"))
	f := figure{Title: tr.Title, Note: sentences(leftOut(lost, false), tr.Note)}
	f.Legend = []key{{"line c0", orElse(tr.YLabel, "membrane potential"), ""}, {"bound", "threshold", ""}, {"spikes c1", "spike", ""}}
	f.Picture = p.svg(p.bottom+44, tr.Title, sentences(texts...))
	return f.html()
}

// draw draws one strip and returns how many potentials have no place.
func (t Trace) draw(p *plot, dt float64) int {
	p.text("name", p.left, p.top-8, clip(t.Name, 40))
	for _, tick := range p.y.ticks(2) {
		p.hline("grid", p.left, p.right, p.py(tick.value))
		p.text("tick end", p.left-7, p.py(tick.value)+4, tick.label)
	}
	at := func(i int) float64 { return float64(i) * dt }
	threshold := t.Threshold
	if len(threshold) == 1 {
		threshold = make([]float32, max(len(t.V), 2))
		for i := range threshold {
			threshold[i] = t.Threshold[0]
		}
	}
	for _, run := range p.runs(len(threshold), at, func(i int) float64 { return float64(threshold[i]) }) {
		p.path("bound", polyline(thin(run)))
	}
	drawn := 0
	for _, run := range p.runs(len(t.V), at, func(i int) float64 { return float64(t.V[i]) }) {
		drawn += len(run)
		p.path("line c0", polyline(thin(run)))
	}
	for _, i := range t.Spikes {
		if i >= 0 && i < len(t.V) {
			p.vline("spike c1", p.px(at(i)), p.top-5, p.top+3)
		}
	}
	return len(t.V) - drawn
}

package report

import (
	"bytes"
	_ "embed" // the page template, style and script
	"fmt"
	"html/template"
	"io"
	"strings"
)

// Page is a report: one HTML file that needs nothing else to be read.
type Page struct {
	Title, Subtitle string
	Sections        []Section
	Footer          string
}

// Section is a headed group of parts. Text is plain; a blank line starts a paragraph.
type Section struct {
	Title, Text string
	Parts       []Part
}

// Part is one element of a section: Facts, Table, Code, Images, Lines, Bars,
// Histogram, Raster, Traces or Matrix.
type Part interface {
	html() (template.HTML, error)
}

var (
	//go:embed assets/page.html
	pageText string
	//go:embed assets/style.css
	styleText string
	//go:embed assets/hover.js
	scriptText string

	templates = template.Must(template.New("").Funcs(template.FuncMap{
		"paragraphs": paragraphs,
		"style":      func() template.CSS { return template.CSS(styleText) },
		"script":     func() template.JS { return template.JS(scriptText) },
	}).Parse(pageText))
)

// sectionView is a section with its parts rendered.
type sectionView struct {
	Section
	ID    string
	Parts []template.HTML
}

// WriteHTML writes the page in one call to w. All text is escaped.
func (p Page) WriteHTML(w io.Writer) error {
	sections := make([]sectionView, len(p.Sections))
	for i, s := range p.Sections {
		view := sectionView{Section: s, ID: fmt.Sprintf("s%d", i+1)}
		for _, part := range s.Parts {
			if part == nil {
				continue
			}
			text, err := part.html()
			if err != nil {
				return fmt.Errorf("report: section %q: %w", s.Title, err)
			}
			view.Parts = append(view.Parts, text)
		}
		sections[i] = view
	}
	text, err := fill("page", map[string]any{"Page": p, "Sections": sections})
	if err == nil {
		_, err = io.WriteString(w, string(text))
	}
	if err != nil {
		return fmt.Errorf("report: page %q: %w", p.Title, err)
	}
	return nil
}

// fill runs a named template of assets/page.html.
func fill(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	err := templates.ExecuteTemplate(&b, name, data)
	return template.HTML(b.String()), err
}

func paragraphs(text string) []string {
	var ps []string
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			ps = append(ps, p)
		}
	}
	return ps
}

package report_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/report"
)

func TestTableAlignsNumbers(t *testing.T) {
	got := parts(t, report.Table{Columns: []string{"layer", "rate", "note"}, Rows: [][]string{
		{"fc1", "0.1", "", "7"}, {"2nd", "±3 %", "1"}, {"", "NaN", "–"}, {"x"},
	}})
	want := []string{
		`<th scope="col" class="">layer</th><th scope="col" class="number">rate</th><th scope="col" class="">note</th>`,
		`<td class="">fc1</td><td class="number">0.1</td><td class=""></td><td class="number">7</td>`,
		`<tr><td class="">x</td></tr>`,
	}
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("the table lacks %s:\n%s", w, got)
		}
	}
}

func TestParagraphs(t *testing.T) {
	got := body(render(t, "", report.Page{Sections: []report.Section{{Text: "\n\none\ntwo\n\n\n three "}}}))
	if want := "<p class=\"text\">one\ntwo</p><p class=\"text\">three</p>"; !strings.Contains(strings.ReplaceAll(got, "</p>\n", "</p>"), want) {
		t.Errorf("want %s in\n%s", want, got)
	}
}

func TestCodeFoldsUnlessOpen(t *testing.T) {
	got := parts(t, report.Code{Title: "a", Text: "x < 1"}, report.Code{Title: "b", Open: true})
	if strings.Count(got, "<details") != 2 || strings.Count(got, " open>") != 1 || !strings.Contains(got, "x &lt; 1</pre>") {
		t.Errorf("want one folded and one open:\n%s", got)
	}
}

func TestSmallImagesAreEnlarged(t *testing.T) {
	got := parts(t, report.Images{Items: []report.Image{{Name: "seven", PNG: examplePNG(1)}, {Name: "b", Alt: "a text", PNG: []byte("GIF89a")}}})
	for _, want := range []string{`alt="seven" width="112" height="112"`, "6 bytes, not a PNG picture"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %s:\n%s", want, got)
		}
	}
}

func FuzzImages(f *testing.F) {
	f.Add(examplePNG(1))
	f.Add(examplePNG(1)[:24])
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, png []byte) {
		parts(t, report.Images{Items: []report.Image{{PNG: png}}})
	})
}

func TestMatrixPrintsCountsAndShares(t *testing.T) {
	got := parts(t, report.Matrix{Classes: []string{"cat", "dog"}, Counts: [][]int{{9, 1}, {1, 3000}, {1}}})
	for _, want := range []string{
		`<th scope="col">cat</th><th scope="col">dog</th><th scope="col">2</th>`,
		`<th scope="row">cat</th><td class="hit8">9<small>90%</small></td><td class="miss8">1<small>10%</small></td><td class="miss0"></td>`,
		`<th scope="row">dog</th><td class="miss1">1<small>&lt;0.1%</small></td><td class="hit8">3000<small>&gt;99.9%</small></td>`,
		`<td class="miss8">1<small>100%</small></td><td class="miss0"></td><td class="hit0"></td>`,
		"3009 of 3012 correct, 99.9%.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the matrix lacks %s:\n%s", want, got)
		}
	}
}

func TestMatrixColorsStayInRange(t *testing.T) {
	if got := parts(t, report.Matrix{Counts: [][]int{{4, -3}}}); !strings.Contains(got, `class="hit8"`) {
		t.Errorf("a share is at most 1:\n%s", got)
	}
}

func TestLargeMatrixIsAPicture(t *testing.T) {
	m := report.Matrix{Counts: make([][]int, 21)}
	for i := range m.Counts {
		m.Counts[i] = make([]int, 21)
		m.Counts[i][i] = 99
	}
	m.Counts[3][5], m.Counts[20][0] = 1, 2
	got := parts(t, m)
	for _, want := range []string{
		"2079 of 2082 correct, 99.9%. Most frequent confusions: 20 → 0 (2), 3 → 5 (1).",
		`class="heat miss3" stroke-width="1" d="M5 3.5h1"`, `class="heat miss4" stroke-width="1" d="M0 20.5h1"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the figure lacks %s:\n%s", want, got)
		}
	}
}

// colors returns the color variables of the two themes.
func colors(t *testing.T, page string) (light, dark map[string]string) {
	t.Helper()
	var themes []map[string]string
	for _, rule := range regexp.MustCompile(`:root \{([^}]*--page[^}]*)\}`).FindAllStringSubmatch(page, -1) {
		theme := map[string]string{}
		for _, m := range regexp.MustCompile(`--(\w+): (#\w{6})`).FindAllStringSubmatch(rule[1], -1) {
			theme[m[1]] = m[2]
		}
		themes = append(themes, theme)
	}
	if len(themes) != 2 {
		t.Fatalf("want a light and a dark theme, got %d", len(themes))
	}
	return themes[0], themes[1]
}

// luminance is the relative luminance of WCAG 2.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestColorsHaveContrast(t *testing.T) {
	light, dark := colors(t, render(t, "", report.Page{}))
	for name, theme := range map[string]map[string]string{"light": light, "dark": dark} {
		least := map[string]float64{"text": 7, "muted": 4.5, "link": 4.5, "warn": 3}
		for i := range 6 {
			least[fmt.Sprint("c", i)] = 3
		}
		for color, want := range least {
			for _, ground := range []string{"page", "card"} {
				a, b := luminance(t, theme[color]), luminance(t, theme[ground])
				if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < want {
					t.Errorf("%s: %s on %s has contrast %.2f, want %g", name, color, ground, got, want)
				}
			}
		}
	}
}

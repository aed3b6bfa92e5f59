package report_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/report"
)

var pagesDir = flag.String("pages", "", "write the pages of the tests to this folder, to look at")

// render returns the page, checked for what every page must be.
func render(t testing.TB, name string, p report.Page) string {
	t.Helper()
	var b, again bytes.Buffer
	if err := errors.Join(p.WriteHTML(&b), p.WriteHTML(&again)); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if page != again.String() {
		t.Fatal("the same page must give the same bytes")
	}
	if *pagesDir != "" && name != "" {
		if err := os.WriteFile(filepath.Join(*pagesDir, name+".html"), b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := wellFormed(page); err != nil {
		t.Fatal(err)
	}
	return page
}

// parts renders a page of one section.
func parts(t testing.TB, parts ...report.Part) string {
	t.Helper()
	return body(render(t, "", report.Page{Sections: []report.Section{{Parts: parts}}}))
}

// body leaves out the head and the script.
func body(page string) string {
	_, page, _ = strings.Cut(page, "<body>")
	page, _, _ = strings.Cut(page, "<script>")
	return page
}

var (
	tagPattern    = regexp.MustCompile(`<(/?)([a-zA-Z0-9]+)([^<>]*)>`)
	numberPattern = regexp.MustCompile(` (?:x|y|x1|y1|width|height|d|transform|viewBox)="([^"]*)"`)
	badNumber     = regexp.MustCompile(`[^0-9MLHVZhm .,()\-e]`)
	void          = map[string]bool{"meta": true, "img": true, "link": true}
)

// wellFormed checks that tags close in order, that every coordinate is a finite number, that figures
// have a title and a description, and that nothing is loaded from elsewhere.
func wellFormed(page string) error {
	var open []string
	for _, m := range tagPattern.FindAllStringSubmatch(body(page), -1) {
		switch {
		case m[1] == "/":
			if len(open) == 0 || open[len(open)-1] != m[2] {
				return errors.New("</" + m[2] + "> closes " + strings.Join(open, " "))
			}
			open = open[:len(open)-1]
		case !strings.HasSuffix(m[3], "/") && !void[m[2]]:
			open = append(open, m[2])
		}
	}
	if len(open) > 0 {
		return errors.New("never closed: " + strings.Join(open, " "))
	}
	for _, m := range numberPattern.FindAllStringSubmatch(body(page), -1) {
		plain := strings.NewReplacer("translate", "", "scale", "").Replace(m[1])
		if badNumber.MatchString(plain) {
			return errors.New("not a coordinate: " + m[0])
		}
	}
	figures, described := strings.Count(page, `role="img">`), strings.Count(page, `role="img"><title>`)
	if figures != described || figures > strings.Count(page, "<desc>") {
		return errors.New("a figure without title and description")
	}
	for _, outside := range []string{"http://", "https://", "<link", "url(", "@import", `src="/`} {
		if strings.Contains(page, outside) {
			return errors.New("the page refers to " + outside)
		}
	}
	return nil
}

func TestExamplePage(t *testing.T) {
	p := examplePage()
	page := render(t, "example", p)
	if !strings.HasPrefix(page, "<!DOCTYPE html>\n<html lang=\"en\">") {
		t.Errorf("the page begins %.60q", page)
	}
	for i, s := range p.Sections {
		id := "s" + strconv.Itoa(i+1)
		for _, want := range []string{`<section id="` + id + `">`, "<h2>" + s.Title + "</h2>", `<a href="#` + id + `">`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
	}
	for what, want := range map[string]int{
		`<figure class="card`: 9, `<svg viewBox="0 0 480`: 6, "<details": 2, "data:image/png;base64": 3, "<script>": 1,
	} {
		if got := strings.Count(page, what); got != want {
			t.Errorf("%d of %s, want %d", got, what, want)
		}
	}
	if len(page) > 100_000 {
		t.Errorf("the page has %d bytes", len(page))
	}
}

// hostile replaces every text in v.
func hostile(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		for i := range v.NumField() {
			hostile(v.Field(i), text)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() <= reflect.Complex128 {
			return // numbers
		}
		for i := range v.Len() {
			hostile(v.Index(i), text)
		}
	case reflect.Interface:
		c := reflect.New(v.Elem().Type()).Elem()
		c.Set(v.Elem())
		hostile(c, text)
		v.Set(c)
	}
}

func TestAllTextIsEscaped(t *testing.T) {
	tags := func(text string) int {
		p := examplePage()
		hostile(reflect.ValueOf(&p).Elem(), text)
		return strings.Count(body(render(t, "", p)), "<")
	}
	want := tags("harmless")
	for _, text := range []string{
		"</title></style></script><script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, `'&<b>`, "\x00\x01<!--", "\xff{{.}}",
	} {
		if got := tags(text); got != want {
			t.Errorf("%q: the body has %d tags, want %d", text, got, want)
		}
	}
}

type failing struct{ io.Writer }

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestWriteHTMLReportsTheWriter(t *testing.T) {
	if err := examplePage().WriteHTML(failing{}); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}
}

func TestEmptyPage(t *testing.T) {
	render(t, "", report.Page{})
	render(t, "", report.Page{Sections: []report.Section{{}, {Parts: []report.Part{nil}}}})
}

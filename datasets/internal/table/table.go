// Package table reads tables of numbers with a column of labels from text
// with separators (RFC 4180).
package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
)

// maxFaults is how many bad fields are reported before reading stops.
const maxFaults = 10

// Options say how the text is laid out.
type Options struct {
	Separator rune
	Header    bool   // the first line names the columns
	Label     string // "first", "last", or the name of a column
}

// Table holds the rows of a text.
type Table struct {
	Columns int       // values a row
	Values  []float32 // len(Labels)·Columns
	Labels  []string
	Names   []string // of the columns of values; nil without a header
}

// Read reads a whole text.
func Read(r io.Reader, o Options) (*Table, error) {
	c := csv.NewReader(skipMark(r))
	c.Comma, c.ReuseRecord, c.TrimLeadingSpace = o.Separator, true, true
	t := &Table{}
	label := 0
	var faults fault.List
	for first := true; faults.Len() < maxFaults; first = false {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, csv.ErrFieldCount) {
			line, _ := c.FieldPos(0)
			faults.Add(fault.Fault{Fact: fmt.Sprintf("line %d: %d columns, the first line has %d", line, len(record), t.Columns+1)})
			continue
		}
		if err != nil {
			faults.AddError(plain(err))
			break
		}
		if first {
			if label, err = t.start(record, o); err != nil {
				return nil, err
			}
			if o.Header {
				continue
			}
		}
		t.row(c, record, label, &faults)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	if len(t.Labels) == 0 {
		return nil, errors.New("no rows")
	}
	return t, nil
}

// skipMark drops the byte order mark that spreadsheets put first.
func skipMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if head, _ := b.Peek(3); string(head) == "\ufeff" {
		_, _ = b.Discard(3)
	}
	return b
}

// start finds the label column in the first line.
func (t *Table) start(record []string, o Options) (int, error) {
	n := len(record)
	if n < 2 {
		return 0, fmt.Errorf("%d column, a label and a value need 2; is the separator %q?", n, string(o.Separator))
	}
	t.Columns = n - 1
	label := map[string]int{"first": 0, "last": n - 1}
	i, ok := label[o.Label]
	if !o.Header && !ok {
		return 0, fmt.Errorf("label column %q needs a header; known without one: first, last", o.Label)
	}
	if !o.Header {
		return i, nil
	}
	names := slices.Clone(record)
	if at := slices.Index(names, o.Label); at >= 0 {
		i = at
	} else if !ok {
		hint := "columns: " + strings.Join(names, ", ")
		if near := fault.Nearest(o.Label, names); near != "" {
			hint = fmt.Sprintf("did you mean %q? %s", near, hint)
		}
		return 0, fmt.Errorf("no column %q; %.200s", o.Label, hint)
	}
	t.Names = slices.Delete(names, i, i+1)
	return i, nil
}

// row appends one record, or its faults.
func (t *Table) row(c *csv.Reader, record []string, label int, faults *fault.List) {
	for i, field := range record {
		field = strings.TrimSpace(field)
		if i == label {
			t.Labels = append(t.Labels, strings.Clone(field))
			continue
		}
		v, err := strconv.ParseFloat(field, 32)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			line, _ := c.FieldPos(i)
			faults.Add(fault.Fault{Fact: fmt.Sprintf("line %d, column %d: %.40q is not a finite number", line, i+1, field)})
			if faults.Len() >= maxFaults {
				return
			}
		}
		t.Values = append(t.Values, float32(v))
	}
}

// plain says a csv.ParseError in the words of this package.
func plain(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return err
	}
	return fmt.Errorf("line %d, column %d: %w", p.Line, p.Column, p.Err)
}

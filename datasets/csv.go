package datasets

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/snntrain/snntrain/datasets/internal/inflate"
	"github.com/snntrain/snntrain/datasets/internal/table"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
)

// CSVOptions name the files and say how they are laid out.
type CSVOptions struct {
	File         string  `yaml:"file" doc:"one file, split by test_fraction; relative to dir; gzip-compressed or not"`
	Train        string  `yaml:"train" doc:"file of the training part, instead of file"`
	Test         string  `yaml:"test" doc:"file of the test part, instead of file"`
	Label        string  `yaml:"label" validate:"required" doc:"column of the labels: first, last, or a name in the header"`
	Header       bool    `yaml:"header" doc:"the first line names the columns"`
	Delimiter    string  `yaml:"delimiter" validate:"required" doc:"character between columns, or tab"`
	Scale        float64 `yaml:"scale" validate:"required,gte=-1e9,lte=1e9" doc:"factor on every value, not 0"`
	Shape        []int   `yaml:"shape" validate:"omitempty,len=3,dive,gt=0,lte=65536" doc:"(C, H, W) of the values, in this order; default (N)"`
	TestFraction float64 `yaml:"test_fraction" validate:"gt=0,lt=1" doc:"share of file that is the test part, 0 < v < 1"`
	Seed         uint64  `yaml:"seed" doc:"seed of the split of file"`
}

// csvKind reads tables of the user's own: a label and N values a line. Labels
// are whole numbers from 0, or any words, which become classes in sorted order.
func csvKind() Kind {
	return withOptions(Kind{
		Name: "csv", Doc: "tables of your own: a label and N values a line",
		Source: "your file", License: "yours", Dirs: []string{"."},
	}, CSVOptions{Label: "first", Delimiter: ",", Scale: 1, TestFraction: 0.2}, openCSV)
}

func openCSV(k Kind, o *CSVOptions, c Common, split Split) (Source, error) {
	train, test, err := o.read(k, c)
	if err != nil {
		return nil, err
	}
	table, rows := train.table, train.rows
	if split == Test {
		table, rows = test.table, test.rows
	}
	if table == nil {
		return nil, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("no %s part; set data.%s", split, split)}
	}
	info := k.info()
	if info.Shape, err = o.shape(k, table.Columns); err != nil {
		return nil, err
	}
	info.Train, info.Test = len(train.rows), len(test.rows)
	var class map[string]int32
	if info.Classes, class, err = classesOf(k, train.labels(), test.labels()); err != nil {
		return nil, err
	}
	m := &memory{info: info, labels: make([]int32, len(rows)), fill: csvFill(info, table, rows, float32(o.Scale))}
	for i, r := range rows {
		m.labels[i] = class[table.Labels[r]]
	}
	return m, nil
}

// csvPart is a part: rows of a table.
type csvPart struct {
	table *table.Table
	rows  []int
}

func (p csvPart) labels() []string {
	if p.table == nil {
		return nil
	}
	return p.table.Labels
}

// read reads both parts: classes are those of both.
func (o *CSVOptions) read(k Kind, c Common) (train, test csvPart, err error) {
	if (o.File == "") == (o.Train == "" && o.Test == "") {
		return train, test, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: "needs either file, or train and test"}
	}
	var faults fault.List
	if o.File != "" {
		all, err := o.table(c, o.File)
		if err != nil {
			return train, test, err
		}
		n := len(all.Labels)
		if n < 2 {
			return train, test, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("%d row in %s, a split needs 2", n, o.File)}
		}
		order := permutation(n, rng.Key(o.Seed, rng.Name("csv")), rng.Split)
		cut := min(max(int(math.Round(o.TestFraction*float64(n))), 1), n-1)
		slices.Sort(order[:cut])
		slices.Sort(order[cut:])
		return csvPart{all, order[cut:]}, csvPart{all, order[:cut]}, nil
	}
	for _, p := range []struct {
		name string
		part *csvPart
	}{{o.Train, &train}, {o.Test, &test}} {
		if p.name == "" {
			continue
		}
		all, err := o.table(c, p.name)
		faults.AddError(err)
		if err == nil {
			*p.part = csvPart{all, sequence(len(all.Labels))}
		}
	}
	if a, b := train.table, test.table; a != nil && b != nil && a.Columns != b.Columns {
		faults.Add(fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("%d values a row in %s, %d in %s", a.Columns, o.Train, b.Columns, o.Test)})
	}
	return train, test, faults.Err()
}

// table reads one file.
func (o *CSVOptions) table(c Common, name string) (*table.Table, error) {
	separator, err := o.separator()
	if err != nil {
		return nil, err
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.Dir, path)
	}
	subject := fmt.Sprintf("file %q", path)
	f, err := inflate.Open(path)
	if err != nil {
		return nil, fault.Fault{Pkg: pkg, Subject: subject, Fact: reason(err)}
	}
	defer f.Close()
	t, err := table.Read(f, table.Options{Separator: separator, Header: o.Header, Label: o.Label})
	return t, about(subject, err)
}

func (o *CSVOptions) separator() (rune, error) {
	if o.Delimiter == "tab" {
		return '\t', nil
	}
	r := []rune(o.Delimiter)
	if len(r) != 1 || slices.Contains([]rune{'"', '\r', '\n', 0xfffd}, r[0]) {
		return 0, fault.Fault{Pkg: pkg, Subject: "csv", Fact: fmt.Sprintf("delimiter is %q, must be one character, or tab", o.Delimiter)}
	}
	return r[0], nil
}

// shape is the shape asked for, or (N).
func (o *CSVOptions) shape(k Kind, columns int) ([]int, error) {
	if len(o.Shape) == 0 {
		return []int{columns}, nil
	}
	if n := (Info{Shape: o.Shape}).N(); n != columns {
		return nil, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("shape %v takes %d values, a row has %d", o.Shape, n, columns)}
	}
	return o.Shape, nil
}

// classesOf numbers the labels of both parts: by their value when all are
// whole numbers 0..65535, else by their place in sorted order.
func classesOf(k Kind, parts ...[]string) (names []string, class map[string]int32, err error) {
	class = map[string]int32{}
	whole, top := true, int32(0)
	for _, label := range slices.Concat(parts...) {
		if _, known := class[label]; known {
			continue
		}
		v, err := strconv.ParseFloat(label, 64)
		if whole = whole && err == nil && v >= 0 && v < maxClasses && v == math.Trunc(v); whole {
			top = max(top, int32(v))
		}
		class[label] = int32(v)
		names = append(names, label)
	}
	if whole {
		return numbers(int(top) + 1), class, nil
	}
	if len(names) > maxClasses {
		return nil, nil, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("%d different labels, limit %d", len(names), maxClasses), Hint: "is label the right column?"}
	}
	slices.Sort(names)
	for i, name := range names {
		class[name] = int32(i)
	}
	return names, class, nil
}

// csvFill scales a row and puts it in channel-last order.
func csvFill(info Info, t *table.Table, rows []int, scale float32) func(i int, dst []float32) {
	place := sequence(t.Columns)
	if len(info.Shape) == 3 {
		signal.ChannelOrder(info.Shape, func(chw, hwc int) { place[chw] = hwc })
	}
	return func(i int, dst []float32) {
		for j, v := range t.Values[rows[i]*t.Columns:][:t.Columns] {
			dst[place[j]] = v * scale
		}
	}
}

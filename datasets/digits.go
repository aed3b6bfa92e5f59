package datasets

import (
	"compress/gzip"
	_ "embed" // the digits are part of the program
	"strings"

	"github.com/snntrain/snntrain/datasets/internal/table"
	"github.com/snntrain/snntrain/internal/fault"
)

// digitsCSV is scikit-learn's digits.csv.gz: 64 values 0..16 and a label a line. See NOTICE.md.
//
//go:embed digits.csv.gz
var digitsCSV string

// DigitsOptions has no keys: the part a sample belongs to is fixed.
type DigitsOptions struct{}

// digits is the test part of the UCI set of handwritten digits, 1797 samples
// of shape (1, 8, 8), values 0..16 scaled to 0..1 (kept when raw).
//
// The set has no split of its own. Ours: of the samples of each class, in
// file order, numbers 2, 7, 12, … (from 0) are test samples: 1438 train, 359
// test, the classes in the same proportion.
func digits() Kind {
	return withOptions(Kind{
		Name: "digits", Doc: "handwritten digits, 8×8 pixels of 17 gray levels, embedded in the program",
		Source:  "E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository 1998; as in scikit-learn 1.2.1",
		License: "BSD-3-Clause (scikit-learn); data CC BY 4.0 (UCI)",
	}, DigitsOptions{}, openDigits)
}

func openDigits(k Kind, _ *DigitsOptions, c Common, split Split) (Source, error) {
	all, err := readDigits()
	if err != nil {
		return nil, fault.Fault{Pkg: pkg, Subject: k.Name, Fact: err.Error()}
	}
	var ids []int
	var seen [10]int
	m := &memory{info: k.info()}
	for i, label := range all.Labels {
		class := label[0] - '0'
		part := Train
		if seen[class]%5 == 2 {
			part = Test
		}
		seen[class]++
		if part == split {
			ids = append(ids, i)
			m.labels = append(m.labels, int32(class))
		}
	}
	scale := float32(16)
	if c.Raw {
		scale = 1
	}
	m.fill = func(i int, dst []float32) {
		for j, v := range all.Values[ids[i]*64:][:64] {
			dst[j] = v / scale
		}
	}
	m.info.Shape, m.info.Classes = []int{1, 8, 8}, numbers(10)
	m.info.Train, m.info.Test = 1438, 359
	return m, nil
}

func readDigits() (*table.Table, error) {
	z, err := gzip.NewReader(strings.NewReader(digitsCSV))
	if err != nil {
		return nil, err
	}
	return table.Read(z, table.Options{Separator: ',', Label: "last"})
}

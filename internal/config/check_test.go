package config_test

import (
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/config"
)

type ruled struct {
	AtLeast []int  `yaml:"at-least" validate:"min=2"`
	AtMost  string `yaml:"at-most" validate:"max=2"`
	More    []int  `yaml:"more" validate:"gt=2"`
	Fewer   []int  `yaml:"fewer" validate:"lt=2"`
	Exactly []int  `yaml:"exactly" validate:"len=2"`
	Equal   int    `yaml:"equal" validate:"eq=2"`
	Below   int    `yaml:"below" validate:"lt=2"`
	Power   int    `yaml:"power" validate:"oneof=1 2 4"`
	Unique  []int  `yaml:"unique" validate:"unique"`
	Other   string `yaml:"other" validate:"ascii"`
	Unlike  int    `yaml:"unlike" validate:"ne=3"`
}

func TestEveryRuleHasItsWords(t *testing.T) {
	root, faults := section(t, `at-least: [1]
at-most: ééé
more: [1, 2]
fewer: [1, 2]
exactly: [1]
equal: 3
below: 2
power: 3
unique: [1, 1]
other: é
unlike: 3
`)
	var r ruled
	root.Decode(&r)
	want := `config: at-least: needs at least 2 entries, got 1 (p.yaml:1:1)
config: at-most: needs at most 2 characters, got 3 (p.yaml:2:10)
config: more: needs more than 2 entries, got 2 (p.yaml:3:1)
config: fewer: needs fewer than 2 entries, got 2 (p.yaml:4:1)
config: exactly: needs exactly 2 entries, got 1 (p.yaml:5:1)
config: equal: 3 is not 2 (p.yaml:6:8)
config: below: 2 is not below 2 (p.yaml:7:8)
config: power: 3 is not one of 1, 2, 4 (p.yaml:8:8)
config: unique: holds the same entry twice (p.yaml:9:1)
config: other: é breaks the rule ascii (p.yaml:10:8)
config: unlike: 3 breaks the rule ne=3 (p.yaml:11:9)`
	if got := faults(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	var ranges []string
	for _, k := range config.Keys(r) {
		ranges = append(ranges, k.Range)
	}
	wantRanges := "length ≥ 2|length ≤ 2|length > 2|length < 2|length = 2|= 2|< 2|1, 2, 4|unique|ascii|≠ 3"
	if got := strings.Join(ranges, "|"); got != wantRanges {
		t.Errorf("got  %s\nwant %s", got, wantRanges)
	}
}

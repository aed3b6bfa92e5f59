package config_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/config"
)

// every is a text type that may be written as a number.
type every int

func (*every) Numeric() {}

func (e *every) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if string(text) == "never" {
		n, err = 0, nil
	}
	if err != nil || n > 100 {
		return errors.New("never or a number to 100")
	}
	*e = every(n)
	return nil
}

func (e every) MarshalText() ([]byte, error) {
	if e == 0 {
		return []byte("never"), nil
	}
	return []byte(strconv.Itoa(int(e))), nil
}

type saving struct {
	Save every `yaml:"save" doc:"steps"`
}

func TestTextOrNumber(t *testing.T) {
	for _, c := range []struct {
		yaml  string
		want  every
		back  string
		fault string
	}{
		{"save: never", 0, "save: never\n", ""},
		{"save: 7", 7, "save: 7\n", ""},
		{"save: \"7\"", 7, "save: 7\n", ""},
		{"save: 700", 3, "save: 3\n", "config: save: needs never or a number to 100, got 700 (p.yaml:1:7)"},
		{"save: 1.5", 3, "save: 3\n", "config: save: needs text or a whole number, got 1.5 (p.yaml:1:7)"},
		{"save: -7", 3, "save: 3\n", "config: save: needs text or a whole number, got -7 (p.yaml:1:7)"},
		{"save: often", 3, "save: 3\n", "config: save: needs never or a number to 100, got \"often\" (p.yaml:1:7)"},
	} {
		root, faults := section(t, c.yaml)
		s := saving{Save: 3}
		root.Decode(&s)
		d, _ := config.Load(config.Options{}, nil)
		back, err := d.Resolved(s)
		if want := map[string]string{"": "<nil>"}[c.fault] + c.fault; s.Save != c.want || faults() != want || string(back) != c.back || err != nil {
			t.Errorf("%s: got %v, %s, %q, %v", c.yaml, s.Save, faults(), back, err)
		}
	}
	text, err := config.Schema(saving{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(string(schema.Properties["save"])), "")
	if want := `{"anyOf":[{"type":"string"},{"type":"integer"}],"description":"steps","default":"never"}`; got != want {
		t.Errorf("schema: got %s, want %s", got, want)
	}
}

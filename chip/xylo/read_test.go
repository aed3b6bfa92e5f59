package xylo_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/snntrain/snntrain/chip/xylo"
	"github.com/snntrain/snntrain/internal/testkit"
)

// TestReadOfGoldenCases: what is written is read, and written again it is the same.
func TestReadOfGoldenCases(t *testing.T) {
	read := 0
	for _, c := range testkit.ChipCases(t, "xylo") {
		want := spec(t, c)
		raw, err := want.JSON()
		if err != nil {
			t.Fatal(err)
		}
		got, err := xylo.Read(raw)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		want.Version = ""
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", c.Name, d)
		}
		if again, err := got.JSON(); err != nil || !bytes.Equal(again, raw) {
			t.Errorf("%s: written again it differs: %v", c.Name, err)
		}
		read++
	}
	if read == 0 {
		t.Error("no case was read")
	}
}

const small = `{"weights_in":[[1,2]],"weights_out":[[3],[4]],"dash_mem":[1,1],"dash_mem_out":[1],"dash_syn":[1,1],"dash_syn_out":[1],"threshold":[5,5],"threshold_out":[5],"weight_shift_in":0,"weight_shift_rec":0,"weight_shift_out":0}`

func TestReadFaults(t *testing.T) {
	if _, err := xylo.Read([]byte(small)); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		"unknown field":                {`"dash_mem"`, `"dash_men"`},
		"weights_out: rows of 1 and 2": {`[[3],[4]]`, `[[3],[4,5]]`},
		"is no array of numbers":       {`[[1,2]]`, `7`},
		"holds 1.5":                    {`[[1,2]]`, `[[1,1.5]]`},
		"holds 3000000000":             {`[[1,2]]`, `[[1,3000000000]]`},
		"no array of at most 3":        {`[[1,2]]`, `[[[[1]],[[2]]]]`},
		"is [1], expected 2 values":    {`"threshold":[5,5]`, `"threshold":[5]`},
		"weight_shift: 17 is outside":  {`"weight_shift_in":0`, `"weight_shift_in":17`},
		"weights_in: is [], expected":  {`"weights_in":[[1,2]],`, ``},
		"unexpected EOF":               {`"weight_shift_out":0}`, `"weight_shift_out":0`},
	} {
		text := strings.Replace(small, change[0], change[1], 1)
		if _, err := xylo.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(strings.Replace(small, `[[1,2]]`, `[[[1,2],[3,4]]]`, 1)))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		if s, err := xylo.Read(raw); err == nil {
			_, _ = s.Net()
		}
	})
}

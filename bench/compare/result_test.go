package main

import (
	"strings"
	"testing"
)

const good = `{"workload":"W5","framework":"torch-manual","version":"2.15.0","params":{"T":25,"B":256},
"fwd_s":0.02,"bwd_s":null,"step_s":0.02,"peak_rss_mb":700.5,"baseline_rss_mb":500,"threads":2,"extra":{"a":[1]}}`

func TestParseResult(t *testing.T) {
	r, err := parseResult("torch-manual on W5", "W5", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if r.Step != 0.02 || r.Backward != nil || r.memory() != 200.5 || r.Params["B"] != 256.0 || r.Threads != 2 {
		t.Errorf("read as %+v", r)
	}
}

func TestParseResultRefuses(t *testing.T) {
	for name, c := range map[string]struct{ out, want string }{
		"nothing":      {"  \n", "printed nothing, want one JSON object"},
		"text":         {"Traceback (most recent call last)", `output is not the JSON wanted: invalid character 'T' looking for beginning of value: "Traceback`},
		"two objects":  {good + good, "invalid character '{' after top-level value"},
		"wrong type":   {strings.Replace(good, `"step_s":0.02`, `"step_s":"fast"`, 1), "cannot unmarshal string into Go struct field result.step_s"},
		"other work":   {strings.Replace(good, "W5", "W2", 1), `measured workload "W2", want "W5"`},
		"no name":      {strings.Replace(good, "torch-manual", "", 1), "lacks framework or version"},
		"no time":      {strings.Replace(good, `"step_s":0.02`, `"step_s":0`, 1), "step_s is 0, want more than 0"},
		"falling peak": {strings.Replace(good, "700.5", "400", 1), "peak_rss_mb 400 and baseline_rss_mb 500"},
	} {
		_, err := parseResult("torch-manual on W5", "W5", []byte(c.out))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "compare: torch-manual on W5: ") {
			t.Errorf("%s: got %v\nwant compare: torch-manual on W5: … %s", name, err, c.want)
		}
	}
}

func TestDisagreement(t *testing.T) {
	a := map[string]any{"T": 100.0, "B": 128.0, "beta": 0.9}
	if got := disagreement(a, map[string]any{"T": 100.0, "beta": 0.5}); got != "" {
		t.Errorf("got %q, want none: beta and what only one names do not count", got)
	}
	if got, want := disagreement(a, map[string]any{"T": 1000.0}), "T 100 against 1000"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
)

// result is what one process measured; times in seconds, memory in MiB.
type result struct {
	Workload  string         `json:"workload"`
	Framework string         `json:"framework"`
	Version   string         `json:"version"`
	Params    map[string]any `json:"params"`
	Forward   float64        `json:"fwd_s"`
	Backward  *float64       `json:"bwd_s"` // none in inference
	Step      float64        `json:"step_s"`
	Peak      float64        `json:"peak_rss_mb"`
	Baseline  float64        `json:"baseline_rss_mb"`
	Threads   int            `json:"threads"`
	Extra     map[string]any `json:"extra"`
}

// memory is what the steps took above what stood before them, in MiB.
func (r result) memory() float64 { return r.Peak - r.Baseline }

// parseResult reads the output of a process and refuses figures that cannot be.
func parseResult(subject, workload string, out []byte) (result, error) {
	var r result
	bad := func(fact string) (result, error) {
		return r, fault.Fault{Pkg: "compare", Subject: subject, Fact: fact}
	}
	if len(strings.TrimSpace(string(out))) == 0 {
		return bad("printed nothing, want one JSON object")
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return bad(notJSON(out, err))
	}
	switch {
	case r.Workload != workload:
		return bad(fmt.Sprintf("measured workload %q, want %q", r.Workload, workload))
	case r.Framework == "" || r.Version == "":
		return bad("JSON lacks framework or version")
	case r.Step <= 0:
		return bad(fmt.Sprintf("step_s is %v, want more than 0", r.Step))
	case r.Baseline <= 0 || r.Peak < r.Baseline:
		return bad(fmt.Sprintf("peak_rss_mb %v and baseline_rss_mb %v, want peak ≥ baseline > 0", r.Peak, r.Baseline))
	}
	return r, nil
}

// notJSON says why output is not the JSON that is wanted, and shows its start.
func notJSON(out []byte, err error) string {
	start := strings.TrimSpace(string(out))
	if len(start) > 60 {
		start = strings.ToValidUTF8(start[:60], "") + "…"
	}
	return fmt.Sprintf("output is not the JSON wanted: %v: %q", err, start)
}

// failure says why a process failed, by the last line it wrote to standard error if there is one.
func failure(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if last := lastLine(exit.Stderr); last != "" {
			return fmt.Sprintf("%v: %s", err, last)
		}
	}
	return err.Error()
}

func lastLine(b []byte) string {
	s := strings.TrimSpace(string(b))
	return s[strings.LastIndexByte(s, '\n')+1:]
}

// disagreement names a size in which two runs of one case differ, "" if none.
func disagreement(a, b map[string]any) string {
	for _, key := range []string{"n", "T", "B", "input", "input_grad", "surrogate"} {
		va, oka := a[key]
		vb, okb := b[key]
		if oka && okb && fmt.Sprint(va) != fmt.Sprint(vb) {
			return fmt.Sprintf("%s %v against %v", key, va, vb)
		}
	}
	return ""
}

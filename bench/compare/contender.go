package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/snntrain/snntrain/internal/fault"
)

// Kinds of contenders.
const (
	ours        = "ours"
	framework   = "framework"
	handWritten = "hand-written"
)

// contender is one entry of run.py's list, or we.
type contender struct {
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`
	Workloads  []string `json:"workloads"`
	SpikesOnly bool     `json:"spikes_only"`
}

// runs reports whether the contender takes part in a case.
func (c contender) runs(in one) bool {
	return c.Kind == ours || slices.Contains(c.Workloads, in.Workload) && (in.spikes || !c.SpikesOnly)
}

// command is the process of one run.
func (c contender) command(ctx context.Context, o options, in one) *exec.Cmd {
	common := []string{"--json", "--threads", strconv.Itoa(o.threads), "--runs", strconv.Itoa(o.steps)}
	if o.data != "" {
		common = append(common, "--data", o.data)
	}
	if c.Kind == ours {
		return exec.CommandContext(ctx, o.snntrain, slices.Concat([]string{"bench", in.Workload}, in.Args, common)...)
	}
	return exec.CommandContext(ctx, o.python, slices.Concat([]string{script(o), in.Workload, c.Name}, in.Args, common)...)
}

func script(o options) string { return filepath.Join(o.peers, "run.py") }

// readCatalog asks run.py for its frameworks.
func readCatalog(ctx context.Context, o options) ([]contender, error) {
	out, err := exec.CommandContext(ctx, o.python, script(o), "--list").Output()
	if err != nil {
		return nil, fault.Fault{
			Pkg: "compare", Subject: script(o) + " --list", Fact: failure(err),
			Hint: "-python names the Python, -peers the folder",
		}
	}
	var list []contender
	if err := json.Unmarshal(out, &list); err != nil {
		return nil, fault.Fault{Pkg: "compare", Subject: script(o) + " --list", Fact: notJSON(out, err)}
	}
	return list, nil
}

// choose returns who takes part in a case, us first.
func choose(catalog []contender, o options, in one) ([]contender, error) {
	var known []string
	var list []contender
	if o.snntrain != "" {
		list = append(list, contender{Name: "snntrain", Kind: ours})
	}
	for _, c := range catalog {
		known = append(known, c.Name)
		if wanted := len(o.frameworks) == 0 || slices.Contains(o.frameworks, c.Name); wanted && c.runs(in) {
			list = append(list, c)
		}
	}
	var faults fault.List
	for _, name := range o.frameworks {
		if !slices.Contains(known, name) {
			f := fault.Fault{Pkg: "compare", Subject: "-frameworks", Fact: fmt.Sprintf("%q is not known", name)}
			if near := fault.Nearest(name, known); near != "" {
				f.Hint = fmt.Sprintf("did you mean %q?", near)
			}
			faults.Add(f)
		}
	}
	return list, faults.Err()
}

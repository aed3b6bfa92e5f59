package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// standIn is a program that answers as run.py and as `snntrain bench` do, and
// writes its arguments to a log.
const standIn = `#!/bin/sh
echo "$@" >> "$(dirname "$0")/log"
for word in "$@"; do
  case $word in
    --list) echo '[{"name":"torch-manual","kind":"hand-written","workloads":["W2","W4"],"spikes_only":false},
{"name":"broken","kind":"framework","workloads":["W2"],"spikes_only":false},
{"name":"sparse","kind":"hand-written","workloads":["W1","W4"],"spikes_only":true}]'; exit;;
    broken) echo "first line" >&2; echo "ModuleNotFoundError: No module named 'broken'" >&2; exit 3;;
  esac
done
echo '{"workload":"W2","framework":"x","version":"1","params":{},"fwd_s":0.1,"bwd_s":0.1,"step_s":0.2,"peak_rss_mb":20,"baseline_rss_mb":10,"threads":2,"extra":{}}'
`

func stage(t *testing.T) (options, string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a shell script")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte(standIn), 0o755); err != nil {
		t.Fatal(err)
	}
	return options{
		python: program, snntrain: program, peers: "peers", data: "data", workloads: []string{"W2"},
		runs: 2, steps: 5, threads: 2, quiet: 1e9, timeout: time.Minute, json: true,
	}, filepath.Join(dir, "log")
}

func TestCompareTakesTurns(t *testing.T) {
	o, log := stage(t)
	var out strings.Builder
	err := compare(t.Context(), o, &out, io.Discard)
	if want := "compare: broken on W2: exit status 3: ModuleNotFoundError: No module named 'broken'"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	var r report
	if err := json.Unmarshal([]byte(out.String()), &r); err != nil {
		t.Fatal(err)
	}
	rows := r.Cases[0].Rows
	if len(rows) != 3 || len(rows[0].Runs) != 2 || len(rows[1].Runs) != 2 || len(rows[2].Runs) != 0 || rows[2].Failed == "" {
		t.Errorf("rows %+v, want snntrain and torch-manual twice, broken failed", rows)
	}
	const run = "--json --threads 2 --runs 5 --data data"
	want := []string{
		"peers/run.py --list",
		"bench W2 " + run, "peers/run.py W2 torch-manual " + run, "peers/run.py W2 broken " + run,
		"bench W2 " + run, "peers/run.py W2 torch-manual " + run,
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(text)); got != strings.Join(want, "\n") {
		t.Errorf("processes\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestRaceStops(t *testing.T) {
	o, log := stage(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out, err := o.race(ctx, one{Workload: "W2", Title: "W2"}, []contender{{Name: "snntrain", Kind: ours}}, io.Discard)
	if !errors.Is(err, context.Canceled) || len(out.Rows[0].Runs) != 0 {
		t.Errorf("interrupted: rows %+v, error %v", out.Rows, err)
	}
	if _, err := os.Stat(log); err == nil {
		t.Error("a process was started after the interruption")
	}
}

func TestChoose(t *testing.T) {
	list := []contender{
		{Name: "a", Kind: framework, Workloads: []string{"W1"}},
		{Name: "sparse", Kind: handWritten, Workloads: []string{"W1"}, SpikesOnly: true},
	}
	for _, c := range []struct {
		in   one
		want string
	}{
		{one{Workload: "W1"}, "snntrain a"},
		{one{Workload: "W1", spikes: true}, "snntrain a sparse"},
		{one{Workload: "W2", spikes: true}, "snntrain"},
	} {
		got, err := choose(list, options{snntrain: "bin"}, c.in)
		var names []string
		for _, x := range got {
			names = append(names, x.Name)
		}
		if err != nil || strings.Join(names, " ") != c.want {
			t.Errorf("%+v: %v, %v, want %s", c.in, names, err, c.want)
		}
	}
	_, err := choose(list, options{frameworks: []string{"spars"}}, one{Workload: "W1"})
	if want := `compare: -frameworks: "spars" is not known; did you mean "sparse"?`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestCases(t *testing.T) {
	list := cases(options{workloads: []string{"W1", "W4", "W5"}, sizes: []int{64, 128}})
	var titles []string
	for _, c := range list {
		titles = append(titles, c.Title+": "+strings.Join(c.Args, " "))
	}
	if len(list) != 15 {
		t.Errorf("%d cases, want 2·6 + 2 + 1:\n%s", len(list), strings.Join(titles, "\n"))
	}
	for _, want := range []string{
		"W1 n=64 5 % spikes: --n 64 --input spikes",
		"W1 n=128 5 % spikes, triangle surrogate, no input gradient: --n 128 --input spikes --surrogate triangle --no-input-grad",
		"W4 T=1000: --steps 1000", "W5: ",
	} {
		if !strings.Contains(strings.Join(titles, "\n"), want) {
			t.Errorf("no case %q among\n%s", want, strings.Join(titles, "\n"))
		}
	}
}

func TestParseReportsAllFaults(t *testing.T) {
	_, err := parse([]string{"-workloads", "W1,W9", "-n", "512,big", "-runs", "0", "-steps", "2"}, io.Discard)
	for _, want := range []string{
		`compare: -workloads: "W9" is none of W1 to W5`, `compare: -n: "big" is not a positive whole number`,
		"compare: -runs: 0 is less than 1", "compare: -steps: 2 is less than 5",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant also %s", err, want)
		}
	}
	o, err := parse([]string{"-workloads", "W2,W3", "-n", "64"}, io.Discard)
	if err != nil || len(o.workloads) != 2 || len(o.sizes) != 1 || o.sizes[0] != 64 || o.runs != 7 {
		t.Errorf("%+v, %v", o, err)
	}
}

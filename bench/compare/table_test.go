package main

import (
	"strings"
	"testing"
	"time"

	"github.com/snntrain/snntrain/internal/sysinfo"
)

func timed(step, memory, load, others float64) run {
	return run{
		result: result{Version: "1.0", Step: step, Baseline: 100, Peak: 100 + memory, Params: map[string]any{"T": 25.0}},
		Load:   load, Others: others,
	}
}

func sample() outcome {
	return outcome{one: one{Title: "W2"}, Quiet: 0.1, Rows: []row{
		{Name: "snntrain", Kind: ours, Runs: []run{timed(0.010, 50, 0.5, 0), timed(0.012, 50, 1, 0), timed(0.008, 54, 1.5, 0)}},
		{Name: "torch-manual", Kind: handWritten, Runs: []run{timed(0.030, 200, 1, 0.05)}},
		{Name: "jax-manual", Kind: handWritten, Runs: []run{timed(0.050, 150, 1, 0)}},
		{Name: "snntorch", Kind: framework, Runs: []run{timed(0.100, 300, 1, 0), timed(0.140, 310, 1.25, 0.8)}},
		{Name: "norse", Kind: framework, Failed: "compare: norse on W2: exit status 1"},
	}}
}

func TestTable(t *testing.T) {
	const want = `
W2
              step ms   min–max  memory MB  time / ours  memory / ours  load  version
snntrain         10.0  8.00–12.0       50.0        1.00×          1.00×  1.50  1.0
torch-manual     30.0  30.0–30.0        200        3.00×          4.00×  1.00  1.0      best hand-written
jax-manual       50.0  50.0–50.0        150        5.00×          3.00×  1.00  1.0
snntorch          120    100–140        305       12.00×          6.10×  1.25  1.0      best framework; DISTURBED in 1 of 2 runs
norse               –          –          –            –              –     –           failed: compare: norse on W2: exit status 1
`
	if got := table(sample()); squeeze(got) != squeeze(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	lines := strings.Split(table(sample()), "\n")
	for _, l := range lines[3:5] {
		if at, want := strings.Index(l, "×"), strings.Index(lines[2], "time / ours"); at < want {
			t.Errorf("ratio of %q stands at %d, its heading at %d", l, at, want)
		}
	}
}

// squeeze makes runs of blanks one, so that the test holds words and not widths.
func squeeze(s string) string {
	var out []string
	for _, l := range strings.Split(strings.TrimSpace(s), "\n") {
		out = append(out, strings.Join(strings.Fields(l), " "))
	}
	return strings.Join(out, "\n")
}

func TestTableWithoutUs(t *testing.T) {
	o := sample()
	o.Rows = o.Rows[1:2]
	if got := squeeze(table(o)); !strings.Contains(got, "torch-manual 30.0 30.0–30.0 200 – – 1.00 1.0 best hand-written") {
		t.Errorf("without ours there is no ratio; got\n%s", got)
	}
}

func TestTableTellsOtherWork(t *testing.T) {
	o := sample()
	o.Rows[1].Runs[0].Params = map[string]any{"T": 100.0}
	if got := table(o); !strings.Contains(got, "NOT THE SAME WORK: T 100 against 25") {
		t.Errorf("other sizes went unnoticed:\n%s", got)
	}
}

func TestAlign(t *testing.T) {
	got := align([][]string{{"", "ms", "v", ""}, {"name", "1.00", "10", "×"}})
	if want := "        ms  v\nname  1.00  10  ×\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{0: "0.00", 1.234: "1.23", 12.34: "12.3", 123.4: "123", -3.21: "-3.21"} {
		if got := number(x); got != want {
			t.Errorf("number(%v) = %s, want %s", x, got, want)
		}
	}
}

func TestHeading(t *testing.T) {
	r := report{
		Machine: sysinfo.Machine{OS: "linux", Arch: "amd64", CPU: "Some CPU", Cores: 2, Threads: 2, Memory: 24 << 30, Go: "go1.26"},
		Started: time.Date(2026, 11, 25, 8, 30, 0, 0, time.UTC), Runs: 7,
	}
	want := "Some CPU, 2 cores, 2 threads used, 24.0 GiB, linux/amd64, go1.26, 2026-11-25 08:30; median of 7 runs, each a process\n"
	if got := heading(r); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/snntrain/snntrain/train"
)

// process starts this program as a process of its own.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), "SNNTRAIN_BE_MAIN=1")
	cmd.Stderr = &bytes.Buffer{}
	return cmd
}

// waitFor polls until there is a file that matches, or the process ended, which closes ended.
func waitFor(cmd *exec.Cmd, pattern string) (ended chan struct{}) {
	ended = make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	for {
		if files, _ := filepath.Glob(pattern); len(files) > 0 {
			return ended
		}
		select {
		case <-ended:
			return ended
		case <-time.After(time.Millisecond):
		}
	}
}

// TestResumeAfterAKillGivesTheSameFile kills a run (no chance to save) once a
// checkpoint of a given step is there, goes on, and kills again.
func TestResumeAfterAKillGivesTheSameFile(t *testing.T) {
	config := write(t, "chancy.yaml", chancy)
	whole := filepath.Join(t.TempDir(), "whole")
	good(t, "train", config, "--out", whole)
	want := read(t, whole, train.ModelFile)

	out := filepath.Join(t.TempDir(), "killed")
	args := []string{"train", config, "--out", out}
	unfinished := 0
	for _, step := range []int{4, 16, 21, 32, 60} { // 21 ends an epoch
		cmd := process(t, args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := waitFor(cmd, filepath.Join(out, "checkpoint", fmt.Sprintf("step-%09d*", step)))
		_ = cmd.Process.Kill()
		<-ended // and with it its lock on the directory
		if _, err := os.Stat(filepath.Join(out, train.SummaryFile)); err != nil {
			unfinished++
		}
		args = []string{"train", config, "--out", out, "--resume"}
	}
	if unfinished < 3 {
		t.Fatalf("only %d of 5 kills came before the end of the run", unfinished)
	}
	good(t, args...)
	if !bytes.Equal(read(t, out, train.ModelFile), want) {
		t.Error("the model file differs from that of an uninterrupted run")
	}
	sameMetrics(t, whole, out)
}

// sameMetrics compares metrics.jsonl but for times.
func sameMetrics(t *testing.T, a, b string) {
	t.Helper()
	lines := func(dir string) string {
		epochs, err := train.ReadMetrics(dir)
		if err != nil {
			t.Fatal(err)
		}
		for i := range epochs {
			epochs[i].Seconds, epochs[i].PerSecond = 0, 0
		}
		text, err := json.MarshalIndent(epochs, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if x, y := lines(a), lines(b); x != y {
		t.Errorf("metrics differ:\n%s\n%s", x, y)
	}
}

func TestInterruptSavesAndExits130(t *testing.T) {
	config := write(t, "chancy.yaml", chancy)
	whole, out := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "interrupted")
	epochs := []string{"--set", "train.epochs=12"} // more than pass between two looks at the files
	good(t, append(epochs, "train", config, "--out", whole)...)
	cmd := process(t, append(epochs, "train", config, "--out", out, "--set", "train.save_every=0")...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 20_000 { // until it is past its first steps
		if _, err := os.Stat(filepath.Join(out, train.MetricsFile)); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Fatalf("want status %d, got %v\n%s", exitInterrupted, err, cmd.Stderr)
	}
	if text := cmd.Stderr.(*bytes.Buffer).String(); !strings.Contains(text, "interrupted; the checkpoint is saved") || !strings.Contains(text, "--resume") {
		t.Errorf("the message does not say how to go on: %s", text)
	}
	good(t, append(epochs, "train", config, "--out", out, "--resume")...)
	if !bytes.Equal(read(t, out, train.ModelFile), read(t, whole, train.ModelFile)) {
		t.Error("the model file differs from that of an uninterrupted run")
	}
}

// TestCommandsEndWithTheirContext: status 130 and, with --json, one object that says so.
func TestCommandsEndWithTheirContext(t *testing.T) {
	config, whole, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "cut")
	good(t, "train", config, "--out", whole)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"train", config, "--out", out}, "train: step 1 of 8: interrupted; the checkpoint is saved; go on with: snntrain train " + filepath.Join(out, train.ConfigFile) + " --out " + out + " --resume"},
		{[]string{"train", config, "--out", whole, "--resume"}, "train: the test part was not judged: interrupted; the checkpoint is saved; go on with: "},
		{[]string{"train", config, "--out", out + "s", "--seeds", "3"}, "go on with: "},
		{[]string{"eval", whole}, "interrupted"},
		{[]string{"data", "fetch", "mnist", "--dir", t.TempDir()}, "interrupted"},
	} {
		text, errs, status := callContext(t, ctx, append(c.args, "--json")...)
		var got struct {
			Error  string
			Status int
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil || status != exitInterrupted || got.Status != exitInterrupted || !strings.Contains(got.Error, c.want) || !strings.Contains(errs, got.Error) {
			t.Errorf("%v: status %d, %q on standard output (%v), on standard error\n%s", c.args, status, text, err, errs)
		}
	}
	var seeds seedsSummary
	object(t, &seeds, "train", config, "--out", out+"s", "--seeds", "3", "--resume")
	if len(seeds.Runs) != 3 || *seeds.Runs[0].Test != judged(t, whole) {
		t.Errorf("several seeds, resumed: %+v", seeds)
	}
	good(t, "train", filepath.Join(out, train.ConfigFile), "--out", out, "--resume")
	if !bytes.Equal(read(t, out, train.ModelFile), read(t, whole, train.ModelFile)) {
		t.Error("the model file differs from that of an uninterrupted run")
	}
}

// judged is the test score in a run's summary.
func judged(t *testing.T, out string) train.Score {
	t.Helper()
	var sum summary
	if err := json.Unmarshal(read(t, out, train.SummaryFile), &sum); err != nil {
		t.Fatal(err)
	}
	return *sum.Test
}

func TestThreadsGiveTheSameFile(t *testing.T) {
	config := write(t, "chancy.yaml", chancy)
	var want []byte
	for _, threads := range []string{"1", "2", "5"} {
		out := filepath.Join(t.TempDir(), threads)
		good(t, "train", config, "--out", out, "--set", "train.threads="+threads)
		got := read(t, out, train.ModelFile)
		if want == nil {
			want = got
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s threads give another model file than one", threads)
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	config := write(t, "chancy.yaml", chancy)
	out := filepath.Join(t.TempDir(), "seeds")
	var sum seedsSummary
	object(t, &sum, "train", config, "--out", out, "--seeds", "3", "--set", "train.epochs=1")
	if len(sum.Runs) != 3 || sum.Seeds[2] != 9 || sum.Test.SD == 0 {
		t.Errorf("seeds %v, test %+v", sum.Seeds, sum.Test)
	}
	mean := (sum.Test.Values[0] + sum.Test.Values[1] + sum.Test.Values[2]) / 3
	if d := mean - sum.Test.Mean; d > 1e-12 || d < -1e-12 {
		t.Errorf("mean is %v, want %v", sum.Test.Mean, mean)
	}
}

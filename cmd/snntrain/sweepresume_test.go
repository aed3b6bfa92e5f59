package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/train"
)

// cancelOn ends a context when it is told a certain text.
type cancelOn struct {
	bytes.Buffer
	text   string
	cancel context.CancelFunc
}

func (c *cancelOn) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.cancel()
	}
	return c.Buffer.Write(p)
}

// interruptedSweep runs a sweep that is interrupted when it says text.
func interruptedSweep(t *testing.T, text string, args ...string) (errs string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w := &cancelOn{text: text, cancel: cancel}
	if status := execute(ctx, append([]string{"sweep"}, args...), newStreams(&bytes.Buffer{}, w)); status != exitInterrupted {
		t.Errorf("status %d, want %d\n%s", status, exitInterrupted, w)
	}
	return w.String()
}

func sweepIn(t *testing.T, out string) swept {
	t.Helper()
	var got swept
	if err := json.Unmarshal(read(t, out, sweepFile), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestSweepInterruptedGoesOn: what is done stays as it is, what was begun and what is missing comes to the same bits.
func TestSweepInterruptedGoesOn(t *testing.T) {
	config, whole, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "with space")
	args := []string{config, "--over", "train.optimizer.lr=1e-3,3e-3,3e-2", "--set", "data.encode={kind: rate, steps: 4}", "--out"}
	good(t, append(append([]string{"sweep"}, args...), whole)...)
	errs := interruptedSweep(t, "point 2 of 3", append(args, out)...)
	again := "snntrain sweep " + config + " --over train.optimizer.lr=1e-3,3e-3,3e-2 --set 'data.encode={kind: rate, steps: 4}' --out '" + out + "' --resume\n"
	if want := "sweep: 1 of 3 points are done: interrupted; the checkpoint is saved; go on with: " + again; !strings.Contains(errs, want) {
		t.Errorf("no %q in\n%s", want, errs)
	}
	cut := sweepIn(t, out)
	if cut.Points[0].State != stateDone || cut.Points[1].State != stateMissing || cut.Points[2].State != stateMissing || cut.Best.Name != cut.Points[0].Name {
		t.Errorf("%+v", cut)
	}
	before := stamp(t, cut.Points[0].Out)
	refused(t, exitUsage, []string{"holds a sweep already; go on with --resume"}, append(append([]string{"sweep"}, args...), out)...)
	good(t, append(append([]string{"sweep"}, args...), out, "--resume")...)
	if stamp(t, cut.Points[0].Out) != before {
		t.Error("a finished point was written again")
	}
	got, want := sweepIn(t, out), sweepIn(t, whole)
	if d := cmp.Diff(want.names(), got.names()); d != "" || got.Best.Name != want.Best.Name {
		t.Errorf("best %s, want %s; %s", got.Best.Name, want.Best.Name, d)
	}
	for i, p := range got.Points {
		if !bytes.Equal(read(t, p.Out, train.ModelFile), read(t, want.Points[i].Out, train.ModelFile)) {
			t.Errorf("%s has another network than that of a sweep at one go", p.Name)
		}
	}
}

// stamp tells when the files of a run were last written.
func stamp(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	for _, name := range []string{train.ModelFile, train.SummaryFile, train.ReportFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(info.ModTime().String())
	}
	return out.String()
}

// TestSweepInterruptedBeforeTraining writes nothing.
func TestSweepInterruptedBeforeTraining(t *testing.T) {
	out := filepath.Join(t.TempDir(), "sweep")
	interruptedSweep(t, "checking 1 configs", write(t, "small.yaml", small), "--over", "dt=1", "--out", out)
	if _, err := os.Stat(out); err == nil {
		t.Error("something was written")
	}
}

// TestSweepSeedsGoOn: finished seeds of a point that was begun stay.
func TestSweepSeedsGoOn(t *testing.T) {
	config, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "sweep")
	args := []string{config, "--over", "model.1.beta=0.5,0.9", "--seeds", "2", "--out", out}
	interruptedSweep(t, "seed 43 (2 of 2)", args...)
	first := filepath.Join(out, "0001-beta=0.5", "seed-42")
	before := stamp(t, first)
	good(t, append(append([]string{"sweep"}, args...), "--resume")...)
	if stamp(t, first) != before {
		t.Error("a finished seed was trained again")
	}
	if got := sweepIn(t, out); got.Points[1].State != stateDone || len(got.Points[1].Runs) != 2 {
		t.Errorf("%+v", got.Points)
	}
	refused(t, exitUsage, []string{"holds files that are not of a run"}, "sweep", config, "--over", "model.1.beta=0.5,0.9", "--out", out, "--resume")
}

// TestSweepKnowsWhatIsDone, also behind a point that is missing.
func TestSweepKnowsWhatIsDone(t *testing.T) {
	for _, seeds := range []string{"1", "2"} {
		config, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "sweep")
		args := []string{config, "--over", "model.1.beta=0.5,0.8,0.9", "--seeds", seeds, "--out", out}
		good(t, append([]string{"sweep"}, args...)...)
		whole := sweepIn(t, out)
		if err := os.RemoveAll(whole.Points[0].Out); err != nil {
			t.Fatal(err)
		}
		errs := interruptedSweep(t, "point 1 of 3", append(args, "--resume")...)
		cut := sweepIn(t, out)
		if !strings.Contains(errs, "sweep: 2 of 3 points are done") || cut.Points[0].State != stateMissing || cut.Best == nil {
			t.Errorf("%s: %+v", errs, cut)
		}
		if d := cmp.Diff(whole.Points[1:], cut.Points[1:]); d != "" {
			t.Error(d)
		}
	}
}

// TestSweepOfMoreValues: points of longer lists are added, those there are kept wherever the grid has them now.
func TestSweepOfMoreValues(t *testing.T) {
	config, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "sweep")
	good(t, "sweep", config, "--over", "model.1.beta=0.5,0.9", "--out", out)
	before := stamp(t, filepath.Join(out, "0002-beta=0.9"))
	good(t, "sweep", config, "--over", "model.1.beta=0.8,0.9", "--out", out, "--resume")
	if d := cmp.Diff([]string{"0003-beta=0.8", "0002-beta=0.9"}, sweepIn(t, out).names()); d != "" {
		t.Error(d)
	}
	if stamp(t, filepath.Join(out, "0002-beta=0.9")) != before {
		t.Error("a point that was there was trained again")
	}
	_, errs, _ := call(t, "sweep", config, "--over", "model.1.beta=0.9", "--out", out, "--resume")
	if !strings.Contains(errs, "2 runs in "+out+" are of other values, and are left as they are") {
		t.Error(errs)
	}
}

// TestSweepResumeLooksAtConfigs: points of another config are named, and none is trained.
func TestSweepResumeLooksAtConfigs(t *testing.T) {
	config, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "sweep")
	args := []string{"sweep", config, "--over", "model.1.beta=0.5,0.9", "--out", out}
	good(t, args...)
	refused(t, exitUsage, []string{"0001-beta=0.5/config.yaml: the run was started with another config", "0002-beta=0.9/config.yaml: the run", "train.epochs: 2 in the run, 3 now"}, append(args, "--resume", "--set", "train.epochs=3")...)
	refused(t, exitUsage, []string{"0001-beta=0.5: holds a run of one seed"}, append(args, "--resume", "--seeds", "2")...)

	begun := filepath.Join(out, "0001-beta=0.5") // killed before its first checkpoint
	want := read(t, begun, train.ModelFile)
	for _, name := range []string{train.ModelFile, train.SummaryFile, train.ReportFile, train.MetricsFile, "checkpoint"} {
		if err := os.RemoveAll(filepath.Join(begun, name)); err != nil {
			t.Fatal(err)
		}
	}
	good(t, append(args, "--resume")...)
	if !bytes.Equal(read(t, begun, train.ModelFile), want) {
		t.Error("started anew it comes to another network")
	}
}

// TestSweepIsOneProcess's alone.
func TestSweepIsOneProcess(t *testing.T) {
	config, out := write(t, "small.yaml", small), filepath.Join(t.TempDir(), "sweep")
	args := []string{"sweep", config, "--over", "dt=1", "--out", out}
	good(t, args...)
	release, err := train.Lock(out)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	refused(t, exitUsage, []string{"is in use by another process"}, append(args, "--resume")...)
}

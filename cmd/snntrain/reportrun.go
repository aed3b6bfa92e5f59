package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/train"
)

// pastRun is what a run directory says. One of sum, rate and times is set when
// the run is finished.
type pastRun struct {
	dir    string
	sum    *summary    // of a training
	rate   *conversion // of a conversion to rates
	times  *ttfsReport // of one to first spike times
	epochs []train.EpochReport
	config map[string]string // "path" → value
}

func (r *pastRun) converted() bool { return r.rate != nil || r.times != nil }

func (r *pastRun) finished() bool { return r.sum != nil || r.converted() }

// readRuns reads run directories; one of several seeds stands for its runs.
// What is wrong with any is reported at once.
func readRuns(dirs []string) ([]*pastRun, error) {
	var runs []*pastRun
	var faults []error
	seen := map[string]bool{}
	for _, dir := range dirs {
		list, err := readRun(filepath.Clean(dir))
		faults = append(faults, err)
		for _, r := range list {
			if seen[r.dir] {
				faults = append(faults, usagef("report: %s: is named twice", r.dir))
			}
			seen[r.dir] = true
		}
		runs = append(runs, list...)
	}
	return runs, errors.Join(faults...)
}

func readRun(dir string) ([]*pastRun, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		fact := "is a file"
		if err != nil {
			fact = "does not exist"
		}
		return nil, notRun(dir, fact, "give a run directory")
	}
	if dirs := seedDirs(dir); len(dirs) > 0 {
		return readRuns(dirs)
	}
	r := &pastRun{dir: dir}
	if err := r.read(); err != nil {
		return nil, err
	}
	return []*pastRun{r}, nil
}

// seedDirs are the runs in the directory of a training with several seeds, which has no config of its own.
func seedDirs(dir string) []string {
	if train.Exists(dir) {
		return nil
	}
	configs, _ := filepath.Glob(filepath.Join(dir, "seed-*", train.ConfigFile))
	var dirs []string
	for _, c := range configs {
		dirs = append(dirs, filepath.Dir(c))
	}
	return dirs
}

func notRun(dir, fact, hint string) error {
	return usage(fault.Fault{Pkg: "report", Subject: dir, Fact: fact, Hint: hint})
}

// read reads the files of the directory.
func (r *pastRun) read() error {
	if err := errors.Join(r.readResult(), r.readAccount()); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(r.dir, train.ConfigFile))
	switch {
	case errors.Is(err, fs.ErrNotExist) && !r.finished():
		return notRun(r.dir, "holds no run: no "+train.SummaryFile+", "+train.AccountFile+" or "+train.ConfigFile, "give the --out of train or convert")
	case errors.Is(err, fs.ErrNotExist): // a result without its config is still one
		text = []byte("{}")
	case err != nil:
		return err
	}
	if r.config, err = leavesOf(text); err != nil {
		return notRun(r.dir, train.ConfigFile+" cannot be read: "+err.Error(), "")
	}
	r.epochs, err = train.ReadMetrics(r.dir)
	return usage(err)
}

// readResult reads summary.json.
func (r *pastRun) readResult() error {
	var sum summary
	found, err := readJSON(filepath.Join(r.dir, train.SummaryFile), &sum)
	if !found || err != nil {
		return err
	}
	if sum.Test == nil {
		return notRun(r.dir, train.SummaryFile+" has no result of the test part", "")
	}
	r.sum = &sum
	return nil
}

// readAccount reads conversion.json.
func (r *pastRun) readAccount() error {
	path := filepath.Join(r.dir, train.AccountFile)
	var kind struct{ Coding string }
	if found, err := readJSON(path, &kind); !found || err != nil {
		return err
	}
	if kind.Coding == "ttfs" {
		r.times = &ttfsReport{}
		_, err := readJSON(path, r.times)
		return err
	}
	r.rate = &conversion{}
	_, err := readJSON(path, r.rate)
	if err == nil && (r.rate.Budget == nil || r.rate.SNN[fmt.Sprint(r.rate.Steps)].N == 0) {
		return notRun(r.dir, train.AccountFile+" has no result after all its steps", "")
	}
	return err
}

// readJSON reads a file of a run directory, if it is there.
func readJSON(path string, v any) (found bool, err error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return false, notRun(path, "is damaged: "+err.Error(), "")
	}
	return true, nil
}

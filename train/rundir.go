package train

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"github.com/snntrain/snntrain/internal/fault"
)

// The files of a run directory.
const (
	ConfigFile    = "config.yaml"
	ModelFile     = "model.safetensors"
	MetricsFile   = "metrics.jsonl"
	SummaryFile   = "summary.json"
	ReportFile    = "report.html"
	AccountFile   = "conversion.json" // of a network that was converted
	checkpointDir = "checkpoint"
	lockFile      = ".lock"
)

// Mode says what may be in a run directory already.
type Mode int

// The modes: refuse an existing run, remove it, or go on with it.
const (
	Fresh Mode = iota
	Force
	Resume
)

// CheckDir says why a run directory cannot be opened in a mode, before anything is done for it.
func CheckDir(dir string, mode Mode) error {
	run := exists(filepath.Join(dir, ConfigFile)) || exists(filepath.Join(dir, ModelFile))
	switch {
	case run && mode == Fresh:
		return fault.Fault{Pkg: "train", Subject: dir, Fact: "holds a run already", Hint: "go on with --resume, replace it with --force, or choose another --out"}
	case !run && mode == Resume:
		return fault.Fault{Pkg: "train", Subject: dir, Fact: "holds no run to resume", Hint: "start without --resume"}
	case !run && mode != Resume && !emptyDir(dir):
		return fault.Fault{Pkg: "train", Subject: dir, Fact: "holds files that are not of a run", Hint: "choose an empty or new directory for --out"}
	}
	return nil
}

// OpenDir prepares a run directory and locks it until release is called.
func OpenDir(dir string, mode Mode) (release func(), err error) {
	if err := CheckDir(dir, mode); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, checkpointDir), 0o755); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if release, err = Lock(dir); err != nil {
		return nil, err
	}
	if mode == Force {
		err = clearRun(dir)
	}
	return release, err
}

// Lock keeps other processes out of a directory until release is called.
func Lock(dir string) (release func(), err error) {
	lock := flock.New(filepath.Join(dir, lockFile))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if !ok {
		return nil, fault.Fault{Pkg: "train", Subject: dir, Fact: "is in use by another process"}
	}
	return func() {
		_ = lock.Unlock()
		_ = os.Remove(filepath.Join(dir, lockFile))
	}, nil
}

// clearRun removes what a run wrote, and nothing else.
func clearRun(dir string) error {
	names := []string{ConfigFile, ModelFile, MetricsFile, SummaryFile, ReportFile, AccountFile}
	events, _ := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	for _, f := range append(events, checkpoints(filepath.Join(dir, checkpointDir))...) {
		names = append(names, f[len(dir)+1:])
	}
	for _, name := range names {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}

// Exists reports whether a directory holds a run.
func Exists(dir string) bool { return exists(filepath.Join(dir, ConfigFile)) }

// Resumable reports whether a directory holds a run with a checkpoint to go on from.
func Resumable(dir string) bool {
	return Exists(dir) && len(checkpoints(filepath.Join(dir, checkpointDir))) > 0
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// emptyDir reports whether a directory holds nothing but what OpenDir makes
// first, which a run that was killed at once leaves behind.
func emptyDir(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err != nil || !slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		begun := e.Name() == lockFile || e.Name() == checkpointDir && emptyDir(filepath.Join(dir, checkpointDir))
		return !begun
	})
}

// WriteJSON writes v to a file of the run directory, atomically.
func WriteJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(path, append(raw, '\n'))
}

// WriteFile replaces a file of the run directory, atomically.
func WriteFile(path string, data []byte) error {
	if err := renameio.WriteFile(path, data, 0o644, renameio.WithTempDir(filepath.Dir(path))); err != nil {
		return fmt.Errorf("train: %s: not written: %w", path, err)
	}
	return nil
}

// appendMetrics adds a line to metrics.jsonl.
func appendMetrics(dir string, e EpochReport) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, MetricsFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("train: %s: not written: %w", MetricsFile, err)
	}
	return nil
}

// truncateMetrics keeps the lines of the epochs that are done.
func truncateMetrics(dir string, epochs int) error {
	path := filepath.Join(dir, MetricsFile)
	lines, err := ReadMetrics(dir)
	if err != nil {
		return err
	}
	var keep bytes.Buffer
	for _, e := range lines {
		if e.Epoch <= epochs {
			line, err := json.Marshal(e)
			if err != nil {
				return err
			}
			keep.Write(append(line, '\n'))
		}
	}
	return WriteFile(path, keep.Bytes())
}

// ReadMetrics reads metrics.jsonl; a last line that was cut off is left out.
func ReadMetrics(dir string) ([]EpochReport, error) {
	raw, err := os.ReadFile(filepath.Join(dir, MetricsFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	var out []EpochReport
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var e EpochReport
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			if n == bytes.Count(raw, []byte{'\n'})+1 {
				break
			}
			return nil, fmt.Errorf("train: %s:%d: %w", filepath.Join(dir, MetricsFile), n, err)
		}
		out = append(out, e)
	}
	return out, nil
}

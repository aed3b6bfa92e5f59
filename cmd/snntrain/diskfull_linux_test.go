package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// limitFiles makes every write beyond n bytes of a file fail, as on a full
// disk, in a process that a test started.
func limitFiles() {
	n, err := strconv.ParseUint(os.Getenv("SNNTRAIN_TEST_FILE_LIMIT"), 10, 64)
	if err != nil {
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
		panic(err)
	}
}

// TestADiskThatIsFull: the run stops with a message that names what could not
// be written; nothing half-written is left.
func TestADiskThatIsFull(t *testing.T) {
	wide := []string{"--set", "model.0.out=300"} // 90 kB, and 270 with what Adam keeps
	for name, c := range map[string]struct {
		limit string // bytes a file
		args  []string
		want  []string // parts of the message; %s is the run directory
		left  []string // safetensors files
	}{
		"events":     {"20000", []string{"--set", "train.batch=1", "--set", "train.log_every=1"}, []string{"report: events: ", "%s/events.out.tfevents."}, []string{"step-"}},
		"network":    {"60000", wide, []string{"model: %s/model.safetensors: not written"}, nil},
		"checkpoint": {"150000", wide, []string{"train: checkpoint of step 4: not written: ", "the one before is kept"}, []string{"model.safetensors"}},
	} {
		t.Run(name, func(t *testing.T) {
			path, out := write(t, "a.yaml", small), filepath.Join(t.TempDir(), "run")
			cmd := process(t, append(c.args, "train", path, "--out", out)...)
			cmd.Env = append(cmd.Env, "SNNTRAIN_TEST_FILE_LIMIT="+c.limit)
			err := cmd.Run()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
				t.Fatalf("want status %d, got %v", exitFailed, err)
			}
			text := cmd.Stderr.(*bytes.Buffer).String()
			for _, part := range append(c.want, "file too large") {
				if part = strings.ReplaceAll(part, "%s", out); !strings.Contains(text, part) {
					t.Errorf("the message lacks %q:\n%s", part, text)
				}
			}
			var left []string
			for _, pattern := range []string{"*safetensors*", ".*safetensors*", "checkpoint/*", "checkpoint/.*"} {
				files, _ := filepath.Glob(filepath.Join(out, pattern))
				for _, f := range files {
					name, _, _ := strings.Cut(filepath.Base(f), "000") // the step does not matter
					left = append(left, name)
				}
			}
			if !slices.Equal(left, c.left) {
				t.Errorf("left behind are %v, want %v", left, c.left)
			}
		})
	}
}

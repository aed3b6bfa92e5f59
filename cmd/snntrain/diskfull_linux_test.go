package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
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
	path, out := write(t, "a.yaml", small), filepath.Join(t.TempDir(), "run")
	cmd := process(t, "train", path, "--out", out, "--set", "model.0.out=300")
	cmd.Env = append(cmd.Env, "SNNTRAIN_TEST_FILE_LIMIT=60000") // events and config fit, the network does not
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
		t.Fatalf("want status %d, got %v", exitFailed, err)
	}
	text := cmd.Stderr.(*bytes.Buffer).String()
	if !strings.Contains(text, "not written") || !strings.Contains(text, "file too large") || !strings.Contains(text, train0(out)) {
		t.Errorf("the message does not say what could not be written:\n%s", text)
	}
	left, _ := filepath.Glob(filepath.Join(out, "*"))
	inner, _ := filepath.Glob(filepath.Join(out, "checkpoint", "*"))
	for _, f := range append(left, inner...) {
		if name := filepath.Base(f); strings.Contains(name, "safetensors") {
			t.Errorf("%s was left behind", name)
		}
	}
}

// train0 is the first file of a run that is large.
func train0(out string) string { return filepath.Join(out, "model.safetensors") }

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

	"github.com/snntrain/snntrain/chip"
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

// TestExportToADiskThatIsFull: no form leaves a half-written file, and what was there stays.
func TestExportToADiskThatIsFull(t *testing.T) {
	wide := func(im *chip.Image) { // 10×64 weights that fill all bytes
		w := im.Net.Synapses[0].Dense.Weight.Data
		for i := range w {
			w[i] = int32(i%4) - 2
		}
	}
	for form, file := range map[string]string{"image": "a.snnimg", "ranc": "a.json"} {
		t.Run(form, func(t *testing.T) {
			image, dir := digitsImage(t, wide), t.TempDir()
			out := filepath.Join(dir, file)
			good(t, "export", image, "--target", form, "--out", out)
			before := map[string]string{}
			for _, name := range entries(t, dir) {
				before[name] = string(read(t, dir, name))
			}
			other := digitsImage(t, nil)
			cmd := process(t, "export", other, "--target", form, "--out", out)
			cmd.Env = append(cmd.Env, "SNNTRAIN_TEST_FILE_LIMIT=500")
			if err := cmd.Run(); err == nil || !strings.Contains(cmd.Stderr.(*bytes.Buffer).String(), "not written") {
				t.Errorf("%v: %s", err, cmd.Stderr)
			}
			for _, name := range entries(t, dir) {
				if text, ok := before[name]; !ok || text != string(read(t, dir, name)) {
					t.Errorf("%s is new or another", name)
				}
			}
		})
	}
}

// entries lists a directory.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

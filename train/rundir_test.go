package train

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpenDir: what may be in a run directory already, and what is done about it.
func TestOpenDir(t *testing.T) {
	const run, foreign = "config.yaml", "thesis.tex"
	for _, c := range []struct {
		name string
		have []string // files in the directory; nil = there is none
		mode Mode
		want string // part of the message; "" = opened
		left []string
	}{
		{"new", nil, Fresh, "", nil},
		{"empty", []string{}, Fresh, "", nil},
		{"a run", []string{run}, Fresh, "holds a run already; go on with --resume, replace it with --force", []string{run}},
		{"a model alone", []string{ModelFile}, Fresh, "holds a run already", []string{ModelFile}},
		{"other files", []string{foreign}, Fresh, "holds files that are not of a run", []string{foreign}},
		{"other files, by force", []string{foreign}, Force, "holds files that are not of a run", []string{foreign}},
		{"a run, by force", []string{run, ModelFile, SummaryFile, MetricsFile, ReportFile, "events.out.tfevents.1.host", "checkpoint/step-000000003.safetensors", foreign}, Force, "", []string{foreign}},
		{"nothing to force", nil, Force, "", nil},
		{"a run killed at once", []string{lockFile}, Fresh, "", nil},
		{"checkpoints alone", []string{"checkpoint/step-000000003.safetensors"}, Fresh, "holds files that are not of a run", []string{"checkpoint/step-000000003.safetensors"}},
		{"nothing to resume", nil, Resume, "holds no run to resume; start without --resume", nil},
		{"resume", []string{run, MetricsFile}, Resume, "", []string{run, MetricsFile}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			if c.have != nil {
				if err := os.MkdirAll(filepath.Join(dir, checkpointDir), 0o755); err != nil {
					t.Fatal(err)
				}
				if len(c.have) == 0 {
					_ = os.Remove(filepath.Join(dir, checkpointDir))
				}
			}
			for _, name := range c.have {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			release, err := OpenDir(dir, c.mode)
			if c.want == "" != (err == nil) || err != nil && (!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir)) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if err == nil {
				if _, second := OpenDir(dir, Fresh); second == nil || !strings.Contains(second.Error(), "is in use by another process") && !strings.Contains(second.Error(), "holds") {
					t.Errorf("opened twice: %v", second)
				}
				release()
			}
			var left []string
			_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
				if d != nil && !d.IsDir() {
					left = append(left, strings.TrimPrefix(path, dir+"/"))
				}
				return nil
			})
			if strings.Join(left, " ") != strings.Join(c.left, " ") {
				t.Errorf("left are %v, want %v", left, c.left)
			}
		})
	}
}

// TestADirectoryInUse is not opened a second time.
func TestADirectoryInUse(t *testing.T) {
	task := stopped(t) // keeps its lock until the test ends
	_, err := OpenDir(task.Dir, Resume)
	if err == nil {
		t.Fatal("opened twice")
	}
	_ = os.WriteFile(filepath.Join(task.Dir, ConfigFile), nil, 0o644)
	if _, err := OpenDir(task.Dir, Resume); err == nil || !strings.Contains(err.Error(), "is in use by another process") {
		t.Errorf("got %v", err)
	}
	if _, err := OpenDir(task.Dir, Force); err == nil || !strings.Contains(err.Error(), "is in use by another process") {
		t.Errorf("by force: got %v", err)
	}
	if len(checkpointNames(t, task)) != 2 {
		t.Error("files of a run in use were removed")
	}
}

// TestResumable: a run with a checkpoint.
func TestResumable(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, checkpointDir), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file string
		want bool
	}{{checkpointDir, false}, {ConfigFile, false}, {"checkpoint/step-000000003.safetensors", true}} {
		if c.file != checkpointDir {
			if err := os.WriteFile(filepath.Join(dir, c.file), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := Resumable(dir); got != c.want {
			t.Errorf("with %s: %v", c.file, got)
		}
	}
}

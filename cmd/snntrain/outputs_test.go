package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOutputsThatCannotBeWritten are refused before the work, and leave nothing behind.
func TestOutputsThatCannotBeWritten(t *testing.T) {
	file := write(t, "file", "mine")
	gone := filepath.Join(t.TempDir(), "gone", "out")
	image := digitsImage(t, nil)
	_, run, _ := trained(t, strings.Replace(small, "epochs: 2", "epochs: 1", 1))
	config := write(t, "c.yaml", "data: {name: digits}\nconvert: {coding: rate, method: max, steps: 2}\n")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"convert":           {[]string{"convert", run, "--config", config, "--out", filepath.Join(file, "run")}, "convert: --out " + filepath.Join(file, "run") + ": "},
		"foreign files":     {[]string{"convert", run, "--config", config, "--out", filepath.Dir(file)}, "holds files that are not of a run; choose an empty or new directory for --out"},
		"quantize":          {[]string{"quantize", run, "--target", "generic", "--out", gone}, "quantize: --out " + gone + ": there is no directory "},
		"quantize a folder": {[]string{"quantize", run, "--target", "generic", "--out", run}, "quantize: --out " + run + ": is a directory"},
		"emulate":           {[]string{"emulate", image, "--predictions", gone}, "emulate: --predictions " + gone + ": there is no directory "},
		"raster":            {[]string{"emulate", image, "--input", image, "--out", gone}, "emulate: --out " + gone + ": there is no directory "},
		"record":            {[]string{"eval", run, "--record", file}, "eval: --record " + file + ": " + file + " is no directory"},
		"export":            {[]string{"export", image, "--target", "image", "--out", gone}, "export: --out " + gone + ": there is no directory "},
		"import":            {[]string{"import", image, "--out", filepath.Join(file, "x")}, "import: --out "},
	} {
		t.Run(name, func(t *testing.T) { refused(t, exitUsage, []string{c.want}, c.args...) })
	}
	for _, dir := range []string{filepath.Dir(file), filepath.Dir(filepath.Dir(gone))} {
		for _, left := range glob(t, filepath.Join(dir, ".*")) {
			t.Errorf("left behind: %s", left)
		}
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestInputsThatAreNotThere: every command names the file, and what to do about it.
func TestInputsThatAreNotThere(t *testing.T) {
	folder, text := t.TempDir(), write(t, "notes.txt", "no network")
	onnx := write(t, "net.onnx", "no network either")
	gone := filepath.Join(folder, "gone")
	if err := os.WriteFile(filepath.Join(folder, "model.safetensors"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	refused(t, exitUsage, []string{"snntrain: inspect: " + text + ": is of no known form; known: image (chip image); model (run directory or model.safetensors); onnx"}, "inspect", text)
	out := filepath.Join(t.TempDir(), "out")
	for _, args := range [][]string{{"emulate"}, {"export", "--target", "netx", "--out", out}, {"import", "--out", out}} {
		command, flags := args[0], args[1:]
		with := func(path string) []string { return append([]string{command, path}, flags...) }
		refused(t, exitUsage, []string{"snntrain: " + command + ": " + gone + ": no such file or directory"}, with(gone)...)
		refused(t, exitUsage, []string{"snntrain: " + command + ": " + text + ": is of no known form; known: netx (network.net of lava-dl netx"}, with(text)...)
		refused(t, exitUsage, []string{"snntrain: " + command + ": " + t.TempDir()[:4], "is a directory; name a file in it"}, with(t.TempDir())...)
		if command != "import" {
			refused(t, exitUsage, []string{"is a network, not a chip image; make one with: snntrain quantize " + folder}, with(folder)...)
			continue
		}
		refused(t, exitUsage, []string{"is an ONNX file; snntrain convert"}, with(onnx)...)
	}
}

package kernels_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestAssemblyIsGenerated runs the generator and compares what it writes with
// the files that are checked in.
func TestAssemblyIsGenerated(t *testing.T) {
	if out, err := exec.Command("go", "-C", "asm", "mod", "download").CombinedOutput(); err != nil {
		t.Skipf("asm: the generator's modules are not here and cannot be downloaded: %s", bytes.TrimSpace(out))
	}
	dir := t.TempDir()
	generator := filepath.Join(dir, "asm.exe")
	if out, err := exec.Command("go", "-C", "asm", "build", "-o", generator, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, family := range []string{"rows", "vector", "gemm", "scan", "surrogate", "adam", "conv", "norm"} {
		code, stubs := family+"_amd64.s", family+"_amd64.go"
		cmd := exec.Command(generator, "-family", family, "-pkg", "kernels",
			"-out", filepath.Join(dir, code), "-stubs", filepath.Join(dir, stubs))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for _, name := range []string{code, stubs} {
			if !bytes.Equal(body(t, filepath.Join(dir, name)), body(t, name)) {
				t.Errorf("%s is not what the generator writes; run go generate", name)
			}
		}
	}
}

// body is a generated file without its first line, which names the command.
func body(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(raw, []byte("\n"))
	return rest
}

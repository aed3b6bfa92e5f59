package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/config"
)

// FuzzLoad: any bytes give a configuration or faults, never a panic, and what
// loads without fault survives Resolved.
func FuzzLoad(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.yaml")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "train.epochs=3")
	}
	f.Add([]byte("a: &a [*a, *a, *a]\n"), "a[0].b=1")
	f.Add([]byte("a: &a {<<: [*b, *b], b: &b {<<: [*a, *a]}}\n"), "=")
	f.Add([]byte("? |\n  #\n- a\n---\n...\n"), "model={")
	f.Add([]byte("model: [{kind: lif, surrogate: {kind: triangle, width: 0x1p-2}}]"), "model.0={<<: {kind: lif}}")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte, set string) {
		file := filepath.Join(dir, "x.yaml")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		root, _, d, err := load(config.Options{Files: []string{file}, Sets: []string{set}})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "config: ") {
				t.Fatalf("message without a package: %v", err)
			}
			return
		}
		again, err := d.Resolved(root)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := load(config.Options{Files: []string{write(t, "again.yaml", string(again))}}); err != nil {
			t.Fatalf("resolved:\n%s\n%v", again, err)
		}
	})
}

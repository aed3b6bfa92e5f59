package nir_test

import (
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/nir"
)

func TestRoundTripOfFiles(t *testing.T) {
	for _, pattern := range []string{testkit.Data(t, "nir"), testkit.GoldenDir(t, "nir")} {
		files, _ := filepath.Glob(filepath.Join(pattern, "*.nir"))
		for _, f := range files {
			g, err := nir.Read(f)
			if filepath.Base(f) == "lif_rockpool.nir" {
				t.Log(err)
				continue
			}
			if err != nil {
				t.Error(err)
				continue
			}
			to := filepath.Join(t.TempDir(), "g.nir")
			if err := g.Write(to); err != nil {
				t.Error(err)
				continue
			}
			h, err := nir.Read(to)
			if err != nil {
				t.Error(err)
				continue
			}
			if d := g.Difference(h); d != "" {
				t.Error(f, d)
			}
		}
	}
}

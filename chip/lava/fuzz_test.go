package lava_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/testkit"
)

// FuzzReadNetx: bytes of a file that were changed give a fault or a network that runs.
func FuzzReadNetx(f *testing.F) {
	if err := hdf5.Available(); err != nil {
		f.Skip(err)
	}
	dir := testkit.ChipsDir(f)
	for _, name := range []string{"lava_delay_in.net", "lava_dense_rec_small.net", "lava_input_neuron.net"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	path := filepath.Join(f.TempDir(), "n.net")
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 1<<20 {
			return
		}
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := lava.ReadNetx(path)
		if err != nil {
			return
		}
		net, err := x.Net()
		if err != nil {
			return
		}
		if _, err := emulator.Compile(net); err != nil {
			t.Fatal(err)
		}
	})
}

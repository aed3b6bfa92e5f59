package lava_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/testkit"
)

func needLibrary(t *testing.T) {
	t.Helper()
	if err := hdf5.Available(); err != nil {
		t.Skip(err)
	}
}

// TestNetxOfGoldenCases: the netx file of a golden case holds the layers that
// its JSON tells. A case of a process alone has no file, and not every file is kept here.
func TestNetxOfGoldenCases(t *testing.T) {
	needLibrary(t)
	read := 0
	for _, c := range testkit.ChipCases(t, "lava") {
		var g goldenCase
		c.Parameters(t, &g)
		path := filepath.Join(c.Dir, c.Name+".net")
		if g.Layers == nil || !testkit.Exists(path) {
			continue
		}
		got, err := lava.ReadNetx(path)
		if err != nil {
			t.Fatal(err)
		}
		a, err := got.Net()
		if err != nil {
			t.Fatal(err)
		}
		b, err := g.netx(t, c).Net()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(b, a); d != "" {
			t.Errorf("%s: %s", c.Name, d)
		}
		read++
	}
	if read == 0 {
		t.Error("no file was read")
	}
	t.Logf("%d files", read)
}

// TestNetxRoundTrip: network → file → network, and the file again.
func TestNetxRoundTrip(t *testing.T) {
	needLibrary(t)
	net := netx(t)
	x, err := lava.FromNet(net)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "network.net")
	if err := x.WriteNetx(path); err != nil {
		t.Fatal(err)
	}
	back, err := lava.ReadNetx(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Net()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(net, again, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}

// TestTrainedMNISTNetIsWrittenEqual: the file that SLAYER trained, read into a
// network and written again, holds the same groups, data sets, types and values.
func TestTrainedMNISTNetIsWrittenEqual(t *testing.T) {
	needLibrary(t)
	path := testkit.Data(t, "loihi_lava", "trained_mnist_network.net")
	x, err := lava.ReadNetx(path)
	if err != nil {
		t.Fatal(err)
	}
	net, err := x.Net()
	if err != nil {
		t.Fatal(err)
	}
	if x, err = lava.FromNet(net); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "again.net")
	if err := x.WriteNetx(out); err != nil {
		t.Fatal(err)
	}
	want, err := hdf5.Read(path, hdf5.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := hdf5.Read(out, hdf5.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(hdf5.Group{}, hdf5.Array{})); d != "" {
		t.Error(d)
	}
}

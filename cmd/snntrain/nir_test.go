package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/nir/conform"
)

// needHDF5 skips a test without libhdf5.
func needHDF5(t *testing.T) {
	t.Helper()
	if err := hdf5.Available(); err != nil {
		t.Skip(err)
	}
}

// TestNIRThereAndBack: a trained network, written as NIR and read again, is the
// same network: by import, and by eval and inspect of the file itself.
func TestNIRThereAndBack(t *testing.T) {
	needHDF5(t)
	_, out, sum := trained(t, small)
	file, back := filepath.Join(t.TempDir(), "n.nir"), filepath.Join(t.TempDir(), "back")
	var r exportedNIR
	object(t, &r, "export", out, "--target", "nir", "-o", file)
	if r.Profile != "nir" || r.Dt != 1e-4 || r.Difference == nil || r.Difference.N != 64 || len(r.Notes) != 1 || r.Notes[0].Text[0] != "reset: to v_reset, not θ subtracted" {
		t.Errorf("%+v", r)
	}
	text := good(t, "import", file, "-o", back)
	if !strings.Contains(text, "read by its metadata") {
		t.Error(text)
	}
	for _, args := range [][]string{{back}, {file}, {file, "--batch", "7"}} {
		var got evalResult
		object(t, &got, append([]string{"eval"}, args...)...)
		if got.Correct != sum.Test.Correct || got.Loss != sum.Test.Loss {
			t.Errorf("%v: %+v, in training %+v", args, got.Score, *sum.Test)
		}
	}
	if text := good(t, "inspect", file); !strings.Contains(text, "lif, beta 0.9") || !strings.Contains(text, "reset subtract at spike") {
		t.Error(text)
	}
	if text := good(t, "inspect", file, "--profile", "spikingjelly"); !strings.Contains(text, "fires at v >= θ") {
		t.Error(text)
	}
}

// TestExportWarns: what a framework will run otherwise is said for each node,
// with the size of the difference.
func TestExportWarns(t *testing.T) {
	needHDF5(t)
	_, out, _ := trained(t, small)
	text, errs, status := call(t, "export", out, "--target", "nir", "--profile", "norse", "--out", filepath.Join(t.TempDir(), "n.nir"))
	for _, want := range []string{"norse: lif1: the input gain 10 is not read: it is put into the threshold", "norse: lif1: reset: to v_reset, not θ subtracted"} {
		if !strings.Contains(errs, want) {
			t.Errorf("no %q in\n%s", want, errs)
		}
	}
	if status != 0 || !strings.Contains(text, " spikes differ") || !strings.Contains(text, "predictions are the same") {
		t.Errorf("status %d\n%s", status, text)
	}
	file := filepath.Join(t.TempDir(), "lava.nir")
	refused(t, exitUsage, []string{"export: not written: the reader of lava refuses the graph", "/node/nodes/linear1: bias is not 0"}, "export", out, "--target", "nir", "--profile", "lava", "--out", file)
	if _, err := os.Stat(file); err == nil {
		t.Error("a graph that its reader refuses was written")
	}
	refused(t, exitUsage, []string{`"norsee" is unknown; did you mean "norse"?`}, "export", out, "--target", "nir", "--profile", "norsee", "--out", file)
	refused(t, exitUsage, []string{"--profile, --dt and --reset are for NIR files"}, "eval", out, "--profile", "norse")
	refused(t, exitUsage, []string{`layer "max-pool1": NIR has no max-pool of values that are no spikes`}, "export", maxPooled(t), "--target", "nir", "--out", file)
}

// maxPooled is a trained network that NIR has no nodes for.
func maxPooled(t *testing.T) string {
	_, out, _ := trained(t, strings.Replace(small, "  - {kind: linear, out: 16}\n", "  - {kind: conv2d, out: 2, kernel: 3}\n  - {kind: max-pool}\n", 1))
	return out
}

// TestNIRDiff compares a file of others under every profile.
func TestNIRDiff(t *testing.T) {
	needHDF5(t)
	file := filepath.Join(testkit.GoldenDir(t, "nir"), "lif_mlp.nir")
	var r conform.Report
	object(t, &r, "nir", "diff", file, "--dt", "1e-4")
	by := map[string]conform.Outcome{}
	for _, o := range r.Outcomes {
		by[o.Profile] = o
	}
	if r.Reference != "nir" || len(r.Outcomes) != 9 || r.Steps != 50 || r.Samples != 16 {
		t.Errorf("%+v", r)
	}
	for _, same := range []string{"snntorch", "spikingjelly"} {
		if o := by[same]; o.Differ != 0 || o.Parts != nil || o.Spikes == 0 {
			t.Errorf("%s: %+v", same, o)
		}
	}
	if o := by["norse"]; o.Parts == nil || o.Parts.Layer != "1" || len(o.Parts.Why) != 1 || !strings.Contains(o.Parts.Why[0], "the input gain/θ is 0.1, not 1") || len(o.Notes) != 2 {
		t.Errorf("norse: %+v", o)
	}
	if o := by["lava"]; len(o.Refused) != 2 || !strings.Contains(o.Refused[0], "bias is not 0") {
		t.Errorf("lava: %+v", o)
	}
	text := good(t, "nir", "diff", file, "--profiles", "spyx,nir", "--dt", "1e-4", "--steps", "20")
	for _, want := range []string{"compared with spyx", "nir parts in layer", "spikes leave 0 steps late, not 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	refused(t, exitUsage, []string{"no-such.nir"}, "nir", "diff", "no-such.nir")
	refused(t, exitUsage, []string{"did you mean \"spyx\"?"}, "nir", "diff", file, "--profiles", "spix")
}

// TestNIRDiffOnData: with data there is an accuracy for each profile.
func TestNIRDiffOnData(t *testing.T) {
	needHDF5(t)
	config, out, sum := trained(t, small)
	file := filepath.Join(t.TempDir(), "n.nir")
	good(t, "export", out, "--target", "nir", "--out", file, "--samples", "0")
	var r conform.Report
	object(t, &r, "nir", "diff", file, "--data", config)
	if r.Reference != "file" || r.Outcomes[0].Accuracy == nil || *r.Outcomes[0].Accuracy != sum.Test.Accuracy || r.Samples != 50 {
		t.Errorf("%+v, in training %+v", r.Outcomes[0], *sum.Test)
	}
}

// TestImportNIR of files of others.
func TestImportNIR(t *testing.T) {
	needHDF5(t)
	dir := testkit.GoldenDir(t, "nir")
	out := filepath.Join(t.TempDir(), "n")
	text := good(t, "import", filepath.Join(dir, "lif_mlp.nir"), "--profile", "norse", "--dt", "1e-4", "--out", out)
	for _, want := range []string{"NIR graph", "profile norse, time step 0.0001", "1, 3: r = 10 is not read"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	again := filepath.Join(t.TempDir(), "again.nir")
	var r exportedNIR
	object(t, &r, "export", out, "--target", "nir", "--out", again)
	if r.Profile != "norse" || r.Dt != 1e-4 || r.Difference == nil || r.Difference.Differ != 0 {
		t.Errorf("%+v", r)
	}
	refused(t, exitUsage, []string{"cubalif.nir: /node/nodes/cuba: Sinabs leaves out CubaLIF"}, "import", filepath.Join(dir, "cubalif.nir"), "--profile", "sinabs", "--out", out)
}

// TestNIROfMNIST: a network trained on MNIST has the same accuracy after it
// was written and read, and states what snnTorch and Norse will make of it.
func TestNIROfMNIST(t *testing.T) {
	needHDF5(t)
	dir := testkit.Data(t, "mnist")
	out := filepath.Join(t.TempDir(), "run")
	var sum summary
	object(t, &sum, "train", filepath.Join(testkit.Root(), "configs", "mnist-mlp.yaml"), "--out", out, "--quiet",
		"--set", "data.dir="+dir, "--set", "train.epochs=1", "--set", "data.limit={train: 30000, test: 2000}")
	for _, profile := range []string{"", "snntorch", "norse"} {
		file := filepath.Join(t.TempDir(), "m"+profile+".nir")
		var r exportedNIR
		object(t, &r, "export", out, "--target", "nir", "--profile", profile, "--out", file)
		var same, framework evalResult
		object(t, &same, "eval", file)
		object(t, &framework, "eval", file, "--profile", r.Profile)
		if same.Correct != sum.Test.Correct || same.N != 2000 || same.Loss != sum.Test.Loss {
			t.Errorf("written for %s: %+v, in training %+v", r.Profile, same.Score, *sum.Test)
		}
		if r.Difference == nil || r.Difference.N != 64 || r.Difference.Layers[0].Differ == 0 || len(r.Notes) == 0 {
			t.Errorf("written for %s: the difference is not stated: %+v", r.Profile, r)
		}
		if framework.Accuracy < 0.9 || sum.Test.Accuracy < 0.93 {
			t.Errorf("%s: accuracy %.4f, as trained %.4f", r.Profile, framework.Accuracy, sum.Test.Accuracy)
		}
		t.Logf("%s: %.2f %%, as trained %.2f %%; %d of %d spikes of the hidden layer differ", r.Profile, 100*framework.Accuracy, 100*sum.Test.Accuracy, r.Difference.Layers[0].Differ, r.Difference.Layers[0].Values)
	}
}

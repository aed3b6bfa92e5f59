package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
)

// fashion is where Debian's package dataset-fashion-mnist puts the files.
const fashion = "/usr/share/datasets/fashion-mnist"

// longEnv asks for the runs that take more than a few minutes.
const longEnv = "SNNTRAIN_LONG"

// accuracyRuns are the configs with the test accuracy that each must reach,
// and the folder of its data, if it reads any. Long ones wait for SNNTRAIN_LONG;
// a shorter run stands for them.
var accuracyRuns = []struct {
	config, data string
	sets         []string
	least        float64
	long         bool
}{
	{config: "quickstart.yaml", least: 0.96},
	{config: "yinyang.yaml", least: 0.975},
	{config: "mnist-mlp.yaml", data: "mnist", sets: []string{"train.epochs=1"}, least: 0.955},
	{config: "mnist-mlp.yaml", data: "mnist", least: 0.983},
	{config: "mnist-conv.yaml", data: "mnist", least: 0.99},
	{config: "fashion-mlp.yaml", data: fashion, least: 0.885},
	{config: "fashion-conv.yaml", data: fashion, sets: []string{"train.epochs=2"}, least: 0.88},
	{config: "fashion-conv.yaml", data: fashion, least: 0.915, long: true},
}

// TestAccuracyOfConfigs trains every config as it is checked in. It takes
// minutes: all but the quickstart need SNNTRAIN_DATA.
func TestAccuracyOfConfigs(t *testing.T) {
	covered := map[string]bool{"convert-ttfs.yaml": true, "digits-brainscales2.yaml": true, "mnist-akida.yaml": true} // by TestConvertToSpikeTimes, TestSampledChips and TestAkidaAccuracy
	for _, run := range chipRuns {                                                                                    // by TestAccuracyOnChips
		covered[run.config] = true
	}
	for _, run := range accuracyRuns {
		name, args := run.config, []string{}
		for _, set := range run.sets {
			name += " " + set
			args = append(args, "--set", set)
		}
		covered[run.config] = true
		t.Run(name, func(t *testing.T) {
			if run.config != "quickstart.yaml" && os.Getenv(testkit.DataEnv) == "" {
				t.Skipf("takes minutes; set %s to the data folder", testkit.DataEnv)
			}
			if run.long && os.Getenv(longEnv) == "" {
				t.Skipf("takes ten minutes; set %s=1", longEnv)
			}
			if run.data != "" {
				args = append(args, "--set", "data.dir="+dataDir(t, run.data))
			}
			out := filepath.Join(t.TempDir(), "run")
			var got summary
			object(t, &got, append([]string{"train", filepath.Join(testkit.Root(), "configs", run.config), "--out", out, "--quiet"}, args...)...)
			t.Logf("%s: test accuracy %.2f %% of %d in %.0f s, %.0f samples/s", name, 100*got.Test.Accuracy, got.Test.N, got.Seconds, got.PerSecond)
			if got.Test.Accuracy < run.least {
				t.Errorf("test accuracy %.4f is below %.4f", got.Test.Accuracy, run.least)
			}
		})
	}
	files, err := filepath.Glob(filepath.Join(testkit.Root(), "configs", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := filepath.Base(f); !covered[name] && !strings.HasPrefix(name, "onnx-") && !strings.HasPrefix(name, "convert-") && !strings.HasSuffix(name, "-qcfs.yaml") { // those are of TestONNXAccuracy, TestTTFS, TestConversion and TestConversionOfQCFS
			t.Errorf("configs/%s is run by no test", name)
		}
	}
}

// dataDir is a folder of real data: under SNNTRAIN_DATA, or installed with the system.
func dataDir(t *testing.T, dir string) string {
	t.Helper()
	if !filepath.IsAbs(dir) {
		return testkit.Data(t, dir)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("%v; install the package dataset-fashion-mnist", err)
	}
	return dir
}

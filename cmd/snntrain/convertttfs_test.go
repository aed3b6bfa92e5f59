package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/sbinet/npyio"

	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/train"
)

const timesConfig = "data: {name: digits, limit: {test: 80}}\nconvert: {coding: ttfs, calibration: 50}\n"

// TestConvertToSpikeTimes: the directory says what was measured, and eval
// measures the same.
func TestConvertToSpikeTimes(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	var r ttfsReport
	data := write(t, "c.yaml", "data: {name: digits, limit: {test: 80}}")
	object(t, &r, "convert", onnxFile(t, brightest(-1, 64)), "--config", data, "--config", filepath.Join(testkit.Root(), "configs", "convert-ttfs.yaml"), "--set", "convert.calibration=50", "--out", out)
	if r.Coding != "ttfs" || r.Calibration != 50 || r.Margin != 1.5 || r.SNN.N != 80 || r.ANN.Correct != r.SNN.Correct || len(r.Operators) != 5 || len(r.Mapping) == 0 {
		t.Errorf("%+v", r)
	}
	if r.Compared.N != 80 || r.Compared.Differ != 0 || r.Compared.Largest > 1e-5*r.Compared.Scale || r.Spikes <= 0 || r.Spikes > 1 || r.Operations <= 0 || r.Operations > float64(r.MACs) {
		t.Errorf("compared %+v; %v spikes a neuron, %v operations of %d MACs", r.Compared, r.Spikes, r.Operations, r.MACs)
	}
	var stored ttfsReport
	if err := json.Unmarshal(read(t, out, train.AccountFile), &stored); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r, stored) {
		t.Errorf("printed %+v, on disk %+v", r, stored)
	}
	if len(read(t, out, train.ConfigFile)) == 0 || len(read(t, out, train.ReportFile)) == 0 {
		t.Error("the config or the page is empty")
	}
	times := filepath.Join(t.TempDir(), "times")
	var e evalResult
	object(t, &e, "eval", out, "--record", times)
	if e.Correct != r.SNN.Correct || e.N != 80 || e.Loss != r.SNN.Loss {
		t.Errorf("eval: %+v, convert: %+v", e.Score, r.SNN)
	}
	for _, l := range r.Layers {
		if l.Kind == "ttfs" && (math.Abs(e.Spikes[l.Layer]-l.Spikes) > 1e-12 || recorded(t, times, l.Layer, l.TMin, l.TMax) != int(math.Round(l.Spikes*80*float64(l.Neurons)))) {
			t.Errorf("%s: %v spikes a neuron, eval counts %v", l.Layer, l.Spikes, e.Spikes[l.Layer])
		}
	}
}

// recorded counts the spikes in a file of times, which must lie in the layer's window.
func recorded(t *testing.T, dir, layer string, tMin, tMax float64) (spikes int) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, fileName(layer)+".npy"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var times []float64
	if err := npyio.Read(f, &times); err != nil {
		t.Fatal(err)
	}
	for _, v := range times {
		if math.IsInf(v, 1) {
			continue
		}
		if spikes++; !(v >= tMin && v < tMax) {
			t.Fatalf("%s: a spike at %v, outside %v to %v", layer, v, tMin, tMax)
		}
	}
	return spikes
}

// TestTimeBitsCost: times of few bits change scores, and the report says so.
func TestTimeBitsCost(t *testing.T) {
	largest := map[string]float64{}
	for _, bits := range []string{"0", "3", "12"} {
		var r ttfsReport
		object(t, &r, "convert", onnxFile(t, brightest(-1, 64)), "--config", write(t, "c.yaml", timesConfig), "--out", filepath.Join(t.TempDir(), "run"), "--set", "convert.time_bits="+bits)
		largest[bits] = r.Compared.Largest
	}
	if !(largest["3"] > 10*largest["12"] && largest["12"] > largest["0"]) {
		t.Errorf("largest differences by bits: %v", largest)
	}
}

func TestConvertToSpikeTimesRefused(t *testing.T) {
	file, config := onnxFile(t, brightest(-1, 64)), write(t, "c.yaml", timesConfig)
	for _, c := range []struct {
		want []string
		args []string
	}{
		{[]string{"margin", "calibration", "time_bits"}, []string{"--set", "convert.margin=0.5", "--set", "convert.calibration=0", "--set", "convert.time_bits=40"}},
		{[]string{"method"}, []string{"--set", "convert.method=max"}},
	} {
		out := filepath.Join(t.TempDir(), "run")
		refused(t, exitUsage, c.want, append([]string{"convert", file, "--config", config, "--out", out}, c.args...)...)
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%v leaves a directory", c.args)
		}
	}
	out := filepath.Join(t.TempDir(), "run")
	good(t, "convert", file, "--config", config, "--out", out)
	refused(t, exitUsage, []string{"a network of spike times has no time steps"}, "eval", out, "--steps", "4")
	refused(t, exitUsage, []string{"the network is converted already"}, "convert", out, "--config", config, "--out", out+"2")
}

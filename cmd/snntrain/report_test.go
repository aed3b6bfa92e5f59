package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/train"
)

// TestReportAgain: the page of a run is made again to the byte, whoever harmed it.
func TestReportAgain(t *testing.T) {
	for name, yaml := range map[string]string{"spikes out": coded, "random": chancy, "integers": strings.NewReplacer("{kind: lif, beta: 0.9}", "{kind: lif, beta: 0.9, reset: zero}", "train: {", "quantize: {target: lava}\ntrain: {").Replace(small)} {
		t.Run(name, func(t *testing.T) {
			_, out, sum := trained(t, yaml)
			path := filepath.Join(out, train.ReportFile)
			before := read(t, path)
			remove(t, path)
			var r rewritten
			object(t, &r, "report", out)
			if !bytes.Equal(read(t, path), before) {
				t.Error("the page differs from that of training")
			}
			if r.File != path || len(r.LeftOut) != 0 || *r.Run.Test != sum.Test.Accuracy || *r.Run.Seed != sum.Seed || r.Run.Epochs != sum.Epochs {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestReportWithoutData says what is left out; with other data it warns.
func TestReportWithoutData(t *testing.T) {
	_, out, _ := trained(t, coded)
	text := good(t, "report", out, "--without-data")
	for _, w := range []string{"left out: neurons by firing rate", "TEST %", "written to " + filepath.Join(out, train.ReportFile)} {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
	page := string(read(t, out, train.ReportFile))
	for part, want := range map[string]bool{"made without the data": true, "Learning curves": true, "Firing rate over training": true, "Resolved config": true, "Confusion matrix": false, "Inside the network": false} {
		if strings.Contains(page, part) != want {
			t.Errorf("%q in the page: %v", part, !want)
		}
	}
	if _, errs, status := call(t, "report", out, "--set", "data.limit.test=59"); status != 0 || !strings.Contains(errs, "summary.json says") || !strings.Contains(errs, "of 60") {
		t.Errorf("status %d\n%s", status, errs)
	}
}

// TestReportCompares trainings: results, keys that differ, curves; in text, as JSON and as a page.
func TestReportCompares(t *testing.T) {
	_, a, first := trained(t, coded)
	_, b, _ := trained(t, coded, "--set", "train.optimizer.lr=0.02", "--set", "data.validation=0")
	remove(t, b, train.SummaryFile) // not finished
	page := filepath.Join(t.TempDir(), "page.html")
	var r runsReport
	object(t, &r, "report", a, b, "--out", page)
	if len(r.Runs) != 2 || *r.Runs[0].Test != first.Test.Accuracy || *r.Runs[0].Validation != first.Validation.Accuracy || r.Runs[0].PeakRSS != first.PeakRSS || !r.Runs[0].Finished || r.Runs[1].Finished || r.Runs[1].Test != nil || r.Runs[1].Epochs != 2 || *r.Runs[1].Seed != 42 {
		t.Errorf("%+v", r.Runs)
	}
	if want := (16*first.Spikes["hidden"] + 10*first.Spikes["out"]) / 26; *r.Runs[0].Spikes < want-1e-9 || *r.Runs[0].Spikes > want+1e-9 {
		t.Errorf("%v spikes per neuron, want %v", *r.Runs[0].Spikes, want)
	}
	var keys []string
	for _, d := range r.Config {
		keys = append(keys, d.Key+" "+*d.Values[0]+" "+*d.Values[1])
	}
	if d := cmp.Diff([]string{"data.validation 0.2 0", "train.optimizer.lr 0.01 0.02"}, keys); d != "" {
		t.Error(d)
	}
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "is not finished: after 2 epochs") {
		t.Errorf("%q", r.Notes)
	}
	html := string(read(t, page))
	for _, w := range []string{"2 runs compared", "Validation accuracy", "Training loss", "train.optimizer.lr", "is not finished"} {
		if !strings.Contains(html, w) {
			t.Errorf("no %q in the page", w)
		}
	}
	refused(t, exitUsage, []string{"exists; replace it with --force"}, "report", a, b, "--out", page)
	text := good(t, "report", a, b, "--out", page, "--force", "-q")
	if !strings.Contains(text, "VALIDATION %") || !strings.Contains(text, "train.optimizer.lr  0.01") || strings.Contains(text, "FLOAT %") {
		t.Error(text)
	}
}

// TestDifferentKeys: trainings are compared with trainings, conversions with
// conversions, and models of other layers as a whole.
func TestDifferentKeys(t *testing.T) {
	run := func(converted bool, leaves ...string) *pastRun {
		r := &pastRun{config: map[string]string{}}
		if converted {
			r.rate = &conversion{}
		}
		for _, l := range leaves {
			key, value, _ := strings.Cut(l, "=")
			r.config[key] = value
		}
		return r
	}
	base := run(false, "seed=1", "lr=1", "model.0.kind=linear", "model.0.out=10", "model.1.kind=lif", "model.1.beta=0.9")
	for name, c := range map[string]struct {
		runs []*pastRun
		want []string
	}{
		"seeds":       {[]*pastRun{base, run(false, "seed=2", "lr=1", "model.0.kind=linear", "model.0.out=10", "model.1.kind=lif", "model.1.beta=0.9")}, nil},
		"one value":   {[]*pastRun{base, run(false, "seed=2", "model.0.kind=linear", "model.0.out=10", "model.1.kind=lif", "model.1.beta=0.8")}, []string{"lr: 1 | –", "model.1.beta: 0.9 | 0.8"}},
		"layers":      {[]*pastRun{base, run(false, "lr=1", "model.0.kind=linear", "model.0.out=20")}, []string{"model: linear 10, lif | linear 20"}},
		"conversions": {[]*pastRun{base, run(true, "steps=4", "share=layer"), run(true, "steps=8", "share=layer")}, []string{"steps: – | 4 | 8"}},
	} {
		r := runsReport{Config: differentKeys(c.runs)}
		var got []string
		for _, row := range r.keyRows() {
			got = append(got, row[0]+": "+strings.Join(row[1:], " | "))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestReportOfSeeds: their directory stands for its runs.
func TestReportOfSeeds(t *testing.T) {
	config, out, page := write(t, "a.yaml", coded), filepath.Join(t.TempDir(), "seeds"), filepath.Join(t.TempDir(), "p.html")
	var sum seedsSummary
	object(t, &sum, "train", config, "--out", out, "--seeds", "3")
	var r runsReport
	object(t, &r, "report", out, "--out", page)
	if d := cmp.Diff(&sum.Test, r.Seeds); d != "" || len(r.Runs) != 3 || r.Runs[2].Name != "seed-44" || len(r.Config) != 0 || len(r.Notes) != 0 {
		t.Errorf("%s%+v", d, r)
	}
	if text := good(t, "report", out, "--out", page, "--force"); !strings.Contains(text, "The runs differ in their seed alone: test accuracy") {
		t.Error(text)
	}
	_, again, _ := trained(t, coded)
	var twice runsReport
	object(t, &twice, "report", filepath.Join(out, "seed-42"), again, "--out", page, "--force")
	if twice.Seeds != nil || len(twice.Config) != 0 {
		t.Errorf("one seed twice: %+v", twice)
	}
	_, other, _ := trained(t, coded, "--set", "data.limit.test=50")
	object(t, &r, "report", filepath.Join(out, "seed-42"), other, "--out", page, "--force")
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "was judged on other test samples than seed-42") {
		t.Errorf("%q", r.Notes)
	}
}

// TestReportOfConversions: beside the network they come from, and alone.
func TestReportOfConversions(t *testing.T) {
	dir := t.TempDir()
	float, rate, times, page := reluNet(t, "relu"), filepath.Join(dir, "rate"), filepath.Join(dir, "times"), filepath.Join(dir, "p.html")
	good(t, "convert", float, "--config", write(t, "c.yaml", digitsConvert), "--out", rate)
	good(t, "convert", onnxFile(t, brightest(-1, 64)), "--config", write(t, "d.yaml", timesConfig), "--out", times)
	var r runsReport
	object(t, &r, "report", float, rate, times, "--out", page)
	if a, b := r.Runs[1], r.Runs[2]; a.Steps != 8 || *a.Float != *r.Runs[0].Test || *a.Spikes <= 0 || a.Seconds <= 0 || b.Test == nil || *b.Spikes <= 0 {
		t.Errorf("%+v", r.Runs)
	}
	if html := string(read(t, page)); !strings.Contains(html, "Test accuracy of conversions") || !strings.Contains(html, "FLOAT %") {
		t.Error("the page lacks the conversions")
	}
	for _, out := range []string{rate, times} {
		before := read(t, out, train.ReportFile)
		remove(t, out, train.ReportFile)
		good(t, "report", out)
		if !bytes.Equal(read(t, out, train.ReportFile), before) {
			t.Errorf("%s: the page differs from that of the conversion", out)
		}
	}
	refused(t, exitUsage, []string{"--without-data: no effect here, the page of a conversion is made of conversion.json"}, "report", rate, "--without-data")
}

func TestReportFaults(t *testing.T) {
	_, out, _ := trained(t, small)
	_, halfway, _ := trained(t, small)
	remove(t, halfway, train.SummaryFile)
	_, damaged, _ := trained(t, small)
	if err := os.WriteFile(filepath.Join(damaged, train.SummaryFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, bare, _ := trained(t, small)
	remove(t, bare, train.ModelFile)
	empty, gone, page := t.TempDir(), filepath.Join(t.TempDir(), "gone"), filepath.Join(t.TempDir(), "p.html")
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"no runs":        {nil, []string{"report: needs a run directory"}},
		"no run":         {[]string{empty}, []string{"report: " + empty + ": holds no run: no summary.json, conversion.json or config.yaml; give the --out of train or convert"}},
		"all at once":    {[]string{out, empty, gone, testkit.Root() + "/README.md", "--out", page}, []string{empty + ": holds no run", gone + ": does not exist", "README.md: is a file"}},
		"in progress":    {[]string{halfway}, []string{"has no summary.json: the training is in progress or was interrupted; go on with: snntrain train " + halfway}},
		"twice":          {[]string{out, out + "/", "--out", page}, []string{"is named twice"}},
		"damaged":        {[]string{out, damaged, "--out", page}, []string{"summary.json: is damaged: unexpected end of JSON input"}},
		"no network":     {[]string{bare}, []string{"model.safetensors: is missing"}},
		"no data":        {[]string{out, "--set", "data={name: mnist, dir: " + empty + "}"}, []string{"mnist", "say where it is with --set data.dir=PATH, or leave out what needs it with --without-data"}},
		"other data":     {[]string{out, "--set", "data.name=yinyang"}, []string{"the network reads 1×8×8"}},
		"out of one":     {[]string{out, "--out", page}, []string{"--out: no effect here, the page of one run is in its directory"}},
		"set of several": {[]string{out, bare, "--set", "data.dir=x", "--out", page}, []string{"--set: no effect here"}},
		"no folder":      {[]string{out, bare, "--out", filepath.Join(gone, "p.html")}, []string{"report: --out " + gone, "there is no directory"}},
		"threads":        {[]string{out, "--threads", "-1"}, []string{"--threads -1 must be at least 0"}},
	} {
		t.Run(name, func(t *testing.T) { refused(t, exitUsage, c.want, append([]string{"report"}, c.args...)...) })
	}
	if _, err := os.Stat(page); err == nil {
		t.Error("a page was written all the same")
	}
}

package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// TestProgressOnATerminal: a bar with loss, accuracy, samples a second and the
// time left; it is gone when the epoch is.
func TestProgressOnATerminal(t *testing.T) {
	var errs bytes.Buffer
	s := newStreams(&bytes.Buffer{}, &errs)
	s.terminal = true
	p := newProgress(s)
	r := train.StepReport{Epoch: 2, Epochs: 5, Batch: 9, Of: 9, Step: 18, Loss: 0.4321, Accuracy: 0.8765, PerSecond: 1234, Remaining: 83 * time.Second}
	if err := p.Step(r); err != nil {
		t.Fatal(err)
	}
	if want := "epoch 2/5  loss 0.4321  accuracy 87.65 %  1234 samples/s  1m23s left"; !strings.Contains(errs.String(), want) {
		t.Errorf("no %q in %q", want, errs.String())
	}
	errs.Reset()
	if err := p.Epoch(train.EpochReport{Epoch: 2, Train: train.Score{Loss: 0.5, Accuracy: 0.75}, Validation: &train.Score{Accuracy: 0.5}, PerSecond: 900, Seconds: 61.27, Best: true}); err != nil {
		t.Fatal(err)
	}
	if want := "epoch   2  train loss 0.5000  accuracy  75.00 %  validation  50.00 %     900 samples/s  1m1.3s  *\n"; !strings.HasSuffix(errs.String(), want) {
		t.Errorf("%q does not end with %q", errs.String(), want)
	}
}

// TestProgressElsewhere: a plain line an epoch, no control characters.
func TestProgressElsewhere(t *testing.T) {
	_, errs, status := call(t, "train", write(t, "a.yaml", small), "--out", filepath.Join(t.TempDir(), "r"))
	if status != 0 || strings.ContainsAny(errs, "\r\x1b") {
		t.Fatalf("status %d, %q", status, errs)
	}
	if got := len(regexp.MustCompile(`(?m)^epoch +\d  train loss \d.\d{4}  accuracy +[\d.]+ %  validation +[\d.]+ % +\d+ samples/s  [\d.]+m?s(  \*)?$`).FindAllString(errs, -1)); got != 2 {
		t.Errorf("%d lines of epochs, want 2, in\n%s", got, errs)
	}
}

// TestConfigsAreLaidOverEachOther, the run directory is named after the first,
// and what is printed says where things are.
func TestConfigsAreLaidOverEachOther(t *testing.T) {
	t.Chdir(t.TempDir())
	over := write(t, "over.yaml", "seed: 3\ntrain: {epochs: 1}\nmodel:\n  - {kind: linear, out: 10}\n  - {kind: li}\n")
	text := good(t, "train", write(t, "base.yaml", small), over)
	for _, part := range []string{"test accuracy ", " of 50), loss ", "1 epochs in ", "written to runs/base:", "use it with: snntrain eval runs/base", "report.html", "tensorboard --logdir runs"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
	var info modelInfo
	object(t, &info, "inspect", "runs/base")
	if len(info.Layers) != 3 || info.Params != 650 || info.Record.Seed != 3 {
		t.Errorf("%+v", info)
	}
}

// TestInspectOfAConfig shows every config that is checked in, as far as its data is here.
func TestInspectOfAConfig(t *testing.T) {
	var info modelInfo
	object(t, &info, "inspect", filepath.Join(testkit.Root(), "configs", "quickstart.yaml"))
	if info.Params != 64*128+128+128*10+10 || info.MACs != 64*128+128*10 || !info.Input.Equal(model.Shape{1, 8, 8}) {
		t.Errorf("%+v", info)
	}
	text := good(t, "data", "info", "mnist")
	if !strings.Contains(text, "handwritten digits") || !strings.Contains(text, "not read") || !strings.Contains(text, "snntrain data fetch mnist") {
		t.Errorf("without its files mnist is described as\n%s", text)
	}
}

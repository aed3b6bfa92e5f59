package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets a test start this program as a process of its own: the test
// binary, told so by the environment.
func TestMain(m *testing.M) {
	if os.Getenv("SNNTRAIN_BE_MAIN") == "1" {
		limitFiles()
		main()
		return
	}
	os.Exit(m.Run())
}

// call runs a command line in this process.
func call(t *testing.T, args ...string) (out, errs string, status int) {
	t.Helper()
	return callContext(t, context.Background(), args...)
}

func callContext(t *testing.T, ctx context.Context, args ...string) (out, errs string, status int) {
	t.Helper()
	var o, e bytes.Buffer
	status = execute(ctx, args, newStreams(&o, &e))
	return o.String(), e.String(), status
}

// good runs a command line that must succeed.
func good(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, status := call(t, args...)
	if status != 0 {
		t.Fatalf("snntrain %s: status %d\n%s", strings.Join(args, " "), status, errs)
	}
	return out
}

// object runs a command line with --json and decodes its one object.
func object(t *testing.T, v any, args ...string) {
	t.Helper()
	out := good(t, append(args, "--json")...)
	dec := json.NewDecoder(strings.NewReader(out))
	if err := dec.Decode(v); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	if dec.More() {
		t.Fatalf("more than one object on standard output: %q", out)
	}
}

// write puts text in a file of a temporary directory.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, elem ...string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// chancy uses everything that draws random numbers: shuffling, rate coding,
// dropout, batch statistics; three epochs of 21 steps.
const chancy = `
seed: 7
data: {name: digits, encode: {kind: rate, steps: 6}}
model:
  - {kind: conv2d, out: 4, kernel: 3}
  - {kind: batch-norm}
  - {kind: lif, beta: 0.8, learn: [beta, threshold], share: channel}
  - {kind: max-pool}
  - {kind: dropout, p: 0.2}
  - {kind: linear, out: 24}
  - {kind: cuba-lif, alpha: 0.5, beta: 0.8, recurrent: dense}
  - {kind: dropout, p: 0.2}
  - {kind: linear, out: 10}
  - {kind: li, beta: 0.8}
loss: {kind: cross-entropy, readout: max, rates: [{lower: 0.01, upper: 0.3, weight: 0.1}]}
train: {epochs: 3, batch: 64, optimizer: {kind: adamw, lr: 5e-3}, schedule: one-cycle, clip: 1, save_every: 4}
`

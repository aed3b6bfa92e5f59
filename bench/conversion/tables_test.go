package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTables: what is lost is marked against the limit, and a cell that was not run is a dash.
func TestTables(t *testing.T) {
	o := &options{out: t.TempDir()}
	write := func(name, file, text string) {
		t.Helper()
		dir := filepath.Join(o.out, name)
		if err := os.MkdirAll(dir, 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("lenet-tuned-8", "conversion.json", `{"ann": {"accuracy": 0.95}, "snn": {"4": {"accuracy": 0.9}, "8": {"accuracy": 0.945}}, "held_out": {"drop": 0.25}, "budget": {"spikes_per_neuron": 2}}`)
	write("lenet-tuned-8", "compared.json", `{"accuracy": 0.925}`)
	write("lenet-full-4", "conversion.json", `{"ann": {"accuracy": 0.95}, "snn": {"4": {"accuracy": 0.96}}, "budget": {"spikes_per_neuron": 37}}`)
	write("lenet-full-4", "compared.json", `{"accuracy": 0.9365}`)
	write("lenet-tuned-16", "conversion.json", `{"ann": {"accuracy": 0.95}, "snn": {"16": {"accuracy": 0.947}}}`)
	var b strings.Builder
	if err := o.tables(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| lenet | 95.00 | -0.50 (2.00; -0.25,", "| -0.30 ✗ (", "| lenet | – | 92.50 ✓ | 94.70 ✓ | – | ", "| resnet_2b | – | – | – | – |", "ahead: 2", "| lenet | 95.00 | +1.00 (37.00; 0 s) | – |", "| 93.65 ✓ (T = 4, 33 %) | 93.7 (111.44) |"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// TestCommands: every cell has a command of its own, quoted for a shell, until its result is there.
func TestCommands(t *testing.T) {
	var b strings.Builder
	out := t.TempDir()
	if err := run([]string{"-data", "/d", "-out", out, "-only", "^resnet_2b-.*-8$", "commands"}, &b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != len(methods())-2 || !strings.Contains(lines[0], `'data.normalize={mean: [0.4914, 0.4822, 0.4465], std: [0.2470, 0.2435, 0.2616]}'`) {
		t.Errorf("commands: %q", lines)
	}
	seen := map[string]bool{}
	for _, c := range cells() {
		if seen[c.name] {
			t.Errorf("two cells %s", c.name)
		}
		seen[c.name] = true
	}
}

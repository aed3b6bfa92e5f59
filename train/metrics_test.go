package train

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
)

// TestMetricsFile: a JSON object a line, with the keys and meanings that other tools read.
func TestMetricsFile(t *testing.T) {
	task := toyTask(t, toyModel, toyTrain)
	if _, err := Run(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	raw := file(t, task.Dir, MetricsFile)
	if !bytes.HasSuffix(raw, []byte("}\n")) {
		t.Fatalf("ends with %q", raw[len(raw)-5:])
	}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines for 3 epochs", len(lines))
	}
	for i, line := range lines {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		if got, want := keysOf(m), []string{"best", "epoch", "lr", "rates", "samples_per_second", "seconds", "step", "train", "validation"}; !slices.Equal(got, want) {
			t.Errorf("keys %v, want %v", got, want)
		}
		if m["epoch"] != float64(i+1) || m["step"] != float64(4*(i+1)) {
			t.Errorf("line %d is of epoch %v, step %v", i+1, m["epoch"], m["step"])
		}
		for part, n := range map[string]float64{"train": 30, "validation": 9} {
			score, _ := m[part].(map[string]any)
			if !slices.Equal(keysOf(score), []string{"accuracy", "correct", "loss", "n"}) || score["n"] != n || score["accuracy"] != score["correct"].(float64)/n {
				t.Errorf("%s is %v, want the keys of a score of %v samples", part, score, n)
			}
		}
		rates, _ := m["rates"].(map[string]any)
		if rate, ok := rates["lif1"].(float64); !ok || rate < 0 || rate >= 1 || len(rates) != 1 {
			t.Errorf("rates are %v, want that of lif1", rates)
		}
	}
	read, err := ReadMetrics(task.Dir)
	if err != nil || len(read) != 3 || read[2].Epoch != 3 || read[2].Validation == nil {
		t.Errorf("read back as %+v (%v)", read, err)
	}
}

func keysOf(m map[string]any) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// TestDamagedMetrics: a line that a kill cut off is left out; one in the middle is named.
func TestDamagedMetrics(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, MetricsFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"epoch":1,"step":4}` + "\n" + `{"epoch":2,"st`)
	if got, err := ReadMetrics(dir); err != nil || len(got) != 1 || got[0].Step != 4 {
		t.Errorf("a last line that is cut: %v, %v", got, err)
	}
	write(`{"epoch":1,"step":4}` + "\n" + `{"epoch":2,"st` + "\n" + `{"epoch":3,"step":12}` + "\n")
	if _, err := ReadMetrics(dir); err == nil || !strings.Contains(err.Error(), MetricsFile+":2: ") {
		t.Errorf("a line in the middle: %v", err)
	}
	if got, err := ReadMetrics(t.TempDir()); err != nil || got != nil {
		t.Errorf("no file: %v, %v", got, err)
	}
}

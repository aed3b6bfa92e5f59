package neuron_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/neuron"
)

// TestDocsListEveryModel: docs/neurons.md has a row for each.
func TestDocsListEveryModel(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(testkit.Root(), "docs", "neurons.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range neuron.Builtin().Names() {
		if !strings.Contains(string(raw), "\n| `"+name+"` |") {
			t.Errorf("docs/neurons.md has no row for %s", name)
		}
	}
}

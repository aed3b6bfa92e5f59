package kernels_test

import (
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/kernels"
)

func TestChooseLevel(t *testing.T) {
	levels := kernels.Levels()
	best := levels[len(levels)-1]
	if levels[0].String() != "go" {
		t.Fatalf("the first level is %v, want go", levels[0])
	}
	for _, l := range levels {
		if got, err := kernels.Choose(l.String()); got != l || err != nil {
			t.Errorf("Choose(%v) = %v, %v", l, got, err)
		}
	}
	if got, err := kernels.Choose(""); got != best || err != nil {
		t.Errorf("no choice: got %v, %v, want the best level %v", got, err, best)
	}
	got, err := kernels.Choose("sse9")
	if got != best || err == nil || !strings.Contains(err.Error(), `SNNTRAIN_SIMD: "sse9"`) {
		t.Errorf("unknown level: got %v, %v", got, err)
	}
}

func TestActiveLevelIsOneOfTheMachine(t *testing.T) {
	active, err := kernels.Active()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range kernels.Levels() {
		if l == active {
			return
		}
	}
	t.Errorf("%v is not among %v", active, kernels.Levels())
}

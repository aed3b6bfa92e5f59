package signal_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"pgregory.net/rapid"
)

func TestEventListsHoldEverySpikeOnce(t *testing.T) {
	s := &signal.Signal{}
	rapid.Check(t, func(t *rapid.T) {
		steps, batch, n := rapid.IntRange(1, 6).Draw(t, "T"), rapid.IntRange(1, 5).Draw(t, "B"), rapid.IntRange(1, 200).Draw(t, "N")
		s.ResetSpikes(steps, batch, []int{n}, rapid.Bool().Draw(t, "const"))
		want := map[[2]int]bool{}
		for range rapid.IntRange(0, 300).Draw(t, "spikes") {
			r, i := rapid.IntRange(0, s.Rows()-1).Draw(t, "r"), rapid.IntRange(0, n-1).Draw(t, "i")
			s.Fire(r, i)
			want[[2]int{r, i}] = true
		}
		byRow, byInput := map[[2]int]bool{}, map[[2]int]bool{}
		for r := range s.ByRow().Groups() {
			for _, i := range s.ByRow().Group(r) {
				byRow[[2]int{r, int(i)}] = true
			}
		}
		rows := rapid.IntRange(1, 8).Draw(t, "rows of a chunk")
		list := s.ByInput(par.New(2), rows)
		if got, want := list.Groups(), (s.Rows()+rows-1)/rows*n; got != want {
			t.Fatalf("%d groups, want %d", got, want)
		}
		for g := range list.Groups() {
			last := rows
			for _, r := range list.Group(g) {
				if int(r) >= last {
					t.Fatalf("rows of input %d in chunk %d are not descending, or of another chunk", g%n, g/n)
				}
				last = int(r)
				byInput[[2]int{g/n*rows + int(r), g % n}] = true
			}
		}
		if d := cmp.Diff(want, byRow); d != "" {
			t.Fatalf("by row: %s", d)
		}
		if d := cmp.Diff(want, byInput); d != "" {
			t.Fatalf("by input: %s", d)
		}
		if s.Count() != len(want) {
			t.Fatalf("Count() = %d, want %d", s.Count(), len(want))
		}
		dense := s.Dense(nil)
		for k := range want {
			if dense[k[0]*n+k[1]] != 1 || !s.Fired(k[0], k[1]) {
				t.Fatalf("spike %v is missing", k)
			}
		}
	})
}

func TestChannelLastRoundTrip(t *testing.T) {
	shape := []int{2, 2, 3}
	src := make([]float32, 12)
	for i := range src {
		src[i] = float32(i)
	}
	last, back := make([]float32, 12), make([]float32, 12)
	signal.ToChannelLast(last, src, shape)
	if want := []float32{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}; !cmp.Equal(last, want) {
		t.Errorf("channel-last: got %v, want %v", last, want)
	}
	signal.FromChannelLast(back, last, shape)
	if !cmp.Equal(back, src) {
		t.Errorf("back: got %v, want %v", back, src)
	}
}

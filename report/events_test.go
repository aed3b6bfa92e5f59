package report_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/snntrain/snntrain/report"
	"pgregory.net/rapid"
)

// sink is a file that is full after a number of bytes; room < 0 is never full.
type sink struct {
	bytes.Buffer
	room   int
	closed bool
}

var errFull = errors.New("no space left on device")

func (s *sink) Write(b []byte) (int, error) {
	if s.room >= 0 && s.Len()+len(b) > s.room {
		return 0, errFull
	}
	return s.Buffer.Write(b)
}

func (s *sink) Close() error {
	s.closed = true
	return nil
}

func fixedClock() time.Time { return time.Unix(1767225600, 250_000_000) }

// logged returns the events that log writes, without the two that open a file.
func logged(t testing.TB, log func(e *report.Events) error) []tfEvent {
	t.Helper()
	w := &sink{room: -1}
	e := report.NewEvents(w, fixedClock, 0)
	if err := errors.Join(log(e), e.Close()); err != nil {
		t.Fatal(err)
	}
	events, err := decodeEvents(w.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(events) < 2 || events[0].version != "brain.Event:2" || events[1].session != 1 {
		t.Fatalf("the first records must be version and SessionLog START, got %+v", events)
	}
	return events[2:]
}

func TestGoldenEventFile(t *testing.T) {
	w := &sink{room: -1}
	e := report.NewEvents(w, fixedClock, 0)
	if err := errors.Join(e.Scalar("loss", 3, 0.5), e.Close()); err != nil {
		t.Fatal(err)
	}
	want := "1800000000000000" + "a37f4b22" + // length, masked CRC
		"09000010406e55da41" + // wall time 1767225600.25
		"1a0d" + hex.EncodeToString([]byte("brain.Event:2")) + "7ce7ce86" +
		"0d00000000000000" + "3c37b834" +
		"09000010406e55da41" + "3a020801" + "ad494cd2" + // SessionLog START
		"1a00000000000000" + "129bd82d" +
		"09000010406e55da41" + "1003" + // step 3
		"2a0d0a0b" + "0a04" + hex.EncodeToString([]byte("loss")) + "150000003f" + "fcc5104c"
	if got := hex.EncodeToString(w.Bytes()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestScalarsAndTexts(t *testing.T) {
	got := logged(t, func(e *report.Events) error {
		return errors.Join(
			e.Scalar("accuracy/validation", 0, 0.125),
			e.Scalar("loss", 1<<40, math.Inf(1)),
			e.Scalar("loss", -1, 2),
			e.Text("config", 7, "seed: 42\n"))
	})
	at := 1767225600.25
	want := []tfEvent{
		{wall: at, tag: "accuracy/validation", scalar: 0.125},
		{wall: at, step: 1 << 40, tag: "loss", scalar: float32(math.Inf(1))},
		{wall: at, step: -1, tag: "loss", scalar: 2},
		{wall: at, step: 7, tag: "config", text: "seed: 42\n", plugin: "text"},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(tfEvent{})); d != "" {
		t.Error(d)
	}
}

func TestHistogramHoldsEveryFiniteValue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOf(rapid.Float32()).Draw(rt, "values")
		events := logged(t, func(e *report.Events) error { return e.Histogram("w", 2, values) })
		checkHistogram(rt, events, values)
	})
}

// checkHistogram recounts values in the buckets of the events of one Histogram call.
func checkHistogram(t rapid.TB, events []tfEvent, values []float32) {
	h := events[0].histogram
	var want tfHistogram
	nonfinite := 0
	want.counts = make([]float64, len(h.limits))
	for _, v32 := range values {
		v := float64(v32)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			nonfinite++
			continue
		}
		if want.num == 0 {
			want.min, want.max = v, v
		}
		want.min, want.max = min(want.min, v), max(want.max, v)
		want.num, want.sum, want.sumSquares = want.num+1, want.sum+v, want.sumSquares+v*v
		i := 0
		for v >= h.limits[i] {
			i++
		}
		want.counts[i]++
	}
	want.limits = h.limits
	if d := cmp.Diff(want, *h, cmp.AllowUnexported(tfHistogram{})); d != "" {
		t.Fatalf("histogram: %s", d)
	}
	for i := 1; i < len(h.limits); i++ {
		if h.limits[i] <= h.limits[i-1] || h.counts[i] == 0 && h.counts[i-1] == 0 {
			t.Fatalf("bucket %d does not rise, or follows an empty one: %v %v", i, h.limits, h.counts)
		}
	}
	if len(events) == 2 != (nonfinite > 0) || nonfinite > 0 && events[1].scalar != float32(nonfinite) {
		t.Fatalf("%d values are not finite, logged: %+v", nonfinite, events[1:])
	}
}

func TestBuckets(t *testing.T) {
	for _, tc := range []struct{ values, counts []float32 }{
		{[]float32{-1, 1, 1.05, 1.5}, []float32{1, 0, 1, 1, 0, 1}}, // limits near 1: 1.009, 1.110, 1.221
		{[]float32{1, 1.15}, []float32{1, 0, 1}},
		{[]float32{0, 1e-13, -1e-13}, []float32{1, 2}}, // [-1e-12, 0) and [0, 1e-12)
		{[]float32{2, 2, float32(math.NaN())}, []float32{2}},
	} {
		h := logged(t, func(e *report.Events) error { return e.Histogram("w", 0, tc.values) })[0].histogram
		var got []float32
		for _, n := range h.counts {
			got = append(got, float32(n))
		}
		if !cmp.Equal(got, tc.counts) {
			t.Errorf("%v: limits %v: counts %v, want %v", tc.values, h.limits, got, tc.counts)
		}
	}
	h := logged(t, func(e *report.Events) error { return e.Histogram("w", 0, []float32{1, 1.05}) })[0].histogram
	if r := h.limits[1] / h.limits[0]; math.Abs(r-1.1) > 1e-9 {
		t.Errorf("a limit must be 1.1 times the one before, got %v", r)
	}
}

func TestHistogramCountsWhatIsNotFinite(t *testing.T) {
	values := []float32{1, float32(math.NaN())}
	events := logged(t, func(e *report.Events) error { return e.Histogram("w", 4, values) })
	if len(events) != 2 || events[1].tag != "w/nonfinite" || events[1].step != 4 || events[1].scalar != 1 {
		t.Errorf("want the scalar w/nonfinite = 1 at step 4, got %+v", events[1:])
	}
}

func TestHistogramWithoutValues(t *testing.T) {
	want := &tfHistogram{limits: []float64{math.MaxFloat64}, counts: []float64{0}}
	for _, values := range [][]float32{nil, {float32(math.NaN())}} {
		got := logged(t, func(e *report.Events) error { return e.Histogram("w", 0, values) })[0].histogram
		if d := cmp.Diff(want, got, cmp.AllowUnexported(tfHistogram{})); d != "" {
			t.Errorf("%v: %s", values, d)
		}
	}
}

func TestWriteErrorsStick(t *testing.T) {
	w := &sink{room: 140}
	e := report.NewEvents(w, fixedClock, 0)
	if err := e.Scalar("a", 1, 1); err != nil {
		t.Fatalf("there is room for this one: %v", err)
	}
	for range 2 {
		if err := e.Scalar("a", 2, 1); !errors.Is(err, errFull) {
			t.Fatalf("got %v, want %v", err, errFull)
		}
	}
	w.room = -1
	if err := e.Text("b", 3, "x"); !errors.Is(err, errFull) {
		t.Errorf("nothing may follow a lost record, got %v", err)
	}
	if err := e.Close(); !errors.Is(err, errFull) || !w.closed {
		t.Errorf("Close must report the first error and close: got %v, closed %v", err, w.closed)
	}
	if events, err := decodeEvents(w.Bytes()); err != nil || len(events) != 3 {
		t.Errorf("what was written before must read: %d events, %v", len(events), err)
	}
	if err := report.NewEvents(&sink{room: 0}, fixedClock, 0).Close(); !errors.Is(err, errFull) {
		t.Errorf("a lost version record must show in Close, got %v", err)
	}
}

func TestOpenEventsNamesFilesInOrder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "run")
	pattern := regexp.MustCompile(`^events\.out\.tfevents\.(\d{10})\..+$`)
	last := ""
	for range 3 {
		e, err := report.OpenEvents(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		name := entries[len(entries)-1].Name()
		m := pattern.FindStringSubmatch(name)
		if m == nil || m[1] <= last {
			t.Fatalf("%s must match %v and its time come after %q", name, pattern, last)
		}
		last = m[1]
	}
}

func TestOpenEventsSortsBehindAClockAhead(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"events.out.tfevents.8999999999.other", "events.out.tfevents.x", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	e, err := report.OpenEventsAt(dir, 41)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	files, _ := filepath.Glob(filepath.Join(dir, "events.out.tfevents.9000000000.*"))
	if len(files) != 1 {
		entries, _ := os.ReadDir(dir)
		t.Fatalf("want one file of time 9000000000, got %v", entries)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	events, err := decodeEvents(raw)
	if err != nil || len(events) != 2 || events[1].session != 1 || events[1].step != 42 {
		t.Errorf("want the version and SessionLog START at step 42, got %+v, %v", events, err)
	}
}

func TestOpenEventsInAFileFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := report.OpenEvents(path); err == nil {
		t.Error("a file is not a folder")
	}
	if _, err := report.OpenEventsAt(path, 1); err == nil {
		t.Error("a file is not a folder")
	}
}

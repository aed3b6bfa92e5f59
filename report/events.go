package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Events writes one TensorBoard event file. Each call writes one whole record
// and nothing is buffered, so a reader sees a value as soon as it is logged.
//
// The first error in writing sticks: that call, every later one and Close
// return it, and nothing more is written. Not safe for concurrent use.
type Events struct {
	w      io.WriteCloser
	now    func() time.Time
	limits []float64
	err    error
}

// OpenEvents starts the event file of a run in dir, which is made if it is
// missing. The file is called events.out.tfevents.<unix seconds>.<host> and
// sorts behind every event file already there, the order TensorBoard reads in.
// TensorBoard forgets what earlier files in dir hold.
func OpenEvents(dir string) (*Events, error) { return openEvents(dir, 0) }

// OpenEventsAt goes on with the run in dir after the given step. Earlier files
// stay as they are; of what they hold, TensorBoard forgets all later steps, so
// that a step repeated after a resume shows once.
func OpenEventsAt(dir string, step int64) (*Events, error) { return openEvents(dir, step+1) }

func openEvents(dir string, first int64) (*Events, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("report: events: %w", err)
	}
	f, err := createEventFile(dir)
	if err != nil {
		return nil, fmt.Errorf("report: events: %w", err)
	}
	e := NewEvents(f, time.Now, first)
	if e.err != nil {
		return nil, e.Close()
	}
	return e, nil
}

// NewEvents writes to w, with wall times taken from now. It begins with the
// version of the format and a SessionLog START at step first.
//
// On every START but the first of a folder, TensorBoard's Python reader drops
// the steps from there on that it read before; its Rust reader drops them tag
// by tag, when the tag's next value comes.
func NewEvents(w io.WriteCloser, now func() time.Time, first int64) *Events {
	e := &Events{w: w, now: now, limits: bucketLimits()}
	_ = e.write(0, eventFileVersion, []byte("brain.Event:2")) // an error is kept in e.err
	_ = e.write(first, eventSessionLog, sessionStart())
	return e
}

// Scalar logs v at a step. The format holds it as float32.
func (e *Events) Scalar(tag string, step int64, v float64) error {
	return e.write(step, eventSummary, scalarSummary(tag, v))
}

// Histogram logs the distribution of values at a step, in buckets that grow by
// 10 % from ±1e-12 to ±1e20. Values that are not finite are left out; when
// there are any, their number is logged as the scalar tag/nonfinite.
func (e *Events) Histogram(tag string, step int64, values []float32) error {
	h := countBuckets(e.limits, values)
	err := e.write(step, eventSummary, histogramSummary(tag, h))
	if h.nonfinite > 0 {
		err = e.Scalar(tag+"/nonfinite", step, float64(h.nonfinite))
	}
	return err
}

// Text logs a text, which TensorBoard shows as Markdown.
func (e *Events) Text(tag string, step int64, text string) error {
	return e.write(step, eventSummary, textSummary(tag, text))
}

// Close closes the file and returns the first error since it was opened.
func (e *Events) Close() error {
	if err := e.w.Close(); err != nil {
		e.fail(err)
	}
	return e.err
}

// write appends the event {now, step, field: payload}.
func (e *Events) write(step int64, field eventField, payload []byte) error {
	if e.err != nil {
		return e.err
	}
	wall := float64(e.now().UnixMicro()) / 1e6
	if _, err := e.w.Write(frame(event(wall, step, field, payload))); err != nil {
		e.fail(err)
	}
	return e.err
}

func (e *Events) fail(err error) {
	if e.err == nil {
		e.err = fmt.Errorf("report: events: %w", err)
	}
}

const eventPrefix = "events.out.tfevents."

// createEventFile makes a file that sorts behind all event files of dir.
func createEventFile(dir string) (*os.File, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	seconds, err := lastEventFile(dir)
	if err != nil {
		return nil, err
	}
	for seconds = max(seconds+1, time.Now().Unix()); ; seconds++ {
		name := fmt.Sprintf("%s%010d.%s", eventPrefix, seconds, filepath.Base(host))
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if !errors.Is(err, os.ErrExist) {
			return f, err
		}
	}
}

// lastEventFile returns the greatest time in the names of the event files of dir, 0 without any.
func lastEventFile(dir string) (int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	times := []int64{0}
	for _, entry := range entries {
		rest, found := strings.CutPrefix(entry.Name(), eventPrefix)
		digits, _, _ := strings.Cut(rest, ".")
		if seconds, err := strconv.ParseInt(digits, 10, 64); found && err == nil {
			times = append(times, seconds)
		}
	}
	return slices.Max(times), nil
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/snntrain/snntrain/train"
)

// streams are where a command writes, and how much.
type streams struct {
	out, err io.Writer
	json     bool // one object on out
	quiet    bool
	terminal bool // err is a terminal
	width    int
}

func newStreams(out, err io.Writer) *streams {
	s := &streams{out: out, err: err, width: 100}
	if f, ok := err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.terminal = true
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 20 {
			s.width = w
		}
	}
	return s
}

// The exit statuses.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// usageError is a fault of the command line or the config.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// finish reports an error and returns the exit status.
func (s *streams) finish(err error) int {
	if err == nil {
		return 0
	}
	code := exitFailed
	var u usageError
	switch {
	case errors.Is(err, train.ErrInterrupted):
		code = exitInterrupted
	case errors.Is(err, context.Canceled):
		code, err = exitInterrupted, errors.New("interrupted")
	case errors.As(err, &u):
		code = exitUsage
	}
	fmt.Fprintf(s.err, "snntrain: %v\n", err)
	if s.json {
		s.object(map[string]any{"error": err.Error(), "status": code})
	}
	return code
}

// object prints the JSON result of a command.
func (s *streams) object(v any) {
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // a number that JSON has not, or a closed pipe
		fmt.Fprintf(s.err, "snntrain: the JSON was not written: %v\n", err)
	}
}

// say prints a line for people: on standard output, or nowhere with --json.
func (s *streams) say(format string, args ...any) {
	if !s.json {
		fmt.Fprintf(s.out, format+"\n", args...)
	}
}

// log prints a line of progress on standard error.
func (s *streams) log(format string, args ...any) {
	if !s.quiet {
		fmt.Fprintf(s.err, format+"\n", args...)
	}
}

// warn prints a warning on standard error.
func (s *streams) warn(text string) { fmt.Fprintf(s.err, "warning: %s\n", text) }

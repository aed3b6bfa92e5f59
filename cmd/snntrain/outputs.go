package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/snntrain/snntrain/internal/fault"
)

// outputFile checks, before any work is done for it, that a file can be written
// where a flag says; "" is no file.
func outputFile(command, flag, path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return unwritable(command, flag, path, "is a directory")
	}
	return outputBelow(command, flag, path, filepath.Dir(path))
}

// outputDir is outputFile for a directory, which is made with those above it.
func outputDir(command, flag, path string) error {
	if path == "" {
		return nil
	}
	at := filepath.Clean(path)
	for {
		if _, err := os.Stat(at); !errors.Is(err, os.ErrNotExist) || filepath.Dir(at) == at {
			return outputBelow(command, flag, path, at)
		}
		at = filepath.Dir(at)
	}
}

// outputBelow checks that path can be made in the directory parent.
func outputBelow(command, flag, path, parent string) error {
	info, err := os.Stat(parent)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return unwritable(command, flag, path, "there is no directory "+parent)
	case err == nil && !info.IsDir():
		return unwritable(command, flag, path, parent+" is no directory")
	}
	probe, err := os.CreateTemp(parent, ".snntrain-*")
	if err != nil {
		var at *os.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return unwritable(command, flag, path, "cannot be written in "+parent+": "+err.Error())
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	return nil
}

func unwritable(command, flag, path, fact string) error {
	return usage(fault.Fault{Pkg: command, Subject: flag + " " + path, Fact: fact})
}

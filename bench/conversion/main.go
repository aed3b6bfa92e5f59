// Command conversion makes the tables of docs/results-conversion.md.
//
// Every cell is a run of snntrain of its own, so that any number of them can run
// at a time; the program prints their commands, and afterwards the tables of what
// they wrote. Cells whose result is there already are not listed again.
//
//	go run ./bench/conversion -snntrain ./snntrain -data DATA -out runs commands | xargs -d '\n' -P 8 -n 1 sh -c
//	go run ./bench/conversion -out runs table
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// options are the flags.
type options struct {
	snntrain, data, fashion, configs, out string
	threads                               int
	only                                  *regexp.Regexp
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(args []string, out io.Writer) error {
	var o options
	var only string
	f := flag.NewFlagSet("conversion", flag.ContinueOnError)
	f.StringVar(&o.snntrain, "snntrain", "snntrain", "the program to run")
	f.StringVar(&o.data, "data", "", "folder of data: onnx, mnist, cifar10")
	f.StringVar(&o.fashion, "fashion", "/usr/share/datasets/fashion-mnist", "folder of Fashion-MNIST")
	f.StringVar(&o.configs, "configs", "configs", "folder of the configs of this project")
	f.StringVar(&o.out, "out", "", "folder with a run directory for each cell")
	f.IntVar(&o.threads, "threads", 2, "threads of a run")
	f.StringVar(&only, "only", "", "regular expression of the cells' names")
	f.Usage = func() {
		fmt.Fprintln(f.Output(), "usage: conversion [flags] commands | table")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return err
	}
	var err error
	if o.only, err = regexp.Compile(only); err != nil {
		return fmt.Errorf("conversion: -only: %w", err)
	}
	switch {
	case o.out == "":
		return errors.New("conversion: -out is missing: the folder of the runs")
	case f.Arg(0) == "commands" && o.data == "":
		return errors.New("conversion: -data is missing: the folder of networks and data")
	case f.Arg(0) == "commands":
		return o.commands(out)
	case f.Arg(0) == "table":
		return o.tables(out)
	}
	return fmt.Errorf("conversion: %q: expected commands or table", f.Arg(0))
}

// commands prints what is to be run.
func (o *options) commands(out io.Writer) error {
	for _, c := range cells() {
		if _, err := os.Stat(filepath.Join(o.out, c.name, "conversion.json")); err == nil || !o.only.MatchString(c.name) {
			continue
		}
		if _, err := fmt.Fprintln(out, o.command(c)); err != nil {
			return err
		}
	}
	return nil
}

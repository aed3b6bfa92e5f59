// Command compare runs this project and the Python frameworks of bench/peers in
// turn on the same workloads and prints how they compare.
//
// Every run is a process of its own; contenders take turns, so that a slow spell
// of the machine meets all of them. A run during which other processes used the
// machine is marked.
//
//	go run ./bench/compare -python venv/bin/python -snntrain ./snntrain -workloads W1,W2
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/sysinfo"
)

// options are the flags.
type options struct {
	python, peers, snntrain, data string
	workloads, frameworks         []string
	sizes                         []int
	runs, steps, threads          int
	quiet                         float64
	timeout                       time.Duration
	json                          bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := compare(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// parse reads the flags; every fault of theirs is reported.
func parse(args []string, out io.Writer) (options, error) {
	var o options
	var workloads, frameworks, sizes string
	f := flag.NewFlagSet("compare", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&o.python, "python", "python3", "Python that has bench/peers/requirements.txt installed")
	f.StringVar(&o.peers, "peers", "bench/peers", "folder of run.py")
	f.StringVar(&o.snntrain, "snntrain", "", "our binary; empty leaves us out")
	f.StringVar(&o.data, "data", os.Getenv("SNNTRAIN_DATA"), "folder that holds mnist/")
	f.StringVar(&workloads, "workloads", "W1,W2,W3,W4,W5", "which workloads")
	f.StringVar(&frameworks, "frameworks", "", "which frameworks; empty: all that run the workload")
	f.StringVar(&sizes, "n", "512,1024,2048,4096", "W1: layer sizes")
	f.IntVar(&o.runs, "runs", 7, "processes of each contender")
	f.IntVar(&o.steps, "steps", 7, "timed steps of a Python process, whose median counts; at least 5")
	f.IntVar(&o.threads, "threads", 2, "threads of each contender")
	f.Float64Var(&o.quiet, "quiet", 0.1, "cores that other processes may use before a run is marked as disturbed")
	f.DurationVar(&o.timeout, "timeout", 15*time.Minute, "longest time of one process")
	f.BoolVar(&o.json, "json", false, "print one JSON object with every run instead of tables")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.workloads, o.frameworks = words(workloads), words(frameworks)
	return o, o.check(sizes)
}

// check completes and judges what the flags hold.
func (o *options) check(sizes string) error {
	var faults fault.List
	for _, w := range o.workloads {
		if w < "W1" || w > "W5" || len(w) != 2 {
			faults.Add(fault.Fault{Pkg: "compare", Subject: "-workloads", Fact: fmt.Sprintf("%q is none of W1 to W5", w)})
		}
	}
	for _, w := range words(sizes) {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 {
			faults.Add(fault.Fault{Pkg: "compare", Subject: "-n", Fact: fmt.Sprintf("%q is not a positive whole number", w)})
		}
		o.sizes = append(o.sizes, n)
	}
	for _, least := range []struct {
		flag     string
		got, min int
	}{{"-runs", o.runs, 1}, {"-steps", o.steps, 5}, {"-threads", o.threads, 1}} {
		if least.got < least.min {
			faults.Add(fault.Fault{Pkg: "compare", Subject: least.flag, Fact: fmt.Sprintf("%d is less than %d", least.got, least.min)})
		}
	}
	return faults.Err()
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// report is what -json prints.
type report struct {
	Machine sysinfo.Machine `json:"machine"`
	Started time.Time       `json:"started"`
	Runs    int             `json:"runs"`
	Cases   []outcome       `json:"cases"`
}

// compare runs all cases; tables are printed as soon as a case is done.
func compare(ctx context.Context, o options, out, progress io.Writer) error {
	catalog, err := readCatalog(ctx, o)
	if err != nil {
		return err
	}
	r := report{Machine: sysinfo.Read(o.threads), Started: time.Now(), Runs: o.runs}
	if !o.json {
		fmt.Fprint(out, heading(r))
	}
	var faults fault.List
	for _, c := range cases(o) {
		contenders, err := choose(catalog, o, c)
		if err != nil {
			return err
		}
		result, err := o.race(ctx, c, contenders, progress)
		faults.AddError(err)
		if r.Cases = append(r.Cases, result); !o.json {
			fmt.Fprint(out, table(result))
		}
		if ctx.Err() != nil {
			break
		}
	}
	if o.json {
		faults.AddError(json.NewEncoder(out).Encode(r))
	}
	return faults.Err()
}

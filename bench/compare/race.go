package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/snntrain/snntrain/internal/fault"
)

// run is one process: what it measured and how quiet the machine was.
type run struct {
	result
	Load   float64 `json:"load_before"`        // load average of the last minute, our own runs included
	Others float64 `json:"cores_used_by_rest"` // cores that other processes kept busy meanwhile
}

// row is all runs of a contender on a case.
type row struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Runs   []run  `json:"runs"`
	Failed string `json:"failed,omitempty"`
}

// outcome is a case with its rows, ours first.
type outcome struct {
	one
	Quiet float64 `json:"quiet_limit"`
	Rows  []row   `json:"rows"`
}

// race lets the contenders take turns. One that fails is left out of later rounds.
func (o options) race(ctx context.Context, c one, contenders []contender, progress io.Writer) (outcome, error) {
	out := outcome{one: c, Quiet: o.quiet}
	for _, who := range contenders {
		out.Rows = append(out.Rows, row{Name: who.Name, Kind: who.Kind})
	}
	var faults fault.List
	for round := range o.runs {
		for i, who := range contenders {
			if out.Rows[i].Failed != "" || ctx.Err() != nil {
				continue
			}
			r, err := o.once(ctx, who, c)
			if err != nil {
				faults.AddError(err)
				out.Rows[i].Failed = err.Error()
			} else {
				out.Rows[i].Runs = append(out.Rows[i].Runs, r)
			}
			fmt.Fprintf(progress, "%s  round %d of %d  %s  %s\n", c.Title, round+1, o.runs, who.Name, progressText(r, err, o.quiet))
		}
	}
	faults.AddError(ctx.Err())
	return out, faults.Err()
}

func progressText(r run, err error, quiet float64) string {
	if err != nil {
		return "failed"
	}
	text := fmt.Sprintf("%s ms, load %.2f", millis(r.Step), r.Load)
	if r.Others > quiet {
		text += fmt.Sprintf(", disturbed: others used %.2f cores", r.Others)
	}
	return text
}

// once starts one process and waits for it.
func (o options) once(ctx context.Context, who contender, c one) (run, error) {
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	cmd := who.command(ctx, o, c)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	subject := fmt.Sprintf("%s on %s", who.Name, c.Title)
	r := run{Load: loadAverage()}
	before, start := readBusy(), time.Now()
	err := cmd.Run()
	if err != nil {
		return r, fault.Fault{Pkg: "compare", Subject: subject, Fact: processFact(err, stderr.Bytes())}
	}
	r.Others = others(before, readBusy(), processTime(cmd), time.Since(start))
	r.result, err = parseResult(subject, c.Workload, stdout.Bytes())
	return r, err
}

func processFact(err error, stderr []byte) string {
	if last := lastLine(stderr); last != "" {
		return fmt.Sprintf("%v: %s", err, last)
	}
	return err.Error()
}

func processTime(cmd *exec.Cmd) time.Duration {
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// Package bench runs the workloads that spiking-network frameworks are
// compared by (W1–W5), and reports what one step takes.
//
// In: the name of a workload with its sizes. Out: a Result, the JSON that the
// scripts in bench/peers print for the Python frameworks, on the same work.
package bench

import (
	"fmt"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/layers"
)

// Options choose a workload and how it is run.
type Options struct {
	Workload  string
	N         int    // W1: neurons
	Steps     int    // W1, W4: time steps; 0 = the workload's own
	Input     string // W1: dense or spikes
	NoInput   bool   // W1: no gradient to the input
	Surrogate string // default, or triangle
	Density   float64
	Threads   int
	Warm      int
	Runs      int
	Data      string // folder with the files of MNIST

	Checkpoint int // steps of a segment of the backward pass; 0 = by the rule of training, −1 = off
}

// Spec is a workload with its sizes: T steps, batch B.
type Spec struct {
	Name          string
	T, B          int
	In, Hidden    int
	Out           int
	Alpha, Beta   float64
	Input         string // static, dense, spikes
	Density       float64
	InputGrad     bool
	Surrogate     string
	checkpoint    int // layers.BPTT
	training      bool
	loss, readout string
	model         string
}

// Names lists the workloads.
func Names() []string { return []string{"W1", "W2", "W3", "W4", "W5"} }

// NewSpec completes the options to a workload.
func NewSpec(o Options) (Spec, error) {
	var faults fault.List
	bad := func(fact, hint string) {
		faults.Add(fault.Fault{Pkg: "bench", Subject: "workload " + o.Workload, Fact: fact, Hint: hint})
	}
	if o.Surrogate != "default" && o.Surrogate != "triangle" {
		bad(fmt.Sprintf("surrogate %q is unknown", o.Surrogate), "known: default, triangle")
	}
	if o.Input != "dense" && o.Input != "spikes" {
		bad(fmt.Sprintf("input %q is unknown", o.Input), "known: dense, spikes")
	}
	if o.N < 1 || o.Steps < 0 || o.Warm < 0 || o.Runs < 1 {
		bad(fmt.Sprintf("n %d, steps %d, warm %d, runs %d", o.N, o.Steps, o.Warm, o.Runs), "n and runs are at least 1, the others at least 0")
	}
	s := Spec{Name: o.Workload, Surrogate: o.Surrogate, training: true, loss: "cross-entropy", readout: "each", B: 128, T: 25, In: 784, Hidden: 1000, Out: 10, Beta: 0.95, Input: "static"}
	switch {
	case o.Checkpoint == 0:
		s.checkpoint = layers.AutoCheckpoint
	case o.Checkpoint > 0:
		s.checkpoint = o.Checkpoint
	}
	neuron := "profile: snntorch, surrogate: {kind: atan, alpha: 2}"
	if o.Surrogate == "triangle" {
		neuron = "profile: snntorch, surrogate: {kind: triangle, width: 1}"
	}
	switch o.Workload {
	case "W1":
		s.B, s.T, s.In, s.Hidden, s.Out, s.Beta, s.Input, s.InputGrad = 16, 500, o.N, 0, o.N, 0.9, o.Input, !o.NoInput
		if o.N >= 4096 {
			s.T = 100
		}
		if s.Input == "spikes" {
			s.Density = 0.05
			if o.Density > 0 {
				s.Density = o.Density
			}
		}
		s.loss, s.readout = "sum", "sum"
		s.model = fmt.Sprintf("{kind: linear, out: %d, bias: false}, {kind: lif, beta: 0.9, %s}", o.N, neuron)
	case "W2", "W5":
		s.model = fmt.Sprintf("{kind: linear, out: 1000}, {kind: lif, beta: 0.95, %[1]s}, {kind: linear, out: 10}, {kind: lif, beta: 0.95, output: membrane, %[1]s}", neuron)
		if o.Workload == "W5" {
			s.B, s.training, s.readout = 256, false, "sum"
		}
	case "W3":
		s.B, s.Beta, s.Hidden = 64, 0.5, 0
		s.model = fmt.Sprintf("{kind: conv2d, out: 12, kernel: 5}, {kind: max-pool, size: 2}, {kind: lif, beta: 0.5, %[1]s}, {kind: conv2d, out: 64, kernel: 5}, {kind: max-pool, size: 2}, {kind: lif, beta: 0.5, %[1]s}, {kind: linear, out: 10}, {kind: lif, beta: 0.5, output: membrane, %[1]s}", neuron)
	case "W4":
		s.T, s.In, s.Hidden, s.Out, s.Alpha, s.Input, s.Density, s.readout = 100, 700, 256, 20, 0.9, "spikes", 0.015, "max"
		s.model = fmt.Sprintf("{kind: linear, out: 256, bias: false}, {kind: cuba-lif, alpha: 0.9, beta: 0.95, recurrent: dense, %s}, {kind: linear, out: 20, bias: false}, {kind: cuba-li, alpha: 0.9, beta: 0.95}", neuron)
	default:
		bad("is unknown", "known: "+strings.Join(Names(), ", "))
	}
	if o.Steps > 0 && (o.Workload == "W1" || o.Workload == "W4") {
		s.T = o.Steps
	}
	if o.Workload == "W4" && s.T >= 1000 {
		s.B = 32
	}
	return s, faults.Err()
}

package chip

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// IO says how samples become input and output becomes an answer. A sample
// starts on a machine at rest.
type IO struct {
	Coding  string         `json:"coding,omitempty"` // of the input: rate, latency, constant, …
	Data    map[string]any `json:"data,omitempty"`   // the data section of a config that samples are read and encoded with
	Seed    uint64         `json:"seed,omitempty"`   // of encodings that draw lots
	Ticks   int            `json:"ticks,omitempty"`  // of a sample
	Steps   int            `json:"steps,omitempty"`  // ticks of it in which the sample is shown, from the first; 0 = all
	From    int            `json:"from,omitempty"`   // first tick that the readout reads: what came before is the way through the layers
	Windows []Window       `json:"windows,omitempty"`
	Readout string         `json:"readout,omitempty"` // how the output becomes class scores: one of Readouts, over the ticks read
	// Potential says that the readout reads the output's membrane potential
	// instead of its spikes: what 1 of it stands for.
	Potential float64 `json:"potential,omitempty"`
	// Classes names the classes. Of k·n output neurons for n classes, each k
	// consecutive ones add up their scores.
	Classes []string `json:"classes,omitempty"`
}

// Sequence is a coding of which only this much is known: a sample changes over time.
const Sequence = "sequence"

// FirstSpike is the readout of first spike times: Ticks − t of the first tick t
// with a spike, 0 without one.
const FirstSpike = "first-spike"

// Readouts lists the readouts. All but first-spike read spikes, or potentials
// with IO.Potential.
func Readouts() []string { return []string{"sum", "mean", "max", "last", FirstSpike} }

// validate checks an image before it is written, and after it was read.
func (im *Image) validate() error {
	if err := im.Net.Validate(); err != nil {
		return err
	}
	return im.IO.validate(im.Net)
}

func (io *IO) validate(net *quant.IntNet) error {
	var faults fault.List
	add := func(format string, args ...any) {
		faults.Add(fault.Fault{Pkg: "chip", Subject: "io", Fact: fmt.Sprintf(format, args...)})
	}
	if io.Readout != "" && !slices.Contains(Readouts(), io.Readout) {
		add("readout %q is unknown; known: %s", io.Readout, strings.Join(Readouts(), ", "))
	}
	out := net.Find(net.Output)
	if io.Potential != 0 && (out.Spiking == nil || io.Readout == FirstSpike) {
		add("readout %s of the potential of population %q", io.Readout, net.Output)
	}
	if c := len(io.Classes); c > 0 && out.N()%c != 0 {
		add("%d classes for %d output neurons; expected a divisor", c, out.N())
	}
	if io.Ticks < 0 || io.Ticks > maxTicks || io.Steps < 0 || io.Steps > io.Ticks || io.From < 0 || io.From > 0 && io.From >= io.Ticks {
		add("%d ticks, %d of them with input, read from tick %d", io.Ticks, io.Steps, io.From)
	}
	for _, w := range io.Windows {
		if net.Find(w.Population) == nil || w.From < 0 || w.From >= w.To || w.To > maxTicks {
			add("a window of population %q from tick %d to %d", w.Population, w.From, w.To)
		}
	}
	if io.Potential < 0 || math.IsInf(io.Potential, 0) {
		add("a potential of 1 stands for %v; expected a positive number", io.Potential)
	}
	return faults.Err()
}

// maxTicks bounds a sample.
const maxTicks = 1 << 24

// Window is the ticks in which a population of a time-to-first-spike network
// fires, each neuron once at most. A window of a single tick is that of neurons
// that only say that others' window has ended.
type Window struct {
	Population string `json:"population"`
	From       int    `json:"from"`
	To         int    `json:"to"` // not included
}

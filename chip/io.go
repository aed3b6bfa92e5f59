package chip

import (
	"fmt"
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// IO says how samples become input and output becomes an answer. A sample
// takes Ticks + Tail ticks on a machine that starts at rest.
type IO struct {
	Coding  string         `json:"coding,omitempty"` // of the input: rate, latency, constant, …
	Data    map[string]any `json:"data,omitempty"`   // the data section of a config that samples are read and encoded with
	Seed    uint64         `json:"seed,omitempty"`   // of encodings that draw lots
	Scale   float64        `json:"scale,omitempty"`  // an encoded value x enters as round(x/Scale), halves away from zero, held in the input's range; 0: x is a whole number in the range
	Ticks   int            `json:"ticks,omitempty"`  // of a sample's input
	Tail    int            `json:"tail,omitempty"`   // ticks without input behind it, in which spikes come through
	From    int            `json:"from,omitempty"`   // first tick whose output counts
	Windows []Window       `json:"windows,omitempty"`
	Readout Readout        `json:"readout,omitempty"`
	Gain    []float64      `json:"gain,omitempty"` // factor of each output neuron's score; absent: 1
	Classes []string       `json:"classes,omitempty"`
}

// Readout is how the output population of N neurons becomes N scores, over the
// ticks From to Ticks + Tail − 1. The class is that of the greatest score, the
// first of equal ones; where there are k·N' neurons for N' classes, each k
// consecutive ones add up their scores.
type Readout string

// The readouts, with s the value that a neuron sends and v its membrane
// potential after a tick.
const (
	SpikeCount    Readout = "spike-count"    // Σ s
	FirstSpike    Readout = "first-spike"    // Ticks + Tail − t of the first tick t with s > 0; 0 without
	PotentialSum  Readout = "potential-sum"  // Σ v
	PotentialMax  Readout = "potential-max"  // max v
	PotentialLast Readout = "potential-last" // v after the last tick
)

// Readouts lists the readouts.
func Readouts() []Readout {
	return []Readout{SpikeCount, FirstSpike, PotentialSum, PotentialMax, PotentialLast}
}

// Potential reports whether scores come from membrane potentials.
func (r Readout) Potential() bool {
	return r == PotentialSum || r == PotentialMax || r == PotentialLast
}

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
		add("readout %q is unknown; known: %v", io.Readout, Readouts())
	}
	if io.Readout.Potential() && net.Find(net.Output).Spiking == nil {
		add("readout %s of population %q, which has no potential", io.Readout, net.Output)
	}
	n := net.Find(net.Output).N()
	if io.Gain != nil && len(io.Gain) != n {
		add("%d gains for %d output neurons", len(io.Gain), n)
	}
	if c := len(io.Classes); c > 0 && n%c != 0 {
		add("%d classes for %d output neurons; expected a divisor", c, n)
	}
	if io.Ticks < 0 || io.Tail < 0 || io.From < 0 || io.From > io.Ticks+io.Tail || io.Ticks > maxTicks || io.Tail > maxTicks {
		add("%d ticks, %d behind them, counted from %d", io.Ticks, io.Tail, io.From)
	}
	if io.Scale < 0 || math.IsInf(io.Scale, 0) {
		add("scale %v; expected a positive number", io.Scale)
	}
	return faults.Err()
}

// maxTicks bounds a sample, so that sums of potentials fit 64 bits.
const maxTicks = 1 << 24

// Window is the ticks in which a population of a time-to-first-spike network fires.
type Window struct {
	Population string `json:"population"`
	From       int    `json:"from"`
	To         int    `json:"to"` // not included
}

package energy

import (
	"fmt"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
)

// Report is the cost of one inference, on the average of the samples that ran.
type Report struct {
	Joule      *float64   `json:"joule"`  // nil where nothing is published
	Second     *float64   `json:"second"` // nil where neither constants nor the network say
	Ticks      float64    `json:"ticks"`
	Parts      []Part     `json:"parts,omitempty"`
	Notes      []string   `json:"notes,omitempty"`
	Operations Operations `json:"operations"`
	ANN        ANN        `json:"ann"`
}

// Part is one line of the sum.
type Part struct {
	Event  chip.Event `json:"event"`
	Count  float64    `json:"count"` // an inference
	Joule  float64    `json:"joule"` // of all of them
	Each   float64    `json:"each"`  // of one
	Source string     `json:"source"`
}

// Of reports what an inference costs. The constants are those of the image, or
// those of the target when it records none; target may be nil.
func Of(im *chip.Image, target chip.Target, c emulator.Counts) Report {
	r := Report{}
	if c.Samples == 0 {
		return r
	}
	n := float64(c.Samples)
	r.Ticks = float64(c.Ticks) / n
	r.Operations, r.ANN = operations(im, c), ann(im)
	constants := im.Energy
	if constants == nil && target != nil {
		constants = chip.EnergyOf(target)
	}
	if constants == nil {
		name := im.Target.Name
		if target != nil {
			name = target.Name()
		}
		r.note("no published energy constant for %s", name)
	}
	e := count(im, target, c)
	r.Second = r.time(im, constants, e, n)
	for _, k := range constants {
		r.part(k, e, n)
	}
	return r
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// part adds the energy of one event.
func (r *Report) part(k chip.Constant, e events, samples float64) {
	if k.Joule == 0 {
		return
	}
	count := e.total[k.Event] / samples
	switch k.Event {
	case chip.Second:
		if r.Second == nil {
			r.note("%s: %.3g W, but the time of an inference is unknown: the network's ticks have no length", k.Source, k.Joule)
			return
		}
		count = *r.Second
	case chip.CoreSpike, chip.HopX, chip.HopY:
		if e.cores == nil {
			r.note("%s is not counted: the network is not placed on cores", k.Event)
			return
		}
	}
	r.Parts = append(r.Parts, Part{Event: k.Event, Count: count, Joule: count * k.Joule, Each: k.Joule, Source: k.Source})
	if r.Joule == nil {
		r.Joule = new(float64)
	}
	*r.Joule += count * k.Joule
}

// time is the seconds of an inference. With times of events: the ticks, plus
// the work of the busiest core, which is a lower bound, as another core may be the
// busiest in another tick. Else the network's own length of a tick.
func (r *Report) time(im *chip.Image, constants []chip.Constant, e events, samples float64) *float64 {
	known, work := false, 0.0
	for _, k := range constants {
		known = known || k.Second > 0
		if k.Event == chip.Tick {
			work += e.total[chip.Tick] * k.Second
		}
	}
	if !known {
		if im.Net.Dt <= 0 {
			return nil
		}
		seconds := r.Ticks * im.Net.Dt
		return &seconds
	}
	most := 0.0
	for _, core := range e.cores {
		busy := 0.0
		for _, k := range constants {
			if k.Event != chip.Tick {
				busy += core[k.Event] * k.Second
			}
		}
		most = max(most, busy)
	}
	seconds := (work + most) / samples
	return &seconds
}

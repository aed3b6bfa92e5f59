package main

import (
	"fmt"
	"math/bits"
	"path/filepath"
	"strings"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/quant"
)

// chipInfo is the JSON of inspect for a chip image and for what a chip's tools read.
type chipInfo struct {
	Format      string           `json:"format"`
	Target      string           `json:"target"`
	Producer    string           `json:"producer,omitempty"` // of an image
	Input       quant.Input      `json:"input"`
	Output      string           `json:"output"`
	Dt          float64          `json:"dt,omitempty"`
	Neurons     int              `json:"neurons"`
	Synapses    int64            `json:"synapses"`    // weights other than 0, each place of a kernel its own
	WeightBits  int64            `json:"weight_bits"` // of the weights as they are stored
	Layers      []chipLayer      `json:"layers"`
	Cores       int              `json:"cores"`
	Utilization []chip.Use       `json:"utilization,omitempty"`
	IO          chip.IO          `json:"io,omitzero"`
	Conversion  *chip.Conversion `json:"conversion,omitempty"`
	Energy      []chip.Constant  `json:"energy,omitempty"`
	Conformance int              `json:"conformance"` // vectors
	Notes       []string         `json:"notes,omitempty"`
}

// chipLayer is one population with what it reads.
type chipLayer struct {
	Name    string      `json:"name"`
	Shape   []int       `json:"shape"`
	Neurons int         `json:"neurons"`
	Rule    string      `json:"rule"`
	Reads   []chipReads `json:"reads"`
	Cores   int         `json:"cores"`
}

// chipReads is one synapse group.
type chipReads struct {
	Name     string `json:"name"`
	From     string `json:"from"`
	Kind     string `json:"kind"`
	Weights  []int  `json:"weights,omitempty"` // shape
	Bits     int    `json:"bits"`              // of a weight
	Min      int32  `json:"min"`
	Max      int32  `json:"max"`
	Synapses int64  `json:"synapses"`
	Latency  int    `json:"latency"`
	Delay    int32  `json:"delay,omitempty"` // the longest beyond the latency
}

func runInspectChip(s *streams, path string, form *chipForm) error {
	c, err := form.read(path)
	if err != nil {
		return usage(err)
	}
	c.form = form.name
	info := infoOfChip(c)
	if s.json {
		s.object(info)
		return nil
	}
	s.say("%s: %s for %s, written by %s", filepath.Base(path), form.what, info.Target, orText(info.Producer, "an unknown program"))
	s.say("input %v, %d..%d; output %s\n", info.Input.Shape, info.Input.Min, info.Input.Max, info.Output)
	s.say("%s", info.table())
	s.say("\n%d neurons, %d synapses, %d bits of weights", info.Neurons, info.Synapses, info.WeightBits)
	s.sayUsage(info.Cores, info.Utilization)
	info.sayIO(s)
	for _, note := range info.Notes {
		s.say("note: %s", note)
	}
	return nil
}

func infoOfChip(c *chipFile) chipInfo {
	im := c.image
	info := chipInfo{
		Format: c.form, Target: im.Target.Name, Input: im.Net.Input, Output: im.Net.Output, Dt: im.Net.Dt,
		IO: im.IO, Conversion: im.Conversion, Energy: im.Energy, Conformance: len(im.Conformance), Notes: c.notes,
	}
	if c.form == imageForm().name {
		info.Producer = im.Producer
	}
	placement := im.Placement
	if target, err := all.Targets().Get(im.Target.Name); placement == nil && err == nil && len(c.notes) == 0 {
		if placement, err = target.Place(im.Net); err != nil {
			info.Notes = append(info.Notes, strings.Split(err.Error(), "\n")...)
		}
	}
	cores := map[string]int{}
	if placement != nil {
		info.Cores, info.Utilization = len(placement.Cores), placement.Usage
		for _, core := range placement.Cores {
			here := map[string]bool{} // a core may hold several slices of a population
			for _, slice := range core.Slices {
				here[slice.Population] = true
			}
			for name := range here {
				cores[name]++
			}
		}
	}
	for i := range im.Net.Populations {
		p := &im.Net.Populations[i]
		l := chipLayer{Name: p.Name, Shape: p.Shape, Neurons: p.N(), Rule: ruleOf(p), Reads: readsOf(im.Net, p.Name), Cores: cores[p.Name]}
		info.Neurons += l.Neurons
		for _, r := range l.Reads {
			info.Synapses += r.Synapses
			info.WeightBits += int64(r.Bits) * int64(max(quant.Len(r.Weights), 0))
		}
		info.Layers = append(info.Layers, l)
	}
	return info
}

func readsOf(net *quant.IntNet, name string) []chipReads {
	var out []chipReads
	for i := range net.Synapses {
		s := &net.Synapses[i]
		if s.To != name {
			continue
		}
		r := chipReads{Name: s.Name, From: s.From, Kind: joinOf(s), Bits: s.Bits, Latency: s.Latency}
		r.Min, r.Max = s.WeightRange()
		if w := s.Weights(); w != nil {
			r.Weights = w.Shape
			if r.Bits == 0 {
				r.Bits = weightBits(r.Min, r.Max)
			}
		}
		for _, d := range s.Delay.Ticks.Data {
			r.Delay = max(r.Delay, d)
		}
		chip.EachSynapse(net, s, func(int, int, int32) { r.Synapses++ })
		out = append(out, r)
	}
	return out
}

// weightBits is the fewest bits that hold weights of lo..hi; without a sign where none is needed.
func weightBits(lo, hi int32) int {
	if lo >= 0 {
		return max(1, bits.Len32(uint32(hi)))
	}
	return quant.Range{Min: lo, Max: hi}.Bits()
}

func joinOf(s *quant.Synapses) string {
	switch {
	case s.Dense != nil:
		return "dense"
	case s.Conv != nil:
		return "conv"
	case s.Sparse != nil:
		return "sparse"
	case s.One != nil:
		return "one-to-one"
	}
	return "max-pool"
}

// table lists a line a synapse group; a population's own columns are in its first.
func (c *chipInfo) table() string {
	rows := [][]string{{"LAYER", "SHAPE", "NEURONS", "CORES", "READS", "KIND", "SYNAPSES", "BITS", "WEIGHTS", "TICKS", "RULE"}}
	for _, l := range c.Layers {
		own := []string{l.Name, fmt.Sprint(l.Shape), fmt.Sprint(l.Neurons), fmt.Sprint(l.Cores)}
		rule := l.Rule
		for _, r := range l.Reads {
			ticks := fmt.Sprint(r.Latency)
			if r.Delay > 0 {
				ticks += fmt.Sprintf("+%d", r.Delay)
			}
			rows = append(rows, append(own, r.From, r.Kind, fmt.Sprint(r.Synapses), fmt.Sprint(r.Bits), fmt.Sprintf("%d..%d", r.Min, r.Max), ticks, rule))
			own, rule = []string{"", "", "", ""}, ""
		}
		if len(l.Reads) == 0 {
			rows = append(rows, append(own, "", "", "", "", "", "", rule))
		}
	}
	return table(rows)
}

func (c *chipInfo) sayIO(s *streams) {
	if c.IO.Readout != "" {
		s.say("a sample: %d ticks, input in %d; readout %s", c.IO.Ticks, orNumber(c.IO.Steps, c.IO.Ticks), c.IO.Readout)
	}
	if c.Conversion != nil {
		s.say("made by %s", c.Conversion.Method)
	}
	if c.Conformance > 0 {
		s.say("conformance vectors: %d", c.Conformance)
	}
}

func orNumber(n, other int) int {
	if n == 0 {
		return other
	}
	return n
}

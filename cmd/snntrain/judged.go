package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/energy"
	"github.com/snntrain/snntrain/chip/neurobench"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/quant"
)

// judgeResult is the JSON of emulate on data. What is counted is that of an
// inference, the average over the samples.
type judgeResult struct {
	Target      string             `json:"target"`
	Accuracy    float64            `json:"accuracy"`
	Correct     int                `json:"correct"`
	N           int                `json:"n"`
	Seconds     float64            `json:"seconds"`
	PerSecond   float64            `json:"synaptic_events_per_second"` // of the emulator
	Ticks       float64            `json:"ticks"`
	Inputs      float64            `json:"inputs"`
	Spikes      map[string]float64 `json:"spikes"`
	Events      float64            `json:"synaptic_events"`
	Held        int64              `json:"held_inputs"`
	Outside     *int64             `json:"spikes_outside_windows,omitempty"` // of a network of first spike times
	Energy      energy.Report      `json:"energy"`
	NeuroBench  neurobench.Metrics `json:"neurobench"`
	Cores       int                `json:"cores"`
	Utilization []chip.Use         `json:"utilization"`
}

func newJudgeResult(im *metered, r run.Result, seconds float64) judgeResult {
	c, n := r.Counts, float64(r.N)
	out := judgeResult{
		Target: im.Target.Name, Accuracy: float64(r.Correct) / n, Correct: r.Correct, N: r.N, Seconds: seconds,
		PerSecond: float64(c.SynapticEvents()) / seconds, Ticks: float64(c.Ticks) / n, Inputs: float64(c.Inputs) / n,
		Spikes: map[string]float64{}, Events: float64(c.SynapticEvents()) / n, Held: r.Held,
		Energy: energy.Of(&im.Image, im.target, c), NeuroBench: neurobench.Of(im.Net, c),
	}
	if len(im.IO.Windows) > 0 {
		out.Outside = &r.Outside
	}
	for i, p := range im.Net.Populations {
		out.Spikes[p.Name] = float64(c.Spikes[i]) / n
	}
	if im.Placement != nil {
		out.Cores, out.Utilization = len(im.Placement.Cores), im.Placement.Usage
	}
	if im.unplaced != "" {
		out.Energy.Notes = append(out.Energy.Notes, "not placed on cores: "+im.unplaced)
	}
	return out
}

// judged saves and prints what a judge found.
func (s *streams) judged(im *metered, info datasets.Info, j *run.Judge, seconds float64, o judgeOptions) error {
	result := j.Result()
	if err := o.save(result, j.Classes()); err != nil {
		return err
	}
	if result.Held > 0 {
		s.warn(fmt.Sprintf("emulate: %d input values lie outside %d..%d and were held at its ends", result.Held, im.Net.Input.Min, im.Net.Input.Max))
	}
	r := newJudgeResult(im, result, seconds)
	if s.json {
		s.object(r)
		return nil
	}
	s.say("accuracy %.2f %% (%d of %d) on %s, emulated as %s, %.1f s", 100*r.Accuracy, r.Correct, r.N, info.Name, r.Target, seconds)
	s.say("\nan inference: %s ticks, %s input spikes, %s synaptic events\n", amount(r.Ticks), amount(r.Inputs), amount(r.Events))
	s.say("%s", table(populationRows(im.Net, result.Counts, float64(r.N))))
	if r.Outside != nil {
		s.say("spikes outside the window of their layer, or second of their neuron: %d in all", *r.Outside)
	}
	s.sayEnergy(r.Energy)
	s.sayMetrics(r.NeuroBench)
	s.sayUsage(r.Cores, r.Utilization)
	return nil
}

// amount writes a count that may be a mean: whole from a thousand on.
func amount(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

func populationRows(net *quant.IntNet, c emulator.Counts, n float64) [][]string {
	rows := [][]string{{"POPULATION", "NEURONS", "SPIKES", "A NEURON"}}
	for i, p := range net.Populations {
		spikes := float64(c.Spikes[i]) / n
		rows = append(rows, []string{p.Name, fmt.Sprint(p.N()), amount(spikes), fmt.Sprintf("%.3g", spikes/float64(p.N()))})
	}
	return rows
}

func (s *streams) sayEnergy(r energy.Report) {
	rows := [][]string{{"EVENT", "COUNT", "J EACH", "J", "SOURCE"}}
	for _, p := range r.Parts {
		rows = append(rows, []string{string(p.Event), amount(p.Count), fmt.Sprintf("%.3g", p.Each), fmt.Sprintf("%.3g", p.Joule), p.Source})
	}
	if r.Joule != nil {
		s.say("\nenergy %.3g J an inference\n%s", *r.Joule, table(rows))
	}
	if r.Second != nil {
		s.say("time %.3g s an inference", *r.Second)
	}
	for _, note := range r.Notes {
		s.say("note: %s", note)
	}
	s.say("\noperations alone: %s MACs, %s ACs, %.3g J; without spikes, 8 bits: %s MACs, %.3g J", amount(r.Operations.MACs), amount(r.Operations.ACs), r.Operations.Joule, amount(r.ANN.MACs), r.ANN.Joule)
	s.say("  %s", r.ANN.Source)
}

func (s *streams) sayMetrics(m neurobench.Metrics) {
	o := m.SynapticOperations
	s.say("\nNeuroBench: Footprint %d, ConnectionSparsity %.4g, ActivationSparsity %.4g, MembraneUpdates %s", m.Footprint, m.ConnectionSparsity, m.ActivationSparsity, amount(m.MembraneUpdates))
	s.say("  SynapticOperations: Effective_MACs %s, Effective_ACs %s, Dense %s", amount(o.MACs), amount(o.ACs), amount(o.Dense))
}

// sayUsage prints how much of a chip a network on so many cores takes.
func (s *streams) sayUsage(cores int, usage []chip.Use) {
	switch {
	case cores == 0:
		s.say("\nnot placed on cores")
		return
	case len(usage) == 0:
		s.say("\n%d cores; how many there are is not published", cores)
		return
	}
	var parts []string
	for _, u := range usage {
		parts = append(parts, fmt.Sprintf("%d of %d %s", u.Used, u.Limit, u.Resource))
	}
	s.say("\nused: %s", strings.Join(parts, ", "))
}

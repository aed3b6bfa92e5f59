package main

import (
	"os"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/fault"
)

// sweepKeys is the section `sweep:` of a training config, which only the command sweep uses.
type sweepKeys struct {
	Over   map[string][]config.Section `yaml:"over" doc:"keys of this config, as train.optimizer.lr, with the list of values to train each with; the last varies fastest"`
	Random int                         `yaml:"random" validate:"gte=0" doc:"train this many different points of the grid, drawn by the seed; 0 = all"`
	Seeds  int                         `yaml:"seeds" validate:"gte=1" doc:"train every point with this many seeds, and compare means"`
	By     string                      `yaml:"by" validate:"oneof=accuracy loss" doc:"what is best on the validation part; the other decides between equals"`
}

func sweepDefaults() *sweepKeys { return &sweepKeys{Seeds: 1, By: "accuracy"} }

// decodeSweep reads the section. Faults are recorded in its document.
func decodeSweep(s config.Section) *sweepKeys {
	k := sweepDefaults()
	s.Decode(k)
	return k
}

// axes are what the section varies, in the order it was written in.
func (k *sweepKeys) axes(s config.Section) ([]*axis, error) {
	var faults fault.List
	var axes []*axis
	for _, key := range s.Get("over").Keys() {
		var values []written
		for _, v := range k.Over[key] {
			values = append(values, written{v.Pos(), v.YAML()})
		}
		of := fault.Fault{Pkg: "sweep", Subject: "sweep.over." + key, Pos: s.Get("over").Get(key).Pos()}
		a, err := newAxis(of, key, values)
		faults.AddError(err)
		if axisOf(axes, a.Key) >= 0 {
			faults.Add(about(of, "is given twice", ""))
		}
		axes = append(axes, a)
	}
	return axes, faults.Err()
}

// readConfig takes what the config says of the sweep and no flag does, with
// what is varied and the seed that points are drawn by.
func (o *sweepOptions) readConfig() (axes []*axis, seed uint64, err error) {
	top := defaultExperiment()
	doc, err := config.Load(config.Options{Files: o.configs, Sets: o.sets, Env: os.Environ()}, top)
	if err != nil {
		return nil, 0, err
	}
	section := doc.Root().Get("sweep")
	keys := decodeSweep(section)
	if s := doc.Root().Get("seed"); s.Given() {
		s.Decode(&top.Seed)
	}
	if err := doc.Err(); err != nil {
		return nil, 0, err
	}
	if !o.given("random") && keys.Random > 0 {
		o.random = &keys.Random
	}
	if !o.given("seeds") {
		o.seeds = keys.Seeds
	}
	if !o.given("by") {
		o.by = keys.By
	}
	var faults fault.List
	written, err := keys.axes(section)
	faults.AddError(err)
	over, err := parseAxes(o.over)
	faults.AddError(err)
	if err := faults.Err(); err != nil {
		return nil, 0, err
	}
	axes, err = mergeAxes(written, over)
	return axes, top.Seed, err
}

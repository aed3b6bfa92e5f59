package main

import (
	"maps"
	"slices"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/model"
)

// fits checks that a network can read what the data gives.
func fits(n *model.Network, s datasets.Source, enc datasets.Encoder) error {
	info := s.Info()
	shape := model.Shape(enc.OutShape(info.Shape))
	if !shape.Equal(n.Input) {
		return usagef("eval: dataset %q gives samples of %v, the network reads %v", info.Name, shape, n.Input)
	}
	shapes, err := n.Shapes()
	if err != nil {
		return usage(err)
	}
	if out := shapes[n.Output()].Size(); len(info.Classes) > out {
		return usagef("eval: dataset %q has %d classes, the network %d outputs", info.Name, len(info.Classes), out)
	}
	return nil
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

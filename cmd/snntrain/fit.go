package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
)

// fits checks that a network can read what the data gives, and has an output for every class.
func fits(n *model.Network, info datasets.Info, enc datasets.Encoder) error {
	shapes, err := n.Shapes()
	if err != nil {
		return usage(err)
	}
	subject := fmt.Sprintf("dataset %q", info.Name)
	if shape := model.Shape(enc.OutShape(info.Shape)); !shape.Equal(n.Input) {
		return usage(fault.Fault{Pkg: "model", Subject: subject, Fact: fmt.Sprintf("gives samples of %v, the network reads %v", shape, n.Input)})
	}
	if out := shapes[n.Output()]; len(out) == 1 && len(info.Classes) > out[0] {
		return usage(fault.Fault{Pkg: "model", Subject: subject, Fact: fmt.Sprintf("has %d classes, the network %d outputs", len(info.Classes), out[0]), Hint: "give the last synapse an output a class"})
	}
	return nil
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

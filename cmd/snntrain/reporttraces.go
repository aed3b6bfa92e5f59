package main

import (
	"sort"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// busiest are the neurons of sample b whose potential moves most, by the sum
// of its changes from step to step, at most traced of them.
func busiest(v *signal.Signal, b int) []int {
	moved := make([]float32, v.N())
	for t := 1; t < v.T; t++ {
		before, now := v.Row((t-1)*v.B+b), v.Row(t*v.B+b)
		for n := range moved {
			moved[n] += max(now[n]-before[n], before[n]-now[n])
		}
	}
	order := make([]int, len(moved))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return moved[order[i]] > moved[order[j]] })
	order = order[:min(traced, len(order))]
	sort.Ints(order)
	return order
}

// threshold is that of neuron n (channel-last) of a spiking layer, empty for others.
func threshold(set *setup, layer string, n, size int) []float32 {
	op, ok := set.network.Node(layer).Op.(*model.Neuron)
	if !ok || op.Values["threshold"] == nil {
		return nil
	}
	values := op.Values["threshold"].Data
	switch len(values) {
	case 1:
		return values
	case size:
		return nil // stored in another order; not worth drawing wrongly
	}
	return values[n%len(values) : n%len(values)+1]
}

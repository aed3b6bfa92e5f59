package main

import (
	"sort"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
)

// busiest are the neurons of sample b whose potential spans most, at most traced of them.
func busiest(v *signal.Signal, b int) []int {
	span := make([]float32, v.N())
	for n := range span {
		low, high := v.Row(b)[n], v.Row(b)[n]
		for t := range v.T {
			u := v.Row(t*v.B + b)[n]
			low, high = min(low, u), max(high, u)
		}
		span[n] = high - low
	}
	order := make([]int, len(span))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return span[order[i]] > span[order[j]] })
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

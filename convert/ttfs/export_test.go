package ttfs

// SortSpikes puts spikes, given as times and neurons, in the order of time.
func SortSpikes(times []float64, neurons []int32) {
	spikes := make([]spike, len(times))
	for i := range spikes {
		spikes[i] = spike{times[i], neurons[i]}
	}
	var s sorter
	s.sort(spikes)
	for i, e := range spikes {
		times[i], neurons[i] = e.time, e.at
	}
}

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

// Repeated returns how many spikes of a sample come from a place that has
// spiked already, over all layers and what passes spikes on.
func (s *Simulator) Repeated(row []float32) int {
	st := s.fresh()
	s.sample(st, row, make([]float64, s.out.shape.Size()))
	repeated := 0
	for _, spikes := range st.spikes {
		seen := map[int32]bool{}
		for _, e := range spikes {
			if seen[e.at] {
				repeated++
			}
			seen[e.at] = true
		}
	}
	return repeated
}

package ttfs

import (
	"cmp"
	"slices"
)

// spike is one event.
type spike struct {
	time float64
	at   int32 // the neuron, channel-last
}

// byTime orders spikes by time, those of one moment by neuron.
func byTime(a, b spike) int {
	if c := cmp.Compare(a.time, b.time); c != 0 {
		return c
	}
	return cmp.Compare(a.at, b.at)
}

// sorter puts spikes in the order of time. Its storage is used again.
type sorter struct {
	spikes []spike
	starts []int
	bucket []int32
}

// smallSort is the number of spikes that are not worth buckets.
const smallSort = 64

// sort orders spikes: each goes to one of as many equal parts of the time
// between first and last as there are spikes, and the parts are ordered one by
// one. The cost grows with the number of spikes only, unless they crowd.
func (s *sorter) sort(spikes []spike) {
	n := len(spikes)
	if n < smallSort {
		slices.SortFunc(spikes, byTime)
		return
	}
	first, last := spikes[0].time, spikes[0].time
	for _, e := range spikes {
		first, last = min(first, e.time), max(last, e.time)
	}
	scale := float64(n-1) / (last - first)
	if !(scale < 1e300) { // all at one time
		slices.SortFunc(spikes, byTime)
		return
	}
	s.grow(n)
	for i, e := range spikes {
		b := int32((e.time - first) * scale)
		s.bucket[i] = b
		s.starts[b+1]++
	}
	for b := range n {
		s.starts[b+1] += s.starts[b]
	}
	for i, e := range spikes {
		b := s.bucket[i]
		s.spikes[s.starts[b]] = e
		s.starts[b]++
	}
	copy(spikes, s.spikes)
	from := 0
	for _, to := range s.starts[:n] {
		if to-from > 1 {
			slices.SortFunc(spikes[from:to], byTime)
		}
		from = to
	}
}

// grow makes room for n spikes, with all counts at zero.
func (s *sorter) grow(n int) {
	if cap(s.spikes) < n {
		s.spikes, s.bucket, s.starts = make([]spike, n), make([]int32, n), make([]int, n+1)
	}
	s.spikes, s.bucket, s.starts = s.spikes[:n], s.bucket[:n], s.starts[:n+1]
	clear(s.starts)
}

package signal

import "math/bits"

// Events lists spikes group by group: group g holds Index[Start[g]:Start[g+1]], ascending.
type Events struct {
	Start []uint32
	Index []uint32
}

// Group returns the members of group g.
func (e *Events) Group(g int) []uint32 { return e.Index[e.Start[g]:e.Start[g+1]] }

// Groups is the number of groups.
func (e *Events) Groups() int { return len(e.Start) - 1 }

// ByRow lists for every stored row the inputs that spike in it. The list is
// made once and kept until the signal changes.
func (s *Signal) ByRow() *Events {
	if s.fresh.byRow {
		return &s.byRow
	}
	rows := s.Rows()
	start := grow(s.byRow.Start, rows+1)
	total := uint32(0)
	for r := range rows {
		start[r] = total
		for _, w := range s.WordRow(r) {
			total += uint32(bits.OnesCount64(w))
		}
	}
	start[rows] = total
	index := grow(s.byRow.Index, int(total))
	k := 0
	for r := range rows {
		for i, w := range s.WordRow(r) {
			for ; w != 0; w &= w - 1 {
				index[k] = uint32(i*64 + bits.TrailingZeros64(w))
				k++
			}
		}
	}
	s.byRow = Events{start, index}
	s.fresh.byRow = true
	return &s.byRow
}

// ByInput lists for every input the stored rows in which it spikes.
func (s *Signal) ByInput() *Events {
	if s.fresh.byInput {
		return &s.byInput
	}
	rows := s.ByRow()
	n := s.N()
	start := grow(s.byInput.Start, n+1)
	clear(start)
	for _, i := range rows.Index {
		start[i+1]++
	}
	for i := range n {
		start[i+1] += start[i]
	}
	index := grow(s.byInput.Index, len(rows.Index))
	for r := range rows.Groups() { // start[i] runs ahead to the end of group i
		for _, i := range rows.Group(r) {
			index[start[i]] = uint32(r)
			start[i]++
		}
	}
	copy(start[1:], start[:n])
	start[0] = 0
	s.byInput = Events{start, index}
	s.fresh.byInput = true
	return &s.byInput
}

// Count is the number of spikes stored.
func (s *Signal) Count() int {
	total := 0
	for _, w := range s.Words {
		total += bits.OnesCount64(w)
	}
	return total
}

func eachBit(words []uint64, f func(i int)) {
	for i, w := range words {
		for ; w != 0; w &= w - 1 {
			f(i*64 + bits.TrailingZeros64(w))
		}
	}
}

package signal

import "math/bits"

// Events lists the values that are not zero, group by group: group g holds
// places lo..hi of Index with their values in Value; spikes all have the value
// Signal.Gain and no list of values.
type Events struct {
	Start []uint32 // Groups()+1 places
	Index []uint32
	Value []float32

	shared bool // Index and Value belong to another list
}

// Group returns the members of group g.
func (e *Events) Group(g int) []uint32 { return e.Index[e.Start[g]:e.Start[g+1]] }

// Values returns the values of the members of group g; nil for spikes.
func (e *Events) Values(g int) []float32 {
	if e.Value == nil {
		return nil
	}
	return e.Value[e.Start[g]:e.Start[g+1]]
}

// Groups is the number of groups.
func (e *Events) Groups() int { return len(e.Start) - 1 }

// ByRow lists for every stored row the inputs that are not zero, ascending. The
// list is made once and kept until the signal changes.
func (s *Signal) ByRow() *Events {
	if s.fresh.byRow {
		return &s.byRow
	}
	s.byRow.own()
	s.byRow.Start = grow(s.byRow.Start, s.Rows()+1)
	if s.spiking {
		s.listSpikes(&s.byRow)
	} else {
		s.listValues(&s.byRow)
	}
	s.fresh.byRow = true
	return &s.byRow
}

func (s *Signal) listSpikes(e *Events) {
	total := uint32(0)
	for r := range s.Rows() {
		e.Start[r] = total
		for _, w := range s.WordRow(r) {
			total += uint32(bits.OnesCount64(w))
		}
	}
	e.Start[s.Rows()] = total
	e.Index, e.Value = grow(e.Index, int(total)), nil
	k := 0
	for r := range s.Rows() {
		for i, w := range s.WordRow(r) {
			for ; w != 0; w &= w - 1 {
				e.Index[k] = uint32(i*64 + bits.TrailingZeros64(w))
				k++
			}
		}
	}
}

func (s *Signal) listValues(e *Events) {
	e.Index, e.Value = e.Index[:0], e.Value[:0]
	for r := range s.Rows() {
		e.Start[r] = uint32(len(e.Index))
		for i, v := range s.Row(r) {
			if v != 0 {
				e.Index, e.Value = append(e.Index, uint32(i)), append(e.Value, v)
			}
		}
	}
	e.Start[s.Rows()] = uint32(len(e.Index))
}

// ByInput lists for every input the stored rows in which it is not zero, the
// last first: a sum over them that goes on in an earlier part of the sequence
// adds in the order of one over the whole.
func (s *Signal) ByInput() *Events {
	if s.fresh.byInput {
		return &s.byInput
	}
	rows, e := s.ByRow(), &s.byInput
	n := s.N()
	start := grow(e.Start, n+1)
	clear(start)
	for _, i := range rows.Index {
		start[i+1]++
	}
	for i := range n {
		start[i+1] += start[i]
	}
	e.Index = grow(e.Index, len(rows.Index))
	if rows.Value != nil {
		e.Value = grow(e.Value, len(rows.Value))
	} else {
		e.Value = nil
	}
	for r := rows.Groups() - 1; r >= 0; r-- { // start[i] runs ahead to the end of group i
		for k := rows.Start[r]; k < rows.Start[r+1]; k++ {
			i := rows.Index[k]
			e.Index[start[i]] = uint32(r)
			if rows.Value != nil {
				e.Value[start[i]] = rows.Value[k]
			}
			start[i]++
		}
	}
	copy(start[1:], start[:n])
	start[0] = 0
	e.Start = start
	s.fresh.byInput = true
	return e
}

// Zeros is the share of stored values that are zero.
func (s *Signal) Zeros() float64 {
	total := s.Rows() * s.N()
	if total == 0 {
		return 1
	}
	if s.spiking {
		return 1 - float64(s.Count())/float64(total)
	}
	zeros := 0
	for _, v := range s.F {
		if v == 0 {
			zeros++
		}
	}
	return float64(zeros) / float64(total)
}

// Count is the number of spikes stored.
func (s *Signal) Count() int {
	total := 0
	for _, w := range s.Words {
		total += bits.OnesCount64(w)
	}
	return total
}

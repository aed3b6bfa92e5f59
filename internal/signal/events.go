package signal

import (
	"math/bits"

	"github.com/snntrain/snntrain/internal/kernels"
	"github.com/snntrain/snntrain/internal/par"
)

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
func (s *Signal) ByRow() *Events { return s.ByRowOn(nil) }

// ByRowOn is ByRow, listed by the threads of a pool.
func (s *Signal) ByRowOn(pool *par.Pool) *Events {
	if s.fresh.byRow {
		return &s.byRow
	}
	s.byRow.own()
	s.byRow.Start = grow(s.byRow.Start, s.Rows()+1)
	if s.spiking {
		s.listSpikes(pool, &s.byRow)
	} else {
		s.listValues(&s.byRow)
	}
	s.fresh.byRow = true
	return &s.byRow
}

// growList is grow with room to spare: the number of spikes changes from batch to batch.
func growList(list []uint32, n int) []uint32 {
	if cap(list) < n {
		return grow(list, n+n/4)[:n]
	}
	return list[:n]
}

// listGrain is the number of words of spikes that are listed at a time.
const listGrain = 4096

func (s *Signal) listSpikes(pool *par.Pool, e *Events) {
	total := uint32(0)
	for r := range s.Rows() {
		e.Start[r] = total
		for _, w := range s.WordRow(r) {
			total += uint32(bits.OnesCount64(w))
		}
	}
	e.Start[s.Rows()] = total
	e.Index, e.Value = growList(e.Index, int(total)), nil
	pool.For(s.Rows(), max(1, listGrain/s.Stride()), func(lo, hi int) {
		safe := int(e.Start[hi]) - kernels.Slack // entries up to here may spoil what follows: it is this part's own
		for r := lo; r < hi; r++ {
			list := e.Index[e.Start[r]:e.Start[hi]]
			if int(e.Start[r+1]) <= safe {
				kernels.ListWords(list, s.WordRow(r))
			} else {
				listWords(list, s.WordRow(r))
			}
		}
	})
}

// listWords is kernels.ListWords in a list without room behind the last entry.
func listWords(list []uint32, words []uint64) {
	k := 0
	for i, w := range words {
		for ; w != 0; w &= w - 1 {
			list[k] = uint32(i*64 + bits.TrailingZeros64(w))
			k++
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

// ByInput lists, for every chunk of consecutive rows and in it for every
// input, the stored rows in which it is not zero, the last first and counted from
// the first of the chunk: a sum over them that goes on in an earlier part of the
// sequence adds in the order of one over the whole. Group c·N + i is input i in rows c·rows to (c+1)·rows. The list is kept until the signal changes.
func (s *Signal) ByInput(pool *par.Pool, rows int) *Events {
	if s.fresh.byInput && s.chunk == rows {
		return &s.byInput
	}
	list, e, n := s.ByRowOn(pool), &s.byInput, s.N()
	chunks := (s.Rows() + rows - 1) / rows
	e.Start = grow(e.Start, chunks*n+1)
	e.Start[0] = 0
	e.Index = growList(e.Index, len(list.Index))
	e.Value = grow(e.Value, len(list.Value))
	if list.Value == nil {
		e.Value = nil
	}
	pool.For(chunks, 1, func(lo, hi int) {
		for c := lo; c < hi; c++ {
			transpose(e, list, e.Start[c*n+1:(c+1)*n+1], c*rows, min((c+1)*rows, s.Rows()))
		}
	})
	s.chunk, s.fresh.byInput = rows, true
	return e
}

// transpose lists rows first to last of list by input, and where the group of
// each input ends. Their events lie at the same places in both lists.
func transpose(e, list *Events, ends []uint32, first, last int) {
	lo, hi := list.Start[first], list.Start[last]
	clear(ends)
	for _, i := range list.Index[lo:hi] {
		ends[i]++
	}
	at := lo
	for i, count := range ends { // where the group starts; runs ahead to its end
		ends[i] = at
		at += count
	}
	for r := last - 1; r >= first; r-- {
		for k := list.Start[r]; k < list.Start[r+1]; k++ {
			i := list.Index[k]
			e.Index[ends[i]] = uint32(r - first)
			if list.Value != nil {
				e.Value[ends[i]] = list.Value[k]
			}
			ends[i]++
		}
	}
}

// Zeros is the share of stored values that are zero, counted once until the signal changes.
func (s *Signal) Zeros() float64 {
	if !s.fresh.zeros {
		s.zeros, s.fresh.zeros = s.countZeros(), true
	}
	return s.zeros
}

func (s *Signal) countZeros() float64 {
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

package ranc

import "math"

// A neuron that reads more than a core's 256 axons gets its sum in three stages
// of cores, exactly and a tick each. Its axons are cut into chunks of at most two
// axon types. With p the sum of a chunk in a tick and r a radix:
//
//	stage 0: i·r ≤ p, i = 1, 2, …;  p < −i·r, i = 0, 1, …    thermometers of q = ⌊p/r⌋
//	stage 1: j ≤ p − r·q, j = 1 … r − 1                      thermometers of the rest
//	stage 2: the neuron itself adds r for each true line above, −r for each
//	         below, and 1 for each of the rest: p
//
// The neurons of stages 0 and 1 remember nothing: both thresholds are 0, so
// a tick ends with the potential at 0 whether they fired or not. All are silent
// while the input is.
type split struct {
	layer  *layer
	chunks int
	radix  int32
	size   int     // lines of a chunk
	bound  []bound // of [neuron][chunk]

	last  int // the neuron whose lines are in cache, −1 for none
	cache []chunkPin
	from  []int // where its chunks begin in cache
}

// bound is the least and the greatest sum of a chunk.
type bound struct{ lo, hi int32 }

// up, down and rest are the numbers of thermometer lines.
func (s *split) up(b bound) int   { return int(b.hi / s.radix) }
func (s *split) down(b bound) int { return int((-b.lo + s.radix - 1) / s.radix) }
func (s *split) rest(b bound) int {
	if b.lo == 0 && b.hi < s.radix {
		return int(b.hi)
	}
	return int(s.radix - 1)
}

// extraTicks is how much later a split layer acts.
const extraTicks = 2

// newSplit cuts a layer's axons into chunks of size lines and chooses the radix
// that needs the fewest thermometer lines.
func newSplit(l *layer, size int) *split {
	s := &split{layer: l, size: size, last: -1}
	n := l.pop.N()
	for u := range n {
		s.chunks = max(s.chunks, count(s.lines(u)))
	}
	s.bound = make([]bound, n*s.chunks)
	widest := int32(1)
	for u := range n {
		for _, p := range s.lines(u) {
			b := &s.bound[u*s.chunks+p.chunk]
			if p.on && p.value < 0 {
				b.lo += p.value
			} else if p.on {
				b.hi += p.value
			}
		}
	}
	for _, b := range s.bound {
		widest = max(widest, b.hi-b.lo)
	}
	s.radix = min(int32(math.Ceil(math.Sqrt(float64(widest)))), 255)
	return s
}

// chunkPin is a line of a neuron's list with the chunk it belongs to.
type chunkPin struct {
	pin
	value int32
	chunk int
	on    bool // the neuron connects it
}

func count(lines []chunkPin) int {
	if len(lines) == 0 {
		return 0
	}
	return lines[len(lines)-1].chunk + 1
}

// lines lists all axons of a neuron's sources, type after type, connected or
// not, so that neurons with the same sources are cut at the same places.
func (s *split) lines(n int) []chunkPin {
	if n == s.last {
		return s.cache
	}
	l, buf := s.layer, s.cache[:0]
	l.buf = l.fan.taps(n, l.buf)
	chunk, used, first := 0, 0, 0
	for k, v := range l.code.of(n) {
		if k-first > 1 && used > 0 {
			chunk, used, first = chunk+1, 0, k // a third type
		}
		for _, t := range l.buf {
			digit := l.code.digit(n, k, t.weight)
			for c := range l.code.copies[k] {
				if used == s.size {
					chunk, used, first = chunk+1, 0, k
				}
				used++
				buf = append(buf, chunkPin{
					pin: pin{signal: t.source, source: l.source, kind: int32(k), copy: c, tick: l.tick}, value: v, chunk: chunk, on: c < digit,
				})
			}
		}
	}
	s.last, s.cache, s.from = n, buf, s.from[:0]
	for i, p := range buf {
		if p.chunk == len(s.from) {
			s.from = append(s.from, i)
		}
	}
	return buf
}

// chunk is the lines of one chunk of a neuron, none where its list is shorter.
func (s *split) chunk(n, chunk int) []chunkPin {
	lines := s.lines(n)
	if chunk >= len(s.from) {
		return nil
	}
	to := len(lines)
	if chunk+1 < len(s.from) {
		to = s.from[chunk+1]
	}
	return lines[s.from[chunk]:to]
}

// part is one unit of stage 0 or 1.
type part struct {
	neuron, chunk int
	below         bool  // stage 0: p < −step·r
	step          int32 // i or j
	line          int   // stage 0: its number among those of the chunk
}

// stages adds the groups of a split layer: above is what adds up, group numbers count from base.
func (s *split) stages(base int) []*group {
	var zero, one []part
	start := make([]int, len(s.bound)) // first unit of stage 0 of each chunk
	rest := make([]int, len(s.bound))
	for c := range s.chunks { // neighbors on cores read the same chunk
		for _, n := range s.layer.order {
			at := n*s.chunks + c
			b := s.bound[at]
			start[at], rest[at] = len(zero), len(one)
			for i := range s.up(b) {
				zero = append(zero, part{n, c, false, int32(i + 1), i})
			}
			for i := range s.down(b) {
				zero = append(zero, part{n, c, true, int32(i), s.up(b) + i})
			}
			for j := range s.rest(b) {
				one = append(one, part{neuron: n, chunk: c, step: int32(j + 1)})
			}
		}
	}
	l := s.layer
	g0 := &group{layer: l.index, count: len(zero), neuron: func(u int) int { return zero[u].neuron }, chunk: func(u int) int { return zero[u].chunk }}
	g0.pins = func(u int, buf []pin) []pin { return s.connected(zero[u].neuron, zero[u].chunk, 0, buf) }
	g0.make = func(u int) Neuron { return s.thermometer(zero[u]) }
	g1 := &group{layer: l.index, count: len(one), neuron: func(u int) int { return one[u].neuron }, chunk: func(u int) int { return one[u].chunk }}
	g1.pins = func(u int, buf []pin) []pin {
		p := one[u]
		buf = s.connected(p.neuron, p.chunk, 1, buf)
		at := p.neuron*s.chunks + p.chunk
		return s.thermometers(at, start[at], int32(base), [2]int32{2, 3}, 0, buf)
	}
	g1.make = func(u int) Neuron { return s.remainder(one[u]) }
	g2 := l.group()
	g2.pins = func(u int, buf []pin) []pin {
		buf = buf[:0]
		for c := range s.chunks {
			at := u*s.chunks + c
			buf = s.thermometers(at, start[at], int32(base), [2]int32{0, 1}, 1, buf)
			for j := range s.rest(s.bound[at]) {
				buf = append(buf, pin{signal: int32(rest[at] + j), source: int32(base + 1), kind: 2})
			}
		}
		return buf
	}
	own := g2.make
	g2.make = func(u int) Neuron {
		n := own(u)
		n.Weights = []int32{s.radix, -s.radix, 1, 0}
		return n
	}
	return []*group{g0, g1, g2}
}

// connected is the pins of a chunk that a neuron connects, later by so many ticks.
func (s *split) connected(n, chunk int, later int32, buf []pin) []pin {
	buf = buf[:0]
	lines := s.chunk(n, chunk)
	for _, p := range lines {
		if p.on {
			p.kind -= lines[0].kind // types are 0 and 1 here
			p.tick += later
			buf = append(buf, p.pin)
		}
	}
	return buf
}

// thermometers is the lines of stage 0 of a chunk, those above and below with a type each.
func (s *split) thermometers(at, first int, source int32, kinds [2]int32, tick int32, buf []pin) []pin {
	b := s.bound[at]
	for i := range s.up(b) + s.down(b) {
		kind := kinds[0]
		if i >= s.up(b) {
			kind = kinds[1]
		}
		buf = append(buf, pin{signal: int32(first + i), source: source, kind: kind, tick: tick})
	}
	return buf
}

// values are the weights of a chunk's types.
func (s *split) values(n, chunk int) (out [2]int32) {
	lines := s.chunk(n, chunk)
	for _, p := range lines {
		out[p.kind-lines[0].kind] = p.value
	}
	return out
}

func (s *split) thermometer(p part) Neuron {
	v := s.values(p.neuron, p.chunk)
	if p.below { // −p − step·r − 1 ≥ 0
		return Neuron{Weights: []int32{-v[0], -v[1], 0, 0}, Leak: -p.step*s.radix - 1}
	}
	return Neuron{Weights: []int32{v[0], v[1], 0, 0}, Leak: -p.step * s.radix}
}

func (s *split) remainder(p part) Neuron {
	v := s.values(p.neuron, p.chunk)
	return Neuron{Weights: []int32{v[0], v[1], -s.radix, s.radix}, Leak: -p.step}
}

// cores estimates the cores of a split: of stage 0 and of the sums by neurons
// and axons, of stage 1 by the lines of thermometers beside a chunk.
func (s *split) cores() int {
	n, zero, lines, total := s.layer.pop.N(), 0, 0, 0
	for _, b := range s.bound {
		t := s.up(b) + s.down(b)
		zero, lines, total = zero+2*t, lines+t, total+t+s.rest(b)
	}
	mean := max(lines/len(s.bound), 1) // thermometer lines of a neuron's chunk
	each := max((coreAxons-s.size)/mean, 1)
	return zero/coreNeurons + s.chunks*(n/each+1) + total/coreAxons
}

// sizes are the chunk sizes that are tried.
func sizes() []int { return []int{48, 64, 96, 128, 160, 192, 224} }

// fits reports whether every summing neuron and every neuron of stage 1 fits a
// core, and the leaks of thermometers fit 9 bits.
func (s *split) fits() bool {
	for n := range s.layer.pop.N() {
		sum := 0
		for c := range s.chunks {
			b := s.bound[n*s.chunks+c]
			lines := s.up(b) + s.down(b)
			if lines+s.size > coreAxons || b.hi > 255 || b.lo < -255 {
				return false
			}
			sum += lines + s.rest(b)
		}
		if sum > coreAxons {
			return false
		}
	}
	return true
}

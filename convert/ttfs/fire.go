package ttfs

import "math"

// fire are the neurons of a layer: each compares its potential with its
// threshold once the window has begun, and fires once or not at all.
type fire struct {
	in         wire // potentials
	out        int
	tMin, tMax float64
	layer      int
	clip       bool
	tick       float64 // distance of the times that a spike may have; 0 = any time
	open       bool    // the window has no start, and values are watched
	relay      bool    // and no end
}

func (f *fire) run(s *state, _ []float32) {
	if f.open {
		f.watch(s)
		return
	}
	out, saturated := s.spikes[f.out][:0], 0
	gain, rest := f.in.gain, f.in.rest
	for i, v := range s.charge[f.in.slot] {
		// t_min + ϑ − V with ϑ = t_max − t_min − rest
		u := v*at(gain, i, 1) + at(rest, i, 0)
		if f.tick > 0 {
			u = math.Round(u/f.tick) * f.tick
		}
		t := f.tMax - u
		if !(t < f.tMax) {
			if math.IsNaN(t) {
				s.fail(f.layer)
			}
			continue
		}
		if t < f.tMin {
			t = f.tMin
			saturated++
		}
		out = append(out, spike{t, int32(i)})
	}
	s.sorter.sort(out)
	s.spikes[f.out] = out
	layer := &s.layers[f.layer]
	layer.Spikes += float64(len(out))
	if !f.clip {
		layer.Saturated += saturated
	}
}

// watch fires at any time before the end of the window, of a clip within it, of
// a relay also after it, and keeps the extent of the values.
func (f *fire) watch(s *state) {
	out, seen := s.spikes[f.out][:0], &s.ranges[f.layer]
	for i, v := range s.charge[f.in.slot] {
		u := v*at(f.in.gain, i, 1) + at(f.in.rest, i, 0)
		seen.add(u)
		if math.IsNaN(u) {
			s.fail(f.layer)
		}
		if u > 0 || f.relay {
			out = append(out, spike{max(f.tMax-u, f.tMin), int32(i)})
		}
	}
	s.sorter.sort(out)
	s.spikes[f.out] = out
}

package kernels

// Pools lists the windows of a pooling layer: window p looks at the places
// Place[Start[p]:Start[p+1]], at most 65536 of them, each the number of the
// first of n channels.
type Pools struct{ Place, Start []uint32 }

// Len is the number of windows.
func (p *Pools) Len() int { return len(p.Start) - 1 }

// Maxima takes the maximum of every window and channel, and which place of
// the window holds it, the first of several:
//
//	dst[p·n + j] = max_k src[Place[Start[p] + k] + j],    at[p·n + j] = k    0 ≤ j < n
//
// A value that is not a number is the maximum only in the first place.
func Maxima(dst []float32, at []uint16, src []float32, n int, p *Pools) {
	active.Maxima(dst, at, src, n, p)
}

// Unpool hands values back to where the maxima lay:
//
//	dst[Place[Start[p] + k] + j] += g[p·n + j]    k = at[p·n + j], 0 ≤ j < n
func Unpool(dst, g []float32, at []uint16, n int, p *Pools) { active.Unpool(dst, g, at, n, p) }

// MaximaRows lists the values that Unpool would hand to each place of each
// window, but for zeros: those of place i of p.Place, which is value k of
// window w, at e = start[i] to start[i+1],
//
//	val[e] = g[w·n + idx[e]]    at[w·n + idx[e]] = k, idx[e] ascending
//
// and returns their number. A value that is not a number counts. idx and val
// hold all values of g and Slack more; what lies behind the last entry is
// spoiled.
func MaximaRows(idx []uint32, val []float32, start []uint32, g []float32, at []uint16, n int, p *Pools) int {
	return active.MaximaRows(idx, val, start, g, at, n, p)
}

// Maxima is the function of that name on level l.
func (l Level) Maxima(dst []float32, at []uint16, src []float32, n int, p *Pools) {
	p.check(n, len(src), len(dst), len(at))
	if n < 8 {
		maximaGo(dst, at, src, n, p.Place, p.Start)
		return
	}
	l.t.maxima(dst, at, src, n, p.Place, p.Start)
}

// Unpool is the function of that name on level l.
func (l Level) Unpool(dst, g []float32, at []uint16, n int, p *Pools) {
	p.check(n, len(dst), len(g), len(at))
	if n < 8 {
		unpoolGo(dst, g, at, n, p.Place, p.Start)
		return
	}
	l.t.unpool(dst, g, at, n, p.Place, p.Start)
}

// MaximaRows is the function of that name on level l.
func (l Level) MaximaRows(idx []uint32, val []float32, start []uint32, g []float32, at []uint16, n int, p *Pools) int {
	size := n * p.Len()
	if n <= 0 || len(g) < size || len(at) < size || len(idx) < size+Slack || len(val) < size+Slack || len(start) <= len(p.Place) {
		panic("kernels: MaximaRows: slices are shorter than the windows need")
	}
	p.checkWindows()
	if n < 8 {
		maximaRowsGo(idx, val, start, g, at, n, p.Start)
	} else {
		l.t.maximaRows(idx, val, start, g, at, n, p.Start)
	}
	return int(start[len(p.Place)])
}

// check panics unless every window has a place and all lie in the slices.
func (p *Pools) check(n, whole, pooled, at int) {
	if n <= 0 || n*p.Len() > pooled || n*p.Len() > at || n > whole || len(p.Place) == 0 {
		panic("kernels: pooling: slices are shorter than the windows need")
	}
	p.checkWindows()
	if int(maxIndexGo(p.Place)) > whole-n {
		panic("kernels: pooling: a place outside the sample")
	}
}

// checkWindows panics unless every window has a place and all places are in one.
func (p *Pools) checkWindows() {
	for i, lo := range p.Start[:p.Len()] {
		if lo >= p.Start[i+1] {
			panic("kernels: pooling: a window without places")
		}
	}
	if p.Start[0] != 0 || int(p.Start[p.Len()]) != len(p.Place) {
		panic("kernels: pooling: windows do not share out the places")
	}
}

func maximaGo(dst []float32, at []uint16, src []float32, n int, place, start []uint32) {
	for p := range len(start) - 1 {
		to, from := dst[p*n:][:n], at[p*n:][:n]
		places := place[start[p]:start[p+1]]
		copy(to, src[places[0]:])
		clear(from)
		for k, o := range places[1:] {
			for j, v := range src[o:][:n] {
				if v > to[j] {
					to[j], from[j] = v, uint16(k+1)
				}
			}
		}
	}
}

func unpoolGo(dst, g []float32, at []uint16, n int, place, start []uint32) {
	for p := range len(start) - 1 {
		places := place[start[p]:start[p+1]]
		for j, k := range at[p*n:][:n] {
			dst[int(places[k])+j] += g[p*n+j]
		}
	}
}

func maximaRowsGo(idx []uint32, val []float32, start []uint32, g []float32, at []uint16, n int, windows []uint32) {
	e := 0
	for w := range len(windows) - 1 {
		values, places := g[w*n:][:n], at[w*n:][:n]
		for i := windows[w]; i < windows[w+1]; i++ {
			start[i] = uint32(e)
			k := uint16(i - windows[w])
			for j, v := range values {
				if places[j] == k && v != 0 {
					idx[e], val[e] = uint32(j), v
					e++
				}
			}
		}
	}
	start[windows[len(windows)-1]] = uint32(e)
}

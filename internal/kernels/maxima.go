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

// check panics unless every window has a place and all lie in the slices.
func (p *Pools) check(n, whole, pooled, at int) {
	if n <= 0 || n*p.Len() > pooled || n*p.Len() > at || n > whole || len(p.Place) == 0 || int(p.Start[p.Len()]) > len(p.Place) {
		panic("kernels: pooling: slices are shorter than the windows need")
	}
	for i, lo := range p.Start[:p.Len()] {
		if lo >= p.Start[i+1] {
			panic("kernels: pooling: a window without places")
		}
	}
	if int(maxIndexGo(p.Place)) > whole-n {
		panic("kernels: pooling: a place outside the sample")
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

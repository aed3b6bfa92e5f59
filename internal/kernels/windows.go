package kernels

// Window is one sum of a Windows: over the entries start[Lo] to start[Hi] of
// the list, which must ascend. Entry e counts row e + Shift. The sum goes to
// dst[Dst:].
type Window struct {
	Lo, Hi uint32
	Shift  int32
	Dst    uint32
}

// Windows are sums over parts of one list: places of a convolution, each over
// the events that it sees. Start holds places in Index, so that windows may
// overlap; Scale, as long as Index, holds factors, nil for 1.
type Windows struct {
	Index, Start []uint32
	Scale        []float32
	List         []Window
}

// SumWindows computes for every window, with n values each,
//
//	dst[Dst + j] = first[j] + Σ_k Scale[k]·w[(Index[k] + Shift)·stride + j]    0 ≤ j < n
//
// k from Start[Lo] to Start[Hi], in this order, product and sum each rounded:
// same bits on every instruction set. When first is nil the sum is added to
// what dst holds. Windows are computed in order. It panics when a window
// reaches outside a slice.
func SumWindows(dst, first []float32, n int, w []float32, stride int, s *Windows) {
	active.SumWindows(dst, first, n, w, stride, s)
}

// SumWindows is the function of that name on level l.
func (l Level) SumWindows(dst, first []float32, n int, w []float32, stride int, s *Windows) {
	if n <= 0 || stride < 0 || n > len(dst) || n > len(w) || first != nil && len(first) < n || s.Scale != nil && len(s.Scale) != len(s.Index) {
		panic("kernels: SumWindows: slices do not hold n values, or Scale and Index differ in length")
	}
	if len(s.List) == 0 {
		return
	}
	rows := 1 << 31
	if stride > 0 {
		rows = min(rows, (len(w)-n)/stride+1)
	}
	var ok bool
	if s.Scale == nil {
		ok = l.t.sumWindows(dst, n, first, w, stride, rows, s.Index, s.Start, s.List)
	} else {
		ok = l.t.sumScaledWindows(dst, n, first, w, stride, rows, s.Index, s.Start, s.List, s.Scale)
	}
	if !ok {
		panic("kernels: SumWindows: a window reaches outside a slice")
	}
}

// inside says whether a window lies in its slices.
func (win Window) inside(size, n, rows int, idx, start []uint32) (lo, hi int, ok bool) {
	if int(win.Lo) >= len(start) || int(win.Hi) >= len(start) || int(win.Dst)+n > size {
		return 0, 0, false
	}
	lo, hi = int(start[win.Lo]), int(start[win.Hi])
	if lo == hi {
		return lo, lo, true
	}
	if lo > hi || hi > len(idx) {
		return 0, 0, false
	}
	bottom, top := idx[lo]+uint32(win.Shift), idx[hi-1]+uint32(win.Shift)
	return lo, hi, bottom <= top && int(top) < rows
}

func sumWindowsGo(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list []Window) bool {
	for _, win := range list {
		lo, hi, ok := win.inside(len(dst), n, rows, idx, start)
		if !ok {
			return false
		}
		to := dst[win.Dst:][:n]
		if first != nil {
			copy(to, first)
		}
		shiftedRowsGo(to, w, stride, idx[lo:hi], win.Shift)
	}
	return true
}

// shiftedRowsGo keeps eight outputs in registers while it reads the list.
func shiftedRowsGo(dst, w []float32, stride int, idx []uint32, shift int32) {
	j := 0
	for ; j+8 <= len(dst); j += 8 {
		d := (*[8]float32)(dst[j:])
		d0, d1, d2, d3, d4, d5, d6, d7 := d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]
		for _, e := range idx {
			x := (*[8]float32)(w[int(e+uint32(shift))*stride+j:])
			d0, d1, d2, d3 = d0+x[0], d1+x[1], d2+x[2], d3+x[3]
			d4, d5, d6, d7 = d4+x[4], d5+x[5], d6+x[6], d7+x[7]
		}
		*d = [8]float32{d0, d1, d2, d3, d4, d5, d6, d7}
	}
	for ; j < len(dst); j++ {
		sum := dst[j]
		for _, e := range idx {
			sum += w[int(e+uint32(shift))*stride+j]
		}
		dst[j] = sum
	}
}

func sumScaledWindowsGo(dst []float32, n int, first, w []float32, stride, rows int, idx, start []uint32, list []Window, scale []float32) bool {
	for _, win := range list {
		lo, hi, ok := win.inside(len(dst), n, rows, idx, start)
		if !ok {
			return false
		}
		to := dst[win.Dst:][:n]
		if first != nil {
			copy(to, first)
		}
		for k := lo; k < hi; k++ {
			axpyGo(to, scale[k], w[int(idx[k]+uint32(win.Shift))*stride:])
		}
	}
	return true
}

package kernels

import "math/bits"

// AddRows adds rows of w, one for each event, to dst:
//
//	dst[j] += Σ_k w[idx[k]·stride + j]    0 ≤ j < len(dst)
//
// The terms are added to dst[j] one after the other in the order of idx, each
// addition rounded: same bits on every instruction set. Indices may repeat.
// Row r of w is w[r·stride : r·stride+len(dst)]; stride counts values.
func AddRows(dst, w []float32, stride int, idx []uint32) { active.AddRows(dst, w, stride, idx) }

// AddScaledRows adds scaled rows of w, one for each event, to dst:
//
//	dst[j] += Σ_k scale[k]·w[idx[k]·stride + j]    0 ≤ j < len(dst)
//
// in the order of idx, product and sum each rounded: same bits on every
// instruction set. Otherwise as AddRows.
func AddScaledRows(dst, w []float32, stride int, idx []uint32, scale []float32) {
	active.AddScaledRows(dst, w, stride, idx, scale)
}

// AddToRows adds x to rows of w, one for each event:
//
//	w[idx[k]·stride + j] += x[j]    0 ≤ j < len(x)
//
// in the order of idx; same bits on every instruction set. It suits a short x;
// otherwise as AddRows.
func AddToRows(w []float32, stride int, idx []uint32, x []float32) {
	active.AddToRows(w, stride, idx, x)
}

// AddToRows is the function of that name on level l.
func (l Level) AddToRows(w []float32, stride int, idx []uint32, x []float32) {
	if len(x) == 0 || len(idx) == 0 {
		return
	}
	l.checkRows(len(x), len(w), stride, idx)
	l.t.addToRows(w, stride, idx, x)
}

// AddRows is the function of that name on level l.
func (l Level) AddRows(dst, w []float32, stride int, idx []uint32) {
	if len(dst) == 0 || len(idx) == 0 {
		return
	}
	l.checkRows(len(dst), len(w), stride, idx)
	l.t.addRows(dst, w, stride, idx)
}

// AddScaledRows is the function of that name on level l.
func (l Level) AddScaledRows(dst, w []float32, stride int, idx []uint32, scale []float32) {
	if len(scale) != len(idx) {
		panic("kernels: AddScaledRows: scale and idx differ in length")
	}
	if len(dst) == 0 || len(idx) == 0 {
		return
	}
	l.checkRows(len(dst), len(w), stride, idx)
	l.t.addScaledRows(dst, w, stride, idx, scale)
}

// checkRows panics unless every row listed lies in w.
func (l Level) checkRows(n, size, stride int, idx []uint32) {
	if stride < 0 || n > size {
		panic("kernels: AddRows: rows longer than w, or a negative stride")
	}
	top := l.greatest(idx)
	if high, low := bits.Mul64(uint64(top), uint64(stride)); high != 0 || low > uint64(size-n) {
		panic("kernels: AddRows: index past the last row of w")
	}
}

// greatest is the greatest index, 0 of none.
func (l Level) greatest(idx []uint32) uint32 {
	if len(idx) < 16 {
		return maxIndexGo(idx)
	}
	return l.t.maxIndex(idx)
}

func maxIndexGo(idx []uint32) uint32 {
	var top uint32
	for _, r := range idx {
		top = max(top, r)
	}
	return top
}

// addRowsGo keeps eight outputs in registers while it reads the list.
func addRowsGo(dst, w []float32, stride int, idx []uint32) {
	j := 0
	for ; j+8 <= len(dst); j += 8 {
		d := (*[8]float32)(dst[j:])
		d0, d1, d2, d3, d4, d5, d6, d7 := d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]
		for _, r := range idx {
			x := (*[8]float32)(w[int(r)*stride+j:])
			d0, d1, d2, d3 = d0+x[0], d1+x[1], d2+x[2], d3+x[3]
			d4, d5, d6, d7 = d4+x[4], d5+x[5], d6+x[6], d7+x[7]
		}
		*d = [8]float32{d0, d1, d2, d3, d4, d5, d6, d7}
	}
	for ; j < len(dst); j++ {
		sum := dst[j]
		for _, r := range idx {
			sum += w[int(r)*stride+j]
		}
		dst[j] = sum
	}
}

func addToRowsGo(w []float32, stride int, idx []uint32, x []float32) {
	for _, r := range idx {
		addGo(w[int(r)*stride:][:len(x)], x)
	}
}

func addScaledRowsGo(dst, w []float32, stride int, idx []uint32, scale []float32) {
	for k, r := range idx {
		axpyGo(dst, scale[k], w[int(r)*stride:])
	}
}

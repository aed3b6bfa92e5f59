package kernels

// tile is the inner product of a set: the largest piece of C that it computes
// at once, in registers, and the transposition that packing needs.
type tile struct {
	rows, cols int // largest piece; cols is one or two vectors
	lanes      int // panels of B are padded to a multiple of it

	// multiply computes c[i·ldc+j] = Σ_p a[i·rs+p·cs]·b[p·bs+j], or adds to it.
	multiply func(k int, a []float32, rs, cs int, b []float32, bs int, c []float32, ldc, rows, cols int, add bool)
	// pack copies rows × panels·cols of src to panels of cols columns that are step apart.
	pack func(dst []float32, step int, src []float32, ld, rows, panels int)
	// transpose computes dst[j·ldd+i] = src[i·lds+j] for i < rows and j < cols.
	transpose func(dst []float32, ldd int, src []float32, lds, rows, cols int)
}

// tileGo computes a piece of up to 4×4, two rows at a time.
func tileGo(k int, a []float32, rs, cs int, b []float32, bs int, c []float32, ldc, rows, cols int, add bool) {
	for i := 0; i < rows; i += 2 {
		var top, low [4]float32
		if i+1 < rows {
			top, low = twoRowsGo(k, a[i*rs:], rs, cs, b, bs)
			storeGo(c[(i+1)*ldc:], low[:cols], add)
		} else {
			top, _ = twoRowsGo(k, a[i*rs:], 0, cs, b, bs)
		}
		storeGo(c[i*ldc:], top[:cols], add)
	}
}

// twoRowsGo keeps two rows of four sums in registers. The conversions keep
// the compiler from fusing products with sums.
func twoRowsGo(k int, a []float32, rs, cs int, b []float32, bs int) (top, low [4]float32) {
	var s0, s1, s2, s3, t0, t1, t2, t3 float32
	for p := range k {
		x, y := a[p*cs], a[p*cs+rs]
		r := (*[4]float32)(b[p*bs:])
		s0, s1, s2, s3 = s0+float32(x*r[0]), s1+float32(x*r[1]), s2+float32(x*r[2]), s3+float32(x*r[3])
		t0, t1, t2, t3 = t0+float32(y*r[0]), t1+float32(y*r[1]), t2+float32(y*r[2]), t3+float32(y*r[3])
	}
	return [4]float32{s0, s1, s2, s3}, [4]float32{t0, t1, t2, t3}
}

func storeGo(c, sums []float32, add bool) {
	if add {
		addGo(c[:len(sums)], sums)
		return
	}
	copy(c, sums)
}

// packGo copies panels of four columns.
func packGo(dst []float32, step int, src []float32, ld, rows, panels int) {
	for q := range rows {
		for p := range panels {
			*(*[4]float32)(dst[p*step+q*4:]) = *(*[4]float32)(src[q*ld+p*4:])
		}
	}
}

// Transpose writes the rows × cols values of src to dst as cols × rows.
func Transpose(dst, src []float32, rows, cols int) {
	if rows <= 0 || cols <= 0 {
		return
	}
	if len(dst) < rows*cols || len(src) < rows*cols {
		panic("kernels: Transpose: dst or src is shorter than its extents")
	}
	active.t.tile.transpose(dst, rows, src, cols, rows, cols)
}

func transposeGo(dst []float32, ldd int, src []float32, lds, rows, cols int) {
	for i := range rows {
		for j, x := range src[i*lds:][:cols] {
			dst[j*ldd+i] = x
		}
	}
}

package kernels

import "sync"

// Strides of copied rows of A: an odd number of cache lines, for rows of a
// block of k or for columns of a group of panels.
const (
	maxTileRows  = 14
	copiedRow    = depth + 16
	copiedColumn = 112
	copiedSize   = max(copiedRow*groupPanels*maxTileRows, copiedColumn*depth)
)

// workspace holds the packed values of one thread.
type workspace struct {
	packed []float32 // a slab of B
	copied []float32 // a group of panels of A
}

// workspaces keeps those not in use.
var workspaces = sync.Pool{New: func() any { return &workspace{} }}

// slab is the part of B that is packed at a time: rows [k0, k1) and columns
// [j0, j0+n). Packed, it is a run of panels for each block of k.
type slab struct {
	*product
	*workspace
	k0, k1, j0, n int
	first         int // columns before this one are read where they lie
	padded        int // packed columns, the last panel padded to whole vectors
}

// pack packs B in the order in which it is stored.
func (s *slab) pack() {
	if s.direct {
		s.first = s.n - s.n%s.tile.cols
	}
	s.padded = roundUp(s.n-s.first, s.tile.lanes)
	s.packed = grow(s.packed, s.padded*(s.k1-s.k0))
	for k := s.k0; k < s.k1; k += depth {
		kc, j := min(depth, s.k1-k), s.first
		if panels := (s.n - j) / s.tile.cols; panels > 0 && s.b.cs == 1 {
			dst, stride := s.panel(k, kc, j, s.tile.cols)
			s.tile.pack(dst, kc*stride, s.b.from(k, s.j0+j), s.b.rs, kc, panels)
			j += panels * s.tile.cols
		}
		for ; j < s.n; j += s.tile.cols {
			s.packPanel(k, kc, j, min(s.tile.cols, s.n-j))
		}
	}
}

// packPanel packs columns [j, j+cols) for the block of k that starts at k.
// What lies between packed rows is left as it was: tiles compute with it and drop the result.
func (s *slab) packPanel(k, kc, j, cols int) {
	dst, stride := s.panel(k, kc, j, cols)
	src := view{s.b.from(k, s.j0+j), s.b.rs, s.b.cs}
	if src.cs != 1 {
		s.tile.transpose(dst, stride, src.data, src.cs, cols, kc)
		return
	}
	for q := range kc {
		copy(dst[q*stride:], src.from(q, 0)[:cols])
	}
}

// panel finds columns [j, j+cols) for the block of k that starts at k and is
// kc long: where they are, and how far apart its rows are.
func (s *slab) panel(k, kc, j, cols int) (b []float32, stride int) {
	if j < s.first {
		return s.b.from(k, s.j0+j), s.b.rs
	}
	return s.packed[s.padded*(k-s.k0)+(j-s.first)*kc:], roundUp(cols, s.tile.lanes)
}

// multiply multiplies rows [i0, i1) of A with the slab.
func (s *slab) multiply(i0, i1 int) {
	height := ceilDiv(i1-i0, ceilDiv(i1-i0, s.panelRows())) // panels of even height
	group := height * groupPanels
	if s.n <= s.tile.cols {
		group = height // A is read once: let its rows stream
	}
	for i := i0; i < i1; i += group {
		for k := s.k0; k < s.k1; k += depth {
			s.block(i, min(i+group, i1), height, k)
		}
	}
}

// block multiplies panels of rows [i0, i1) with the slab for the block of k that starts at k.
func (s *slab) block(i0, i1, height, k int) {
	kc := min(depth, s.k1-k)
	a := view{s.a.from(i0, k), s.a.rs, s.a.cs}
	if s.copies {
		s.copied = grow(s.copied, copiedSize)
		a = a.copied(s.copied, i1-i0, kc)
	}
	for i := i0; i < i1; i += height {
		rows := min(height, i1-i)
		for j := 0; j < s.n; j += s.tile.cols {
			cols := min(s.tile.cols, s.n-j)
			b, bs := s.panel(k, kc, j, cols)
			s.tile.multiply(kc, a.from(i-i0, 0), a.rs, a.cs, b, bs, s.c.from(i, s.j0+j), s.c.rs, rows, cols, s.add || k > 0)
		}
	}
}

// copied copies rows × kc of v to buf, as they are stored but closer together.
func (v view) copied(buf []float32, rows, kc int) view {
	if v.cs == 1 {
		for i := range rows {
			copy(buf[i*copiedRow:], v.from(i, 0)[:kc])
		}
		return view{buf, copiedRow, 1}
	}
	for q := range kc {
		copy(buf[q*copiedColumn:], v.from(0, q)[:rows])
	}
	return view{buf, 1, copiedColumn}
}

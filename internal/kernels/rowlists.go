package kernels

// AddRowLists is AddRows for one list after the other, list i to row i of dst:
//
//	dst[i·stride + j] += Σ_k w[idx[k]·ld + j]    start[i] ≤ k < start[i+1], 0 ≤ j < n
//
// in the order of idx: the same bits. w has rows rows, ld values apart.
func AddRowLists(dst []float32, stride int, w []float32, ld, n, rows int, start, idx []uint32) {
	active.AddRowLists(dst, stride, w, ld, n, rows, start, idx)
}

// AddRowLists is the function of that name on level l.
func (l Level) AddRowLists(dst []float32, stride int, w []float32, ld, n, rows int, start, idx []uint32) {
	lists := len(start) - 1
	if lists <= 0 || n <= 0 {
		return
	}
	if stride < n || ld < n || len(dst) < (lists-1)*stride+n || len(w) < (rows-1)*ld+n || int(start[lists]) > len(idx) {
		panic("kernels: AddRowLists: dst, w or lists are shorter than their extents")
	}
	for i := range lists {
		if start[i] > start[i+1] {
			panic("kernels: AddRowLists: a list ends before it starts")
		}
	}
	named := idx[start[0]:start[lists]]
	if len(named) == 0 {
		return
	}
	if int(l.greatest(named)) >= rows {
		panic("kernels: AddRowLists: index past the last row of w")
	}
	j := 0
	for ; j+TileColumns <= n; j += TileColumns {
		l.t.addLists(dst[j:], stride, w[j:], ld, start, idx)
	}
	for i := 0; i < lists && j < n; i++ {
		if list := idx[start[i]:start[i+1]]; len(list) > 0 {
			l.t.addRows(dst[i*stride+j:i*stride+n], w[j:], ld, list)
		}
	}
}

func addListsGo(dst []float32, stride int, w []float32, ld int, start, idx []uint32) {
	for i := range len(start) - 1 {
		addRowsGo(dst[i*stride:i*stride+TileColumns], w, ld, idx[start[i]:start[i+1]])
	}
}

// TileColumns is the number of columns that AddRowLists sums at a time.
const TileColumns = 32

// TileRows is the number of rows up to which as many columns stay in the first-level cache.
const TileRows = 256

// PackTiles copies a matrix of rows of n values to tiles of TileColumns
// columns, tile after tile, and returns them. buffer is grown where it is too
// small. The last tile is filled up with zeros.
func PackTiles(buffer, src []float32, n, rows int) []float32 {
	buffer = grow(buffer, ceilDiv(n, TileColumns)*TileColumns*rows)
	for j := 0; j < n; j += TileColumns {
		tile := buffer[j*rows : (j+TileColumns)*rows]
		for r := range rows {
			copied := copy(tile[r*TileColumns:(r+1)*TileColumns], src[r*n+j:(r+1)*n])
			clear(tile[r*TileColumns+copied : (r+1)*TileColumns])
		}
	}
	return buffer
}

package kernels

// TileColumns is the width of the tiles of PackTiles.
const TileColumns = 32

// TileRows is the number of rows up to which a tile stays in the first-level cache.
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

// AddTiledRows adds, for every list, the rows that it names of a matrix in tiles:
//
//	dst[i·stride + j] += Σ_k w[idx[k]][j]    start[i] ≤ k < start[i+1], 0 ≤ j < len(tiles)/rows
//
// in the order of the list: the bits of AddRows. stride is at least the number of columns.
func AddTiledRows(dst []float32, stride int, tiles []float32, rows int, start, idx []uint32) {
	active.AddTiledRows(dst, stride, tiles, rows, start, idx)
}

// AddTiledRows is the function of that name on level l.
func (l Level) AddTiledRows(dst []float32, stride int, tiles []float32, rows int, start, idx []uint32) {
	lists := len(start) - 1
	if lists <= 0 || len(tiles) == 0 {
		return
	}
	columns := len(tiles) / rows
	if columns%TileColumns != 0 || stride < columns || len(dst) < (lists-1)*stride+columns || int(start[lists]) > len(idx) {
		panic("kernels: AddTiledRows: tiles, dst or lists are shorter than their extents")
	}
	for i := range lists {
		if start[i] > start[i+1] {
			panic("kernels: AddTiledRows: a list ends before it starts")
		}
	}
	named := idx[start[0]:start[lists]]
	if len(named) == 0 {
		return
	}
	if int(l.greatest(named)) >= rows {
		panic("kernels: AddTiledRows: index past the last row")
	}
	for j := 0; j < columns; j += TileColumns {
		l.t.addTile(dst[j:], stride, tiles[j*rows:(j+TileColumns)*rows], start, idx)
	}
}

func addTileGo(dst []float32, stride int, tile []float32, start, idx []uint32) {
	for i := range len(start) - 1 {
		addRowsGo(dst[i*stride:i*stride+TileColumns], tile, TileColumns, idx[start[i]:start[i+1]])
	}
}

package kernels

// ColumnsAtOnce is the largest n of AddColumns.
const ColumnsAtOnce = 6

// AddColumns adds rows of x to the lanes whose bit is set, row after row, up
// from the first or down from the last:
//
//	dst[j·stride + i] += Σ_r bit(r, i)·x[r·ldx + j]    0 ≤ i < 64, 0 ≤ j < n, n ≤ ColumnsAtOnce
//
// where bit(r, i) is bit i of words[r·step], 0 ≤ r < rows. The terms of a sum
// are added one after the other, each addition rounded: same bits on every
// instruction set.
func AddColumns(dst []float32, stride int, words []uint64, step, rows int, x []float32, ldx, n int, up bool) {
	active.AddColumns(dst, stride, words, step, rows, x, ldx, n, up)
}

// AddColumns is the function of that name on level l.
func (l Level) AddColumns(dst []float32, stride int, words []uint64, step, rows int, x []float32, ldx, n int, up bool) {
	if rows <= 0 || n <= 0 {
		return
	}
	if n > ColumnsAtOnce || len(dst) < (n-1)*stride+64 || len(words) < (rows-1)*step+1 || len(x) < (rows-1)*ldx+n || stride < 0 || step < 0 || ldx < 0 {
		panic("kernels: AddColumns: slices are shorter than their extents")
	}
	l.t.addColumns(dst, stride, words, step, rows, x, ldx, n, up)
}

// ColumnsPay says whether AddColumns takes less time than AddRows or AddToRows
// over the events, for rows of n values and the given share of bits that are
// set: the cost model of decision 24.
func ColumnsPay(n int, density float64) bool { return active.ColumnsPay(n, density) }

// Cycles of one core of Zen 4, measured: a word of 64 bits takes 4 a column and
// 8 more, whatever is set in it; an event some for each 16 values, fewer where its
// row is long.
const (
	columnCycles, wordCycles    = 4, 8
	shortEventCycles, longEvent = 10, 1.8
	longRow                     = 64
)

// ColumnsPay is the function of that name on level l.
func (l Level) ColumnsPay(n int, density float64) bool {
	event := float64(shortEventCycles)
	if n >= longRow {
		event = longEvent
	}
	return l.t.masked && columnCycles*float64(n)+wordCycles < density*64*event*float64(ceilDiv(n, 16))
}

func addColumnsGo(dst []float32, stride int, words []uint64, step, rows int, x []float32, ldx, n int, up bool) {
	for r := range rows {
		if !up {
			r = rows - 1 - r
		}
		for i := range 64 {
			if words[r*step]>>i&1 == 0 {
				continue
			}
			for j, v := range x[r*ldx : r*ldx+n] {
				dst[j*stride+i] += v
			}
		}
	}
}

// TransposeBits writes bit j of word i of src as bit i of word j of dst, after
// Warren, Hacker's Delight, section 7-3: halves of ever smaller squares change
// places.
func TransposeBits(dst, src *[64]uint64) {
	*dst = *src
	mask := uint64(1)<<32 - 1
	for half := 32; half > 0; half >>= 1 {
		for i := 0; i < 64; i = (i + half + 1) &^ half {
			t := (dst[i]>>half ^ dst[i+half]) & mask
			dst[i] ^= t << half
			dst[i+half] ^= t
		}
		mask ^= mask << (half / 2)
	}
}

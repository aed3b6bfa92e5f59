package kernels

// Slack is the room that NonzeroRows needs behind the last entry it lists.
const Slack = 16

// NonzeroRows lists the values of every row of n values that are not zero:
// those of row r at k = start[r] to start[r+1],
//
//	val[k] = src[r·n + idx[k]]    idx[k] ascending
//
// for len(start)−1 rows, and returns their number. A value that is not a
// number counts. idx and val hold all values of src and Slack more; what lies
// behind the last entry is spoiled.
func NonzeroRows(idx []uint32, val []float32, start []uint32, src []float32, n int) int {
	return active.NonzeroRows(idx, val, start, src, n)
}

// NonzeroRows is the function of that name on level l.
func (l Level) NonzeroRows(idx []uint32, val []float32, start []uint32, src []float32, n int) int {
	size := (len(start) - 1) * n
	if n <= 0 || len(start) < 1 || len(src) < size || len(idx) < size+Slack || len(val) < size+Slack {
		panic("kernels: NonzeroRows: slices are shorter than the rows need")
	}
	if size > 0 {
		l.t.nonzeroRows(idx, val, start, src, n)
	}
	return int(start[len(start)-1])
}

func nonzeroRowsGo(idx []uint32, val []float32, start []uint32, src []float32, n int) {
	k := 0
	for r := range len(start) - 1 {
		start[r] = uint32(k)
		for j, v := range src[r*n:][:n] {
			idx[k], val[k] = uint32(j), v
			if v != 0 {
				k++
			}
		}
	}
	start[len(start)-1] = uint32(k)
}

package signal

// ArgMax is the place of the largest value of a row, the first of equal ones:
// the class of a sample by its scores. A value that is not a number wins only
// in the first place.
func ArgMax(row []float32) int {
	at := 0
	for i, v := range row {
		if v > row[at] {
			at = i
		}
	}
	return at
}

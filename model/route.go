package model

// Router is an op that moves values without changing them: an output value is
// one input value, or zero, and an input value has at most one output.
type Router interface {
	Op
	// Route returns, for each output value, the place of the input value that
	// it is, or −1 for zero, both counted in (C, H, W) order. The input has a
	// shape that Infer accepts.
	Route(in Shape) []int32
}

// route builds the table of a Router: source tells, for the coordinates of an
// output value, those of its input value, or false for zero.
func route(in, out Shape, source func(at, from []int) bool) []int32 {
	table := make([]int32, out.Size())
	at, from := make([]int, len(out)), make([]int, len(in))
	for i := range table {
		table[i] = -1
		if source(at, from) {
			place := 0
			for a, x := range from {
				place = place*in[a] + x
			}
			table[i] = int32(place)
		}
		for a := len(out) - 1; a >= 0; a-- { // the next place, last axis first
			if at[a]++; at[a] < out[a] {
				break
			}
			at[a] = 0
		}
	}
	return table
}

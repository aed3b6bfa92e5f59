package quantized

import "github.com/snntrain/snntrain/neuron"

// trail is what the last Forward left for the Backward of the same run, so
// that it need not run again.
type trail struct {
	kept      bool
	x, start  *float32 // of the run
	t, size   int
	u, s, low []float32 // [B, T, N]
}

// mostKept is the most values, for a batch, that are kept in one of three arrays.
const mostKept = 8 << 20

// begin makes room for a run, or forgets the last one.
func (k *trail) begin(c *Cell, r *neuron.Run) {
	total := r.X.B * r.X.T * c.N
	k.kept = c.Keep && total <= mostKept && total > 0
	if !k.kept {
		return
	}
	k.x, k.start, k.t, k.size = &r.X.F[0], startOf(r), r.X.T, r.X.T*c.N
	k.u, k.s, k.low = grow(k.u, total), grow(k.s, total), grow(k.low, total)
}

func startOf(r *neuron.Run) *float32 {
	if r.Start == nil {
		return nil
	}
	return &r.Start.V[0]
}

// is reports whether the run is the one that was kept. It is forgotten: its
// input may be overwritten by the gradient.
func (k *trail) is(r *neuron.Run) bool {
	same := k.kept && k.x == &r.X.F[0] && k.start == startOf(r) && k.t == r.X.T
	k.kept = false
	return same
}

// lend gives a space the part of a sample.
func (k *trail) lend(w *space, b int) {
	lo, hi := b*k.size, (b+1)*k.size
	w.u, w.s, w.low = k.u[lo:hi], k.s[lo:hi], k.low[lo:hi]
}

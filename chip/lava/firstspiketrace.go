package lava

// extremes are how far a layer's registers went, over samples, ticks and neurons.
type extremes struct {
	high, low []int64 // of v after each tick of the source's window, with the bias as a ramp over it
	current   int64   // of |u|
	sums      [][]int32
}

// trace runs a layer on what its source sends, tick by tick.
func (n *timedNumbers) trace(levels [][]int32) extremes {
	ticks := n.stage.in.ticks
	all := extremes{high: make([]int64, ticks+1), low: make([]int64, ticks+1)}
	for _, level := range levels {
		all.sums = append(all.sums, n.sample(level, &all))
	}
	return all
}

// sample returns V of every neuron.
func (n *timedNumbers) sample(level []int32, all *extremes) []int32 {
	ticks := n.stage.in.ticks
	due := make([][]int32, ticks+1) // sources by activation
	for from, a := range level {
		due[a] = append(due[a], int32(from))
	}
	u, v := make([]int32, len(n.bias)), make([]int32, len(n.bias))
	for t := 1; t <= ticks; t++ {
		for _, from := range due[ticks-t+1] {
			p := n.stage.paths
			for k := p.start[from]; k < p.start[from+1]; k++ {
				u[p.to[k]] += n.weights[p.weight[k]]
			}
		}
		for i, add := range u {
			v[i] += add
			x := int64(v[i]) + int64(n.bias[i])*int64(t)/int64(ticks)
			all.high[t], all.low[t] = max(all.high[t], x), min(all.low[t], x)
			i := int64(add) + int64(n.bias[i])/int64(ticks)
			all.current = max(all.current, i, -i)
		}
	}
	for i, b := range n.bias {
		v[i] += b
	}
	return v
}

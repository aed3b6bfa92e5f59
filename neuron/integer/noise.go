package integer

import "math"

// noise is a quant.Noise spread over a population.
type noise struct {
	sigma []int32
	seed  uint64
}

// add adds the noise of a tick to x; a sum beyond 32 bits is held there.
func (g *noise) add(x []int32, tick uint64) {
	for n, sigma := range g.sigma {
		if sigma == 0 {
			continue
		}
		v := int64(x[n]) + int64(math.RoundToEven(float64(sigma)*gauss(g.seed, tick, uint64(n))))
		x[n] = int32(min(max(v, math.MinInt32), math.MaxInt32))
	}
}

// gauss is nearly normal: a sum of eight uniform numbers of 16 bits, of mean 0
// and variance 1 (Irwin-Hall). The same arguments give the same number on every machine.
func gauss(seed, tick, n uint64) float64 {
	key := mix(mix(seed)^tick)<<1 ^ n
	sum := int64(-8 * 65535 / 2)
	for k := range uint64(2) {
		for bits := mix(key + k<<62); bits != 0; bits >>= 16 {
			sum += int64(bits & 0xffff)
		}
	}
	return float64(sum) / (65536 * 0.816496580927726) // √(8/12)
}

// mix is the finalizer of SplitMix64 (Steele et al. 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

package surrogate

import "math"

func logTailedReLUKind() Kind {
	return Kind{
		Name:    "log-tailed-relu",
		Formula: "leak for x ≤ 0, 1 for x ≤ 1, else 1/x",
		Source:  "Cai et al. 2017, arXiv:1702.00953; SpikingJelly LogTailedReLU (leak α)",
		Params:  []Param{signed("leak", 0, "derivative below threshold")},
		New:     func(p map[string]float64) Func { return logTailedReLU{p["leak"]} },
	}
}

type logTailedReLU struct{ leak float64 }

// Grad implements Func.
func (f logTailedReLU) Grad(dst, x, _ []float32) {
	leak := math.Float32bits(float32(f.leak))
	dst = dst[:len(x)]
	for i, v := range x {
		g := math.Float32bits(1 / max(v, 1))
		if v <= 0 {
			g = leak
		}
		dst[i] = math.Float32frombits(g)
	}
}

// At implements Func.
func (f logTailedReLU) At(x, _ float64) float64 {
	if x > 0 {
		return 1 / max(x, 1)
	}
	return f.leak
}

// Primitive implements Func.
func (f logTailedReLU) Primitive(x, _ float64) float64 {
	return f.leak*min(x, 0) + max(0, min(x, 1)) + math.Log(max(x, 1))
}

// Support implements Func.
func (f logTailedReLU) Support(float64) (lo, hi float64) {
	if f.leak != 0 {
		lo = math.Inf(-1)
	}
	return lo, math.Inf(1)
}

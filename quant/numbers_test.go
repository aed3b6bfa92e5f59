package quant

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/snntrain/snntrain/model"
)

// TestThreshold: behind a reset that forgets the potential, whole potentials
// decide as the network does; else the threshold is the nearest.
func TestThreshold(t *testing.T) {
	for _, c := range []struct {
		k             float64
		reset         model.Reset
		network, chip model.Compare
		unit          int
		want          int32
	}{
		{5.3, model.ResetValue, model.FireAbove, model.FireAtLeast, 0, 6}, // u > 5.3 is u ≥ 6
		{5.3, model.ResetValue, model.FireAtLeast, model.FireAtLeast, 0, 6},
		{5, model.ResetValue, model.FireAbove, model.FireAtLeast, 0, 6},
		{5, model.ResetValue, model.FireAtLeast, model.FireAtLeast, 0, 5},
		{5, model.ResetValue, model.FireAtLeast, model.FireAbove, 0, 4},
		{5.3, model.ResetValue, model.FireAbove, model.FireAbove, 0, 5},
		{5 - 1e-12, model.ResetValue, model.FireAbove, model.FireAbove, 0, 5}, // 5, but for rounding
		{5.3, model.ResetSubtract, model.FireAbove, model.FireAtLeast, 0, 5},
		{5.6, model.ResetSubtract, model.FireAbove, model.FireAtLeast, 0, 6},
		{5.6, model.ResetValue, model.FireAbove, model.FireAbove, 6, 6}, // potentials are finer than weights
	} {
		got := threshold(c.k, &Dynamics{Reset: c.reset, Fire: c.network}, &Spiking{Fire: c.chip}, c.unit)
		if got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
		if c.unit > 0 || c.reset != model.ResetValue {
			continue
		}
		for u := int32(0); u < 10; u++ {
			fires := float64(u) > c.k || c.network == model.FireAtLeast && float64(u) >= c.k*(1-1e-9)
			if math.Abs(float64(u)-c.k) < 1e-6 {
				fires = c.network == model.FireAtLeast
			}
			if on := u > got || c.chip == model.FireAtLeast && u == got; on != fires {
				t.Errorf("%+v: u = %d fires %v on the chip, %v in the network", c, u, on, fires)
			}
		}
	}
}

// TestScaleOf: max clips nothing and uses the grid; a percentile clips at most
// its share; mse is no worse than max and than its neighbors.
func TestScaleOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "values"), 2))
		w := make([]float64, rapid.IntRange(1, 300).Draw(t, "n"))
		for i := range w {
			w[i] = r.NormFloat64() * math.Exp(r.NormFloat64())
		}
		g, err := SignedGrid(rapid.IntRange(2, 8).Draw(t, "bits"), 8)
		if err != nil {
			t.Fatal(err)
		}
		clipped := func(s float64) (n int) {
			for _, x := range w {
				if k := math.Round(x * s); k < float64(g.Min) || k > float64(g.Max) {
					n++
				}
			}
			return n
		}
		most := scaleOf(w, g, model.Quantization{Range: "max"}, 0)
		if clipped(most) != 0 || clipped(most*1.8) == 0 {
			t.Fatalf("max: %d clipped, %d at 1.8 times the scale", clipped(most), clipped(most*1.8))
		}
		percent := rapid.Float64Range(50, 100).Draw(t, "percent")
		if s := scaleOf(w, g, model.Quantization{Range: "percentile", Percentile: percent}, 0); float64(clipped(s)) > (100-percent)/100*float64(len(w)) || s < most {
			t.Fatalf("percentile %v: %d of %d clipped, scale %v, of all %v", percent, clipped(s), len(w), s, most)
		}
		best := scaleOf(w, g, model.Quantization{Range: "mse"}, len(w))
		e := squaredError(w, g, best, math.Inf(1))
		for _, f := range []float64{most / best, math.Pow(2, -1.0/8), math.Pow(2, 1.0/8)} {
			if best*f >= most && e > squaredError(w, g, best*f, math.Inf(1))*(1+1e-12) {
				t.Fatalf("the error at %v is %v, at %v times the scale %v", best, e, f, squaredError(w, g, best*f, math.Inf(1)))
			}
		}
	})
	if s := scaleOf(make([]float64, 4), Grid{Min: -2, Max: 1}, model.Quantization{Range: "mse"}, 4); s != 1 {
		t.Errorf("zeros have the scale %v", s)
	}
}

// TestDashOf: the shift whose loss is nearest, never out of range.
func TestDashOf(t *testing.T) {
	for alpha, want := range map[float64]int32{0: 0, 0.5: 1, 0.75: 2, 0.9: 3, 0.96875: 5, 0.999999: 15} {
		if got := DashOf(alpha); got != want {
			t.Errorf("%v: %d, want %d", alpha, got, want)
		}
	}
	if CanDash(1) || CanDash(-0.1) || !CanDash(0) {
		t.Error("all of a state, or less than none of it, is kept")
	}
}

// TestDynamics: what one step of the network's neurons means in factors.
func TestDynamics(t *testing.T) {
	op := &model.Neuron{
		Model: "cuba-lif", Output: model.OutputSpikes,
		Rules: model.Rules{
			Fire: model.FireAbove, MaxSpikes: 1, Reset: model.ResetValue, ResetAt: model.ResetAtLeak, Synapse: model.SynapseAddDecay,
			MemDecay: model.DecayExp, SynDecay: model.DecayEuler, Gain: model.GainLeak,
		},
		Values: map[string]*model.Tensor{
			"tau": model.Scalar(10), "tau_syn": model.Scalar(4), "threshold": {Shape: []int{2}, Data: []float32{2, 4}},
			"v_leak": model.Scalar(0.5), "bias": model.Scalar(1), "r": model.Scalar(3), "v_reset": model.Scalar(0),
		},
	}
	r := &Refusals{}
	d := DynamicsOf(op, 1, r)
	near := func(what string, got []float64, want ...float64) {
		t.Helper()
		for i := range want {
			if len(got) != len(want) || math.Abs(got[i]-want[i]) > 1e-6 {
				t.Errorf("%s is %v, want %v", what, got, want)
				return
			}
		}
	}
	beta := math.Exp(-0.1)
	near("beta", d.Beta, beta)
	near("alpha", d.Alpha, 0.75)
	near("gain", d.Gain, 3*(1-beta)*0.75/2, 3*(1-beta)*0.75/4)
	near("bias", d.Bias, (1+0.5*(1-beta))/2, (1+0.5*(1-beta))/4)
	if len(r.refused) != 0 || !d.Fires || d.Reset != model.ResetValue {
		t.Errorf("%+v, %+v", r, d)
	}
	slayer := DynamicsOf(&model.Neuron{Model: "slayer-cuba", Output: model.OutputSpikes, Values: map[string]*model.Tensor{
		"current_decay": model.Scalar(1024), "voltage_decay": model.Scalar(128), "threshold": model.Scalar(2),
	}}, 1, r)
	near("slayer alpha", slayer.Alpha, 0.75)
	near("slayer beta", slayer.Beta, 1-128.0/4096)
	near("slayer gain", slayer.Gain, 0.5)
}

package surrogate_test

import (
	"math"
	"testing"

	"github.com/snntrain/snntrain/surrogate"
)

func TestForFramework(t *testing.T) {
	const x, theta = -0.25, 0.75
	sech2 := func(u float64) float64 { return 1 / (math.Cosh(u) * math.Cosh(u)) }
	sigma := func(u float64) float64 { return 1 / (1 + math.Exp(-u)) }
	// What the recordings do not hold: defaults, neurons' own widths, stork, and what a framework raises on.
	for _, c := range []struct {
		framework, name string
		params          params
		want            float64
	}{
		{"snntorch", "", nil, 1 / (1 + math.Pi*x*math.Pi*x)},
		{"snntorch", "LSO", nil, 0.1},
		{"snntorch", "LSO", params{"slope": 0.3}, 0.3},
		{"snntorch", "SSO", params{"variance": 0}, 0},
		{"snntorch", "SSO", params{"mean": 1000, "variance": 0.001}, 1}, // within the noise
		{"spikingjelly", "", nil, 4 * sigma(4*x) * sigma(-4*x)},
		{"norse", "", nil, 1 / (1.25 * 1.25)},
		{"lava", "", nil, 0.1 / (2 * 75) * math.Exp(x/75)},
		{"lava", "alif", params{"tau_grad": 0.02, "scale_grad": 3}, 0.3 / (2 * 1.5) * math.Exp(x/1.5)},
		{"lava", "cuba", params{"tau_grad": 0.02, "scale_grad": 3, "graded": 1}, 0.3 * math.Exp(x/1.5)},
		{"sinabs", "", nil, 1 / 0.375 * math.Exp(x/0.375)},
		{"rockpool", "", nil, 1 / 0.75},
		{"rockpool", "PeriodicExponential", params{"window": 0.3}, math.Exp(x/0.3) / 0.75},
		{"spyx", "", nil, 1 / (7.25 * 7.25)},
		{"stork", "", nil, 1.0 / 36},
		{"stork", "SuperSpike_rescaled", nil, 441.0 / 36},
		{"stork", "SuperSpike_asymptote", params{"beta": 20}, 20.0 / 36},
		{"stork", "TanhSpike", params{"beta": 2}, 1 + sech2(0.5)},
		{"stork", "EsserSpike", params{"beta": 2}, 0.5},
		{"stork", "HardTanhSpike", nil, 0},
		{"stork", "HardTanhSpike", params{"beta": 2}, 0.5},
		{"stork", "CustomSpike.SuperSpike", nil, 1 / (3.5 * 3.5)},
		{"stork", "CustomSpike.sigmoid", nil, 10 * sigma(2.5) * sigma(-2.5)},
		{"stork", "CustomSpike.scaled_sigmoid", nil, sigma(2.5) * sigma(-2.5)},
		{"stork", "CustomSpike.exponential", nil, 0.01 / 0.133 * math.Exp(x/0.133)},
	} {
		t.Run(c.framework+" "+c.name, func(t *testing.T) {
			s, err := surrogate.ForFramework(c.framework, c.name, c.params)
			if err != nil {
				t.Fatal(err)
			}
			f, err := surrogate.New(s)
			if err != nil {
				t.Fatal(err)
			}
			tol := 1e-12 * max(1, c.want)
			if c.name == "SSO" {
				tol = 1e-3 / 2
			}
			if got := f.At(x, theta); !(math.Abs(got-c.want) <= tol) {
				t.Errorf("%v: At(%v) = %v, want %v", s, x, got, c.want)
			}
		})
	}
}

func TestForFrameworkFaults(t *testing.T) {
	for _, c := range []struct {
		framework, name string
		params          params
		want            []string
	}{
		{"sntorch", "atan", nil, []string{`surrogate: framework: "sntorch" is unknown; did you mean "snntorch"? known: snntorch, spikingjelly, norse, lava, sinabs, rockpool, spyx, stork`}},
		{"spyx", "arctn", nil, []string{`surrogate: spyx: "arctn" is no surrogate of it; did you mean "arctan"? known: superspike, tanh, boxcar, triangular, arctan`}},
		{"snntorch", "heaviside", params{"slope": 1}, []string{`surrogate: snntorch heaviside: "slope" is no parameter; it has none`}},
		{"sinabs", "Gaussian", params{"sigma": -1, "mean": 0}, []string{
			`surrogate: sinabs Gaussian: sigma is -1, must be from 1e-06 to 1e+06`,
			`surrogate: sinabs Gaussian: "mean" is no parameter; `,
		}},
	} {
		t.Run(c.framework+" "+c.name, func(t *testing.T) {
			_, err := surrogate.ForFramework(c.framework, c.name, c.params)
			faults(t, err, c.want)
		})
	}
}

package layers_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// recurrentProfiles are lines of config that must be a recorded recurrent
// layer once it has the recorded weights; byPre: those are (pre, post).
func recurrentProfiles() map[string]struct {
	profileCase
	byPre bool
} {
	type c = struct {
		profileCase
		byPre bool
	}
	return map[string]c{
		"snntorch_rleaky_subtract_delay":    {profileCase{1, "{kind: lif, profile: snntorch, recurrent: dense}", true}, false},
		"snntorch_rleaky_zero_delay":        {profileCase{1, "{kind: lif, profile: snntorch, recurrent: dense, reset: zero}", true}, false},
		"snntorch_rleaky_subtract_nodelay":  {profileCase{1, "{kind: lif, profile: snntorch, recurrent: dense, reset_at: spike, detach_reset: false, quirks: hold}", true}, false},
		"snntorch_rleaky_onetoone":          {profileCase{1, "{kind: lif, profile: snntorch, recurrent: one-to-one}", true}, false},
		"snntorch_rsynaptic_subtract_delay": {profileCase{1, "{kind: cuba-lif, profile: snntorch, alpha: 0.8, recurrent: dense}", false}, false},
		"snntorch_rsynaptic_zero_delay":     {profileCase{1, "{kind: cuba-lif, profile: snntorch, alpha: 0.8, recurrent: dense, reset: zero}", false}, false},
		"norse_lif_recurrent":               {profileCase{0.001, "{kind: cuba-lif, profile: norse, rate: 100, rate_syn: 200, recurrent: dense}", true}, false},
		"sinabs_lif_recurrent":              {profileCase{1, "{kind: lif, profile: sinabs, tau: 10, norm_input: false, recurrent: dense}", false}, false},
		"rockpool_lif_recurrent":            {profileCase{0.001, "{kind: cuba-lif, profile: rockpool, tau: 0.02, tau_syn: 0.01, bias: 0.01, recurrent: dense}", false}, true},
		"spyx_rlif":                         {profileCase{1, "{kind: lif, profile: spyx, beta: 0.9, recurrent: dense}", true}, true},
	}
}

// TestGoldenRecurrentProfiles: a recurrent layer named by a framework's
// profile fires spike for spike as there, and its weights learn as there.
func TestGoldenRecurrentProfiles(t *testing.T) {
	dir := testkit.GoldenDir(t, "neurons")
	tally := testkit.Tally{Folder: "recurrent profiles"}
	for name, c := range recurrentProfiles() {
		path := filepath.Join(dir, name+".npz")
		if _, err := os.Stat(path); err != nil {
			tally.Skip(name)
			continue
		}
		tally.Run(t, name, func(t *testing.T) { runRecurrentProfile(t, testkit.NPZ(t, path), c.profileCase, c.byPre) })
	}
	tally.Report(t)
}

func runRecurrentProfile(t *testing.T, a map[string]testkit.Array, c profileCase, byPre bool) {
	steps, batch, n := a["I"].Shape[0], a["I"].Shape[1], a["I"].Shape[2]
	yaml := "  - " + c.layer
	input, weighted := a["p_Win"]
	if weighted {
		yaml = fmt.Sprintf("  - {kind: linear, out: %d, bias: false}\n", n) + yaml
	}
	net, err := build(t, layers.Builder{Input: model.Shape{n}, Dt: c.dt}, yaml)
	if err != nil {
		t.Fatal(err)
	}
	if weighted {
		net.Nodes[0].Op.(*model.Linear).Weight.Data = input.F32()
	}
	op := net.Nodes[len(net.Nodes)-1].Op.(*model.Neuron)
	for theirs, ours := range map[string]*model.Tensor{"p_W": op.Recurrent.Weight, "p_w": op.Recurrent.Weight, "p_bw": op.Recurrent.Bias} {
		v, ok := a[theirs]
		if !ok {
			continue
		}
		for i, w := range v.F32() {
			if byPre {
				i = i%n*n + i/n
			}
			ours.Data[i] = w
		}
	}
	p, err := layers.Compile(net, layers.Options{Pool: par.New(2)})
	if err != nil {
		t.Fatal(err)
	}
	x := signal.NewAnalog(steps, batch, []int{n}, false)
	copy(x.F, a["I"].F32())
	if _, err := p.Infer(layers.Input{X: x, Watch: true}); err != nil {
		t.Fatal(err)
	}
	tolerance := 1e-4
	if c.exact {
		tolerance = 1e-5
	}
	if e := testkit.MaxError(p.Trace(net.Output()).F, a["V"].Data); e > tolerance {
		t.Errorf("potentials differ by %.3g", e)
	}
	if e := testkit.MaxError(p.Output(net.Output()).Dense(nil), a["S"].Data); e != 0 {
		t.Errorf("spikes differ by up to %v", e)
	}
}

// TestRecurrentStreamingEqualsTheWhole: single steps with carried state, the
// last spikes among it, give the spikes of one run.
func TestRecurrentStreamingEqualsTheWhole(t *testing.T) {
	for _, layer := range []string{
		"kind: cuba-lif, recurrent: dense", "kind: lif, profile: spyx, recurrent: one-to-one", "kind: lif, profile: sinabs, recurrent: {kind: dense, bias: true}",
	} {
		yaml := "  - {kind: linear, out: 70, init: {kind: fan-in, gain: 3}}\n  - {" + layer + ", name: rec}\n"
		b := layers.Builder{Input: model.Shape{6}, Seed: 2}
		whole, _ := compiled(t, b, yaml, layers.Options{})
		stream, _ := compiled(t, b, yaml, layers.Options{})
		in := batch(4, 12, 3, false, 6)
		if _, err := whole.Infer(in); err != nil {
			t.Fatal(err)
		}
		want := whole.Output("rec").Dense(nil)
		var got []float32
		for step := range 12 {
			one := signal.NewAnalog(1, 3, []int{6}, false)
			copy(one.F, in.X.F[step*18:(step+1)*18])
			if _, err := stream.Infer(layers.Input{X: one, Carry: true}); err != nil {
				t.Fatal(err)
			}
			got = append(got, stream.Output("rec").Dense(nil)...)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", layer, d)
		}
	}
}

// TestPlacesOfRecurrentWeights: weight (post, pre) counts neurons of maps as
// PyTorch flattens them.
func TestPlacesOfRecurrentWeights(t *testing.T) {
	p, n := compiled(t, layers.Builder{Input: model.Shape{2, 2, 3}}, `
  - {kind: if, recurrent: {kind: dense, init: {kind: constant, value: 0}}}
  - {kind: linear, out: 2}
`, layers.Options{})
	op := n.Nodes[0].Op.(*model.Neuron)
	const pre, post = 1*6 + 0*3 + 2, 0*6 + 1*3 + 0 // (c 1, y 0, x 2) and (c 0, y 1, x 0)
	op.Recurrent.Weight.Data[post*12+pre] = 5
	p.Load()
	in := layers.Input{X: signal.NewAnalog(2, 1, []int{2, 2, 3}, false)}
	in.X.F[(0*3+2)*2+1] = 2
	if _, err := p.Infer(in); err != nil {
		t.Fatal(err)
	}
	out := p.Output("if1")
	if !out.Fired(0, (0*3+2)*2+1) || !out.Fired(1, (1*3+0)*2+0) || out.Count() != 2 {
		t.Errorf("spikes: %v", out.Dense(nil))
	}
}

// TestAStepAlongTheGradientLowersTheRecurrentLoss trains everything a recurrent layer has.
func TestAStepAlongTheGradientLowersTheRecurrentLoss(t *testing.T) {
	for _, recurrent := range []string{"dense", "{kind: one-to-one, bias: true}"} {
		for _, learn := range []string{"", ", learn: [beta, alpha, threshold], share: neuron"} {
			p, _ := compiled(t, layers.Builder{Input: model.Shape{9}, Seed: 1}, fmt.Sprintf(`
  - {kind: linear, out: 40, init: {kind: fan-in, gain: 3}}
  - {kind: cuba-lif, name: rec, alpha: 0.7, beta: 0.8, recurrent: %s%s}
  - {kind: linear, out: 4}
  - {kind: li, beta: 0.9}
`, recurrent, learn), layers.Options{Loss: crossEntropy, Pool: par.New(2)})
			in := batch(5, 12, 18, false, 9)
			var first, last float64
			for step := range 120 {
				r, err := p.Step(in)
				if err != nil {
					t.Fatal(err)
				}
				if last = r.Loss; step == 0 {
					first = r.Loss
				}
				for _, q := range p.Params() {
					norm := 0.0
					for _, g := range q.Grad {
						norm += float64(g) * float64(g)
					}
					rate := float32(0.1 / max(1, math.Sqrt(norm))) // steps of bounded length
					for i := range q.Value {
						q.Value[i] -= rate * q.Grad[i]
					}
				}
			}
			if moved := p.Gradient("rec.recurrent.weight"); math.IsNaN(last) || last > 0.8*first || len(moved) == 0 {
				t.Errorf("%s%s: loss went from %v to %v only", recurrent, learn, first, last)
			}
		}
	}
}

func TestFaultsOfRecurrence(t *testing.T) {
	for layer, want := range map[string]string{
		"{kind: li, recurrent: dense}":                         "li cannot be recurrent",
		"{kind: slayer-cuba, recurrent: dense}":                "slayer-cuba cannot be recurrent",
		"{kind: lif, recurrent: dens}":                         `did you mean "dense"?`,
		"{kind: lif, recurrent: {kind: dense, bais: true}}":    `did you mean "bias"?`,
		"{kind: lif, recurrent: {kind: dense, init: uniform}}": `"uniform" is unknown`,
		"{kind: lif, recurrent: {bias: true}}":                 "needs kind",
	} {
		_, err := build(t, layers.Builder{Input: model.Shape{3}}, "  - "+layer)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", layer, err, want)
		}
	}
}

// TestRecurrentWeightsStart: fan-in draws, a bias only where it is asked for.
func TestRecurrentWeightsStart(t *testing.T) {
	for layer, want := range map[string]struct {
		bound float64
		bias  bool
	}{
		"recurrent: dense":                                        {0.05, false},
		"recurrent: dense, profile: snntorch":                     {0.05, true},
		"recurrent: one-to-one, profile: snntorch":                {1, false},
		"recurrent: {kind: one-to-one, bias: true}":               {1, true},
		"recurrent: {kind: dense, init: {kind: fan-in, gain: 2}}": {0.1, false},
	} {
		n, err := build(t, layers.Builder{Input: model.Shape{400}, Seed: 4}, "  - {kind: lif, "+layer+"}")
		if err != nil {
			t.Fatal(err)
		}
		r := n.Nodes[0].Op.(*model.Neuron).Recurrent
		largest := 0.0
		for _, w := range r.Weight.Data {
			largest = max(largest, math.Abs(float64(w)))
		}
		if largest > want.bound || largest < 0.95*want.bound || (r.Bias != nil) != want.bias {
			t.Errorf("%s: weights up to %v, bias %v; want %v, %v", layer, largest, r.Bias != nil, want.bound, want.bias)
		}
	}
}

package pytorch_test

import (
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/pytorch"
)

// build makes a network of a YAML list of layers.
func build(t testing.TB, input model.Shape, profile, yaml string) *model.Network {
	t.Helper()
	var top struct {
		Model []config.Section `yaml:"model" plug:"layer"`
	}
	doc, err := config.Load(config.Options{Texts: []config.Text{{Name: "test.yaml", YAML: []byte("model:\n" + yaml)}}}, &top)
	if err != nil {
		t.Fatal(err)
	}
	doc.Root().Decode(&top)
	b := layers.Builder{Input: input, Profile: profile}
	n := b.Build(top.Model)
	if err := doc.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRefused: what a framework cannot express is refused with the layer's name.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		framework, layer, want string // want = "" when it can be expressed
	}{
		{"snntorch", "{kind: lif, max_spikes: 3, reset: subtract}", `layer "lif1": fires up to 3 spikes a step; neurons of snnTorch fire one`},
		{"spikingjelly", "{kind: if, profile: sinabs}", "fires up to any number of spikes a step"},
		{"snntorch", "{kind: lif, v_min: -1}", "lower bound v_min"},
		{"snntorch", "{kind: lif, reset: value, v_reset: 0.1}", "resets to v_reset; snnTorch resets to zero"},
		{"spikingjelly", "{kind: lif, reset: value, v_reset: 0.1, v_init: 0.1}", "starts at 0.1, leaks to 0 and resets to 0.1"},
		{"spikingjelly", "{kind: if, reset: value, v_reset: 0.1, v_init: 0.1}", ""},
		{"spikingjelly", "{kind: lif, v_init: 0.5}", "starts at 0.5, leaks to 0 and resets to 0; in SpikingJelly all three are v_reset"},
		{"snntorch", "{kind: lif, v_init: 0.5}", ""},
		{"spikingjelly", "{kind: cuba-lif, reset: value, v_reset: 0.1, v_init: 0.1}", "resets a current-based neuron to v_reset"},
		{"spikingjelly", "{kind: lif, reset: none}", "never resets"},
		{"snntorch", "{kind: lif, reset: none}", ""},
		{"spikingjelly", "{kind: lif, beta: 0}", "tau must be above 1"},
		{"snntorch", "{kind: lif, tau: 0.5, discretize: euler}", "decay factor of -1 a step, which is not in 0..1"},
		{"snntorch", "{kind: cuba-lif, bias: 0.5}", "v_leak or bias beside a synaptic current"},
		{"snntorch", "{kind: lif, recurrent: {kind: one-to-one, bias: true}}", "bias on one-to-one connections"},
		{"spikingjelly", "{kind: lif, recurrent: {kind: one-to-one, bias: true}}", ""},
		{"snntorch", "{kind: slayer-cuba}", `layer "slayer-cuba1": slayer-cuba is no neuron of snnTorch`},
		{"snntorch", "{kind: lif, profile: sinabs, max_spikes: 1, reset: zero, quirks: [add-reset]}", "quirk add-reset"},
		{"spikingjelly", "{kind: qcfs}", "qcfs is not in PyTorch"},
		{"spikingjelly", "{kind: qif}", ""},
		{"snntorch", "{kind: qif}", "qif is no neuron of snnTorch"},
		{"spikingjelly", "{kind: alpha}", "alpha is no neuron of SpikingJelly"},
		{"snntorch", "{kind: alpha, alpha: 0.5, beta: 0.6}", "has alpha 0.5; snnTorch wants it above beta, 0.6"},
		{"spikingjelly", "{kind: eif, v_init: 0.3}", "starts at 0.3; EIFNode starts at v_reset, 0"},
		{"spikingjelly", "{kind: klif, v_leak: 0.2}", "leaks to another potential than it resets to"},
		{"spikingjelly", "{kind: raf, reset: none}", "never resets"},
		{"spikingjelly", "{kind: qif, learn: [a0], share: neuron}", ""},
	} {
		_, err := pytorch.Export(build(t, model.Shape{4}, "", "  - "+c.layer), c.framework)
		switch {
		case err == nil && c.want != "":
			t.Errorf("%s %s: was not refused, want %q", c.framework, c.layer, c.want)
		case err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s %s: %v, want %q", c.framework, c.layer, err, c.want)
		}
	}
	maps := model.Shape{3, 6, 6}
	for layer, want := range map[string]string{
		"{kind: gated-max-pool, size: 2}":                                    "gated-max-pool is not in PyTorch",
		"{kind: slice, start: [2, 0, 0], step: [-1, 1, 1], size: [3, 6, 6]}": "slices backwards",
		"{kind: lif, recurrent: dense}":                                      "recurrent connections over 3×6×6",
		"{kind: prelu, share: neuron}":                                       "has a slope a neuron",
	} {
		if _, err := pytorch.Export(build(t, maps, "", "  - "+layer), "snntorch"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", layer, err, want)
		}
	}
	_, err := pytorch.Export(build(t, model.Shape{4}, "", "  - {kind: lif, v_min: 0}\n  - {kind: slayer-cuba}"), "snntorch")
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two layers, want two lines: %v", err)
	}
	if _, err := pytorch.Export(build(t, maps, "", "  - {kind: lif}"), "snntorche"); err == nil || !strings.Contains(err.Error(), `did you mean "snntorch"?`) {
		t.Errorf("an unknown framework: %v", err)
	}
}

// TestNotes: each difference that changes spikes is named; none where the profile is the framework's own.
func TestNotes(t *testing.T) {
	for _, c := range []struct {
		framework, profile, layer string
		want                      []string // in the notes of spikes, in order
	}{
		{"snntorch", "snntorch", "{kind: lif}", nil},
		{"snntorch", "snntorch", "{kind: lif, reset: zero}", nil},
		{"snntorch", "snntorch", "{kind: lif, reset: none}", nil},
		{"snntorch", "snntorch", "{kind: cuba-lif}", nil},
		{"snntorch", "snntorch", "{kind: cuba-lif, reset: zero, recurrent: dense}", nil},
		{"snntorch", "snntorch", "{kind: lif, reset: zero, recurrent: dense}", nil},
		{"snntorch", "snntorch", "{kind: lif, reset_at: spike, quirks: [hold]}", nil},
		{"snntorch", "native", "{kind: lif, reset: zero}", nil},
		{"snntorch", "native", "{kind: li}", nil},
		{"snntorch", "native", "{kind: lif}", []string{"but not again while the potential stays above θ"}},
		{"snntorch", "snntorch", "{kind: cuba-lif, reset_at: spike, quirks: [hold], recurrent: dense}", []string{"resets by subtraction one step late"}},
		{"snntorch", "spikingjelly", "{kind: lif}", []string{"fires at v > θ there, was trained with v >= θ"}},
		{"snntorch", "spyx", "{kind: lif}", []string{"sends a spike in the step that decides it there"}},
		{"spikingjelly", "spikingjelly", "{kind: lif}", nil},
		{"spikingjelly", "spikingjelly", "{kind: if, reset: subtract}", nil},
		{"spikingjelly", "spikingjelly", "{kind: cuba-lif}", nil},
		{"spikingjelly", "spikingjelly", "{kind: li}", nil},
		{"spikingjelly", "snntorch", "{kind: lif}", []string{"fires at v >= θ there", "was trained to reset by subtraction one step late"}},
	} {
		e, err := pytorch.Export(build(t, model.Shape{4}, c.profile, "  - "+c.layer), c.framework)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		var got []pytorch.Note
		for _, n := range e.Notes {
			if n.Effect == pytorch.Spikes {
				got = append(got, n)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s, %s in %s: notes %v, want %q", c.profile, c.layer, c.framework, got, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i].Text, want) || !strings.Contains(e.Program, got[i].Text) {
				t.Errorf("%s, %s in %s: note %q, want %q, and it in the program", c.profile, c.layer, c.framework, got[i], want)
			}
		}
	}
}

// TestSurrogates: derivatives that the framework has are named, others are noted.
func TestSurrogates(t *testing.T) {
	for _, c := range []struct{ framework, surrogate, want string }{
		{"snntorch", "{kind: atan, alpha: 3}", "spike_grad=surrogate.atan(alpha=3.0)"},
		{"snntorch", "{kind: fast-sigmoid, slope: 10}", "spike_grad=surrogate.fast_sigmoid(slope=10.0)"},
		{"snntorch", "{kind: sigmoid, slope: 5}", "spike_grad=surrogate.sigmoid(slope=5.0)"},
		{"snntorch", "{kind: straight-through}", "spike_grad=surrogate.straight_through_estimator()"},
		{"snntorch", "{kind: triangle}", ""},
		{"snntorch", "{kind: fast-sigmoid, height: 2}", ""},
		{"spikingjelly", "{kind: sigmoid, slope: 4}", "surrogate_function=surrogate.Sigmoid(alpha=4.0)"},
		{"spikingjelly", "{kind: atan}", "surrogate_function=surrogate.ATan(alpha=2.0)"},
		{"spikingjelly", "{kind: triangle, width: 0.5, height: 2}", "surrogate_function=surrogate.PiecewiseQuadratic(alpha=2.0)"},
		{"spikingjelly", "{kind: boxcar}", "surrogate_function=surrogate.Rect(alpha=1.0)"},
		{"spikingjelly", "{kind: triangle, width: 0.5}", ""},
	} {
		e, err := pytorch.Export(build(t, model.Shape{4}, c.framework, "  - {kind: if, surrogate: "+c.surrogate+"}"), c.framework)
		if err != nil {
			t.Fatal(err)
		}
		noted := false
		for _, n := range e.Notes {
			noted = noted || strings.Contains(n.Text, "surrogate derivative like")
		}
		if c.want == "" && !noted || c.want != "" && (noted || !strings.Contains(e.Program, c.want)) {
			t.Errorf("%s %s: noted %v, want %q in\n%s", c.framework, c.surrogate, noted, c.want, e.Program)
		}
	}
}

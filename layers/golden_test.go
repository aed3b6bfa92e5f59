package layers_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// build makes a network of a YAML list of layers.
func build(t testing.TB, b layers.Builder, yaml string) (*model.Network, error) {
	t.Helper()
	var top struct {
		Model []config.Section `yaml:"model" plug:"layer"`
	}
	doc, err := config.Load(config.Options{Texts: []config.Text{{Name: "test.yaml", YAML: []byte("model:\n" + yaml)}}}, &top)
	if err != nil {
		t.Fatal(err)
	}
	doc.Root().Decode(&top)
	n := b.Build(top.Model)
	return n, doc.Err()
}

// profileCase is a line of config that must be a recorded neuron.
type profileCase struct {
	dt    float64
	layer string
	exact bool // potentials compared to 1e-5; else to 1e-4 (decays from exp)
}

func profileCases() map[string]profileCase {
	return map[string]profileCase{
		"snntorch_leaky_subtract_delay":          {1, "{kind: lif, profile: snntorch, beta: 0.9}", true},
		"snntorch_leaky_zero_delay":              {1, "{kind: lif, profile: snntorch, beta: 0.9, reset: zero}", true},
		"snntorch_leaky_none_delay":              {1, "{kind: lif, profile: snntorch, beta: 0.9, reset: none}", true},
		"snntorch_leaky_subtract_nodelay":        {1, "{kind: lif, profile: snntorch, beta: 0.9, reset_at: spike, detach_reset: false, quirks: hold}", true},
		"snntorch_synaptic_subtract_delay":       {1, "{kind: cuba-lif, profile: snntorch, alpha: 0.8, beta: 0.9}", true},
		"snntorch_synaptic_zero_delay":           {1, "{kind: cuba-lif, profile: snntorch, alpha: 0.8, beta: 0.9, reset: zero}", true},
		"spikingjelly_if_hard_nodetach":          {1, "{kind: if, profile: spikingjelly}", true},
		"spikingjelly_if_soft_detach":            {1, "{kind: if, profile: spikingjelly, reset: subtract, detach_reset: true}", true},
		"spikingjelly_lif_hard_decay_nodetach":   {1, "{kind: lif, profile: spikingjelly}", true},
		"spikingjelly_lif_soft_nodecay_nodetach": {1, "{kind: lif, profile: spikingjelly, reset: subtract, norm_input: false}", true},
		"spikingjelly_plif_hard_decay":           {1, "{kind: lif, profile: spikingjelly, logit: 0, learn: logit}", true},
		"spikingjelly_cubalif_hard":              {1, "{kind: cuba-lif, profile: spikingjelly, alpha: 0.5, beta: 0.75}", true},
		"norse_lif_feedforward":                  {0.001, "{kind: cuba-lif, profile: norse, rate: 100, rate_syn: 200}", true},
		"norse_lif_box_value":                    {1.0 / 1024, "{kind: lif, profile: norse, rate: 128}", true},
		"norse_lif_box_subtract":                 {1.0 / 1024, "{kind: lif, profile: norse, rate: 128, reset: subtract}", true},
		"norse_iaf":                              {1, "{kind: if, profile: norse}", true},
		"norse_li":                               {0.001, "{kind: cuba-li, profile: norse, rate: 100, rate_syn: 200}", true},
		"lava_cuba":                              {1, "{kind: slayer-cuba, profile: lava, current_decay: 2048, voltage_decay: 409.6}", true},
		"sinabs_lif_multi":                       {1, "{kind: lif, profile: sinabs, tau: 10}", false},
		"sinabs_lif_multi_nonorm":                {1, "{kind: lif, profile: sinabs, tau: 10, norm_input: false}", false},
		"sinabs_lif_syn":                         {1, "{kind: cuba-lif, profile: sinabs, tau: 10, tau_syn: 4, norm_input: false}", false},
		"sinabs_iaf_multi":                       {1, "{kind: if, profile: sinabs}", false},
		"sinabs_iaf_multi_minv":                  {1, "{kind: if, profile: sinabs, v_min: -1}", false},
		"rockpool_lif_steppwl":                   {0.001, "{kind: cuba-lif, profile: rockpool, tau: 0.02, tau_syn: 0.01, bias: 0.01}", false},
		"rockpool_lif_maxspikes1":                {0.001, "{kind: cuba-lif, profile: rockpool, tau: 0.02, tau_syn: 0.01, bias: 0.01, max_spikes: 1}", false},
		"spikingjelly_qif_soft":                  {1, "{kind: qif, profile: spikingjelly, reset: subtract}", true},
		"spikingjelly_qif_hard":                  {1, "{kind: qif, profile: spikingjelly, v_reset: -0.1, v_init: -0.1}", true},
		"spikingjelly_eif_soft":                  {1, "{kind: eif, profile: spikingjelly, reset: subtract}", true},
		"spikingjelly_izhikevich":                {1, "{kind: adaptive-qif, profile: spikingjelly, v_leak: -0.1, tau_adapt: 2, adapt_gain: 0.2, adapt_step: 0.3}", true},
		"spikingjelly_klif":                      {1, "{kind: klif, profile: spikingjelly}", true},
		"spikingjelly_raf":                       {1, "{kind: raf, profile: spikingjelly, damping: -0.2, threshold: 0.75}", true},
		"norse_izhikevich":                       {0.001, "{kind: izhikevich, profile: norse, rate: 250}", true},
		"norse_lif_refractory":                   {0.001, "{kind: refractory-lif, profile: norse, rate: 100, rate_syn: 200}", true},
		"norse_lsnn_feedforward":                 {0.001, "{kind: lsnn, profile: norse, rate: 100, rate_syn: 200, rate_adapt: 20}", true},
		"norse_lif_adex":                         {0.001, "{kind: adex, profile: norse, rate: 100, rate_syn: 200, rate_adapt: 2}", true},
		"sinabs_alif_multi":                      {1, "{kind: alif, profile: sinabs, tau_adapt: 20, adapt_scale: 1.8}", false},
		"sinabs_alif_syn_single":                 {1, "{kind: alif, profile: sinabs, tau_adapt: 20, adapt_scale: 1.8, tau_syn: 4, synapse: add-decay, max_spikes: 1}", false},
		"spyx_alif":                              {1, "{kind: alif, profile: spyx, beta: 0.9, gamma: 0.7}", true},
		"snntorch_alpha_subtract":                {1, "{kind: alpha, profile: snntorch, alpha: 0.9, beta: 0.8}", true},
		"snntorch_alpha_zero":                    {1, "{kind: alpha, profile: snntorch, alpha: 0.9, beta: 0.8, reset: zero}", true},
		"lava_alif":                              {1, "{kind: slayer-alif, profile: lava, current_decay: 2048, voltage_decay: 409.6}", true},
		"lava_rf":                                {1, "{kind: slayer-rf, profile: lava, threshold: 0.75}", true},
		"spyx_if":                                {1, "{kind: if, profile: spyx}", true},
		"spyx_lif":                               {1, "{kind: lif, profile: spyx, beta: 0.9}", true},
		"spyx_cubalif":                           {1, "{kind: cuba-lif, profile: spyx, alpha: 0.8, beta: 0.9}", true},
	}
}

// TestGoldenProfiles: a layer named by a framework's profile in a config
// fires spike for spike as that framework does.
func TestGoldenProfiles(t *testing.T) {
	dir := testkit.GoldenDir(t, "neurons")
	tally := testkit.Tally{Folder: "profiles"}
	for name, c := range profileCases() {
		path := filepath.Join(dir, name+".npz")
		if _, err := os.Stat(path); err != nil {
			tally.Skip(name)
			continue
		}
		tally.Run(t, name, func(t *testing.T) { runProfile(t, path, c) })
	}
	tally.Report(t)
}

func runProfile(t *testing.T, path string, c profileCase) {
	a := testkit.NPZ(t, path)
	steps, batch, n := a["I"].Shape[0], a["I"].Shape[1], a["I"].Shape[2]
	net, err := build(t, layers.Builder{Input: model.Shape{n}, Dt: c.dt}, "  - "+c.layer)
	if err != nil {
		t.Fatal(err)
	}
	p, err := layers.Compile(net, layers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := signal.NewAnalog(steps, batch, []int{n}, false)
	copy(x.F, a["I"].F32())
	if _, err := p.Infer(layers.Input{X: x, Watch: true}); err != nil {
		t.Fatal(err)
	}
	layer := net.Output()
	tolerance := 1e-4
	if c.exact {
		tolerance = 1e-5
	}
	if e := testkit.MaxError(p.Trace(layer).F, a["V"].Data); e > tolerance {
		t.Errorf("potentials differ by %.3g", e)
	}
	if len(p.Spiking()) == 0 {
		return
	}
	if e := testkit.MaxError(p.Output(layer).Dense(nil), a["S"].Data); e != 0 {
		t.Errorf("spikes differ by up to %v", e)
	}
}

// TestEveryProfileBuildsEveryNeuron asks each profile for each model.
func TestEveryProfileBuildsEveryNeuron(t *testing.T) {
	for _, profile := range layers.Profiles().Names() {
		for _, kind := range []string{"if", "lif", "li", "cuba-lif", "cuba-li", "slayer-cuba", "qif", "eif", "adaptive-qif", "izhikevich", "klif", "raf", "refractory-lif", "lsnn", "adex", "alif", "alpha", "slayer-alif", "slayer-rf"} {
			net, err := build(t, layers.Builder{Input: model.Shape{3}, Profile: profile}, fmt.Sprintf("  - {kind: %s}", kind))
			if err != nil {
				t.Errorf("%s, %s: %v", profile, kind, err)
				continue
			}
			if _, err := layers.Compile(net, layers.Options{}); err != nil {
				t.Errorf("%s, %s: %v", profile, kind, err)
			}
		}
	}
}

package conform_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/nir"
	"github.com/snntrain/snntrain/nir/conform"
)

// chain is an identity into a LIF with gain 1 and θ = 1, τ = 10 steps of 1e-4.
func chain() *nir.Graph {
	full := func(v float64) nir.Tensor { return nir.Float64([]float64{v, v}, 2) }
	g := &nir.Graph{}
	g.Add("input", &nir.Input{Shape: []int{2}}, nil)
	g.Add("fc", &nir.Linear{Weight: nir.Float64([]float64{0.75, 0, 0, 0.75}, 2, 2)}, nil)
	g.Add("lif", &nir.LIF{Tau: full(1e-3), R: full(10), VLeak: full(0), VThreshold: full(1), VReset: full(0)}, nil)
	g.Add("output", &nir.Output{Shape: []int{2}}, nil)
	for _, e := range [][2]string{{"input", "fc"}, {"fc", "lif"}, {"lif", "output"}} {
		g.Connect(e[0], e[1])
	}
	return g
}

func compile(n *model.Network) (*layers.Program, error) { return layers.Compile(n, layers.Options{}) }

func noise(n *model.Network) (iter.Seq2[conform.Batch, error], error) {
	return conform.Noise(n, 3, 40, 4), nil
}

// TestCompare: profiles that say the same never part; the others part where
// their first spike differs, and the reason is the rule that differs.
func TestCompare(t *testing.T) {
	r, err := conform.Compare(context.Background(), chain(), []conform.Profile{
		{Name: "nir", Options: nir.Options{Profile: "nir"}},
		{Name: "subtract", Options: nir.Options{Profile: "nir", Reset: "subtract"}},
		{Name: "snntorch", Options: nir.Options{Profile: "snntorch"}},
		{Name: "lava", Options: nir.Options{Profile: "lava"}},
	}, noise, compile)
	if err != nil {
		t.Fatal(err)
	}
	own, subtract, snntorch, lava := r.Outcomes[0], r.Outcomes[1], r.Outcomes[2], r.Outcomes[3]
	if r.Reference != "nir" || r.Steps != 40 || r.Samples != 4 || own.Parts != nil || own.Spikes == 0 || own.Values != 40*4*2 {
		t.Errorf("%+v", r)
	}
	if snntorch.Parts != nil || snntorch.Differ != 0 || snntorch.Spikes != own.Spikes {
		t.Errorf("snntorch: %+v", snntorch)
	}
	if p := subtract.Parts; p == nil || p.Layer != "lif" || p.Reference != 0 || p.Value != 1 || !slices.Equal(p.Why, []string{"reset: θ subtracted, not to v_reset"}) {
		t.Errorf("subtract: %+v", subtract.Parts)
	}
	if len(lava.Refused) != 1 || lava.Parts != nil {
		t.Errorf("lava: %+v", lava)
	}
}

// TestPartingIsTheFirst: one spike moved in a raster is found where it is.
func TestPartingIsTheFirst(t *testing.T) {
	made, err := nir.Import(chain(), nir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := nir.Import(chain(), nir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	lif := changed.Network.Node("lif").Op.(*model.Neuron)
	lif.Values["threshold"] = &model.Tensor{Shape: []int{2}, Data: []float32{1, 100}} // the second falls silent
	list, _ := noise(made.Network)
	d, err := conform.Difference(context.Background(), made.Network, changed.Network, list, compile)
	if err != nil {
		t.Fatal(err)
	}
	if d.Parts == nil || d.Parts.Neuron != 1 || d.Parts.Reference != 1 || d.Parts.Value != 0 || d.Differ == 0 || d.N != 4 {
		t.Errorf("%+v", d)
	}
	if want := []string{"the input gain/θ is 0.01, not 1"}; d.Parts != nil && !slices.Equal(d.Parts.Why, want) {
		t.Errorf("%q", d.Parts.Why)
	}
}

package all_test

import (
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip/all"
	"github.com/snntrain/snntrain/quant"
)

// TestEveryTarget: a table with sources, and a refusal with the layer's name
// of a network that no target can hold.
func TestEveryTarget(t *testing.T) {
	targets := all.Targets()
	for _, name := range targets.Names() {
		target, err := targets.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		if target.Name() != name || len(target.Limits()) < 5 {
			t.Errorf("%s: %d limits", name, len(target.Limits()))
		}
		for _, l := range target.Limits() {
			if l.Name == "" || l.Source == "" || l.Value < 0 {
				t.Errorf("%s: %+v", name, l)
			}
		}
		if err := target.Check(impossible()); err == nil || !strings.Contains(err.Error(), `layer "strange"`) {
			t.Errorf("%s takes it: %v", name, err)
		}
	}
	if _, err := targets.Get("lavva"); err == nil || !strings.Contains(err.Error(), `did you mean "lava"?`) {
		t.Errorf("%v", err)
	}
}

// impossible is a spiking layer with a floor that subtracts, a refractory period and odd registers.
func impossible() *quant.IntNet {
	return &quant.IntNet{
		Input: quant.Input{Shape: []int{3}, Min: -5, Max: 1 << 20}, Output: "strange",
		Populations: []quant.Population{{Name: "strange", Shape: []int{2}, Spiking: &quant.Spiking{
			Charge: quant.ChargeStaged, Range: quant.Signed(19, quant.WrapOnce), Threshold: quant.Scalar(77777), Fire: ">", MaxSpikes: 1,
			Reset: quant.Scalar(quant.ResetNone), Refractory: 3, Floor: &quant.Floor{At: quant.Scalar(-7), Mode: quant.Scalar(quant.FloorSubtract)},
		}}},
		Synapses: []quant.Synapses{{Name: "w", From: "input", To: "strange", Latency: 7, Dense: &quant.Dense{Weight: quant.NewTensor(make([]int32, 6), 2, 3)}}},
	}
}

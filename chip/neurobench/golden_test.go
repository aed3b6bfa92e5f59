package neurobench_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/snntrain/snntrain/chip/neurobench"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// recorded is what NeuroBench says of a network (testdata/make_cases.py).
type recorded struct {
	Conv, First, Second []int32
	Max                 int32
	Samples             [][][]int32
	OutputSpikes        int64                 `json:"output_spikes"`
	ConnectionSparsity  float64               `json:"ConnectionSparsity"`
	ActivationSparsity  float64               `json:"ActivationSparsity"`
	MembraneUpdates     float64               `json:"MembraneUpdates"`
	SynapticOperations  neurobench.Operations `json:"SynapticOperations"`
}

func (r *recorded) net() *quant.IntNet {
	rule := func() *quant.Spiking {
		s := neuron(3, 24)
		s.Fire, s.Reset = model.FireAbove, quant.Scalar(quant.ResetValue)
		return s
	}
	return &quant.IntNet{
		Input: quant.Input{Shape: []int{1, 4, 4}, Max: r.Max}, Output: "c",
		Populations: []quant.Population{
			{Name: "a", Shape: []int{2, 4, 4}, Spiking: rule()},
			{Name: "b", Shape: []int{5}, Spiking: rule()},
			{Name: "c", Shape: []int{3}, Spiking: rule()},
		},
		Synapses: []quant.Synapses{
			{Name: "wa", From: "input", To: "a", Conv: &quant.Conv{
				Weight: quant.NewTensor(r.Conv, 2, 1, 3, 3), Stride: [2]int{1, 1}, Padding: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1,
			}},
			{Name: "wb", From: "a", To: "b", Dense: &quant.Dense{Weight: quant.NewTensor(r.First, 5, 32)}},
			{Name: "wc", From: "b", To: "c", Dense: &quant.Dense{Weight: quant.NewTensor(r.Second, 3, 5)}},
		},
	}
}

// TestGoldenNeuroBench: every metric but the footprint, which depends on the
// type of the weights, as NeuroBench 2.3.0 itself gives it.
func TestGoldenNeuroBench(t *testing.T) {
	raw, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []recorded }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("no case")
	}
	for i := range file.Cases {
		r := &file.Cases[i]
		net := r.net()
		c := run(t, net, r.Samples...)
		m := neurobench.Of(net, c)
		if c.Spikes[2] != r.OutputSpikes || m.ConnectionSparsity != r.ConnectionSparsity || math.Abs(m.ActivationSparsity-r.ActivationSparsity) > 1e-12 ||
			math.Abs(m.MembraneUpdates-r.MembraneUpdates) > 1e-9 || m.SynapticOperations != r.SynapticOperations {
			t.Errorf("case %d: %d spikes, %+v, NeuroBench %d spikes, %+v", i, c.Spikes[2], m, r.OutputSpikes,
				neurobench.Metrics{ConnectionSparsity: r.ConnectionSparsity, ActivationSparsity: r.ActivationSparsity, MembraneUpdates: r.MembraneUpdates, SynapticOperations: r.SynapticOperations})
		}
	}
}

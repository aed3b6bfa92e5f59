package emulator_test

import (
	"testing"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// noise is a deterministic sequence of numbers 0..n−1.
type noise uint64

func (s *noise) next(n int) int {
	*s = *s*6364136223846793005 + 1442695040888963407
	return int(uint64(*s)>>33) % n
}

func rows(n, percent, count int) []*integer.Spikes {
	s := noise(7)
	out := make([]*integer.Spikes, count)
	for k := range out {
		row := make([]int32, n)
		for i := range row {
			if s.next(100) < percent {
				row[i] = 1
			}
		}
		out[k] = testkit.Sparse(row)
	}
	return out
}

// run steps a network on noise and reports synaptic events a second.
func run(b *testing.B, net *quant.IntNet, percent int) {
	prog, err := emulator.Compile(net)
	if err != nil {
		b.Fatal(err)
	}
	m := prog.NewMachine()
	in := rows(quant.Len(net.Input.Shape), percent, 64)
	b.ResetTimer()
	began := processor()
	for k := 0; b.Loop(); k++ {
		if _, err := m.Step(in[k%len(in)]); err != nil {
			b.Fatal(err)
		}
	}
	used, c := processor()-began, m.Counts()
	b.ReportMetric(float64(c.SynapticEvents())/b.Elapsed().Seconds()/1e6, "Mevents/s")
	if used > 0 {
		b.ReportMetric(float64(c.SynapticEvents())/used/1e6, "Mevents/cpu-s")
	}
	b.ReportMetric(float64(c.SynapticEvents())/float64(c.Ticks), "events/tick")
	b.ReportMetric(float64(c.Ticks)/b.Elapsed().Seconds(), "ticks/s")
}

func weightsOf(s *noise, shape ...int) quant.Tensor {
	t := quant.NewTensor(make([]int32, quant.Len(shape)), shape...)
	for i := range t.Data {
		t.Data[i] = int32(2 * (s.next(60) - 29))
	}
	return t
}

func cuba(threshold int32) *lava.Neuron {
	return &lava.Neuron{Type: "CUBA", IDecay: 1024, VDecay: 300, VThMant: threshold}
}

func netxOf(b *testing.B, layers ...lava.Layer) *quant.IntNet {
	net, err := (&lava.Netx{Layers: layers}).Net()
	if err != nil {
		b.Fatal(err)
	}
	return net
}

// BenchmarkLavaDense is a 784-1000-10 network, 10 % of the inputs a tick.
func BenchmarkLavaDense(b *testing.B) {
	s := noise(1)
	run(b, netxOf(
		b,
		lava.Layer{Type: "dense", Neuron: cuba(900), Weight: weightsOf(&s, 1000, 784)},
		lava.Layer{Type: "dense", Neuron: cuba(900), Weight: weightsOf(&s, 10, 1000)},
	), 10)
}

// BenchmarkLavaConv is 28×28 maps through 16 and 32 channels of 3×3.
func BenchmarkLavaConv(b *testing.B) {
	s := noise(2)
	one := [2]int{1, 1}
	run(b, netxOf(
		b,
		lava.Layer{Type: "input", Shape: []int{1, 28, 28}},
		lava.Layer{Type: "conv", Neuron: cuba(150), Weight: weightsOf(&s, 16, 1, 3, 3), Stride: one, Dilation: one, Padding: one, Groups: 1},
		lava.Layer{Type: "conv", Neuron: cuba(400), Weight: weightsOf(&s, 32, 16, 3, 3), Stride: one, Dilation: one, Padding: one, Groups: 1},
	), 10)
}

// BenchmarkRANC is 16 cores of 256×256, half of the crossbar set, neurons sent round in a ring of cores.
func BenchmarkRANC(b *testing.B) {
	s := noise(3)
	cfg := &ranc.Config{NumNeurons: 256, NumAxons: 256, NumCoresX: 17, NumCoresY: 1, NumWeights: 4, MaxTickOffset: 16}
	c := &ranc.Chip{OutputBus: ranc.OutputBus{Coordinates: [2]int{16, 0}, NumOutputs: 256}}
	for x := range 16 {
		core := ranc.Core{Coordinates: [2]int{x, 0}}
		for n := range 256 {
			core.Axons = append(core.Axons, n%4)
			row := make([]int, 256)
			for a := range row {
				row[a] = s.next(2)
			}
			core.Connections = append(core.Connections, row)
			core.Neurons = append(core.Neurons, ranc.Neuron{
				Weights: []int32{1, 2, 4, -8}, PositiveThreshold: 60, NegativeThreshold: -60, ResetMode: 0, Offset: [2]int{1, 0}, Axon: n,
			})
		}
		c.Cores = append(c.Cores, core)
	}
	net, err := c.Net(cfg)
	if err != nil {
		b.Fatal(err)
	}
	run(b, net, 10)
}

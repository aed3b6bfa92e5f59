package northpole_test

import (
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/quant"
)

// builder makes random networks of one kind of numbers.
type builder struct {
	t     testing.TB
	rng   *rand.Rand
	bits  int  // of weights and activations
	power bool // scales are powers of two
	net   *quant.IntNet
}

func newBuilder(t testing.TB, seed uint64, bits int, power bool, input ...int) *builder {
	return &builder{t: t, rng: rand.New(rand.NewPCG(seed, 1)), bits: bits, power: power, net: &quant.IntNet{Input: quant.Input{Shape: input, Max: 255}}}
}

func (b *builder) tensor(lo, hi int32, shape ...int) quant.Tensor {
	t := quant.NewTensor(make([]int32, quant.Len(shape)), shape...)
	for i := range t.Data {
		t.Data[i] = lo + b.rng.Int32N(hi-lo+1)
	}
	return t
}

func (b *builder) weights(shape ...int) quant.Tensor {
	return b.tensor(-1<<(b.bits-1), 1<<(b.bits-1)-1, shape...)
}

// relu has scales that bring the sums of fanIn inputs about to the range of the activations.
func (b *builder) relu(channels, fanIn int, max int32) *quant.Activation {
	want := float32(int32(1)<<b.bits) / (float32(fanIn) * float32(max) * float32(int32(1)<<b.bits) / 16)
	scales := make([]float32, channels)
	for i := range scales {
		scales[i] = want * (0.5 + b.rng.Float32())
		if b.power {
			scales[i] = 1
			for scales[i] > want {
				scales[i] /= 2
			}
		}
	}
	a, err := northpole.ReLU(b.bits, b.tensor(-200, 200, channels), scales...)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func (b *builder) add(name string, shape []int, a *quant.Activation, s ...quant.Synapses) {
	b.net.Populations = append(b.net.Populations, quant.Population{Name: name, Shape: shape, Activation: a})
	for i := range s {
		s[i].To = name
		if s[i].Pool == nil {
			s[i].Bits = b.bits
		}
		if s[i].Name == "" {
			s[i].Name = name + ".weights"
		}
		b.net.Synapses = append(b.net.Synapses, s[i])
	}
	b.net.Output = name
}

func conv(w quant.Tensor, stride, padding, dilation, groups int) *quant.Conv {
	return &quant.Conv{Weight: w, Stride: [2]int{stride, stride}, Padding: [2]int{padding, padding}, Dilation: [2]int{dilation, dilation}, Groups: groups}
}

// mlp is 20-12-9-5 neurons.
func mlp(t testing.TB, seed uint64, bits int, power bool) *quant.IntNet {
	b := newBuilder(t, seed, bits, power, 20)
	top := int32(1)<<bits - 1
	b.add("a", []int{12}, b.relu(12, 20, 255), quant.Synapses{From: quant.InputName, Dense: &quant.Dense{Weight: b.weights(12, 20)}})
	b.add("b", []int{9}, b.relu(9, 12, top), quant.Synapses{From: "a", Dense: &quant.Dense{Weight: b.weights(9, 12)}})
	b.add("c", []int{5}, northpole.Logits(b.tensor(-99, 99, 5)), quant.Synapses{From: "b", Dense: &quant.Dense{Weight: b.weights(5, 9)}})
	return b.net
}

// maps is convolutions with stride, padding, dilation and groups, a max pool, and a dense layer.
func maps(t testing.TB, seed uint64, bits int, power bool) *quant.IntNet {
	b := newBuilder(t, seed, bits, power, 2, 9, 8)
	top := int32(1)<<bits - 1
	b.add("a", []int{6, 9, 8}, b.relu(6, 18, 255), quant.Synapses{From: quant.InputName, Conv: conv(b.weights(6, 2, 3, 3), 1, 1, 1, 1)})
	b.add("pool", []int{6, 4, 4}, northpole.Pooled(bits), quant.Synapses{From: "a", Pool: &quant.Pool{Size: [2]int{2, 2}, Stride: [2]int{2, 2}}})
	b.add("b", []int{4, 2, 2}, b.relu(4, 27, top), quant.Synapses{From: "pool", Conv: conv(b.weights(4, 3, 3, 3), 2, 1, 1, 2)})
	b.add("c", []int{3, 2, 2}, b.relu(3, 36, top), quant.Synapses{From: "b", Conv: conv(b.weights(3, 4, 2, 2), 1, 1, 2, 1)})
	b.add("d", []int{4}, northpole.Logits(b.tensor(-50, 50, 4)), quant.Synapses{From: "c", Dense: &quant.Dense{Weight: b.weights(4, 12)}})
	return b.net
}

// residual joins a convolution and what went into it.
func residual(t testing.TB, seed uint64, bits int) *quant.IntNet {
	b := newBuilder(t, seed, bits, true, 1, 6, 6)
	top := int32(1)<<bits - 1
	b.add("a", []int{4, 6, 6}, b.relu(4, 9, 255), quant.Synapses{From: quant.InputName, Conv: conv(b.weights(4, 1, 3, 3), 1, 1, 1, 1)})
	b.add("b", []int{4, 6, 6}, b.relu(4, 36, top),
		quant.Synapses{From: "a", Name: "main", Conv: conv(b.weights(4, 4, 3, 3), 1, 1, 1, 1)},
		quant.Synapses{From: "a", Name: "skip", One: &quant.One{Weight: b.weights(4)}})
	b.add("c", []int{3}, northpole.Logits(quant.Tensor{}), quant.Synapses{From: "b", Dense: &quant.Dense{Weight: b.weights(3, 144)}})
	return b.net
}

// inputs is n samples of the network's input.
func inputs(net *quant.IntNet, seed uint64, n int) quant.Tensor {
	rng, size := rand.New(rand.NewPCG(seed, 2)), quant.Len(net.Input.Shape)
	t := quant.NewTensor(make([]int32, n*size), append([]int{n}, net.Input.Shape...)...)
	for i := range t.Data {
		t.Data[i] = net.Input.Min + rng.Int32N(net.Input.Max-net.Input.Min+1)
	}
	return t
}

// infer is the emulator's answers, a row a sample.
func infer(t testing.TB, net *quant.IntNet, in quant.Tensor) []int32 {
	prog, err := emulator.Compile(net)
	if err != nil {
		t.Fatal(err)
	}
	m, size, n := prog.NewMachine(), quant.Len(net.Input.Shape), net.Find(net.Output).N()
	var out []int32
	for k := range in.Shape[0] {
		s, err := m.Step(testkit.Sparse(in.Data[k*size : (k+1)*size]))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, testkit.Row(s, n)...)
	}
	return out
}

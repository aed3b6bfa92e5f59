package datasets_test

import (
	"testing"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/signal"
)

// BenchmarkEncode encodes one sample of 784 values, one in five above zero, over 25 steps.
func BenchmarkEncode(b *testing.B) {
	shape := []int{1, 28, 28}
	x := make([]float32, 784)
	for i := 0; i < len(x); i += 5 {
		x[i] = float32(i) / 784
	}
	for _, name := range []string{"constant", "rate", "latency", "delta", "bins"} {
		b.Run(name, func(b *testing.B) {
			e := newEncoder(b, name, nil, shape, 1)
			s := &signal.Signal{}
			if err := e.Prepare(s, 1, shape, 1); err != nil {
				b.Fatal(err)
			}
			for i := range b.N {
				e.Encode(s, 0, x, uint64(i))
			}
			b.SetBytes(int64(4 * len(x)))
		})
	}
}

// BenchmarkBatches reads and encodes one epoch of the digits.
func BenchmarkBatches(b *testing.B) {
	s := openPart(b, "digits", "", datasets.Train)
	e := newEncoder(b, "rate", nil, s.Info().Shape, 1)
	for i := range b.N {
		for _, err := range datasets.Batches(s, datasets.BatchOptions{Size: 64, Shuffle: true, Epoch: uint64(i), Encoder: e}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(s.Len()*b.N)/b.Elapsed().Seconds(), "samples/s")
}

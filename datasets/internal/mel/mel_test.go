package mel_test

import (
	"math"
	"testing"

	"github.com/snntrain/snntrain/datasets/internal/mel"
)

// TestEnergyIsParsevals: with triangles that add up to 1 between the outer
// centers, the bands of a tone hold its windowed energy, half of N·Σx² for the
// positive frequencies; and most of it lies in the bands around the tone.
func TestEnergyIsParsevals(t *testing.T) {
	const size, rate, bands = 256, 8000, 16
	b := mel.New(size, bands, rate, 100)
	for _, f := range []float64{500, 1000, 2000} {
		x, energy := make([]float32, size+10), 0.0
		for i := range x {
			x[i] = float32(math.Sin(2 * math.Pi * f * float64(i) / rate))
		}
		for i := range size {
			w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/size)
			energy += w * w * float64(x[i+10]) * float64(x[i+10])
		}
		got, sum, best := make([]float64, bands), 0.0, 0
		b.Bands(got, x, 10)
		for k, e := range got {
			sum += e
			if e > got[best] {
				best = k
			}
		}
		if want := size * energy / 2; math.Abs(sum-want) > 0.01*want {
			t.Errorf("%v Hz: %v, by Parseval %v", f, sum, want)
		}
		m := func(f float64) float64 { return 2595 * math.Log10(1+f/700) }
		center := m(100) + (m(rate/2)-m(100))*float64(best+1)/(bands+1)
		if d := math.Abs(center - m(f)); d > (m(rate/2)-m(100))/(bands+1) {
			t.Errorf("%v Hz is loudest in band %d, %v mel away", f, best, d)
		}
	}
}

func TestSilenceBeyondTheEnd(t *testing.T) {
	got := []float64{1, 1, 1, 1}
	mel.New(64, 4, 8000, 100).Bands(got, []float32{1, 1}, 5)
	for _, e := range got {
		if e != 0 {
			t.Errorf("%v", got)
		}
	}
}

package train

import (
	"math"
	"slices"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
)

// output is [step][sample][class].
type output [][][]float64

// scoresOf reads scores as the readout's name says.
func scoresOf(out output, readout string) [][]float64 {
	scores := make([][]float64, len(lossLabels))
	for b := range scores {
		scores[b] = make([]float64, 3)
		for c := range 3 {
			var series []float64
			sum := 0.0
			for _, step := range out {
				series = append(series, step[b][c])
				sum += step[b][c]
			}
			switch readout {
			case "sum", "spike-count":
				scores[b][c] = sum
			case "mean", "rate":
				scores[b][c] = sum / float64(len(series))
			case "last":
				scores[b][c] = series[len(series)-1]
			case "max":
				scores[b][c] = slices.Max(series)
			}
		}
	}
	return scores
}

func softmaxLoss(row []float64, label int, smoothing float64) float64 {
	sum, loss := 0.0, 0.0
	for _, v := range row {
		sum += math.Exp(v)
	}
	for c, v := range row {
		target := smoothing / float64(len(row))
		if c == label {
			target += 1 - smoothing
		}
		loss -= target * (v - math.Log(sum))
	}
	return loss
}

// The definitions of the losses of an output, in float64.
func crossEntropyOf(readout string, smoothing float64) func(output) float64 {
	return func(out output) float64 {
		loss := 0.0
		for b, row := range scoresOf(out, readout) {
			loss += softmaxLoss(row, lossLabels[b], smoothing) / float64(len(lossLabels))
		}
		return loss
	}
}

func crossEntropyOfEachStep(out output) float64 {
	loss := 0.0
	for _, step := range out {
		for b, row := range step {
			loss += softmaxLoss(row, lossLabels[b], 0) / float64(len(lossLabels))
		}
	}
	return loss
}

func mseOf(readout string, correct, incorrect float64) func(output) float64 {
	return func(out output) float64 {
		loss := 0.0
		for b, row := range scoresOf(out, readout) {
			for c, v := range row {
				target := incorrect
				if c == lossLabels[b] {
					target = correct
				}
				loss += (v - target) * (v - target) / float64(3*len(lossLabels))
			}
		}
		return loss
	}
}

// vanRossumOf filters the difference of trains directly: no recursion.
func vanRossumOf(tau, correct, incorrect float64) func(output) float64 {
	return func(out output) float64 {
		loss := 0.0
		for b, label := range lossLabels {
			for c := range 3 {
				rate := incorrect
				if c == label {
					rate = correct
				}
				for t := range out {
					f := 0.0
					for s := 0; s <= t; s++ {
						target := math.Floor(float64(s+1)*rate) - math.Floor(float64(s)*rate)
						f += math.Exp(-float64(t-s)/tau) * (out[s][b][c] - target)
					}
					loss += f * f / (2 * tau * float64(len(lossLabels)))
				}
			}
		}
		return loss
	}
}

func outputOf(p *layers.Program) output {
	s := p.Output("out")
	values := s.Dense(nil)
	var out output
	for step := range s.T {
		out = append(out, nil)
		for b := range s.B {
			row := make([]float64, s.N())
			for i := range row {
				row[i] = float64(values[(step*s.B+b)*s.N()+i])
			}
			out[step] = append(out[step], row)
		}
	}
	return out
}

// integrate is v[t] = β·v[t−1] + W·x[t] + b, with W of shape (3, 6) before b.
func integrate(params []float64, x *signal.Signal) output {
	var out output
	for t := range x.T {
		out = append(out, nil)
		for b := range x.B {
			row := make([]float64, 3)
			for c := range row {
				row[c] = params[18+c]
				for i, v := range x.Row(t*x.B + b) {
					row[c] += params[6*c+i] * float64(v)
				}
				if t > 0 {
					row[c] += lossBeta * out[t-1][b][c]
				}
			}
			out[t] = append(out[t], row)
		}
	}
	return out
}

// countRates is the mean of each neuron over steps and samples.
func countRates(s *signal.Signal) []float64 {
	rates := make([]float64, s.N())
	for i, v := range s.Dense(nil) {
		rates[i%s.N()] += float64(v) / float64(s.T*s.B)
	}
	return rates
}

func penaltyOf(rates []float64, lower, upper float64) float64 {
	sum := 0.0
	for _, r := range rates {
		sum += math.Pow(math.Max(lower-r, 0), 2) + math.Pow(math.Max(r-upper, 0), 2)
	}
	return sum / float64(len(rates))
}

package report_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/snntrain/snntrain/report"
)

// examplePage is a report with every kind of part, made of numbers such as a run on MNIST gives.
func examplePage() report.Page {
	r := rand.New(rand.NewPCG(1, 2))
	return report.Page{
		Title:    "mnist_fc: 784–1000–10, LIF, 25 steps",
		Subtitle: "Run of 24 November 2026, seed 42 and two more",
		Sections: []report.Section{
			{Title: "Result", Parts: []report.Part{
				report.Facts{
					{"Test accuracy", "98.31 %", "± 0.06 over 3 seeds"},
					{"Test loss", "0.0574", ""},
					{"Spikes per neuron", "0.116", "a step, hidden layer"},
					{"Training time", "41.2 s", "5 epochs, 7 281 samples/s"},
					{"Peak memory", "312 MB", ""},
				},
			}},
			{Title: "Learning curves", Text: "Bands span the least and the greatest value over the seeds.", Parts: []report.Part{
				exampleCurves(r, "Loss", "loss", true, func(e float64) float64 { return 0.42*math.Exp(-e/3) + 0.02 }),
				exampleCurves(r, "Accuracy", "accuracy, %", false, func(e float64) float64 { return 99.4 - 7*math.Exp(-e/3) }),
			}},
			{Title: "Activity", Text: "Recorded over the first 1000 test samples.", Parts: []report.Part{
				report.Bars{
					Title: "Firing rate", Label: "spikes a neuron and step", Low: 0.01, High: 0.3,
					Bars: []report.Bar{{"input", 0.127}, {"hidden1", 0.116}, {"hidden2", 0.004}, {"recurrent_block.gate", 0.352}, {"output", 0.094}},
				},
				report.Histogram{Title: "Weights of hidden1", Label: "weight", Values: exampleWeights(r), Note: "After epoch 5."},
				exampleRaster(r), exampleTraces(r),
			}},
			{Title: "Errors", Parts: []report.Part{
				exampleMatrix(r),
				report.Table{
					Title: "Per class", Columns: []string{"class", "samples", "precision", "recall"},
					Rows: [][]string{{"zero", "980", "98.9 %", "99.1 %"}, {"one", "1135", "99.2 %", "99.4 %"}, {"two", "1032", "97.8 %", "98.1 %"}},
					Note: "The first three of ten.",
				},
				report.Images{Title: "Misclassified", Items: []report.Image{
					{Name: "4 → 9", Alt: "A digit 4 taken for 9", PNG: examplePNG(1)},
					{Name: "7 → 2", PNG: examplePNG(2)},
					{Name: "3 → 5", PNG: examplePNG(3)},
				}},
			}},
			{Title: "Config and environment", Parts: []report.Part{
				report.Code{Title: "config.yaml", Open: true, Text: "seed: 42\ndata:\n  name: mnist\n  encode: {kind: constant, steps: 25}\nmodel:\n" +
					"  - {kind: linear, out: 1000}\n  - {kind: lif, beta: 0.95, threshold: 1, reset: subtract}\n"},
				report.Code{Title: "Environment", Text: "go1.26 linux/amd64\n"},
			}},
		},
		Footer: "Written by snntrain.",
	}
}

func exampleCurves(r *rand.Rand, title, label string, log bool, f func(epoch float64) float64) report.Lines {
	l := report.Lines{Title: title, XLabel: "epoch", YLabel: label, LogY: log}
	for k, name := range []string{"training", "validation"} {
		s := report.Series{Name: name}
		for e := range 12 {
			y := f(float64(e) * (1 - 0.25*float64(k)))
			y += (y - f(40)) * 0.06 * r.NormFloat64()
			spread := 0.15 * math.Abs(y-f(40))
			s.X, s.Y = append(s.X, float64(e+1)), append(s.Y, y)
			s.Low, s.High = append(s.Low, y-spread), append(s.High, y+spread)
		}
		l.Series = append(l.Series, s)
	}
	return l
}

func exampleWeights(r *rand.Rand) []float32 {
	w := make([]float32, 20000)
	for i := range w {
		w[i] = float32(0.036 * r.NormFloat64())
	}
	return w
}

func exampleRaster(r *rand.Rand) report.Raster {
	steps := make([][]uint32, 100)
	for t := range steps {
		rate := 0.04 + 0.1*math.Pow(math.Sin(float64(t)/9), 2)
		for i := range uint32(200) {
			if r.Float64() < rate*(0.3+float64(i%17)/12) {
				steps[t] = append(steps[t], i)
			}
		}
	}
	return report.Raster{Title: "Spikes of hidden1, test sample 0 (seven)", Neurons: 200, Steps: steps, XLabel: "time, ms"}
}

func exampleTraces(r *rand.Rand) report.Traces {
	tr := report.Traces{Title: "Membrane potentials, test sample 0 (seven)", XLabel: "time, ms"}
	for k, drive := range []float64{0.09, 0.055, 0.03} {
		t := report.Trace{Name: "hidden1, neuron " + strconv.Itoa(17+40*k), Threshold: []float32{1}}
		u := 0.0
		for i := range 100 {
			u = 0.95*u + drive*(1+r.NormFloat64())
			t.V = append(t.V, float32(u))
			if u > 1 {
				t.Spikes = append(t.Spikes, i)
				u--
			}
		}
		tr.Traces = append(tr.Traces, t)
	}
	return tr
}

func exampleMatrix(r *rand.Rand) report.Matrix {
	m := report.Matrix{Title: "Confusion matrix, test"}
	for i := range 10 {
		m.Classes = append(m.Classes, strconv.Itoa(i))
		row := make([]int, 10)
		for j := range row {
			row[j] = int(4 * math.Pow(r.Float64(), 4))
		}
		row[i] = 960 + r.IntN(60)
		m.Counts = append(m.Counts, row)
	}
	m.Counts[4][9], m.Counts[7][2] = 14, 9
	return m
}

func examplePNG(seed int) []byte {
	img := image.NewGray(image.Rect(0, 0, 28, 28))
	for y := range 28 {
		for x := range 28 {
			d := math.Abs(math.Hypot(float64(x-14), float64(y-14)) - float64(5+2*seed))
			img.SetGray(x, y, color.Gray{Y: uint8(255 * math.Exp(-d*d/3))})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

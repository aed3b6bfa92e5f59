package train

import (
	"reflect"
	"slices"
	"testing"
)

// TestEvaluateCounts: scores, classes, confusion and early readouts agree with
// each other and with single samples.
func TestEvaluateCounts(t *testing.T) {
	task := toyTask(t, toyModel, toyTrain)
	part := toy{n: 13, first: 300}
	o := EvalOptions{Encoder: task.Encoder, Batch: 5, Seed: 4, Keep: true, Steps: []int{2, 5}, Record: true}
	e, err := Evaluate(t.Context(), task.Program, part, o)
	if err != nil {
		t.Fatal(err)
	}
	if e.N != 13 || len(e.Classes) != 13 || e.PerSample != 3 || len(e.Logits) != 39 || !reflect.DeepEqual(e.AtSteps[1], e.Score) {
		t.Fatalf("%d samples, %d classes, %d scores, after all steps %+v against %+v", e.N, len(e.Classes), len(e.Logits), e.AtSteps[1], e.Score)
	}
	correct, confusion := 0, [3][3]int{}
	for i, guess := range e.Classes {
		row := e.Logits[3*i : 3*i+3]
		if row[guess] != slices.Max(row) {
			t.Errorf("sample %d: class %d of scores %v", i, guess, row)
		}
		confusion[i%3][guess]++
		if int(guess) == i%3 {
			correct++
		}
	}
	if correct != e.Correct || e.Accuracy != float64(correct)/13 {
		t.Errorf("%d correct, accuracy %v; counted %d", e.Correct, e.Accuracy, correct)
	}
	for i := range confusion {
		if !slices.Equal(confusion[i][:], e.Confusion[i]) {
			t.Errorf("confusion of class %d is %v, counted %v", i, e.Confusion[i], confusion[i])
		}
	}
	r := e.Rasters["lif1"]
	spikes := 0
	for _, v := range r.Data {
		spikes += int(v)
	}
	if r.Samples != 13 || r.Steps != 5 || !slices.Equal(r.Shape, []int{12}) || len(r.Data) != 13*5*12 {
		t.Fatalf("raster of %d samples, %d steps, shape %v, %d values", r.Samples, r.Steps, r.Shape, len(r.Data))
	}
	if perNeuron := float64(spikes) / (13 * 12); perNeuron == 0 || perNeuron-e.Spikes["lif1"] > 1e-9 || e.Spikes["lif1"]-perNeuron > 1e-9 {
		t.Errorf("%v spikes per neuron and sample, counted %v", e.Spikes["lif1"], perNeuron)
	}
	o.Batch, o.Keep, o.Record = 1, true, false
	single, err := Evaluate(t.Context(), task.Program, part, o)
	if err != nil || !slices.Equal(single.Logits, e.Logits) {
		t.Errorf("one sample at a time gives other scores (%v)", err)
	}
}

package run

import (
	"fmt"
	"slices"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// VectorTicks is the most ticks that Record keeps of a sample, unless its input
// are first spike times: then the answer comes at the end.
const VectorTicks = 32

// Record makes a conformance vector of sample b of a batch: what enters an
// image and what leaves its output, spikes or, where potentials are read,
// those, in the first ticks.
func Record(im *chip.Image, name string, x *signal.Signal, b int) (chip.Vector, error) {
	input, err := NewInput(im.Net.Input, x.Shape)
	if err != nil {
		return chip.Vector{}, err
	}
	steps, ticks := im.IO.Steps, min(im.IO.Ticks, VectorTicks)
	if steps == 0 || steps > x.T {
		steps = x.T
	}
	if im.IO.Coding == chip.FirstSpike {
		ticks = im.IO.Ticks
	}
	n := quant.Len(im.Net.Input.Shape)
	v := chip.Vector{Name: name, Input: quant.NewTensor(make([]int32, ticks*n), ticks, n), Potential: im.IO.Potential != 0}
	in := &integer.Spikes{}
	for t := range min(steps, ticks) {
		if err := input.Tick(in, x, t, b); err != nil {
			return v, err
		}
		for k, i := range in.Index {
			v.Input.Data[t*n+int(i)] = in.Value[k]
		}
	}
	v.Output, err = answer(im, &v)
	return v, err
}

// Conform runs the conformance vectors of an image and reports the first tick
// and neuron in which the emulator gives something else.
func Conform(im *chip.Image) error {
	for i := range im.Conformance {
		v := &im.Conformance[i]
		got, err := answer(im, v)
		if err != nil {
			return err
		}
		if !slices.Equal(got.Shape, v.Output.Shape) {
			return fault.Fault{Pkg: "chip/run", Subject: fmt.Sprintf("conformance vector %q", v.Name), Fact: fmt.Sprintf("has an output of %v, the image gives %v", v.Output.Shape, got.Shape)}
		}
		for k, want := range v.Output.Data {
			if got.Data[k] != want {
				n := got.Shape[1]
				return fault.Fault{
					Pkg: "chip/run", Subject: fmt.Sprintf("conformance vector %q", v.Name),
					Fact: fmt.Sprintf("tick %d, neuron %d: the emulator gives %d, the image says %d", k/n, k%n, got.Data[k], want),
					Hint: "the image was made by another emulator, or changed",
				}
			}
		}
	}
	return nil
}

// answer runs the input of a vector from a machine at rest.
func answer(im *chip.Image, v *chip.Vector) (quant.Tensor, error) {
	prog, err := emulator.Compile(im.Net)
	if err != nil {
		return quant.Tensor{}, err
	}
	if len(v.Input.Shape) != 2 || v.Input.Shape[1] != quant.Len(im.Net.Input.Shape) {
		return quant.Tensor{}, fault.Fault{Pkg: "chip/run", Subject: fmt.Sprintf("conformance vector %q", v.Name), Fact: fmt.Sprintf("has an input of %v, the image takes %v", v.Input.Shape, im.Net.Input.Shape)}
	}
	m, in := prog.NewMachine(), &integer.Spikes{}
	ticks, width, n := v.Input.Shape[0], v.Input.Shape[1], im.Net.Find(im.Net.Output).N()
	out := quant.NewTensor(make([]int32, ticks*n), ticks, n)
	for t := range ticks {
		in.Reset()
		in.AddRow(v.Input.Data[t*width : (t+1)*width])
		sent, err := m.Step(in)
		if err != nil {
			return out, err
		}
		if v.Potential {
			state := m.State(im.Net.Output)
			for i := range n {
				out.Data[t*n+i] = int32(state.Potential(i))
			}
			continue
		}
		for k, i := range sent.Index {
			out.Data[t*n+int(i)] = sent.Value[k]
		}
	}
	return out, nil
}
